"""The tus client that browsers use, in real Node processes: whole, cut, killed and resumed, refused, given up."""

import hashlib
import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from server.transaction import parts
from tests.server.api.serving import Serving, create, head, patch, serving
from tests.server.office import Office
from tests.tus_js.installed import Missing, folder

PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 2048  # half a megabyte
SHA = hashlib.sha256(PHOTO).hexdigest()
PIECE = 100_000


@dataclass
class Browser:
    """Node with tus-js-client, a photo in a file, and a place where it keeps the addresses of uploads."""

    program: Path
    photo: Path
    token: str

    def run(self, serving: Serving, **asked: Any) -> subprocess.CompletedProcess[str]:
        told = {
            "deed": "upload",
            "endpoint": f"{serving.address}/files/",
            "token": self.token,
            "file": str(self.photo),
            "metadata": {"sha256": SHA, "kind": "photo"},
            "chunk": PIECE,
            **asked,
        }
        command = ["node", "client.mjs", json.dumps(told)]
        return subprocess.run(command, cwd=self.program, capture_output=True, text=True, timeout=120)

    def does(self, serving: Serving, **asked: Any) -> dict[str, Any]:
        found = self.run(serving, **asked)
        assert found.stdout, found.stderr
        return json.loads(found.stdout)


@pytest.fixture
def browser(office: Office, tmp_path: Path) -> Browser:
    try:
        program = folder()
    except Missing as reason:
        pytest.skip(str(reason))
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(PHOTO)
    return Browser(program, photo, office.device().token)


def stored(office: Office) -> bytes | None:
    with office.app.app_context():
        return b"".join(parts().blobs.open(SHA)) if parts().blobs.has(SHA) else None


def test_it_uploads_a_photo_whole(office: Office, browser: Browser):
    with serving(office.app) as server:
        found = browser.does(server)
    assert (found["done"], found["offsets"]) == (True, list(range(0, len(PHOTO), PIECE)))
    assert stored(office) == PHOTO


def test_killed_in_the_middle_it_resumes_in_a_new_process_by_the_fingerprint(
    office: Office, browser: Browser, tmp_path: Path
):
    storage = str(tmp_path / "addresses.json")
    with serving(office.app) as server:
        killed = browser.run(server, storage=storage, dieAt=2 * PIECE)
        assert killed.returncode == -9
        found = browser.does(server, storage=storage, resume=True)
    assert found["done"]
    assert found["offsets"][0] >= 2 * PIECE
    assert stored(office) == PHOTO


class CutOnce:
    """A line that ends one piece in its middle, and its answer never comes back."""

    def __init__(self, app: Any, keeps: int) -> None:
        self.app, self.keeps, self.done = app, keeps, False

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "PATCH" or self.done:
            return self.app(environ, start)
        self.done = True
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = Short(body[: self.keeps])
        for _ in self.app(environ, lambda *answer: lambda data: None):
            pass
        start("502 Bad Gateway", [("Content-Length", "0")])
        return [b""]


class Short:
    """A body that ends before its length."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, size: int = -1) -> bytes:
        given, self.data = self.data[:size], self.data[size:]
        return given


def test_after_a_cut_it_goes_on_where_the_bytes_ended(office: Office, browser: Browser):
    whole = office.app.wsgi_app
    office.app.wsgi_app = CutOnce(whole, 12_345)  # type: ignore[method-assign]
    with serving(office.app) as server:
        found = browser.does(server, retries=[0, 100])
    assert found["done"]
    assert found["offsets"][:2] == [0, 12_345]
    assert stored(office) == PHOTO


def test_begun_by_another_client_of_the_same_device_it_finds_the_offset(
    office: Office, browser: Browser, client: FlaskClient
):
    location = create(client, browser.token, PHOTO).headers["Location"]
    assert patch(client, browser.token, location, 0, PHOTO[:777]).status_code == 204
    with serving(office.app) as server:
        found = browser.does(server, retries=[0, 100])
    assert found["done"]
    assert found["offsets"][:2] == [0, 777]  # It tries from the start, is told 409, and asks.
    assert stored(office) == PHOTO


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Upload-Offset": "5"}, 409), ({"Upload-Checksum": "sha1 " + "A" * 27 + "="}, 460)],
    ids=["wrong offset", "checksum mismatch"],
)
def test_it_is_told_what_was_wrong_and_nothing_is_kept(
    office: Office, browser: Browser, client: FlaskClient, headers: dict[str, str], status: int
):
    with serving(office.app) as server:
        found = browser.does(server, patch=headers)
    assert found["status"] == status
    assert head(client, browser.token, urlsplit(found["url"]).path).headers["Upload-Offset"] == "0"
    assert stored(office) is None


def test_it_can_give_an_upload_up(office: Office, browser: Browser, client: FlaskClient):
    path = create(client, browser.token, PHOTO).headers["Location"].partition("localhost")[2]
    with serving(office.app) as server:
        assert browser.does(server, deed="terminate", url=f"{server.address}{path}") == {"terminated": True}
    assert head(client, browser.token, path).status_code == 404


def test_a_length_that_is_told_later_is_not_announced_and_is_refused(office: Office, browser: Browser):
    with serving(office.app) as server:
        assert browser.does(server, deferred=True)["status"] == 422
