"""A lost device: out at once, hands over what was unsent at its next contact, wipes the rest, and signs that it did."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from field_client import keys, outbox, salvage, unlock, wiping
from field_client.errors import FieldError, NoConnection
from field_client.settings import load_device
from field_client.store import open_store
from field_client.transport import Transport
from server.models.farewell import SalvagePiece
from server.transaction import reading
from tests.lifecycle.conftest import HOUSEHOLD, NOTE, OTHER, VILLAGE, County, Phone, enrolled


class Kill(BaseException):
    """The power is gone."""


def lost(county: County, phone: Phone) -> None:
    county.run("devices", "wipe", phone.device.device_id, "--reason", "下乡途中遗失", "--yes")


def leave(phone: Phone) -> None:
    """Contact the office, which is the end of this device."""
    with pytest.raises(FieldError, check=lambda error: error.code == "device.wiped"):
        phone.sync()


def state(phone: Phone) -> str:
    return str(phone.county.device(phone.device.device_id)["state"])


def held(county: County) -> list[dict[str, Any]]:
    return list(county.json("held", "list"))


def test_a_lost_device_hands_over_and_wipes_itself_at_its_next_contact(county: County, phone: Phone):
    visit, draft = phone.visit(), phone.draft(OTHER, number=5)
    lost(county, phone)
    assert state(phone) == "wipe_asked"
    leave(phone)
    shown = county.device(phone.device.device_id)
    assert shown["state"] == "wiped"
    assert shown["salvaged_at"] <= shown["wiped_at"]
    assert shown["salvage_pieces"] == 10  # Changes, drafts, and eight photos and signatures.
    assert phone.files() == ["wipe.json"]
    assert "key" not in json.loads(phone.home.wipe_file.read_bytes())
    taken = county.json("devices", "salvage", phone.device.device_id, "--drafts")
    assert (taken["waiting"], taken["photos"], taken["unreadable"]) == (1, 8, [])
    assert [one["id"] for one in taken["drafts"]] == [draft]
    (waiting,) = held(county)
    assert (waiting["record_id"], waiting["reason"], waiting["bucket"]) == (visit, "device.lost", VILLAGE)


def test_what_was_handed_over_takes_effect_by_a_persons_word_with_its_photos_and_an_intact_seal(
    county: County, phone: Phone
):
    visit = phone.visit()
    lost(county, phone)
    leave(phone)
    county.run("devices", "salvage", phone.device.device_id)
    (waiting,) = held(county)
    county.run("held", "accept", waiting["id"], "--reason", "已与李建国核对")
    whole = as_somebody(county, "reviewer1").get(f"/api/v1/visits/{visit}").raise_for_status().json()
    assert (whole["verdict"], whole["blobs_missing"], len(whole["receipts"])) == ("intact", [], 1)


def as_somebody(county: County, username: str) -> httpx.Client:
    client = httpx.Client(base_url=county.address, trust_env=False)
    body = {"username": username, "password": "correct horse"}
    token = client.post("/api/v1/sessions", json=body).raise_for_status().json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def test_taking_up_twice_takes_up_nothing_twice(county: County, phone: Phone):
    phone.visit()
    lost(county, phone)
    leave(phone)
    first = county.json("devices", "salvage", phone.device.device_id)
    second = county.json("devices", "salvage", phone.device.device_id)
    assert (first["waiting"], second["waiting"], second["known"], second["photos"]) == (1, 0, 1, 0)
    assert len(held(county)) == 1


def test_what_the_office_has_already_is_not_held_again(county: County, phone: Phone):
    phone.visit()
    phone.sync()
    lost(county, phone)
    leave(phone)
    assert county.json("devices", "salvage", phone.device.device_id)["waiting"] == 0


def test_salvage_lies_sealed_in_the_database(county: County, phone: Phone):
    phone.visit()
    lost(county, phone)
    leave(phone)
    with county.app.app_context():
        sealed = b"".join(reading().scalars(select(SalvagePiece.sealed)))
    assert sealed
    assert NOTE.encode() not in sealed
    assert HOUSEHOLD.encode() not in sealed


def test_a_revoked_device_that_nobody_asked_to_wipe_keeps_everything(county: County, phone: Phone):
    visit = phone.visit()
    county.run("devices", "revoke", phone.device.device_id)
    with pytest.raises(FieldError, check=lambda error: error.code == "device.revoked"):
        phone.sync()
    assert outbox.waiting_count(phone.store) == 1
    assert phone.store.value("SELECT id FROM outbox") == visit
    assert state(phone) == "revoked"


def test_an_order_that_the_office_did_not_sign_wipes_nothing(
    county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    phone.visit()
    lost(county, phone)
    real = Transport.begin_farewell

    def forged(self: Transport, *given: Any) -> dict[str, Any]:
        begun = real(self, *given)
        return {**begun, "order": {**begun["order"], "sealing_key": "22" * 32}}

    monkeypatch.setattr(Transport, "begin_farewell", forged)
    with pytest.raises(FieldError, check=lambda error: error.code == "device.revoked"):
        phone.sync()
    assert outbox.waiting_count(phone.store) == 1


def test_a_line_cut_while_handing_over_loses_nothing_and_sends_nothing_twice(
    county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    phone.visit()
    lost(county, phone)
    real, sent = Transport.hand_over, []

    def cut(self: Transport, device_id: str, name: str, sealed: bytes) -> None:
        if len(sent) == 3:
            raise NoConnection("connection.cut")
        sent.append(name)
        real(self, device_id, name, sealed)

    monkeypatch.setattr(Transport, "hand_over", cut)
    with pytest.raises(NoConnection):
        phone.sync()
    assert state(phone) == "wipe_asked"
    assert outbox.waiting_count(phone.store) == 1

    def counted(self: Transport, device_id: str, name: str, sealed: bytes) -> None:
        sent.append(name)
        real(self, device_id, name, sealed)

    monkeypatch.setattr(Transport, "hand_over", counted)
    leave(phone)
    assert len(sent) == len(set(sent)) == 5


def test_work_added_after_the_handing_over_had_begun_is_handed_over_too(
    county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    phone.visit()
    lost(county, phone)
    real, late = Transport.hand_over, []

    def meanwhile(self: Transport, device_id: str, name: str, sealed: bytes) -> None:
        real(self, device_id, name, sealed)
        if not late:
            late.append(phone.draft(OTHER, number=5))

    monkeypatch.setattr(Transport, "hand_over", meanwhile)
    leave(phone)
    taken = county.json("devices", "salvage", phone.device.device_id, "--drafts")
    assert [one["id"] for one in taken["drafts"]] == late
    assert taken["photos"] == 8


def test_an_office_that_lacks_a_piece_does_not_let_the_device_wipe(
    county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    phone.visit()
    lost(county, phone)
    monkeypatch.setattr(Transport, "hand_over", lambda *given: None)
    with pytest.raises(FieldError, check=lambda error: error.code == "farewell.incomplete"):
        phone.sync()
    assert outbox.waiting_count(phone.store) == 1
    assert not phone.home.wipe_file.exists()


# killed in the middle of the wipe


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>login</html>"), (204, b""), (200, json.dumps({"signature": "00" * 64}).encode())]
)
def test_whoever_answers_in_the_offices_place_wipes_nothing(
    county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
):
    """A hotel's network answers everything with a page of its own, and some with nothing at all."""
    phone.visit()
    lost(county, phone)
    real = Transport._send

    def send(self: Transport, method: str, path: str, *given: Any, **named: Any) -> httpx.Response:
        if path.endswith("/salvage"):
            return httpx.Response(status, stream=httpx.ByteStream(body))
        return real(self, method, path, *given, **named)

    monkeypatch.setattr(Transport, "_send", send)
    with pytest.raises(FieldError, check=lambda error: error.code == "server.unreadable"):
        phone.sync()
    assert not phone.home.wipe_file.exists()
    assert phone.home.secret_file.exists()
    monkeypatch.undo()
    leave(phone)
    assert state(phone) == "wiped"
    assert county.json("devices", "salvage", phone.device.device_id)["waiting"] == 1


def begun(county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go as far as the point of no return, and die there."""
    phone.visit()
    unlock.remember(phone.home, phone.key, phone.clock, phone.environment)
    lost(county, phone)
    with monkeypatch.context() as patch:
        patch.setattr(wiping, "wipe", lambda *given, **more: (_ for _ in ()).throw(Kill))
        with pytest.raises(Kill):
            phone.sync()
    assert phone.home.wipe_file.exists()
    assert state(phone) == "salvaged"


def resumed(phone: Phone) -> None:
    """Do what the start of any command does, and then a sync's."""
    wiping.resume(phone.home, phone.environment, tells=True)


def test_a_wipe_cut_short_at_any_file_goes_on_where_it_was(
    county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    begun(county, phone, monkeypatch)
    while len(before := phone.files()) > 1:
        with contextlib.suppress(Kill):
            wiping.wipe(phone.home, phone.environment, destroy=one_file_then_death())
        assert len(phone.files()) == len(before) - 1
        assert not phone.home.secret_file.exists()  # Keys first: the rest is unreadable from here on.
        with pytest.raises(FieldError, check=lambda error: error.code == "device.wiped"):
            load_device(phone.home)
    resumed(phone)
    assert phone.files() == ["wipe.json"]
    assert state(phone) == "wiped"


def one_file_then_death() -> Callable[[Path], None]:
    gone: list[Path] = []

    def destroy(path: Path) -> None:
        if path.exists():
            if gone:
                raise Kill
            gone.append(path)
        wiping._destroy(path)

    return destroy


def test_after_the_point_of_no_return_nothing_opens_the_store(
    county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    begun(county, phone, monkeypatch)
    with pytest.raises(FieldError, check=lambda error: error.code == "device.wiped"):
        open_store(phone.home, phone.key)
    resumed(phone)
    assert unlock.remembered(phone.home, phone.clock, phone.environment) is None


def test_a_wipe_without_a_line_is_done_and_told_later(county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch):
    begun(county, phone, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(Transport, "say_wiped", lambda *given: (_ for _ in ()).throw(NoConnection("connection.none")))
        resumed(phone)
    assert phone.files() == ["wipe.json"]
    assert state(phone) == "salvaged"
    resumed(phone)
    assert state(phone) == "wiped"


def test_a_program_killed_in_the_middle_ends_the_wipe_at_its_next_start(county: County, phone: Phone):
    """Real processes and a real SIGKILL, at the first file that goes."""
    phone.visit()
    phone.store.close()
    lost(county, phone)
    killer = (
        "import os, signal; from field_client import wiping; real = wiping._destroy\n"
        "def destroy(path):\n    real(path); os.kill(os.getpid(), signal.SIGKILL)\n"
        "wiping._destroy = destroy\nfrom field_client.cli import main; main()\n"
    )
    given = ["--home", str(phone.home.path), "sync", "--json"]
    environment = {**os.environ, **phone.environment}
    killed = subprocess.run([sys.executable, "-c", killer, *given], env=environment, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert not phone.home.secret_file.exists()
    assert phone.home.store_file.exists()
    again = subprocess.run(
        [sys.executable, "-m", "field_client", *given], env=environment, capture_output=True, check=False
    )
    assert json.loads(again.stdout)["error"]["code"] == "device.wiped"
    assert phone.files() == ["wipe.json"]
    assert state(phone) == "wiped"


def test_a_wiped_folder_can_be_enrolled_again_and_another_users_is_not_touched(county: County, phone: Phone):
    neighbour = phone.home.path / "users" / "worker2"
    other = enrolled(county, neighbour, "worker2")
    lost(county, phone)
    leave(phone)
    assert not other.sync().failure
    other.store.close()
    again = enrolled(county, phone.home.path)
    assert again.sync().failure is None
    again.store.close()


# what a lost device may still reach


def bearer(phone: Phone) -> str:
    with Transport(phone.county.address) as transport:
        begun = transport.begin_farewell(
            phone.device.device_id,
            lambda asked: (
                keys.read_keys(phone.store.get("keys")).signing.sign(b"zsb-device-farewell\0" + asked.encode()).hex()
            ),
        )
    return str(begun["token"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/sync/v1/exchange"),
        ("GET", "/api/v1/households"),
        ("GET", "/api/v1/visits"),
        ("POST", "/files/"),
        ("GET", "/api/v1/devices"),
    ],
)
def test_its_token_opens_nothing_else(county: County, phone: Phone, method: str, path: str):
    lost(county, phone)
    headers = {"Authorization": f"Bearer {bearer(phone)}", "Tus-Resumable": "1.0.0"}
    assert httpx.request(method, county.address + path, headers=headers, trust_env=False).status_code == 401


def test_its_token_is_for_its_own_farewell_and_for_half_an_hour(county: County, phone: Phone, tmp_path: Path):
    other = enrolled(county, tmp_path / "other")
    for one in (phone, other):
        lost(county, one)
    token, name = bearer(phone), "ab" * 32

    def put(device_id: str, name: str = name) -> int:
        address = f"{county.address}/api/v1/devices/{device_id}/farewell/pieces/{name}"
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.put(address, content=b"sealed", headers=headers, trust_env=False).status_code

    assert put(phone.device.device_id) == 204
    assert put(phone.device.device_id) == 204
    assert put(phone.device.device_id, "odd") == 422
    assert put(other.device.device_id) == 401
    county.time.pass_by(minutes=30)
    assert put(phone.device.device_id) == 401
    other.store.close()


def test_a_session_signature_opens_no_farewell_and_nobody_else_says_that_it_is_wiped(county: County, phone: Phone):
    lost(county, phone)
    signing = keys.read_keys(phone.store.get("keys")).signing
    base = f"{county.address}/api/v1/devices/{phone.device.device_id}"
    asked = httpx.post(f"{base}/challenge", json={}, trust_env=False).json()["challenge"]
    body = {"challenge": asked, "signature": signing.sign(b"zsb-device-session\0" + asked.encode()).hex()}
    assert httpx.post(f"{base}/farewell", json=body, trust_env=False).json()["code"] == "farewell.proof_invalid"
    said = httpx.post(f"{base}/farewell/wiped", json={"signature": "00" * 64}, trust_env=False)
    assert said.json()["code"] == "farewell.proof_invalid"
    assert state(phone) == "wipe_asked"


def test_only_who_answers_for_its_user_has_a_device_wiped(county: County, phone: Phone):
    address = f"/api/v1/devices/{phone.device.device_id}/wipe"
    worker = as_somebody(county, "worker2")
    assert worker.post(address, json={"reason": "遗失"}).status_code == 404
    assert worker.get("/api/v1/devices").json() == []
    reviewer = as_somebody(county, "reviewer1")
    assert reviewer.post(address, json={"reason": ""}).status_code == 422
    assert reviewer.post(address, json={"reason": "遗失"}).status_code == 204
    (row,) = reviewer.get("/api/v1/devices").json()
    assert (row["state"], row["wipe_reason"]) == ("wipe_asked", "遗失")


def test_pieces_are_bounded_and_named_by_what_is_in_them(phone: Phone, monkeypatch: pytest.MonkeyPatch):
    for number in range(4):
        phone.visit(number=1 + 4 * number)
    monkeypatch.setattr(salvage, "PIECE_BYTES", 4000)
    found = list(salvage.pieces(phone.store))
    assert [piece.name for piece in found] == [piece.name for piece in salvage.pieces(phone.store)]
    assert len({piece.name for piece in found}) == len(found)
    assert all(len(piece.content) <= 4000 for piece in found)
    assert sum(piece.facts["kind"] == "work" for piece in found) > 1


def test_a_photo_that_is_not_readable_is_noted_and_stops_nothing(county: County, phone: Phone):
    phone.visit()
    next(phone.home.media.iterdir()).write_bytes(b"broken")
    lost(county, phone)
    leave(phone)
    taken = county.json("devices", "salvage", phone.device.device_id)
    assert taken["photos"] == 3
    assert [one["reason"] for one in taken["notes"][0]["lost_photos"]] == ["media.damaged"]


def test_a_store_without_unsent_work_hands_over_nothing(county: County, phone: Phone):
    lost(county, phone)
    leave(phone)
    assert county.device(phone.device.device_id)["salvage_pieces"] == 0
    assert state(phone) == "wiped"
