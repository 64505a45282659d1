"""A device, a visit of it that arrived, and a reviewer who is signed in."""

import pytest

from tests.server.api.serving import upload
from tests.server.office import Device, Office, blob_of
from tests.server.pages.people import Person, arrive, somebody


@pytest.fixture
def device(office: Office) -> Device:
    """A device that has pulled everything."""
    device = office.device()
    device.exchange()
    return device


@pytest.fixture
def visit(office: Office, device: Device) -> str:
    """A visit that arrived with all of its photos."""
    visit_id = arrive(office, device)
    for name in ("photo", "h", office.staff["caseworker1"], office.staff["caseworker3"]):
        assert upload(device.client, device.token, blob_of(name)).status_code == 204
    return visit_id


@pytest.fixture
def reviewer(office: Office) -> Person:
    """A reviewer of the whole county, signed in."""
    return somebody(office, "reviewer1")
