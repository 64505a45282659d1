"""The lease over time: what is locked when it is over, what is not, and that no hand on a clock prolongs it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from field_client import households, lease, outbox, status, tasks, visit_view, visits
from field_client.errors import FieldError
from field_client.settings import load_device
from tests.field_client.conftest import HEAD, HOUSEHOLD, NAME, Hands, Phone, fill_visit


def refused(code: str) -> Any:
    return pytest.raises(FieldError, check=lambda error: error.code == code)


def later(phone: Phone, hands: Hands, days: float) -> lease.Standing:
    hands.move(timedelta(days=days))
    return lease.observe(phone.store, phone.device, hands.clock())


def test_a_lease_lasts_its_days_and_is_renewed_by_a_sync(synced: Phone, hands: Hands) -> None:
    assert later(synced, hands, 13.9).days_left == 1
    synced.office.leases = True
    assert later(synced, hands, 0.2).is_over
    assert synced.sync().failure is None
    assert lease.observe(synced.store, synced.device, synced.clock).days_left == 14


def test_a_clock_set_back_does_not_prolong_it(synced: Phone, hands: Hands) -> None:
    assert not later(synced, hands, 10).is_over
    hands.at -= timedelta(days=400)
    assert later(synced, hands, 0).days_left == 4
    hands.boot, hands.uptime_ms = "boot-2", 0
    assert later(synced, hands, 3).days_left == 1
    assert later(synced, hands, 1.1).is_over


def test_a_wall_clock_years_ahead_does_not_end_it_while_the_device_runs(synced: Phone, hands: Hands) -> None:
    hands.at += timedelta(days=4000)
    assert lease.observe(synced.store, synced.device, synced.clock).days_left == 14


def test_a_lease_written_by_hand_is_not_believed(synced: Phone) -> None:
    held = synced.store.get("lease")
    with synced.store.transaction():
        lease.keep(synced.store, synced.device, held | {"days": 3000}, synced.clock)
    assert synced.store.get("lease") == held
    assert synced.store.value("SELECT kind FROM incidents") == "lease"


def test_more_days_in_the_public_file_change_nothing(synced: Phone, hands: Hands) -> None:
    facts = json.loads(synced.home.device_file.read_bytes())
    synced.home.device_file.write_text(json.dumps(facts | {"lease_days": 3000}), encoding="utf-8")
    hands.move(timedelta(days=15))
    assert lease.observe(synced.store, load_device(synced.home), synced.clock).is_over


def test_over_it_shows_nothing_that_the_office_sent(synced: Phone, hands: Hands) -> None:
    later(synced, hands, 15)
    for look in (
        lambda: households.all_households(synced.store),
        lambda: households.found(synced.store, NAME),
        lambda: households.show(synced.store, HOUSEHOLD),
    ):
        with refused("lease.over"):
            look()
    shown = [
        tasks.with_households(synced.store, tasks.open_tasks(synced.store)),
        households.members(synced.store, HOUSEHOLD),
    ]
    assert NAME not in str(shown)
    assert "琼湖" not in str(shown)
    assert "同步一次" in FieldError("lease.over").message


def test_over_it_a_visit_can_still_be_made_by_the_households_number_and_sent(
    synced: Phone, hands: Hands, picture: Callable[..., bytes]
) -> None:
    from field_client import sealing

    later(synced, hands, 15)
    visit = fill_visit(synced, picture, household="YJ001")
    assert NAME not in str(visit_view.show(synced.store, synced.device, visit))
    sealing.seal(synced.store, synced.clock, synced.device, visit)
    with refused("lease.over"):
        visit_view.show(synced.store, synced.device, visit)
    assert synced.sync().pushed
    assert synced.office.visits() == [visit]
    assert NAME in str(households.show(synced.store, HOUSEHOLD))


def test_over_it_drafts_and_what_waits_stay(ready: tuple[Phone, str], hands: Hands) -> None:
    phone, visit = ready
    waiting = outbox.waiting_count(phone.store)
    later(phone, hands, 500)
    assert visits.answer(phone.store, phone.clock, visit, {"people": "3"}).document["answers"]["people"] == 3
    assert outbox.waiting_count(phone.store) == waiting
    assert phone.store.value("SELECT count(*) FROM records WHERE type = 'person' AND id = ?", HEAD) == 1


def test_an_office_without_leases_renews_by_each_answer(phone: Phone, hands: Hands) -> None:
    phone.office.leases = False
    phone.store.put("lease", {"issued_at": "", "days": 14, "signature": ""})
    phone.sync()
    assert later(phone, hands, 13).days_left == 1
    phone.sync()
    assert later(phone, hands, 13).days_left == 1


def test_a_store_of_an_earlier_release_counts_from_its_last_sync(synced: Phone, hands: Hands) -> None:
    for name in ("lease", "lease_watch", "lease_over"):
        synced.store.db.execute("DELETE FROM meta WHERE key = ?", (name,))
    assert later(synced, hands, 10).days_left == 4
    assert later(synced, hands, 5).is_over


def test_the_status_says_that_it_is_over_and_what_to_do(synced: Phone, hands: Hands) -> None:
    later(synced, hands, 15)
    found = status.show(synced.store, synced.device, synced.clock)
    assert found["lease"] == {"days": 14, "days_left": 0, "is_over": True, "ends_at": "2026-07-15T00:00:00.000Z"}
