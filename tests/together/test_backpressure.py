"""A busy office: photos wait first, then rows; what devices bring is always taken, and nobody hammers."""

import pytest

from server.load import Load, open_lanes
from server.settings import Settings
from server.transaction import parts
from tests.server.office import Office
from tests.together.conftest import HERE, MakePhone


@pytest.mark.parametrize(
    ("at_once", "lanes"), [(1, ("records", "photos")), (2, ("records",)), (3, ("mutations",)), (9, ("mutations",))]
)
def test_photos_are_shed_before_pulls(tmp_path, at_once: int, lanes: tuple[str, ...]):
    settings = Settings(secret_key="s" * 32, data_dir=tmp_path, close_photos_at=2, close_pulls_at=3)
    assert open_lanes(at_once, settings) == lanes
    never = Settings(secret_key="s" * 32, data_dir=tmp_path, close_photos_at=0, close_pulls_at=0)
    assert open_lanes(at_once, never) == ("records", "photos")


def load_of(office: Office) -> Load:
    with office.app.app_context():
        return parts().load


def test_a_busy_office_takes_what_is_sent_and_puts_rows_off(office: Office, make_phone: MakePhone):
    phone, household = make_phone(), office.households[HERE]
    load = load_of(office)
    others = [load.enter() for _ in range(20)]
    for number in range(250):  # More than one request takes.
        phone.edit(household, tags={f"t{number}": True})
    busy = phone.sync()
    assert (busy.pushed, busy.pulled) == (250, 0)
    assert busy.failure
    assert busy.failure.code == "server.busy"
    for other in others:
        other.end()
        other.end()
    assert phone.sync().failure is None
    assert phone.is_level()
    assert len(phone.sees(household)["tags"]) == 250


def test_every_exchange_that_ended_counts_no_more(office: Office, make_phone: MakePhone):
    phone = make_phone()
    phone.sync()
    client = office.app.test_client()
    assert client.post("/sync/v1/exchange", data=b"x").status_code == 401
    assert load_of(office).enter().at_once == 1


def test_while_only_photos_wait_rows_are_brought(office: Office, make_phone: MakePhone):
    phone = make_phone()
    load = load_of(office)
    with office.app.app_context():
        others = [load.enter() for _ in range(parts().settings.close_photos_at)]
    assert phone.sync().failure is None
    assert phone.is_level()
    for other in others:
        other.end()
