"""The small picture that travels ahead of a photo: shown until the photo has come, called what it is, counted as nothing."""

import hashlib

from sync.visit_shape import PREVIEW_BYTES
from tests.server.api.serving import upload
from tests.server.office import Device, Office, an_id, blob_of, sha_of
from tests.server.pages.people import Person, arrive, looks, somebody

SMALL = blob_of("small")


def photo_with_preview(preview: str = sha_of("small")) -> list[dict[str, object]]:
    return [{"id": an_id(), "blob": sha_of("photo"), "kind": "house", "size": 5, "preview": preview}]


def test_until_a_photo_has_come_its_preview_is_shown_and_called_so(office: Office, device: Device, reviewer: Person):
    visit_id = arrive(office, device, evidence=photo_with_preview())
    address = f"/console/visits/{visit_id}/previews/{sha_of('photo')}"
    assert "预览" not in reviewer.get(f"/console/visits/{visit_id}").text
    assert reviewer.get(address).status_code == 404
    upload(device.client, device.token, SMALL)
    page = reviewer.get(f"/console/visits/{visit_id}").text
    assert address in page and "预览 · 原图还没有到" in page
    assert "已到 0/4" in page  # A preview is no evidence: the photo still counts as missing.
    shown = reviewer.get(address)
    assert (shown.status_code, shown.data, shown.mimetype) == (200, SMALL, "image/jpeg")
    assert looks(office, "reviewer1")[-1] == ("photo.preview", visit_id)


def test_once_a_photo_has_come_its_preview_is_gone(office: Office, device: Device, reviewer: Person):
    visit_id = arrive(office, device, evidence=photo_with_preview())
    for data in (SMALL, blob_of("photo")):
        upload(device.client, device.token, data)
    page = reviewer.get(f"/console/visits/{visit_id}").text
    assert f"/photos/{sha_of('photo')}" in page and "/previews/" not in page
    assert reviewer.get(f"/console/visits/{visit_id}/previews/{sha_of('photo')}").status_code == 404


def test_a_preview_is_bound_to_the_right_to_see_the_visit(office: Office, device: Device):
    visit_id = arrive(office, device, evidence=photo_with_preview())
    upload(device.client, device.token, SMALL)
    stranger = somebody(office, "reviewer2")  # Of another township.
    assert stranger.get(f"/console/visits/{visit_id}/previews/{sha_of('photo')}").status_code == 404


def test_what_is_named_as_a_preview_and_is_as_large_as_a_photo_is_not_shown(
    office: Office, device: Device, reviewer: Person
):
    large = b"\xff\xd8\xff" + bytes(PREVIEW_BYTES)
    visit_id = arrive(office, device, evidence=photo_with_preview(hashlib.sha256(large).hexdigest()))
    upload(device.client, device.token, large)
    assert reviewer.get(f"/console/visits/{visit_id}/previews/{sha_of('photo')}").status_code == 404
