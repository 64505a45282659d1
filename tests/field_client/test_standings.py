"""Where visits stand is kept ready, and is at every moment what working it all out anew would say."""

from collections.abc import Callable
from datetime import timedelta

import forms
from field_client import amendments, drafts, sealing, standings, visit_view, visits
from tests.field_client.conftest import FORM, HOUSEHOLD, VILLAGE, Hands, Phone, fill_visit, put_form
from tests.field_client.office import Office

Draw = Callable[..., bytes]


def anew(phone: Phone) -> list[dict]:
    """Work all lines out without what is kept: over every visit that the store has ever heard of."""
    rows = phone.store.rows(
        "SELECT id FROM records WHERE type = 'visit' UNION SELECT id FROM outbox WHERE type = 'visit'"
        " UNION SELECT id FROM drafts WHERE visit_id = ''"
    )
    found = [visit_view.line(phone.store, phone.device, row["id"]) for row in rows]
    lines = [visit_view.named(phone.store, line) for line, _ in filter(None, found)]
    return sorted(lines, key=lambda line: (line["started_at"], line["id"]), reverse=True)


def states(phone: Phone) -> list[str]:
    """Give the states of all visits, held against working them out anew."""
    kept = standings.listed(phone.store, phone.device)
    assert kept == anew(phone)
    counted = standings.counts(phone.store, phone.device)
    assert counted == {state: [one["state"] for one in kept].count(state) for state in {one["state"] for one in kept}}
    return [one["state"] for one in kept]


def review(office: Office, visit: str, revision: int, verdict: str) -> None:
    office.put(
        VILLAGE,
        "review",
        f"review-{revision}-{verdict}",
        visit_id=visit,
        revision=revision,
        verdict=verdict,
        reason="请核对",
        comments=[],
        decided_at=f"2026-07-0{revision}T00:00:00.000Z",
    )


def test_each_step_of_a_visit_is_seen_at_once(synced: Phone, picture: Draw, hands: Hands) -> None:
    phone = synced
    assert states(phone) == []
    visit = fill_visit(phone, picture)
    assert states(phone) == ["draft"]
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    assert states(phone) == ["waiting"]
    phone.sync(records_only=True)
    assert states(phone) == ["uploading"]
    phone.sync()
    assert states(phone) == ["receipted"]
    review(phone.office, visit, 1, "returned")
    phone.sync()
    assert states(phone) == ["returned"]
    hands.move(timedelta(minutes=5))
    other = visits.start(phone.store, phone.clock, phone.device, "household-2").id
    assert states(phone) == ["draft", "returned"]
    amendments.open_draft(phone.store, phone.clock, phone.device, visit)
    assert states(phone) == ["draft", "amending"]
    visits.answer(phone.store, phone.clock, visit, {"people": "3"})
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    assert states(phone) == ["draft", "waiting"]
    phone.sync()
    assert states(phone) == ["draft", "receipted"]
    drafts.remove(phone.store, drafts.get(phone.store, other))
    assert states(phone) == ["receipted"]


def test_a_photo_that_is_refused_and_one_that_is_taken_after_all_are_seen(
    ready: tuple[Phone, str],
) -> None:
    phone, visit = ready
    phone.office.refuse_kinds = frozenset({"house"})
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.sync()
    assert states(phone) == ["trouble"]
    phone.office.refuse_kinds = frozenset()
    phone.store.db.execute("UPDATE blobs SET not_before = ''")
    phone.sync()
    assert states(phone) == ["receipted"]


def test_a_refused_visit_stays_in_the_list(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    phone.office.refuse_mutations = True
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.sync()
    assert states(phone) == ["trouble"]


def test_a_restored_office_is_seen(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    phone.office.durable_n = 0
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.sync()
    assert states(phone) == ["receipted"]
    phone.office.epoch = "epoch-2"
    phone.office.results.clear()
    phone.office.mutations.clear()
    phone.office.applied_n = 0
    phone.office.remove(VILLAGE, "visit", visit)
    del phone.office.buckets[VILLAGE].rows["visit", visit]
    phone.sync()
    states(phone)


def test_a_village_that_is_no_longer_ours_takes_its_visits_from_the_list(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    phone.sync()
    assert states(phone) == ["receipted"]
    phone.office.scope.remove(VILLAGE)
    phone.sync()
    assert states(phone) == []


def test_looking_twice_works_nothing_out_twice(ready: tuple[Phone, str]) -> None:
    phone, _ = ready
    standings.refresh(phone.store, phone.device)
    before = phone.store.db.conn.total_changes
    standings.listed(phone.store, phone.device)
    standings.counts(phone.store, phone.device)
    assert phone.store.db.conn.total_changes == before


def test_a_draft_tells_how_many_answers_the_form_does_not_take(synced: Phone) -> None:
    adults = forms.Question("adults", "integer", "大人几口", constraint=". <= ${people}")
    put_form(synced.office, forms.Definition("short_visit", "2", "简表", items=(*FORM.items, adults)))
    synced.sync()
    visit = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    visits.answer(synced.store, synced.clock, visit, {"people": "3", "adults": "2"})
    assert [one["invalid_count"] for one in standings.listed(synced.store, synced.device)] == [0]
    visits.answer(synced.store, synced.clock, visit, {"people": "1"})
    assert [one["invalid_count"] for one in standings.listed(synced.store, synced.device)] == [1]
