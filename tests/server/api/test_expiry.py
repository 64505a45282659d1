"""Uploads that nobody goes on with end: by the command, and by themselves; what is stored or still comes in stays."""

import hashlib
import json
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from server.models.blob import Blob, Upload
from server.sweeping import sweep
from server.transaction import parts, reading
from tests.server.api.serving import create, head, patch, upload
from tests.server.conftest import MONDAY, StillClock
from tests.server.office import Office, open_device_session

PHOTO, OTHER = b"\xff\xd8\xff" + bytes(5000), b"\xff\xd8\xff" + b"1" * 5000


def begun(client: FlaskClient, token: str, data: bytes = PHOTO) -> str:
    location = create(client, token, data).headers["Location"]
    assert patch(client, token, location, 0, data[:1000]).status_code == 204
    return str(location)


def files(app: Flask) -> list[Path]:
    with app.app_context():
        return sorted(parts().uploads.glob("*.part"))


def run(app: Flask, *arguments: str) -> dict[str, int | bool]:
    found = app.test_cli_runner().invoke(args=["uploads", "expire", "--json", *arguments])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_the_answer_tells_until_when_an_upload_is_kept(office: Office, client: FlaskClient):
    answer = create(client, office.device().token, PHOTO)
    assert parsedate_to_datetime(answer.headers["Upload-Expires"]) == MONDAY + timedelta(hours=24 * 14)


def test_an_expired_upload_goes_with_its_bytes_and_can_be_begun_again(
    office: Office, client: FlaskClient, clock: StillClock
):
    device = office.device()
    location = begun(client, device.token)
    clock.forward(days=15)
    assert run(office.app) == {"uploads": 1, "files": 1, "size_bytes": 1000, "dry_run": False}
    assert files(office.app) == []
    token = open_device_session(client, device.device_id, device.key)
    assert head(client, token, location).status_code == 404
    assert upload(client, token, PHOTO).status_code == 204


def test_a_dry_run_counts_and_removes_nothing(office: Office, client: FlaskClient, clock: StillClock):
    begun(client, office.device().token)
    clock.forward(days=15)
    before = files(office.app)
    assert run(office.app, "--dry-run") == {"uploads": 1, "files": 1, "size_bytes": 1000, "dry_run": True}
    assert files(office.app) == before
    assert run(office.app, "--dry-run")["uploads"] == 1


def test_an_upload_is_kept_as_long_after_its_last_byte_as_after_its_beginning(
    office: Office, client: FlaskClient, clock: StillClock
):
    device = office.device()
    location = begun(client, device.token)
    clock.forward(days=13)
    token = open_device_session(client, device.device_id, device.key)
    assert patch(client, token, location, 1000, PHOTO[1000:1500]).status_code == 204
    clock.forward(days=13)
    assert run(office.app)["uploads"] == 0
    clock.forward(days=2)
    assert run(office.app)["uploads"] == 1


def test_the_blob_of_a_finished_upload_stays(office: Office, client: FlaskClient, clock: StillClock):
    upload(client, office.device().token, PHOTO)
    clock.forward(days=15)
    assert run(office.app)["uploads"] == 1
    with office.app.app_context():
        assert reading().get(Blob, hashlib.sha256(PHOTO).hexdigest()) is not None
        assert parts().blobs.has(hashlib.sha256(PHOTO).hexdigest())


def test_a_file_that_no_upload_knows_goes_once_it_is_old(office: Office, client: FlaskClient, clock: StillClock):
    """A crash between the commit and the deletion leaves one."""
    begun(client, office.device().token)
    with office.app.app_context():
        reading().query(Upload).delete()
        reading().commit()
        assert sweep().files == 0
        clock.forward(days=15)
        assert sweep().files == 1
    assert files(office.app) == []


def test_new_uploads_sweep_the_old_ones_by_themselves_and_not_at_each(
    office: Office, client: FlaskClient, clock: StillClock
):
    begun(client, office.device().token)
    clock.forward(days=15)
    create(client, office.token("caseworker1"), OTHER)
    with office.app.app_context():
        assert [one.sha256 for one in reading().query(Upload)] == [hashlib.sha256(OTHER).hexdigest()]


def test_doctor_counts_what_lies_about_and_finds_no_fault_in_it(office: Office, client: FlaskClient, clock: StillClock):
    begun(client, office.device().token)
    clock.forward(days=15)
    with office.app.app_context():
        path = parts().uploads / "unnoted.tmp"
        path.write_bytes(OTHER)
        parts().blobs.put(hashlib.sha256(OTHER).hexdigest(), path)
    found = office.app.test_cli_runner().invoke(args=["doctor", "--json"])
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["blobs"] == {"unnoted": 1, "expired": 1}
