"""Uploads by tus 1.0: every byte before a cut is kept, wrong bytes are found, and a crash between two steps heals."""

import hashlib
import io
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from tusclient.client import TusClient

from server.api.files import READ_BYTES
from server.domain.errors import UploadBusy
from server.domain.permissions import Actor
from server.extensions import db
from server.models.blob import Blob, Upload
from server.services import uploads
from server.transaction import parts, reading, transact
from sync.canonical import loads
from sync.protocol import Request
from sync.seal import verify_receipt
from tests.server.api.serving import (
    TUS,
    Serving,
    checksum,
    create,
    head,
    metadata,
    patch,
    raw_patch,
    send_and_cut,
    serving,
    upload,
)
from tests.server.office import VILLAGES, Office, an_id, blob_of, sha_of

PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 4096  # one megabyte


def stored(office: Office, sha: str) -> bytes | None:
    with office.app.app_context():
        return b"".join(parts().blobs.open(sha)) if parts().blobs.has(sha) else None


def staged(office: Office) -> list[Path]:
    with office.app.app_context():
        return sorted(parts().uploads.glob("*.part"))


def noted(office: Office, sha: str) -> Blob | None:
    with office.app.app_context():
        return reading().get(Blob, sha)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def tus(serving: Serving, token: str, data: bytes, **more: Any) -> Any:
    client = TusClient(f"{serving.address}/files/", headers={"Authorization": f"Bearer {token}"})
    meta = {"sha256": sha256(data), "kind": "photo"}
    return client.uploader(file_stream=io.BytesIO(data), metadata=meta, chunk_size=100_000, **more)


def test_any_tus_client_uploads_a_photo_whole(office: Office):
    device = office.device()
    with serving(office.app) as server:
        uploader = tus(server, device.token, PHOTO, upload_checksum=True)
        uploader.upload()
    assert uploader.offset == len(PHOTO)
    assert stored(office, sha256(PHOTO)) == PHOTO
    assert staged(office) == []
    kept = noted(office, sha256(PHOTO))
    assert (kept.size, kept.media_type, kept.device_id) == (len(PHOTO), "image/jpeg", device.device_id)


def test_after_a_cut_line_the_upload_goes_on_where_the_bytes_ended(office: Office):
    device = office.device()
    half = len(PHOTO) // 2
    with serving(office.app) as server:
        location = tus(server, device.token, PHOTO).create_url()
        path = location.removeprefix(server.address)
        send_and_cut(server, raw_patch(path, device.token, 0, PHOTO[:half], length=len(PHOTO)))
        again = tus(server, device.token, PHOTO, url=location)
        assert again.get_offset() == half
        again.upload()
    assert stored(office, sha256(PHOTO)) == PHOTO


@pytest.mark.parametrize("kept", [0, 1, 65536, 100_000])
def test_every_byte_before_a_cut_is_kept(office: Office, client: FlaskClient, kept: int):
    device = office.device()
    location = create(client, device.token, PHOTO).headers["Location"]
    with serving(office.app) as server:
        path = location.partition("localhost")[2]
        send_and_cut(server, raw_patch(path, device.token, 0, PHOTO[:kept], length=len(PHOTO)))
    assert head(client, device.token, location).headers["Upload-Offset"] == str(kept)


def test_while_bytes_come_slowly_no_database_connection_is_held(office: Office, client: FlaskClient):
    device = office.device()
    location = create(client, device.token, PHOTO).headers["Location"]
    with office.app.app_context():
        pool = db.engine.pool
    held = []

    class Slow(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            held.append(pool.checkedout())
            return super().readinto(buffer)

    headers = {**TUS, "Authorization": f"Bearer {device.token}", "Upload-Offset": "0"}
    answer = client.patch(
        location, input_stream=Slow(PHOTO), headers={**headers, "Content-Length": str(len(PHOTO))},
        content_type="application/offset+octet-stream",
    )  # fmt: skip
    assert answer.status_code == 204
    assert set(held) == {0}


def test_a_piece_at_the_wrong_place_is_refused_and_changes_nothing(office: Office, client: FlaskClient):
    token = office.device().token
    location = create(client, token, PHOTO).headers["Location"]
    patch(client, token, location, 0, PHOTO[:10])
    for offset in (0, 9, 11):
        answer = patch(client, token, location, offset, PHOTO[offset : offset + 5])
        assert (answer.status_code, answer.json["code"]) == (409, "upload.offset")
    assert head(client, token, location).headers["Upload-Offset"] == "10"


def test_a_piece_that_was_altered_on_the_way_is_dropped_and_only_that(office: Office, client: FlaskClient):
    token = office.device().token
    location = create(client, token, PHOTO).headers["Location"]
    patch(client, token, location, 0, PHOTO[:10], **checksum(PHOTO[:10]))
    answer = patch(client, token, location, 10, PHOTO[10:20], **checksum(b"other bytes"))
    assert (answer.status_code, answer.json["code"], answer.json["retryable"]) == (460, "upload.checksum", True)
    assert head(client, token, location).headers["Upload-Offset"] == "10"
    rest = patch(client, token, location, 10, PHOTO[10:], **checksum(PHOTO[10:], "sha1"))
    assert rest.status_code == 204
    assert stored(office, sha256(PHOTO)) == PHOTO


def test_a_whole_file_that_is_not_what_was_announced_starts_again_at_0(office: Office, client: FlaskClient):
    token = office.device().token
    location = create(client, token, PHOTO).headers["Location"]
    wrong = PHOTO[:-1] + b"x"
    answer = patch(client, token, location, 0, wrong)
    assert (answer.status_code, answer.json["code"]) == (460, "upload.checksum")
    assert head(client, token, location).headers["Upload-Offset"] == "0"
    assert (stored(office, sha256(PHOTO)), stored(office, sha256(wrong))) == (None, None)
    assert noted(office, sha256(PHOTO)) is None
    assert patch(client, token, location, 0, PHOTO).status_code == 204
    assert stored(office, sha256(PHOTO)) == PHOTO


def test_a_lost_answer_to_a_creation_leaves_no_second_upload(office: Office, client: FlaskClient):
    token = office.device().token
    first = create(client, token, PHOTO)
    patch(client, token, first.headers["Location"], 0, PHOTO[:10])
    again = create(client, token, PHOTO)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Upload-Offset"] == "10"
    with office.app.app_context():
        assert reading().query(Upload).count() == 1


def test_what_is_stored_already_needs_no_byte_more(office: Office, client: FlaskClient):
    one, other = office.device("caseworker1"), office.device("caseworker2")
    upload(client, one.token, PHOTO)
    answer = create(client, other.token, PHOTO)
    assert answer.headers["Upload-Offset"] == str(len(PHOTO))
    assert "Upload-Expires" not in answer.headers
    repeated = patch(client, other.token, answer.headers["Location"], len(PHOTO), b"")
    assert repeated.status_code == 204


def test_a_piece_that_comes_after_the_file_was_stored_begins_nothing_anew(office: Office, client: FlaskClient):
    token = office.device().token
    upload(client, token, PHOTO)
    location = create(client, token, PHOTO).headers["Location"]
    for offset in (0, 9):
        answer = patch(client, token, location, offset, PHOTO[offset : offset + 5])
        assert (answer.status_code, answer.json["code"]) == (409, "upload.offset")
    assert staged(office) == []


def test_half_an_upload_gives_way_when_another_device_brought_the_same_bytes_first(office: Office, client: FlaskClient):
    one, other = office.device("caseworker1"), office.device("caseworker2")
    location = create(client, one.token, PHOTO).headers["Location"]
    patch(client, one.token, location, 0, PHOTO[:10])
    upload(client, other.token, PHOTO)
    answer = head(client, one.token, location)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (200, str(len(PHOTO)))
    assert staged(office) == []
    assert stored(office, sha256(PHOTO)) == PHOTO


def test_a_creation_with_another_length_begins_anew_instead_of_blocking_the_photo(office: Office, client: FlaskClient):
    token = office.device().token
    wrong = create(client, token, PHOTO, **{"Upload-Length": "5"})
    patch(client, token, wrong.headers["Location"], 0, PHOTO[:3])
    right = create(client, token, PHOTO)
    assert right.headers["Upload-Offset"] == "0"
    assert patch(client, token, right.headers["Location"], 0, PHOTO).status_code == 204
    assert stored(office, sha256(PHOTO)) == PHOTO


def test_nobody_sees_or_touches_another_devices_upload(office: Office, client: FlaskClient):
    mine, theirs = office.device("caseworker1").token, office.device("caseworker2").token
    location = create(client, mine, PHOTO).headers["Location"]
    assert head(client, theirs, location).status_code == 404
    assert patch(client, theirs, location, 0, PHOTO).json["code"] == "upload.not_found"
    ended = client.delete(location, headers={**TUS, "Authorization": f"Bearer {theirs}"})
    assert ended.status_code == 404
    assert head(client, mine, location).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize("path", ["unknown", "..%2f..%2foffice.db", "%00"])
def test_an_upload_that_is_none_is_not_found(office: Office, client: FlaskClient, path: str):
    assert head(client, office.device().token, f"/files/{path}").status_code in (404, 422)


def test_a_file_beyond_the_limit_is_refused_before_it_is_sent(make_server: Any):
    office = Office.found(make_server(upload_limit_bytes=1000))
    client, token = office.app.test_client(), office.device().token
    answer = create(client, token, bytes(1001))
    assert (answer.status_code, answer.json["code"]) == (413, "body.too_large")
    assert create(client, token, bytes(1000)).status_code == 201


@pytest.mark.parametrize("announced", [True, False])
def test_more_bytes_than_announced_are_refused_and_no_file_grows_beyond_its_size(
    office: Office, client: FlaskClient, announced: bool
):
    token = office.device().token
    location = create(client, token, PHOTO).headers["Location"]
    if announced:
        answer = patch(client, token, location, 0, PHOTO + b"x")
    else:
        headers = {**TUS, "Authorization": f"Bearer {token}", "Upload-Offset": "0"}
        answer = client.patch(
            location, headers=headers, input_stream=io.BytesIO(PHOTO + b"x"),
            content_type="application/offset+octet-stream", environ_overrides={"wsgi.input_terminated": True},
        )  # fmt: skip
    assert answer.status_code == 413
    assert all(file.stat().st_size <= len(PHOTO) for file in staged(office))


def test_an_upload_can_be_given_up_and_begun_again(office: Office, client: FlaskClient):
    token = office.device().token
    location = create(client, token, PHOTO).headers["Location"]
    patch(client, token, location, 0, PHOTO[:10])
    assert client.delete(location, headers={**TUS, "Authorization": f"Bearer {token}"}).status_code == 204
    assert staged(office) == []
    assert head(client, token, location).status_code == 404
    assert upload(client, token, PHOTO).status_code == 204


def test_giving_up_an_upload_leaves_a_stored_photo_alone(office: Office, client: FlaskClient):
    token = office.device().token
    location = create(client, token, PHOTO).headers["Location"]
    patch(client, token, location, 0, PHOTO)
    client.delete(location, headers={**TUS, "Authorization": f"Bearer {token}"})
    assert stored(office, sha256(PHOTO)) == PHOTO
    assert noted(office, sha256(PHOTO)) is not None


def test_the_server_says_what_it_can_do_to_anybody(client: FlaskClient):
    answer = client.options("/files/")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {"creation", "checksum", "termination", "expiration"}
    assert "sha256" in answer.headers["Tus-Checksum-Algorithm"]
    assert answer.headers["Tus-Max-Size"].isdigit()


def test_another_version_of_tus_is_refused_as_it_asks(office: Office, client: FlaskClient):
    answer = create(client, office.device().token, PHOTO, **{"Tus-Resumable": "0.2.2"})
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    "odd",
    [
        {"Upload-Length": ""},
        {"Upload-Length": "-1"},
        {"Upload-Length": "0"},
        {"Upload-Length": "²"},
        {"Upload-Length": "9" * 5000},
        {"Upload-Metadata": ""},
        {"Upload-Metadata": "sha256 !!!"},
        {"Upload-Metadata": "sha256 é"},
        {"Upload-Metadata": "sha256 " + "/" * 8},
        {"Upload-Metadata": metadata(b"", sha256="A" * 64)},
        {"Upload-Metadata": metadata(b"", sha256="../" + "a" * 61)},
    ],
    ids=lambda odd: str(odd)[:40],
)
def test_a_creation_that_does_not_say_what_comes_is_refused(office: Office, client: FlaskClient, odd: dict[str, str]):
    answer = create(client, office.device().token, PHOTO, **odd)
    assert (answer.status_code, answer.json["code"]) == (422, "upload.metadata")


@pytest.mark.parametrize(
    ("odd", "status"),
    [
        ({"Upload-Offset": ""}, 422),
        ({"Upload-Offset": "²"}, 422),
        ({"Upload-Offset": "9" * 5000}, 422),
        ({"Upload-Checksum": "md5 AAAA"}, 422),
        ({"Upload-Checksum": "sha256 é"}, 422),
        ({"Upload-Checksum": "sha256"}, 422),
        ({"Content-Type": "image/jpeg"}, 415),
    ],
    ids=lambda odd: str(odd)[:40],
)
def test_a_piece_with_odd_headers_is_refused_and_keeps_nothing(
    office: Office, client: FlaskClient, odd: dict[str, str], status: int
):
    token = office.device().token
    location = create(client, token, PHOTO).headers["Location"]
    assert patch(client, token, location, 0, PHOTO[:10], **odd).status_code == status
    assert head(client, token, location).headers["Upload-Offset"] == "0"


def test_two_connections_do_not_write_into_one_upload(office: Office, client: FlaskClient):
    """Whoever comes later takes over; the earlier one finds out at its next write, and writes nothing more."""
    token = office.device().token
    location = create(client, token, PHOTO).headers["Location"]
    with office.app.app_context():
        row = reading().query(Upload).one()
        folder = parts().uploads
    answers = []

    def pieces() -> Any:
        yield PHOTO[:10]
        answers.append(patch(client, token, location, 10, PHOTO[10:15]))
        yield PHOTO[10:20]

    with pytest.raises(UploadBusy):
        uploads.append(folder, row, 0, pieces(), now=row.created_at)
    assert (answers[0].status_code, answers[0].headers["Upload-Offset"]) == (204, "15")
    assert head(client, token, location).headers["Upload-Offset"] == "15"
    assert patch(client, token, location, 15, PHOTO[15:]).status_code == 204
    assert stored(office, sha256(PHOTO)) == PHOTO


@pytest.mark.parametrize("asked", ["position", "creation"])
def test_a_connection_that_hangs_gives_way_to_the_honest_retry_at_once(office: Office, client: FlaskClient, asked: str):
    token = office.device().token
    path = create(client, token, PHOTO).headers["Location"].partition("localhost")[2]
    half = len(PHOTO) // 2
    with serving(office.app) as server, socket.create_connection((server.host, server.port)) as hanging:
        hanging.sendall(raw_patch(path, token, 0, PHOTO[:half], length=len(PHOTO), more=checksum(PHOTO)))
        await_bytes(office, half - READ_BYTES)  # The line is not cut: it hangs, and the server waits for more.
        answer = head(client, token, path) if asked == "position" else create(client, token, PHOTO)
        kept = int(answer.headers["Upload-Offset"])
        assert half - READ_BYTES < kept <= half
        assert patch(client, token, path, kept, PHOTO[kept:]).status_code == 204
        hanging.sendall(PHOTO[half:])
        assert b" 423 " in hanging.recv(65536).partition(b"\r\n")[0]
    assert stored(office, sha256(PHOTO)) == PHOTO
    with office.app.app_context():
        assert [path.name for path in parts().uploads.iterdir()] == [".swept"]


def test_a_hanging_connection_may_come_to_life_and_writes_nothing_into_what_has_moved_on(
    office: Office, client: FlaskClient
):
    token = office.device().token
    path = create(client, token, PHOTO).headers["Location"].partition("localhost")[2]
    with serving(office.app) as server, socket.create_connection((server.host, server.port)) as hanging:
        hanging.sendall(raw_patch(path, token, 0, PHOTO[:100_000], length=len(PHOTO)))
        await_bytes(office, 100_000 - READ_BYTES)
        kept = int(head(client, token, path).headers["Upload-Offset"])
        hanging.sendall(b"x" * (len(PHOTO) - 100_000))
        assert b" 423 " in hanging.recv(65536).partition(b"\r\n")[0]
        assert head(client, token, path).headers["Upload-Offset"] == str(kept)


def await_bytes(office: Office, count: int) -> None:
    """Wait until so many bytes of the only upload are in its file."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(path.stat().st_size >= count for path in staged(office)):
            return
        time.sleep(0.02)
    raise AssertionError("the bytes did not arrive")


def test_a_piece_that_was_cut_is_kept_though_its_hash_cannot_be_judged(office: Office, client: FlaskClient):
    token = office.device().token
    path = create(client, token, PHOTO).headers["Location"].partition("localhost")[2]
    with serving(office.app) as server:
        send_and_cut(server, raw_patch(path, token, 0, PHOTO[:70_001], length=len(PHOTO), more=checksum(PHOTO)))
    assert head(client, token, path).headers["Upload-Offset"] == "70001"
    patch(client, token, path, 70_001, PHOTO[70_001:], **checksum(PHOTO[70_001:]))
    assert stored(office, sha256(PHOTO)) == PHOTO


def test_what_was_damaged_before_a_cut_is_found_by_the_whole_files_hash(office: Office, client: FlaskClient):
    token = office.device().token
    path = create(client, token, PHOTO).headers["Location"].partition("localhost")[2]
    with serving(office.app) as server:
        send_and_cut(server, raw_patch(path, token, 0, b"damaged", length=len(PHOTO), more=checksum(PHOTO)))
    assert patch(client, token, path, 7, PHOTO[7:], **checksum(PHOTO[7:])).status_code == 460
    assert head(client, token, path).headers["Upload-Offset"] == "0"


def staged_whole(office: Office, client: FlaskClient) -> tuple[Any, str]:
    """A device whose last piece was taken when the server was killed, before it was verified."""
    device = office.device()
    location = create(client, device.token, PHOTO).headers["Location"]
    with office.app.app_context():
        row = reading().query(Upload).one()
        uploads.append(parts().uploads, row, 0, [PHOTO], now=row.created_at)
    return device, location


def test_a_crash_before_the_bytes_were_verified_heals_at_the_next_question(office: Office, client: FlaskClient):
    device, location = staged_whole(office, client)
    assert noted(office, sha256(PHOTO)) is None
    assert head(client, device.token, location).headers["Upload-Offset"] == str(len(PHOTO))
    assert stored(office, sha256(PHOTO)) == PHOTO
    assert noted(office, sha256(PHOTO)) is not None


@pytest.mark.parametrize("ask", ["position", "creation"])
def test_a_crash_between_storing_and_noting_heals_at_the_next_question(office: Office, client: FlaskClient, ask: str):
    device, location = staged_whole(office, client)
    with office.app.app_context():
        parts().blobs.put(sha256(PHOTO), staged(office)[0])
    answer = head(client, device.token, location) if ask == "position" else create(client, device.token, PHOTO)
    assert answer.headers["Upload-Offset"] == str(len(PHOTO))
    assert noted(office, sha256(PHOTO)).size == len(PHOTO)


def test_staged_bytes_that_a_crash_left_wrong_are_found_and_dropped(office: Office, client: FlaskClient):
    device, location = staged_whole(office, client)
    damaged = staged(office)[0]
    damaged.write_bytes(PHOTO[:-1] + b"x")
    assert head(client, device.token, location).status_code == 460
    assert head(client, device.token, location).headers["Upload-Offset"] == "0"
    assert stored(office, sha256(PHOTO)) is None


def a_visit_sent(office: Office, device: Any) -> str:
    device.exchange()
    visit_id = an_id()
    acks = device.exchange([device.mutation("visit", visit_id, "create", VILLAGES[0], office.visit(device))])
    assert acks.results[0].outcome == "applied"
    return visit_id


def receipts_of(device: Any) -> list[dict[str, Any]]:
    device.exchange()
    return [loads(body) for key, (_, body) in device.rows.items() if key[1] == "receipt"]


BLOBS = ["photo", "h"]


def test_when_the_last_blob_arrives_the_server_signs_a_receipt_that_every_device_can_check(
    office: Office, client: FlaskClient
):
    device = office.device()
    names = [*BLOBS, office.staff["caseworker1"], office.staff["caseworker3"]]
    visit_id = a_visit_sent(office, device)
    for name in names:
        assert receipts_of(device) == []
        upload(client, device.token, blob_of(name))
    (receipt,) = receipts_of(device)
    assert (receipt["visit_id"], receipt["revision"]) == (visit_id, 1)
    assert receipt["blobs"] == sorted(map(sha_of, names))
    with office.app.app_context():
        verify_receipt(receipt, bytes.fromhex(parts().vault.receipt_public_key))


def test_when_all_blobs_came_before_the_visit_the_receipt_comes_with_it_and_only_once(
    office: Office, client: FlaskClient
):
    device = office.device()
    for name in [*BLOBS, office.staff["caseworker1"], office.staff["caseworker3"]]:
        upload(client, device.token, blob_of(name))
    a_visit_sent(office, device)
    assert len(receipts_of(device)) == 1
    upload(client, device.token, blob_of("photo"))
    assert len(receipts_of(device)) == 1


def test_a_visit_with_a_seal_that_is_none_neither_blocks_its_photos_nor_goes_without_a_receipt(
    office: Office, client: FlaskClient
):
    device = office.device()
    device.exchange()
    visit = {**office.visit(device), "seal": ["no", "seal"]}
    mutation = device.mutation("visit", an_id(), "create", VILLAGES[0], visit)
    assert device.exchange([mutation]).results[0].outcome == "applied"
    for name in [*BLOBS, office.staff["caseworker1"], office.staff["caseworker3"]]:
        assert upload(client, device.token, blob_of(name)).status_code == 204
    assert len(receipts_of(device)) == 1


# The limit on a file's size that a process may set for itself stands for a full disk: the same write fails.
FULL_DISK = """
import resource, sys
from pathlib import Path
from server.app import create_app
from tests.server.api.serving import patch
from tests.server.api.test_files import PHOTO
from tests.server.conftest import StillClock, settings_in

folder, location, token = sys.argv[1:]
app = create_app(settings_in(Path(folder)), clock=StillClock())
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
answer = patch(app.test_client(), token, location, 0, PHOTO)
print(answer.status_code, answer.json["code"], answer.json["retryable"])
"""


@pytest.mark.sqlite_only
def test_when_the_disk_is_full_the_bytes_so_far_stay_and_the_upload_goes_on_later(office: Office, client: FlaskClient):
    device = office.device()
    location = create(client, device.token, PHOTO).headers["Location"]
    with office.app.app_context():
        folder = str(parts().settings.data_dir)
    command = [sys.executable, "-c", FULL_DISK, folder, location, device.token]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[3])
    assert found.stdout.split() == ["507", "storage.full", "True"], found.stderr
    assert head(client, device.token, location).headers["Upload-Offset"] == "500000"
    assert patch(client, device.token, location, 500_000, PHOTO[500_000:]).status_code == 204
    assert stored(office, sha256(PHOTO)) == PHOTO


@pytest.mark.sqlite_only
def test_when_the_database_has_no_room_nothing_is_written_and_the_device_is_told_to_come_again(office: Office):
    device = office.device()
    device.exchange()
    with office.app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    full = [f"PRAGMA max_page_count = {pages}"]
    event.listen(engine, "checkout", lambda connection, *_: [connection.execute(one) for one in full])
    long = [{**office.visit(device), "remarks": "长" * 4000} for _ in range(20)]
    mutations = tuple(device.mutation("visit", an_id(), "create", VILLAGES[0], fields) for fields in long)
    asked = Request(1, device.epoch, device.have, mutations)
    answer = device.post(asked)
    assert (answer.status_code, answer.json["code"], answer.json["retryable"]) == (507, "storage.full", True)
    full[:] = ["PRAGMA max_page_count = 1000000"]
    again = device.exchange(mutations)
    assert [result.outcome for result in again.results] == ["applied"] * 20
    assert device.own_state(VILLAGES[0]) == device.states[VILLAGES[0]]


@pytest.fixture
def quota() -> Iterator[None]:
    """Let no file of this process grow, as a quota that is used up does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.sqlite_only  # The quota of a PostgreSQL is that of another process.
def test_a_database_past_its_quota_is_told_as_full(office: Office, quota: None):
    device = office.device()
    device.exchange()
    mutation = device.mutation("visit", an_id(), "create", VILLAGES[0], office.visit(device))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    answer = device.post(Request(1, device.epoch, device.have, (mutation,)))
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (answer.status_code, answer.json["code"]) == (507, "storage.full")
    assert [result.outcome for result in device.exchange((mutation,)).results] == ["applied"]


def test_terminated_uploads_leave_other_uploads_of_the_device_alone(office: Office, client: FlaskClient):
    token = office.device().token
    other = create(client, token, blob_of("other")).headers["Location"]
    patch(client, token, other, 0, blob_of("other")[:3])
    mine = create(client, token, PHOTO).headers["Location"]
    client.delete(mine, headers={**TUS, "Authorization": f"Bearer {token}"})
    assert head(client, token, other).headers["Upload-Offset"] == "3"


def test_roles_that_do_not_sync_upload_nothing(office: Office, client: FlaskClient):
    answer = create(client, office.token("inspector1"), PHOTO)
    assert (answer.status_code, answer.json["code"]) == (403, "permission.denied")


def test_noting_a_stored_blob_twice_is_harmless(office: Office, client: FlaskClient):
    device = office.device()
    upload(client, device.token, PHOTO)
    with office.app.app_context():
        row = reading().query(Upload).one()
        actor = Actor("someone", "", ())
        transact(lambda ledger: uploads.remember(ledger.session, actor, row, "image/png", now=row.created_at))
    assert noted(office, sha256(PHOTO)).media_type == "image/jpeg"
