"""Signing in and out: guessing is slowed down, tokens rotate, a stolen one ends its family, and rights end in time."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.models.office import RoleAssignment, Staff
from server.services import staff as accounts
from server.services.sign_in import FREE_TRIES, LONGEST_WAIT
from server.transaction import parts, transact
from tests.server.conftest import MONDAY, StillClock
from tests.server.office import PASSWORD, Office


def sign_in(client: FlaskClient, username: str = "reviewer1", password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/api/v1/sessions", json={"username": username, "password": password, **more})


def is_in(client: FlaskClient, access_token: str) -> bool:
    answer = client.get("/api/v1/visits", headers={"Authorization": f"Bearer {access_token}"})
    assert answer.status_code in (200, 401)
    return bool(answer.status_code == 200)


def refreshed(client: FlaskClient, refresh_token: str) -> Any:
    return client.post("/api/v1/sessions/refresh", json={"refresh_token": refresh_token})


def change(app: Flask, deed: Any) -> None:
    with app.app_context():
        transact(lambda ledger: deed(ledger.session))


def test_a_sign_in_gives_a_short_and_a_long_token(office: Office, client: FlaskClient):
    answer = sign_in(client)
    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "refresh_token", "expires_in", "token_type"}
    assert answer.json["expires_in"] == 30 * 60
    assert is_in(client, answer.json["access_token"])


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(office: Office, client: FlaskClient):
    wrong, unknown = sign_in(client, password="wrong"), sign_in(client, username="nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json["code"] == unknown.json["code"] == "session.wrong_password"
    assert {**wrong.json, "instance": ""} == {**unknown.json, "instance": ""}


def test_after_some_wrong_tries_even_the_right_password_waits(office: Office, client: FlaskClient, clock: StillClock):
    for _ in range(FREE_TRIES):
        assert sign_in(client, password="wrong").status_code == 401
    locked = sign_in(client)
    assert (locked.status_code, locked.json["code"]) == (429, "session.too_many_tries")
    wait = int(locked.headers["Retry-After"])
    clock.forward(seconds=wait - 2)
    assert sign_in(client).status_code == 429
    clock.forward(seconds=2)
    assert sign_in(client).status_code == 200


def test_the_wait_grows_but_never_beyond_a_quarter_of_an_hour(office: Office, client: FlaskClient, clock: StillClock):
    waits = []
    for _ in range(FREE_TRIES + 22):
        answer = sign_in(client, password="wrong")
        if answer.status_code == 429:
            waits.append(int(answer.headers["Retry-After"]))
            clock.forward(seconds=waits[-1])
    assert waits == sorted(waits)
    assert waits[0] < 10
    assert waits[-1] <= LONGEST_WAIT.total_seconds() + 1
    assert waits[-1] > 600


def test_a_sign_in_clears_the_count_of_wrong_tries(office: Office, client: FlaskClient):
    for _ in range(3):
        for _ in range(FREE_TRIES - 1):
            sign_in(client, password="wrong")
        assert sign_in(client).status_code == 200


def test_one_persons_wrong_tries_lock_nobody_else_out(office: Office, client: FlaskClient):
    for _ in range(FREE_TRIES + 1):
        sign_in(client, "reviewer1", "wrong")
    assert sign_in(client, "reviewer2").status_code == 200


def test_an_access_token_ends_on_time(office: Office, client: FlaskClient, clock: StillClock):
    token = sign_in(client).json["access_token"]
    clock.forward(minutes=29, seconds=59)
    assert is_in(client, token)
    clock.forward(seconds=1)
    assert not is_in(client, token)


def test_a_refresh_token_is_traded_once_and_its_second_use_ends_the_whole_family(office: Office, client: FlaskClient):
    first = sign_in(client).json
    second = refreshed(client, first["refresh_token"])
    assert second.status_code == 200
    assert is_in(client, second.json["access_token"])
    stolen = refreshed(client, first["refresh_token"])
    assert (stolen.status_code, stolen.json["code"]) == (401, "session.token_reused")
    assert refreshed(client, second.json["refresh_token"]).status_code == 401
    assert not is_in(client, second.json["access_token"])


def test_the_end_of_one_family_leaves_the_persons_other_sign_ins_alone(office: Office, client: FlaskClient):
    one, other = sign_in(client).json, sign_in(client).json
    refreshed(client, one["refresh_token"])
    refreshed(client, one["refresh_token"])
    assert is_in(client, other["access_token"])


def test_a_sign_in_cannot_be_refreshed_for_ever(office: Office, client: FlaskClient, clock: StillClock):
    token = sign_in(client).json["refresh_token"]
    clock.forward(days=15)
    token = refreshed(client, token).json["refresh_token"]
    clock.forward(days=15)
    assert refreshed(client, token).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 256, "名"])
def test_made_up_refresh_tokens_are_refused(office: Office, client: FlaskClient, token: str):
    assert refreshed(client, token).status_code in (401, 422)


def test_signing_out_ends_both_tokens_at_once(office: Office, client: FlaskClient):
    tokens = sign_in(client).json
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.delete("/api/v1/sessions", headers=header).status_code == 204
    assert not is_in(client, tokens["access_token"])
    assert refreshed(client, tokens["refresh_token"]).status_code == 401


@pytest.mark.parametrize("deed", ["disable", "reset"])
def test_closing_an_account_or_a_new_password_ends_its_sessions(office: Office, client: FlaskClient, deed: str):
    tokens = sign_in(client).json
    if deed == "disable":
        change(office.app, lambda session: accounts.disable(session, "reviewer1", now=MONDAY))
    else:
        change(office.app, lambda session: accounts.reset(session, "reviewer1", "a new password", now=MONDAY))
    assert not is_in(client, tokens["access_token"])
    assert refreshed(client, tokens["refresh_token"]).status_code == 401
    assert sign_in(client).status_code == 401


def test_a_role_counts_only_in_its_time(office: Office, client: FlaskClient, clock: StillClock):
    def limit(session: Any) -> None:
        role = session.query(RoleAssignment).filter_by(staff_id=office.staff["caseworker1"]).one()
        role.valid_from, role.valid_to = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)

    change(office.app, limit)
    seen = []
    for _ in range(3):
        headers = office.bearer("caseworker1")
        seen.append(len(client.get("/api/v1/households", headers=headers).json["items"]))
        clock.forward(days=1)
    assert seen == [0, 2, 0]


def test_a_sample_account_does_not_open_a_production_server(make_server: Any, clock: StillClock):
    office = Office.found(make_server())
    change(office.app, lambda session: session.query(Staff).update({"is_sample": True}))
    device = office.device("caseworker1")
    production = make_server(env="production").test_client()
    assert sign_in(production).json["code"] == "session.wrong_password"
    asked = production.post(f"/api/v1/devices/{device.device_id}/challenge").json["challenge"]
    signature = device.key.sign(b"zsb-device-session\0" + asked.encode()).hex()
    opened = production.post(
        f"/api/v1/devices/{device.device_id}/sessions", json={"challenge": asked, "signature": signature}
    )
    assert opened.status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer a.b.c", "bearer " + "x" * 5000])
def test_without_a_token_of_ours_nobody_is_in(office: Office, client: FlaskClient, header: str):
    answer = client.get("/api/v1/visits", headers={"Authorization": header})
    assert (answer.status_code, answer.json["code"]) == (401, "session.required")


def test_a_challenge_is_no_access_token(office: Office, client: FlaskClient):
    challenge = client.post("/api/v1/devices/any/challenge").json["challenge"]
    assert not is_in(client, challenge)


def test_a_token_of_another_deployment_is_refused(office: Office, client: FlaskClient, make_server: Any):
    token = sign_in(client).json["access_token"]
    with office.app.app_context():
        keys = parts().vault
    other = make_server("other")
    with other.app_context():
        assert parts().vault.token_key == keys.token_key  # The same secret, but no such session.
    assert not is_in(other.test_client(), token)


@pytest.mark.parametrize("odd", [{"username": "\ud800"}, {"password": "\udfff"}, {"device_id": "\ud800"}])
def test_half_a_character_is_refused_with_a_sentence(office: Office, client: FlaskClient, odd: dict[str, str]):
    body = json.dumps({"username": "reviewer1", "password": PASSWORD, **odd})  # It travels as an escape.
    answer = client.post("/api/v1/sessions", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (422, "input.invalid")


def test_passwords_are_kept_as_argon2id_only(office: Office):
    with office.app.app_context():
        hashed = accounts.hashed("long enough")
        kept = transact(lambda ledger: accounts.by_username(ledger.session, "reviewer1").password_hash)
    assert hashed.startswith("$argon2id$")
    assert kept.startswith("$argon2id$")
