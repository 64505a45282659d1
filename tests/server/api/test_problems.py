"""Problem documents: the shape of RFC 9457, in the reader's language, with nothing personal; and the published interface."""

import logging
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from server.domain import errors
from server.domain.errors import DomainError, Kind
from tests.server.databases import BARE
from tests.server.office import Office

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SOMEBODY = "王桂花 990101194906010012"
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "retryable", "errors"}
ASKED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "no such address": ("GET", "/api/v1/nothing", {}),
    "another method": ("PUT", "/api/v1/sessions", {}),
    "no login": ("GET", "/api/v1/households", {}),
    "broken JSON": ("POST", "/api/v1/sessions", {"data": "{", "content_type": "application/json"}),
    "no object": ("POST", "/api/v1/sessions", {"json": ["a"]}),
    "no body": ("POST", "/api/v1/sessions", {}),
    "missing fields": ("POST", "/api/v1/sessions", {"json": {}}),
    "odd types": ("POST", "/api/v1/sessions", {"json": {"username": 5, "password": None}}),
    "unknown field": ("POST", "/api/v1/sessions", {"json": {"username": "a", "password": "b", "x": 1}}),
    "wrong password": ("POST", "/api/v1/sessions", {"json": {"username": "王桂花", "password": "秘密"}}),
    "no tus": ("POST", "/files/", {"headers": {"Tus-Resumable": "1.0.0"}}),
    "no exchange": ("POST", "/sync/v1/exchange", {"data": b"x"}),
}


@pytest.mark.parametrize(("method", "path", "more"), ASKED.values(), ids=ASKED)
def test_every_refusal_is_a_problem_document_that_a_person_can_read(
    office: Office, client: FlaskClient, method: str, path: str, more: dict[str, Any]
):
    answer = client.open(path, method=method, **more)
    assert 400 <= answer.status_code < 500
    assert answer.mimetype == "application/problem+json"
    found = answer.json
    assert set(found) == MEMBERS
    assert found["status"] == answer.status_code
    assert found["type"] == f"urn:zhangshangban:problem:{found['code']}"
    assert CHINESE.search(found["title"])
    assert all(CHINESE.search(fault["detail"]) for fault in found["errors"])
    assert found["instance"] == f"urn:request:{answer.headers['X-Request-Id']}"
    assert isinstance(found["retryable"], bool)


def test_a_refused_form_names_its_fields_and_repeats_none_of_its_values(office: Office, client: FlaskClient):
    answer = client.post(
        "/api/v1/sessions", json={"username": "王桂花", "password": {"x": "秘密"}, "more": "990101194906010012"}
    )
    assert {fault["field"] for fault in answer.json["errors"]} == {"password", "more"}
    body = answer.get_data(as_text=True)
    assert not any(value in body for value in ("王桂花", "秘密", "990101194906010012"))


@pytest.mark.parametrize(
    ("offered", "taken"), [("a1b2c3d4-e5", True), ("short", False), ("x" * 65, False), ("a b c d e f g", False)]
)
def test_a_sensible_request_id_of_the_caller_is_taken_over(client: FlaskClient, offered: str, taken: bool):
    answer = client.get("/healthz", headers={"X-Request-Id": offered})
    assert (answer.headers["X-Request-Id"] == offered) is taken
    assert re.fullmatch(r"[0-9A-Za-z-]{8,64}", answer.headers["X-Request-Id"])


def test_a_fault_of_ours_says_that_nothing_was_written_and_logs_where_but_not_what(
    app: Flask, caplog: pytest.LogCaptureFixture
):
    @app.get("/api/v1/broken")
    def broken() -> str:
        raise ValueError(SOMEBODY)

    answer = app.test_client().get("/api/v1/broken")
    assert (answer.status_code, answer.json["code"], answer.json["retryable"]) == (500, "server.fault", True)
    logged = "".join(logging.Formatter().format(one) for one in caplog.records)
    assert "in broken" in logged
    assert answer.headers["X-Request-Id"] in logged
    assert "王桂花" not in logged + answer.get_data(as_text=True)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_refusal_has_its_status(app: Flask, kind: Kind):
    from server.api.problems import STATUS, refuse

    class Refusal(DomainError):
        code, title = "test.refusal", "不行"

    Refusal.kind = kind
    with app.test_request_context():
        answer = refuse(Refusal("请重试", fields=["a"]))
    assert answer.status_code == STATUS[kind]
    assert answer.get_json()["errors"] == [{"field": "a"}]


def test_titles_and_details_are_sentences_for_people():
    for one in vars(errors).values():
        if isinstance(one, type) and issubclass(one, DomainError) and one is not DomainError:
            assert CHINESE.search(one.title), one


def test_the_server_says_that_it_lives_and_whether_it_is_ready(make_server: Any):
    client = make_server().test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").status_code == 200


def test_a_server_without_its_tables_lives_but_is_not_ready(make_server: Any):
    client = make_server(like=BARE).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_the_published_interface_is_valid_and_names_every_address_of_the_api(app: Flask, client: FlaskClient):
    document = client.get("/openapi.json").json
    validate(document)
    paths = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    assert {path for path in paths if path.startswith(("/api/", "/sync/"))} == set(document["paths"])
    assert document["security"] == [{"bearer": []}]


@pytest.mark.parametrize(
    "path", ["households?q=%00", "households/a%00b", "visits?area=%00", "visits?cursor=%00", "visits/%00"]
)
def test_what_no_database_takes_is_not_found_or_refused_when_it_is_asked_for(
    office: Office, client: FlaskClient, path: str
):
    answer = client.get(f"/api/v1/{path}", headers=office.bearer("reviewer1"))
    assert answer.status_code in (200, 404, 422)


@pytest.mark.parametrize(
    "text", ["a\\u0000b", "\\ud800", "长" * 65, "长" * 100_000], ids=["nul", "half", "long", "huge"]
)
def test_what_no_database_takes_is_refused_when_it_is_sent(office: Office, client: FlaskClient, text: str):
    keys = '"signing_key": "{0}", "sealing_key": "{0}"'.format("11" * 32)
    sent = {"sessions": f'{{"username": "{text}", "password": "{text}"}}', "devices": f'{{"name": "{text}", {keys}}}'}
    headers = {**office.bearer("caseworker1"), "Content-Type": "application/json"}
    for path, body in sent.items():
        answer = client.post(f"/api/v1/{path}", data=body.encode(), headers=headers)
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
