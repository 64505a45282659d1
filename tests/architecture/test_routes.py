"""Every route asks for a login before it reads anything, unless it is listed as open."""

from collections.abc import Iterator

from flask import Flask
from flask.testing import FlaskClient

from server import api, pages
from tests.server.office import Office

OPEN = api.OPEN_ENDPOINTS | pages.OPEN_ENDPOINTS
ARGUMENTS = {"household_id": "h", "visit_id": "v", "sha256": "0" * 64, "device_id": "d", "upload_id": "u"}


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """List (endpoint, method, an address) of everything that the server answers."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            address = rule.rule
            for name in rule.arguments:
                address = address.replace(f"<{name}>", ARGUMENTS.get(name, "x")).replace(f"<path:{name}>", "x")
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}) or ["HEAD"]:
                yield rule.endpoint, method, address


def test_without_a_login_every_route_answers_only_that_one_is_needed(app: Flask, client: FlaskClient):
    asked = 0
    for endpoint, method, address in routes(app):
        if endpoint in OPEN:
            continue
        answer = client.open(address, method=method, headers={"Tus-Resumable": "1.0.0"}, data=b"{")
        asked += 1
        signed_out = answer.status_code == 401 or (
            answer.status_code in (302, 303) and "sign-in" in answer.headers["Location"]
        )
        assert signed_out, f"{method} {address}: {answer.status_code}"
    assert asked > 10


def test_what_is_listed_as_open_exists(app: Flask):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints >= OPEN


def test_an_ended_login_is_no_login_on_any_route(app: Flask, client: FlaskClient, office: Office):
    bearer = office.bearer("county1")
    assert client.delete("/api/v1/sessions", headers=bearer).status_code == 204
    for endpoint, method, address in routes(app):
        if endpoint not in OPEN and address.startswith(("/api/", "/sync/", "/files/")):
            answer = client.open(address, method=method, headers={**bearer, "Tus-Resumable": "1.0.0"})
            assert answer.status_code == 401, f"{method} {address}"
