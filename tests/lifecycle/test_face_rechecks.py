"""The office's second look at a comparison: real device, real office, real engine; agreed to apart, and no face is left.

Photographs leave only with their own consent and once the visit has left; a disagreement is shown to the reviewer. Afterwards
every file of office and device, every answer and the log are searched for what a face leaves.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest

from field_client import drafts, face_rechecks, identification, sealing
from field_client.errors import FieldError
from field_client.identification import Step
from identity.consent import UPLOAD
from identity.engine import FaceEngine, Portrait, Unavailable, shared
from server.models.visit import FaceRecheck
from server.services import face_rechecks as office_looks
from server.services.staged import office
from server.transaction import parts, reading, transact
from tests.field_client.test_nothing_biometric_leaves import Traces, film, photo, traces_of
from tests.lifecycle.conftest import HOUSEHOLD, VILLAGE, County, Phone, head_of
from tests.lifecycle.test_lost_device import as_somebody

AGREED = b'{"granted": true}'
PERSON = head_of(HOUSEHOLD)


@pytest.fixture(autouse=True)
def looking(county: County, phone: Phone, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Second looks turned on at both ends; every word that is logged is kept."""
    if isinstance(shared(), Unavailable):
        pytest.skip("needs the face engine of requirements-face.txt")
    caplog.set_level(logging.DEBUG)
    turn(county, on=True)
    with county.app.app_context():
        transact(lambda ledger: ledger.update("person", PERSON, {"birth_date": "1949-06-01"}, office(parts().clock())))
    phone.sync()
    face_rechecks.allow(phone.store, 48)
    yield


def turn(county: County, *, on: bool) -> None:
    before = county.app.extensions["zhangshangban"]
    settings = replace(before.settings, face_recheck=int(on))
    county.app.extensions["zhangshangban"] = replace(before, settings=settings)


def compared(phone: Phone, visit: str, **more: Any) -> Step:
    """Compare a card with the same face, photographed again; agree to a second look unless told otherwise."""
    given = {"reference": photo(), "live": [photo(quality=70)], "consent": AGREED, "recheck": AGREED} | more
    return identification.by_face(phone.store, phone.clock, visit, PERSON, confirmed=True, **given)


def sealed(phone: Phone, **more: Any) -> tuple[str, Step]:
    visit = phone.draft()
    step = compared(phone, visit, **more)
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    return visit, step


def found(county: County, visit: str) -> list[dict[str, Any]]:
    answer = as_somebody(county, "reviewer1").get(f"/api/v1/visits/{visit}").raise_for_status().json()
    return list(answer["face_rechecks"])


def stored(county: County) -> list[FaceRecheck]:
    with county.app.app_context():
        return list(reading().query(FaceRecheck))


def test_the_office_agrees_with_an_honest_device_and_the_photographs_are_gone(county: County, phone: Phone):
    visit, step = sealed(phone)
    assert step.entry["recheck_held"] is True and step.entry["recheck_consent"]["purpose"] == UPLOAD
    assert face_rechecks.waiting(phone.store) == 1
    assert phone.sync().faces_rechecked == 1
    (look,) = found(county, visit)
    assert (look["entry_id"], look["needs_review"], look["reasons"]) == (step.entry["id"], False, [])
    assert face_rechecks.waiting(phone.store) == 0


def test_the_frame_of_a_film_is_looked_at_as_the_device_did(county: County, phone: Phone):
    visit, step = sealed(phone, live=[], burst=film())
    assert step.verdict is not None and step.verdict.live_used is None
    phone.sync()
    assert [look["needs_review"] for look in found(county, visit)] == [False]


def test_a_disagreement_is_shown_to_the_reviewer_and_changes_nothing(county: County, phone: Phone):
    """The device seals the band of one face and hands over another: the office computes its own."""
    visit = phone.draft()
    step = compared(phone, visit)
    hopper = (Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg").read_bytes()
    face_rechecks.forget(phone.store, PERSON)
    face_rechecks.hold(
        phone.store,
        phone.clock,
        visit=visit,
        entry=step.entry["id"],
        person_id=PERSON,
        region=VILLAGE,
        reference=photo(),
        live=hopper,
    )
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.sync()
    assert [look["reasons"] for look in found(county, visit)] == [["recheck_differs"]]
    entry = as_somebody(county, "reviewer1").get(f"/api/v1/visits/{visit}").json()["visit"]["identity"][-1]
    assert (entry["outcome"], entry["score_band"]) == ("match", "near")
    (row,) = county.json("faces", "rechecks", "--differing")
    assert (row["visit"], row["needs_review"]) == (visit, True)


def test_without_the_separate_consent_no_photograph_waits_or_leaves(county: County, phone: Phone):
    visit, step = sealed(phone, recheck=None)
    assert "recheck_consent" not in step.entry and face_rechecks.waiting(phone.store) == 0
    phone.sync()
    assert found(county, visit) == []


def test_a_consent_to_compare_is_none_to_a_second_look(phone: Phone):
    visit = phone.draft()
    with pytest.raises(FieldError, check=lambda error: error.code == "identity.consent_missing"):
        compared(phone, visit, recheck=b'{"granted": true, "purpose": "face_compare"}')
    assert face_rechecks.waiting(phone.store) == 0


def test_a_forged_request_without_consent_in_the_visit_is_refused_unopened(
    county: County, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    """Whoever holds a device cannot hand over a face that its owner did not agree to."""
    monkeypatch.setattr(office_looks, "look", lambda *given: pytest.fail("the photographs were opened"))
    visit, step = sealed(phone, recheck=None)
    hold(phone, visit, step.entry["id"])
    assert phone.sync().faces_rechecked == 0
    assert stored(county) == [] and face_rechecks.waiting(phone.store) == 0


def test_photographs_that_were_sealed_for_another_comparison_are_refused(county: County, phone: Phone):
    visit = phone.draft()
    first, second = (compared(phone, visit).entry["id"] for _ in range(2))
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.store.db.execute("DELETE FROM face_rechecks WHERE entry = ?", (first,))
    phone.store.db.execute("UPDATE face_rechecks SET entry = ? WHERE entry = ?", (first, second))
    assert phone.sync().faces_rechecked == 0
    assert stored(county) == [] and face_rechecks.waiting(phone.store) == 0


def test_taking_the_consent_back_before_the_sync_destroys_what_waits(county: County, phone: Phone):
    visit = phone.draft()
    step = compared(phone, visit)
    assert identification.withdraw(phone.store, phone.clock, PERSON, visit)
    assert face_rechecks.waiting(phone.store) == 0
    entry = drafts.get(phone.store, visit).document["identity"][-1]
    assert entry["recheck_consent"]["withdrawn_at"]
    hold(phone, visit, step.entry["id"])
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.sync()
    assert found(county, visit) == []


def test_a_draft_s_photographs_stay_until_the_visit_leaves(county: County, phone: Phone):
    compared(phone, phone.draft())
    assert phone.sync().faces_rechecked == 0
    assert face_rechecks.waiting(phone.store) == 1


def test_what_waits_too_long_goes_by_the_timer(county: County, phone: Phone):
    sealed(phone)
    county.time.pass_by(seconds=timedelta(hours=49).total_seconds())
    assert face_rechecks.purge(phone.store, phone.clock) == 1
    assert face_rechecks.waiting(phone.store) == 0


def test_an_office_that_does_not_look_has_the_device_delete_them(county: County, phone: Phone):
    turn(county, on=False)
    visit, _ = sealed(phone)
    assert phone.sync().faces_rechecked == 0
    assert face_rechecks.waiting(phone.store) == 0 and found(county, visit) == []


def test_an_answer_that_was_lost_is_given_again(county: County, phone: Phone):
    visit, step = sealed(phone)
    sealed_photos = phone.store.value("SELECT sealed FROM face_rechecks")
    phone.sync()
    hold(phone, visit, step.entry["id"])
    phone.store.db.execute("UPDATE face_rechecks SET sealed = ?", (sealed_photos,))
    assert phone.sync().faces_rechecked == 1
    assert len(stored(county)) == 1


def test_turned_off_on_the_device_nothing_is_held_and_what_waits_is_destroyed(phone: Phone):
    visit = phone.draft()
    compared(phone, visit)
    assert face_rechecks.allow(phone.store, None) == 1
    assert compared(phone, visit).entry["recheck_held"] is False


def test_afterwards_nothing_biometric_is_in_any_record_file_answer_or_log(
    county: County, phone: Phone, caplog: pytest.LogCaptureFixture
):
    visit, step = sealed(phone)
    assert phone.sync().faces_rechecked == 1
    traces = traces_left(step)
    assert traces.found_in(b"..." + photo() + b"...")  # The search finds what is there.
    files = [path for folder in (county.folder, phone.home.path) for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    for path in files:
        assert not traces.found_in(path.read_bytes()), path.name
    told = as_somebody(county, "reviewer1").get(f"/api/v1/visits/{visit}").content
    assert step.entry["id"].encode() in told and not traces.found_in(told)
    assert not traces.found_in(caplog.text.encode())
    with county.app.app_context():
        records = opened_records(county)
    assert visit.encode() in records and not traces.found_in(records)
    for row in phone.store.rows("SELECT * FROM meta"):
        assert not traces.found_in(repr(row).encode())


def hold(phone: Phone, visit: str, entry: str) -> None:
    face_rechecks.hold(
        phone.store,
        phone.clock,
        visit=visit,
        entry=entry,
        person_id=PERSON,
        region=VILLAGE,
        reference=photo(),
        live=photo(quality=70),
    )


def traces_left(step: Step) -> Traces:
    engine = shared()
    assert isinstance(engine, FaceEngine) and step.verdict is not None and step.verdict.distance is not None
    portraits = [engine.look(one) for one in (photo(), photo(quality=70))]
    vectors = [engine.encode(one) for one in portraits if isinstance(one, Portrait)]
    assert len(vectors) == 2 and np.linalg.norm(vectors[0] - vectors[1]) > 0
    needles = [traces_of(vector, [photo(), photo(quality=70)], step.verdict.distance).needles for vector in vectors]
    return Traces({f"{number}: {name}": needle for number, one in enumerate(needles) for name, needle in one.items()})


def opened_records(county: County) -> bytes:
    """Every record and every audit event of the office, opened."""
    from server.models.audit import AuditEvent
    from server.models.ledger import Record
    from server.queries import records

    session, vault = reading(), parts().vault
    kept = [(row.type, row.id) for row in session.query(Record)]
    opened = records.stored(session, vault, kept)
    events = [{**vars(event)} for event in session.query(AuditEvent)]
    looks = [{**vars(look)} for look in session.query(FaceRecheck)]
    assert looks and events
    return repr([(key, one.fields) for key, one in opened.items()]).encode() + repr((events, looks)).encode()
