"""The courier: it can be asked, waited for and closed by several threads at any moment."""

from threading import Event, Thread

import pytest

from field_client.errors import FieldError
from field_client.store import Store
from field_client.web.courier import Courier
from tests.field_client.conftest import Phone


@pytest.fixture
def opened() -> list[bool]:
    return []


@pytest.fixture
def courier(synced: Phone, opened: list[bool]) -> Courier:
    def locked() -> Store:
        opened.append(True)
        raise FieldError("device.locked")

    return Courier(locked, synced.device, synced.clock)


def test_it_can_be_closed_at_the_moment_in_which_it_begins(courier: Courier, opened: list[bool]) -> None:
    """`serve` is interrupted while its timer begins a sync: whichever comes first, the end is clean."""
    for _ in range(200):
        asking = Thread(target=courier.send)
        asking.start()
        courier.wait()
        asking.join()
    courier.close()
    assert opened
    assert not courier.standing.running


def test_a_closed_courier_begins_nothing(courier: Courier, opened: list[bool]) -> None:
    courier.close()
    courier.send()
    courier.wait()
    assert not opened


def test_closing_waits_for_what_is_on_its_way(synced: Phone) -> None:
    may_end, began = Event(), Event()

    def slow() -> Store:
        began.set()
        may_end.wait(10)
        raise FieldError("device.locked")

    courier = Courier(slow, synced.device, synced.clock)
    courier.send()
    assert began.wait(10)
    closing = Thread(target=courier.close)
    closing.start()
    assert courier.standing.running
    may_end.set()
    closing.join(10)
    assert not courier.standing.running


def test_asked_for_while_one_is_on_its_way_one_more_follows_however_often(synced: Phone) -> None:
    """What was sealed at the very end of a sync must not wait for the next hour."""
    may_end, began, opened = Event(), Event(), list[bool]()

    def slow() -> Store:
        opened.append(True)
        began.set()
        may_end.wait(10)
        raise FieldError("device.locked")

    courier = Courier(slow, synced.device, synced.clock)
    courier.send()
    assert began.wait(10)
    for _ in range(3):
        courier.send()
    may_end.set()
    courier.wait()
    assert len(opened) == 2
    assert not courier.standing.running
    courier.send()
    courier.wait()
    assert len(opened) == 3
