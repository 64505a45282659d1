"""flask faces: how many faces all devices keep against the law's number, counted from what each says; and second looks."""

import json
from typing import Any

import pytest

from server.models.device import Device as DeviceRow
from server.services.face_filing import NEAR
from server.transaction import transact
from sync.protocol import Request
from tests.server.cli.test_commands import run
from tests.server.office import Office

THRESHOLD = 100_000  # 人脸识别技术应用安全管理办法 art. 15


def status(office: Office) -> dict[str, Any]:
    return dict(json.loads(run(office.app, "faces", "status", "--json").stdout))


def words(office: Office, *command: str) -> str:
    return str(run(office.app, *(command or ("faces", "status"))).stdout)


def test_where_no_device_keeps_a_face_the_count_is_nought(office: Office):
    office.device().exchange()
    found = status(office)
    assert (found["persons"], found["devices"], found["threshold"], found["days"]) == (0, 0, THRESHOLD, 30)
    assert "第十五条" in found["source"] and not found["is_near"] and not found["recheck"]


def test_the_devices_are_added_up_as_each_last_said(office: Office):
    one, other = office.device(), office.device("caseworker2")
    one.exchange(faces=3)
    other.exchange(faces=4)
    other.exchange()  # A release that does not know the question says nothing, and nothing is forgotten.
    assert (status(office)["persons"], status(office)["devices"]) == (7, 2)
    one.exchange(faces=0)
    assert (status(office)["persons"], status(office)["devices"]) == (4, 1)


def test_a_wiped_device_keeps_no_face_a_revoked_one_may(office: Office):
    device = office.device()
    device.exchange(faces=5)
    assert run(office.app, "devices", "revoke", device.device_id).exit_code == 0
    assert status(office)["persons"] == 5
    with office.app.app_context():
        transact(lambda ledger: wipe(ledger.session.get_one(DeviceRow, device.device_id)))
    assert status(office)["persons"] == 0


def wipe(device: DeviceRow) -> None:
    device.wiped_at = device.enrolled_at


@pytest.mark.parametrize(
    ("persons", "near", "reached"),
    [
        (int(NEAR * THRESHOLD) - 1, False, False),
        (int(NEAR * THRESHOLD), True, False),
        (THRESHOLD - 1, True, False),
        (THRESHOLD, True, True),
    ],
)
def test_the_office_is_warned_before_the_limit_and_told_what_to_do_at_it(
    office: Office, persons: int, near: bool, reached: bool
):
    office.device().exchange(faces=persons)
    found = status(office)
    assert (found["is_near"], found["is_reached"]) == (near, reached)
    assert ("接近备案线" in words(office), "省级网信部门备案" in words(office)) == (near and not reached, reached)
    assert ("备案" in words(office, "doctor")) is near


def test_a_number_that_no_device_can_mean_does_no_harm(office: Office):
    office.device().exchange(faces=(1 << 53) - 1)
    assert status(office)["is_reached"]


@pytest.mark.parametrize("said", [-1, True, "3", [2], None, 1 << 53])
def test_what_is_no_count_counts_as_not_said(said: Any):
    plain = json.loads(Request(1, "", {}).encode()) | {"faces": said}
    assert Request.decode(json.dumps(plain).encode()).faces is None


def test_before_the_first_second_look_there_is_none_to_list(office: Office):
    assert "还没有复核过" in words(office, "faces", "rechecks")
    assert json.loads(run(office.app, "faces", "rechecks", "--json").stdout) == []
