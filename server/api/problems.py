"""Refusals as application/problem+json (RFC 9457): the only place that knows which kind is which HTTP status."""

import errno
import logging
from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from server.api.context import request_id
from server.domain.errors import DomainError, Kind, StorageFull

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
API_PATHS = ("/api/", "/sync/", "/files/", "/healthz", "/readyz", "/openapi.json", "/docs")
log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Answer every error of the JSON interfaces as a problem document; the pages have their own answers."""
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
    """Make a problem document. `instance` is the request's id, never its address, which may name a case."""
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


def is_api() -> bool:
    """Tell whether the request is for one of the JSON interfaces."""
    return request.path.startswith(API_PATHS)


def _domain(error: DomainError) -> Response:
    return refuse(error)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    messages = (getattr(error, "data", None) or {}).get("messages", {})
    faults = messages.get("json", messages) if isinstance(messages, dict) else {}
    errors = [{"field": name, "detail": "; ".join(map(str, _flat(what)))} for name, what in faults.items()]
    title = TITLES.get(status, "请求没有办成")
    return problem(status, f"http.{status}", title, retryable=status in (429, 503), errors=errors)


def _fault(error: Exception) -> Response:
    if _is_full(error):
        return refuse(StorageFull())
    log.exception("fault: request=%s endpoint=%s", request_id(), request.endpoint)
    return problem(
        500, "server.fault", "服务器出错了, 没有写入任何内容", "请稍后再试; 多次出现请告诉管理员", retryable=True
    )


def _is_full(error: Exception) -> bool:
    if isinstance(error, OperationalError):
        return "is full" in str(error.orig)
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _flat(what: Any) -> list[Any]:
    if isinstance(what, dict):
        return [leaf for value in what.values() for leaf in _flat(value)]
    return what if isinstance(what, list) else [what]
