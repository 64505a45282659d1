"""Where the blob store has addresses of its own, the console sends the browser there: after right and log, never before."""

from dataclasses import replace

import pytest

from server.adapters.blobs import FolderBlobs
from server.transaction import parts
from tests.server.office import Device, Office, sha_of
from tests.server.pages.people import Person, looks, somebody

STORE = "https://photos.example.gov.cn"


class Linking(FolderBlobs):
    """A store that browsers reach; it notes which links it made."""

    def __init__(self, blobs: FolderBlobs) -> None:
        super().__init__(blobs.folder)
        self.made: list[str] = []

    def link(self, sha256: str, media_type: str, *, seconds: int = 60) -> str:
        self.made.append(sha256)
        return f"{STORE}/bucket/{sha256}?X-Amz-Expires={seconds}"


@pytest.fixture
def store(office: Office, visit: str) -> Linking:
    with office.app.app_context():
        found = parts()
    assert isinstance(found.blobs, FolderBlobs)
    linking = Linking(found.blobs)
    settings = replace(found.settings, s3_public_endpoint=f"{STORE}/ignored")
    office.app.extensions["zhangshangban"] = replace(found, blobs=linking, settings=settings)
    return linking


def test_a_photo_is_fetched_from_the_store_and_the_look_is_logged(
    office: Office, visit: str, store: Linking, reviewer: Person
):
    answer = reviewer.get(f"/console/visits/{visit}/photos/{sha_of('photo')}")
    assert (answer.status_code, answer.location) == (302, f"{STORE}/bucket/{sha_of('photo')}?X-Amz-Expires=60")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert looks(office, "reviewer1")[-1] == ("photo.read", visit)


def test_no_link_is_made_for_who_may_not_see_the_visit(office: Office, visit: str, store: Linking):
    stranger = somebody(office, "reviewer2")
    assert stranger.get(f"/console/visits/{visit}/photos/{sha_of('photo')}").status_code == 404
    assert store.made == []


def test_pages_may_load_pictures_from_the_store_and_from_nowhere_else(visit: str, store: Linking, reviewer: Person):
    policy = reviewer.get(f"/console/visits/{visit}").headers["Content-Security-Policy"]
    assert f"img-src 'self' {STORE};" in policy


def test_the_devices_api_gives_the_bytes_itself(office: Office, device: Device, visit: str, store: Linking):
    """A program that follows a redirect would carry its token to another host."""
    headers = office.bearer("reviewer1")
    answer = office.app.test_client().get(f"/api/v1/visits/{visit}/blobs/{sha_of('photo')}", headers=headers)
    assert (answer.status_code, store.made) == (200, [])
