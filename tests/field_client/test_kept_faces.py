"""field_client/kept_faces.py: off by default, sealed, gone on time, gone at once when it is taken back."""

from datetime import timedelta

import numpy as np
import pytest

from field_client import kept_faces
from tests.field_client.conftest import HEAD, VILLAGE, Hands, Phone

HOURS = 48
VECTOR = np.linspace(-0.2, 0.2, 128)


@pytest.fixture
def keeping(synced: Phone) -> Phone:
    """A device on which keeping was turned on, and the head's reference is kept."""
    kept_faces.allow(synced.store, HOURS)
    keep(synced)
    return synced


def keep(phone: Phone, entry: str = "entry-1") -> None:
    assert kept_faces.propose(phone.store, phone.clock, HEAD, VECTOR, region=VILLAGE, entry=entry)
    kept_faces.settle(phone.store, phone.clock, HEAD, entry, is_same=True)


def is_kept(phone: Phone, person: str = HEAD) -> bool:
    return kept_faces.reference(phone.store, phone.clock, person) is not None


def leftovers(phone: Phone) -> list[str]:
    return [row["key"] for row in phone.store.rows("SELECT key FROM meta WHERE key LIKE 'face%/%'")]


def test_nothing_is_kept_until_somebody_turns_it_on(synced: Phone) -> None:
    assert not kept_faces.propose(synced.store, synced.clock, HEAD, VECTOR, region=VILLAGE, entry="e")
    assert leftovers(synced) == []


def test_what_is_kept_opens_again(keeping: Phone) -> None:
    found = kept_faces.reference(keeping.store, keeping.clock, HEAD)
    assert found is not None and np.linalg.norm(found.vector - VECTOR) < 1e-3


def test_a_match_that_nobody_confirmed_is_not_kept(synced: Phone) -> None:
    kept_faces.allow(synced.store, HOURS)
    kept_faces.propose(synced.store, synced.clock, HEAD, VECTOR, region=VILLAGE, entry="e")
    assert not is_kept(synced)
    kept_faces.settle(synced.store, synced.clock, HEAD, "e", is_same=False)
    assert not is_kept(synced) and leftovers(synced) == []


def test_at_most_three_are_averaged(keeping: Phone) -> None:
    for number in range(4):
        keep(keeping, f"more-{number}")
    found = kept_faces.reference(keeping.store, keeping.clock, HEAD)
    assert found is not None and len(found.vectors) == 3


def test_it_goes_when_its_time_is_over(keeping: Phone, hands: Hands) -> None:
    hands.move(timedelta(hours=HOURS - 1))
    assert is_kept(keeping)
    hands.move(timedelta(hours=2))
    assert kept_faces.purge(keeping.store, keeping.clock) == 1
    assert leftovers(keeping) == []


def test_a_clock_that_ran_back_ends_it_rather_than_prolongs_it(keeping: Phone, hands: Hands) -> None:
    hands.at -= timedelta(days=400)
    assert kept_faces.purge(keeping.store, keeping.clock) == 1


def test_a_clock_that_runs_late_does_not_prolong_what_the_office_says(keeping: Phone, hands: Hands) -> None:
    later = (hands.at + timedelta(hours=HOURS + 1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    keeping.store.put("anchor", keeping.store.get("anchor") | {"server_at": later})
    assert kept_faces.purge(keeping.store, keeping.clock) == 1


def test_taking_it_back_destroys_the_key_at_once(keeping: Phone) -> None:
    key = bytes.fromhex(keeping.store.get(f"face_key/{HEAD}"))
    assert kept_faces.forget(keeping.store, HEAD)
    assert not is_kept(keeping) and leftovers(keeping) == []
    assert key not in b"".join(path.read_bytes() for path in keeping.home.path.glob("store.db*"))
    assert not kept_faces.forget(keeping.store, HEAD)


def test_turning_it_off_destroys_everything(keeping: Phone) -> None:
    assert kept_faces.allow(keeping.store, None) == 1
    assert leftovers(keeping) == []


def test_a_person_who_left_the_register_is_forgotten(keeping: Phone) -> None:
    keeping.store.db.execute("DELETE FROM records WHERE type = 'person' AND id = ?", (HEAD,))
    assert kept_faces.purge(keeping.store, keeping.clock) == 1


def test_persons_are_counted_and_not_their_photographs(keeping: Phone) -> None:
    keep(keeping, "another")
    found = kept_faces.counted(keeping.store, keeping.clock, VILLAGE)
    assert (found.persons, found.threshold, found.days) == (1, 100_000, 30)


def test_the_office_is_told_a_count_only_where_keeping_was_ever_turned_on(synced: Phone) -> None:
    assert kept_faces.told(synced.store) is None
    kept_faces.allow(synced.store, HOURS)
    assert kept_faces.told(synced.store) == 0
    keep(synced)
    keep(synced, "another")
    assert kept_faces.told(synced.store) == 1
    kept_faces.allow(synced.store, None)
    assert kept_faces.told(synced.store) == 0  # The office must hear that they are gone.
