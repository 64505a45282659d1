"""Devices: enrolled for a person, opened by their own key, dead at once when revoked."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from sqlalchemy import select

from server.cli.office import OPERATOR
from server.models.device import Device as DeviceRow
from server.services import devices
from server.transaction import parts, reading, transact
from sync.protocol import Request
from tests.server.conftest import MONDAY, StillClock
from tests.server.office import Device, Office

KEYS = {"name": "手机", "platform": "android", "signing_key": "22" * 32, "sealing_key": "11" * 32}


def enrol(office: Office, username: str = "caseworker1", **more: Any) -> Any:
    return office.app.test_client().post("/api/v1/devices", json={**KEYS, **more}, headers=office.bearer(username))


def challenge(client: FlaskClient, device_id: str) -> str:
    return str(client.post(f"/api/v1/devices/{device_id}/challenge").json["challenge"])


def answered(
    client: FlaskClient, device_id: str, asked: str, key: Ed25519PrivateKey, prefix: bytes = b"zsb-device-session\0"
) -> Any:
    proof = {"challenge": asked, "signature": key.sign(prefix + asked.encode()).hex()}
    return client.post(f"/api/v1/devices/{device_id}/sessions", json=proof)


def revoke(office: Office, device: Device) -> None:
    with office.app.app_context():
        transact(lambda ledger: devices.revoke(ledger.session, OPERATOR, device.device_id, now=MONDAY))


def test_enrolment_tells_the_device_all_that_it_keeps(office: Office):
    answer = enrol(office)
    assert answer.status_code == 201
    assert answer.json["installation"] == 1
    assert answer.json["lease_days"] == 14
    assert answer.json["staff"]["username"] == "caseworker1"
    assert answer.json["staff"]["roles"] == [{"role": "caseworker", "area_code": "430981101"}]
    with office.app.app_context():
        assert answer.json["receipt_key"] == parts().vault.receipt_public_key


@pytest.mark.parametrize("username", ["inspector1", "admin1"])
def test_roles_without_field_work_enrol_no_device(office: Office, username: str):
    answer = enrol(office, username)
    assert (answer.status_code, answer.json["code"]) == (403, "permission.denied")


@pytest.mark.parametrize(
    "odd", [{"signing_key": "zz" * 32}, {"sealing_key": " 1" * 32}, {"signing_key": "11"}, {"name": ""}]
)
def test_a_key_that_is_none_is_refused(office: Office, odd: dict[str, str]):
    assert enrol(office, **odd).status_code == 422


def test_a_device_session_knows_its_device_and_its_person(office: Office):
    device = office.device("caseworker1")
    assert device.exchange().applied_n == 0


def test_a_device_session_has_no_refresh_token_for_its_key_opens_the_next(office: Office, client: FlaskClient):
    device = office.device()
    opened = answered(client, device.device_id, challenge(client, device.device_id), device.key)
    assert set(opened.json) == {"access_token", "expires_in", "token_type"}


def test_a_session_of_a_person_without_device_cannot_sync(office: Office, client: FlaskClient):
    body = Request(1, "", {}).encode()
    answer = client.post("/sync/v1/exchange", data=body, headers=office.bearer("caseworker1"))
    assert (answer.status_code, answer.json["code"]) == (403, "device.required")


def test_an_installation_that_was_never_given_is_refused(office: Office):
    answer = office.device().post(Request(2, "", {}))
    assert (answer.status_code, answer.json["code"]) == (403, "device.required")


def test_another_key_does_not_open_the_device(office: Office, client: FlaskClient):
    device = office.device()
    forged = answered(client, device.device_id, challenge(client, device.device_id), Ed25519PrivateKey.generate())
    assert (forged.status_code, forged.json["code"]) == (401, "device.proof_invalid")


def test_a_signature_made_for_another_purpose_does_not_open_the_device(office: Office, client: FlaskClient):
    device = office.device()
    asked = challenge(client, device.device_id)
    assert answered(client, device.device_id, asked, device.key, prefix=b"").status_code == 401


def test_a_challenge_ends_after_two_minutes(office: Office, client: FlaskClient, clock: StillClock):
    device = office.device()
    asked = challenge(client, device.device_id)
    clock.forward(seconds=119)
    assert answered(client, device.device_id, asked, device.key).status_code == 200
    clock.forward(seconds=1)
    assert answered(client, device.device_id, asked, device.key).json["code"] == "device.proof_invalid"


def test_a_challenge_is_for_one_device(office: Office, client: FlaskClient):
    one, other = office.device(), office.device()
    assert answered(client, one.device_id, challenge(client, other.device_id), one.key).status_code == 401


def test_an_access_token_is_no_challenge(office: Office, client: FlaskClient):
    device = office.device()
    assert answered(client, device.device_id, device.token, device.key).status_code == 401


@pytest.mark.parametrize("asked", ["x", "a.b.c", "\ud800", "名"])
def test_a_made_up_challenge_is_refused(office: Office, client: FlaskClient, asked: str):
    device = office.device()
    proof = json.dumps({"challenge": asked, "signature": "00" * 64})
    address = f"/api/v1/devices/{device.device_id}/sessions"
    answer = client.post(address, data=proof, content_type="application/json")
    assert answer.status_code in (401, 422)


def test_an_unknown_device_gets_a_challenge_that_opens_nothing(office: Office, client: FlaskClient):
    asked = challenge(client, "unknown")
    assert answered(client, "unknown", asked, Ed25519PrivateKey.generate()).json["code"] == "device.proof_invalid"


def test_a_revoked_device_is_out_at_once_and_is_told_so(office: Office, client: FlaskClient):
    device = office.device()
    revoke(office, device)
    assert device.post(Request(1, "", {})).status_code == 401
    refused = answered(client, device.device_id, challenge(client, device.device_id), device.key)
    assert (refused.status_code, refused.json["code"]) == (403, "device.revoked")


def test_only_the_devices_own_key_learns_that_it_is_revoked(office: Office, client: FlaskClient):
    device = office.device()
    revoke(office, device)
    asked = challenge(client, device.device_id)
    assert (
        answered(client, device.device_id, asked, Ed25519PrivateKey.generate()).json["code"] == "device.proof_invalid"
    )


def test_revoking_twice_keeps_the_first_moment_and_other_devices(office: Office):
    device, other = office.device(), office.device()
    revoke(office, device)
    revoke(office, device)
    assert other.exchange().applied_n == 0
    with office.app.app_context():
        row = reading().scalars(select(DeviceRow).where(DeviceRow.id == device.device_id)).one()
        assert row.revoked_at == MONDAY


def test_nobody_signs_in_on_somebody_elses_device(office: Office, client: FlaskClient):
    device = office.device("caseworker1")
    body = {"username": "caseworker2", "password": "correct horse", "device_id": device.device_id}
    assert client.post("/api/v1/sessions", json=body).json["code"] == "session.wrong_password"
