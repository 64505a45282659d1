"""A deed that meets another is run again, after a pause that differs, and ends as if it had been alone."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from server.domain.errors import Stale
from server.services.changes import Ledger
from server.services.store import hold
from server.services.written import ReadStale
from server.transaction import ATTEMPTS, PAUSE_S, parts, transact
from tests.server.races import PATIENCE_S


@pytest.fixture
def pauses(app: Flask) -> list[float]:
    """What the server waits for, in seconds; nobody really waits."""
    found: list[float] = []
    known = app.extensions["zhangshangban"]
    app.extensions["zhangshangban"] = replace(known, pause=found.append)
    return found


def test_a_deed_whose_read_is_always_stale_is_given_up_after_growing_pauses(app: Flask, pauses: list[float]):
    def stale(ledger: Ledger) -> None:
        raise ReadStale

    with app.app_context(), pytest.raises(Stale):
        transact(stale)
    assert len(pauses) == ATTEMPTS - 1
    assert all(0 <= pause <= PAUSE_S * 2**tries for tries, pause in enumerate(pauses, start=1))


def test_a_deed_that_gets_through_at_once_waits_for_nothing(app: Flask, pauses: list[float]):
    with app.app_context():
        assert transact(lambda ledger: "done") == "done"
        assert parts().pause == pauses.append
    assert pauses == []


@pytest.mark.postgresql_only
def test_two_deeds_in_each_others_way_both_get_through(app: Flask, pauses: list[float]):
    both_hold_one = threading.Barrier(2)
    done: list[str] = []

    def deed(first: str, second: str) -> Callable[[Ledger], str]:
        tries = iter(range(ATTEMPTS))

        def run(ledger: Ledger) -> str:
            hold(ledger.session, [first])
            if next(tries) == 0:
                both_hold_one.wait(PATIENCE_S)
            hold(ledger.session, [second])
            return first

        return run

    def work(first: str, second: str) -> None:
        with app.app_context():
            done.append(transact(deed(first, second)))

    threads = [threading.Thread(target=work, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert sorted(done) == ["a", "b"]
    assert len(pauses) == 1
