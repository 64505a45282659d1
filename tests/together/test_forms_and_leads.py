"""A form's pictures and a lead on their whole way: from the office to a device, and from a device to the office and back."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from field_client import form_files, leads, overlay, survey
from server.domain.permissions import Actor, Grant
from server.queries import leads as office_leads
from server.services import leads as service
from server.transaction import parts, reading, transact
from tests.server.cli.test_commands import run
from tests.server.cli.test_form_commands import PICTURE, pictured
from tests.server.office import COUNTY, Office
from tests.together.conftest import HERE, NOW, MakePhone

REPORT = leads.Report(HERE, "村口小卖部旁的独居老人", "二组", ("food",), "now", "village", phone="13800000000")


def reviewer(office: Office) -> Actor:
    return Actor(office.staff["reviewer1"], "审核员", (Grant("reviewer", COUNTY),))


def etag(lead: str, actor: Actor) -> str:
    return office_leads.report(reading(), parts().vault, lead, visible_to=actor).etag


def handle(office: Office, lead: str, assignee: str, result: str) -> None:
    """Send somebody, and write the result."""
    actor = reviewer(office)
    with office.app.app_context():
        sent = {"assignee_id": office.staff[assignee], "note": "今天去", "now": NOW}
        transact(lambda ledger: service.dispatch(ledger, actor, lead, seen=etag(lead, actor), **sent))
        transact(lambda ledger: service.close(ledger, actor, lead, result=result, seen=etag(lead, actor), now=NOW))


def test_a_published_picture_is_on_the_device_when_its_form_is(office: Office, make_phone: MakePhone, tmp_path: Path):
    phone = make_phone()
    large = PICTURE + Random(0).randbytes(200_000)
    assert run(office.app, "forms", "publish", pictured(tmp_path, large)).exit_code == 0
    phone.sync()
    (form,) = overlay.all_of(phone.store, "form")
    assert form_files.here(phone.store, survey.read(form)) == {"stove.png": sha256(large).hexdigest()}
    found = form_files.read(phone.store, sha256(large).hexdigest())
    assert found
    assert (found.content, found.media_type) == (large, "image/png")
    assert phone.is_level()


def test_a_lead_goes_to_the_office_and_comes_back_with_its_result(
    office: Office, make_phone: MakePhone, picture: bytes
):
    reporter, assignee, stranger = make_phone("assistant1"), make_phone("caseworker1"), make_phone("caseworker2")
    report = replace(REPORT, photos=(leads.Photo(picture),))
    lead = leads.add(reporter.store, reporter.clock, reporter.device, report)
    summary = reporter.sync()
    assert (summary.pushed, summary.refused, summary.blobs_sent) == (1, 0, 1)
    with office.app.app_context():
        found = office_leads.report(reading(), parts().vault, lead, visible_to=reviewer(office))
        assert (found.lead.verdict, found.blobs_missing, found.fields["phone"]) == ("intact", [], "13800000000")
    handle(office, lead, "caseworker1", "已送粮")
    for phone in (reporter, assignee, stranger):
        phone.sync()
        assert phone.is_level()
    (mine,) = leads.mine(reporter.store, reporter.device)
    (sent,) = leads.mine(assignee.store, assignee.device)
    assert (mine["state"], mine["result"], mine["is_own"]) == ("closed", "已送粮", True)
    assert (sent["id"], sent["is_own"], sent["is_mine_to_see"]) == (lead, False, True)
    assert leads.mine(stranger.store, stranger.device) == []


@pytest.fixture
def picture() -> bytes:
    """A photo of a house, as a camera gives it."""
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()
