"""The office reads how far a device's clock was off when it last spoke to it, and refuses nothing for it."""

from datetime import timedelta

import pytest

from sync.canonical import instant
from tests.server.conftest import MONDAY
from tests.server.office import VILLAGES, Office


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(hours=-3, minutes=-12), "手机慢了约 3 小时 12 分"),
        (timedelta(days=365, hours=1), "手机快了约 365 天 1 小时"),
        (timedelta(seconds=20), ""),
    ],
)
def test_the_list_of_devices_tells_a_clock_that_is_off(office: Office, ahead: timedelta, words: str):
    device, household = office.device(), office.households[VILLAGES[0]]
    device.exchange()
    anchor = {"server_at": instant(MONDAY), "uptime_ms": 1000, "boot": "b", "trip_ms": 5}
    clock = {"wall": instant(MONDAY + ahead), "uptime_ms": 1000, "boot": "b", "anchor": anchor}
    changed = device.mutation("household", household, "update", VILLAGES[0], {"remarks": "路通了"})
    assert device.exchange([changed], clock=clock).results[0].outcome == "applied"
    listed = office.app.test_cli_runner().invoke(args=["devices", "list"]).stdout
    assert words in listed
    assert bool(words) == ("了约" in listed)
