"""Refusals as application/problem+json (RFC 9457): the only place that knows which kind is which HTTP status."""

import logging
from typing import Any, cast

from flask import Flask, Response, current_app, jsonify, request
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from server.api.context import request_id
from server.domain.errors import DomainError, InputInvalid, Kind, StorageFull
from server.domain.faults import where
from server.services.staging import FULL

STATUS = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.TOO_LARGE: 413,
    Kind.TOO_MANY: 429,
    Kind.UNSUPPORTED: 415,
    Kind.CHECKSUM: 460,
    Kind.BUSY: 423,
    Kind.FULL: 507,
}
TITLES = {
    400: "请求无法识别",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这种请求方式",
    413: "发送的内容太大",
    415: "不支持的内容类型",
    422: "填写的内容有误",
    429: "请求太频繁, 请稍后再试",
}
# What marshmallow says, in the words of whoever fills in the form.
DETAILS = {
    "Missing data for required field.": "必填",
    "Field may not be null.": "必填",
    "Unknown field.": "没有这一栏",
    "Not a valid string.": "应为文字",
    "Not a valid integer.": "应为整数",
}
# A write past a quota is an I/O error to SQLite, unlike one to a full disk; 53100 is PostgreSQL's word for both.
NO_ROOM = frozenset({"SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "53100"})
# PostgreSQL's words for text that it cannot hold: a NUL in it (told by the driver or, of many rows at once, by the server).
HAS_NUL, TOO_LONG = "22021", "22001"
log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Answer every error as a problem document, or under a prefix of `app.extensions["problem_pages"]` as its page."""
    app.extensions.setdefault("problem_pages", {})
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def refuse(error: DomainError) -> Response:
    """Turn a refusal into its problem document."""
    response = problem(
        STATUS[error.kind], error.code, error.title, error.detail, retryable=error.retryable, **error.more
    )
    if "retry_after" in error.more:
        response.headers["Retry-After"] = str(error.more["retry_after"])
    return response


def problem(status: int, code: str, title: str, detail: str = "", *, retryable: bool = False, **more: Any) -> Response:
    """Make a problem document, or the page that says the same to a person.

    `instance` is the request's id, never its address, which may name a case.
    """
    for prefix, page in current_app.extensions["problem_pages"].items():
        if request.path.startswith(prefix):
            return cast(Response, page(status, title, detail, request_id()))
    body = {
        "type": f"urn:zhangshangban:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": f"urn:request:{request_id()}",
        "code": code,
        "retryable": retryable,
        "errors": [{"field": name} for name in more.get("fields", [])] + list(more.get("errors", [])),
    }
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def _domain(error: DomainError) -> Response:
    return refuse(error)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    messages = (getattr(error, "data", None) or {}).get("messages", {})
    parts = messages.values() if isinstance(messages, dict) else ()  # by where the fields were: json, query
    faults = {name: what for part in parts if isinstance(part, dict) for name, what in part.items()}
    errors = [{"field": name, "detail": "; ".join(dict.fromkeys(_flat(what)))} for name, what in faults.items()]
    title = TITLES.get(status, "请求没有办成")
    return problem(status, f"http.{status}", title, retryable=status in (429, 503), errors=errors)


def _fault(error: Exception) -> Response:
    if _is_full(error):
        return refuse(StorageFull())
    if _is_unwritable(error):
        return refuse(InputInvalid("含有无法识别的文字"))
    if isinstance(error, DataError) and _said(error) == TOO_LONG:
        return refuse(InputInvalid("有的内容太长"))
    log.error("fault: request=%s endpoint=%s %s", request_id(), request.endpoint, where(error))
    return problem(
        500, "server.fault", "服务器出错了, 没有写入任何内容", "请稍后再试; 多次出现请告诉管理员", retryable=True
    )


def _is_full(error: BaseException | None) -> bool:
    """Tell a full disk or database, also where undoing failed because of it and its error came on top."""
    if error is None:
        return False
    if isinstance(error, OperationalError):
        return "is full" in str(error.orig) or _said(error) in NO_ROOM or _is_full(error.__context__)
    return isinstance(error, OSError) and error.errno in FULL


def _is_unwritable(error: Exception) -> bool:
    """Tell text that JSON or an address can name and no database holds: half a character, or PostgreSQL's NUL."""
    if isinstance(error, DataError):
        return _said(error) == HAS_NUL or "NUL" in str(error.orig)
    return isinstance(error, UnicodeEncodeError)


def _said(error: DBAPIError) -> str:
    """Give the database's own word for what is wrong."""
    return str(getattr(error.orig, "sqlite_errorname", "") or getattr(error.orig, "sqlstate", ""))


def _flat(what: Any) -> list[str]:
    if isinstance(what, dict | list):
        return [leaf for value in (what.values() if isinstance(what, dict) else what) for leaf in _flat(value)]
    return [DETAILS.get(str(what), "内容不对")]
