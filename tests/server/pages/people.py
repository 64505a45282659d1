"""People before the console, and visits that arrive, for the tests of the pages."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.models.audit import AuditEvent
from server.transaction import reading
from tests.server.office import PASSWORD, VILLAGES, Device, Office, an_id

HERE = VILLAGES[0]
TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Person:
    """Somebody before the console, who takes the forms' token from the page that they see."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.token = ""

    def get(self, address: str) -> Any:
        return self._seen(self.client.get(address))

    def post(self, address: str, **fields: Any) -> Any:
        return self._seen(self.client.post(address, data={"form_token": self.token, **fields}))

    def sign_in(self, username: str, password: str = PASSWORD, address: str = "/console/sign-in") -> Any:
        self.get(address)
        return self.post(address, username=username, password=password)

    def decide(self, visit_id: str, verdict: str, **fields: Any) -> Any:
        return self.post(f"/console/visits/{visit_id}", verdict=verdict, **{"seen_revision": "1", **fields})

    def _seen(self, response: Any) -> Any:
        found = TOKEN.search(response.text) if response.mimetype == "text/html" else None
        self.token = found[1] if found else self.token
        return response


def somebody(office: Office, username: str) -> Person:
    person = Person(office.app)
    assert person.sign_in(username).status_code == 303
    person.get("/console/")
    return person


def arrive(office: Office, device: Device, **more: Any) -> str:
    visit_id = an_id()
    mutation = device.mutation("visit", visit_id, "create", HERE, office.visit(device, **more))
    (result,) = device.exchange([mutation]).results
    assert result.outcome == "applied", result
    return visit_id


def amend(device: Device, visit_id: str, **more: Any) -> None:
    at = "2026-07-06T02:00:00.000Z"
    fields = {"visit_id": visit_id, "revision": 2, "answers": {"income/monthly": 300}, "evidence": [], "signatures": []}
    fields |= {"sealed_at": at, "clock": {"wall": at, "uptime_ms": 0, "boot": "b"}, **more}
    mutation = device.mutation("amendment", an_id(), "create", HERE, device.sealed(fields))
    assert device.exchange([mutation]).results[0].outcome == "applied"


def looks(office: Office, username: str) -> list[tuple[str, str]]:
    """List what the log says of somebody's looks."""
    with office.app.app_context():
        rows = select(AuditEvent).where(AuditEvent.actor == office.staff[username]).order_by(AuditEvent.n)
        return [(row.action, row.subject_id) for row in reading().scalars(rows)]
