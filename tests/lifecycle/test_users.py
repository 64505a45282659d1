"""Several users on one device, wrong PINs, the check before a trip, and the file for whoever helps."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from field_client import enrolment, preflight, support, unlock, users
from field_client.cli import main
from field_client.errors import FieldError
from field_client.settings import Home
from field_client.store import open_store
from field_client.transport import Transport
from tests.lifecycle.conftest import HOUSEHOLD, NOTE, OTHER, County, Phone
from tests.simulation.places import PASSWORD

SECRET = "PIN-2468"


def run(base: Path, *arguments: str, given: str = "", exit_code: int = 0) -> Any:
    done = CliRunner().invoke(main, ["--home", str(base), *arguments, "--json"], input=given)
    assert done.exit_code == exit_code, done.output
    return json.loads(done.stdout)


def enrol(county: County, base: Path, user: str, pin: str = SECRET) -> Any:
    options = ("--server", county.address, "--username", user, "--device-name", "平板")
    return run(base, "enrol", *options, "--password-stdin", "--pin-stdin", given=f"{PASSWORD}\n{pin}\n")


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    return tmp_path / "tablet"


def test_each_user_has_a_store_of_their_own_and_sees_nobody_elses(county: County, base: Path):
    enrol(county, base, "worker1")
    run(base, "sync")
    before = {path: path.read_bytes() for path in base.iterdir() if path.name in ("store.db", "device.json")}
    enrol(county, base, "worker3", pin="PIN-1357")
    assert {path: path.read_bytes() for path in before} == before
    assert run(base, "status", exit_code=1)["error"]["code"] == "user.choose"
    assert run(base, "--user", "nobody", "status", exit_code=1)["error"]["code"] == "user.unknown"
    run(base, "sync", "--user", "worker3")
    mine = {one["id"] for one in run(base, "--user", "worker1", "households", "list")}
    theirs = {one["id"] for one in run(base, "--user", "worker3", "households", "list")}
    assert {HOUSEHOLD, OTHER} <= mine
    assert not mine & theirs
    run(base, "lock", "--user", "worker3")
    wrong = run(base, "--user", "worker3", "status", "--pin-stdin", given=f"{SECRET}\n", exit_code=1)
    assert wrong["error"]["code"] == "pin.wrong"
    assert run(base, "--user", "worker1", "status")["user"]["username"] == "worker1"


def test_a_user_enrols_once_on_a_device(county: County, base: Path):
    enrol(county, base, "worker1")
    options = ("--server", county.address, "--username", "worker1", "--device-name", "平板", "--password-stdin")
    again = run(base, "enrol", *options, given=f"{PASSWORD}\n", exit_code=1)
    assert again["error"]["code"] == "device.already_enrolled"
    assert list(users.enrolled(base)) == ["worker1"]


def test_locking_with_unsent_work_only_locks(county: County, base: Path):
    enrol(county, base, "worker1")
    run(base, "sync")
    run(base, "visits", "start", HOUSEHOLD)
    run(base, "lock")
    assert run(base, "status", exit_code=1)["error"]["code"] == "pin.needed"
    assert run(base, "status", "--pin-stdin", given=f"{SECRET}\n")["drafts"] == 1


@pytest.fixture
def locked(county: County, base: Path) -> Home:
    home = Home(base)
    clock = county_clock(county)
    with Transport(county.address) as transport:
        enrolment.enrol(
            home,
            transport,
            clock,
            server=county.address,
            username="worker1",
            password=PASSWORD,
            name="平板",
            pin=SECRET,
        )
    return home


def county_clock(county: County) -> Any:
    from tests.simulation.clocks import Hands

    return Hands(county.time).clock()


def refused(code: str) -> Any:
    return pytest.raises(FieldError, check=lambda error: error.code == code)


def test_three_wrong_pins_ask_for_the_password_which_opens_and_frees_the_pin(county: County, locked: Home):
    clock = county_clock(county)
    for _ in range(3):
        with refused("pin.wrong"):
            unlock.open_by_hand(locked, clock, pin="PIN-0000")
    with refused("pin.password_needed"):
        unlock.open_by_hand(locked, clock, pin=SECRET)
    with refused("password.wrong"):
        unlock.open_by_hand(locked, clock, password="a guess of mine")
    with refused("pin.wait"):
        unlock.open_by_hand(locked, clock, password=PASSWORD)
    county.time.pass_by(seconds=31)
    key = unlock.open_by_hand(locked, clock, password=PASSWORD)
    assert unlock.open_by_hand(locked, clock, pin=SECRET) == key
    open_store(locked, key).close()


def test_the_wait_grows_and_no_wall_clock_shortens_it(county: County, locked: Home):
    from tests.simulation.clocks import Hands

    hands = Hands(county.time)
    for guess in ("1", "2", "3"):
        with refused("pin.wrong"):
            unlock.open_by_hand(locked, hands.clock(), pin=f"PIN-{guess}")
    for wait in (0, 31, 61):
        county.time.pass_by(seconds=wait)
        with refused("password.wrong"):
            unlock.open_by_hand(locked, hands.clock(), password="a guess of mine")
    hands.ahead = timedelta(days=400)
    hands.reboot()
    with refused("pin.wait"):
        unlock.open_by_hand(locked, hands.clock(), password=PASSWORD)
    county.time.pass_by(seconds=121)
    assert unlock.open_by_hand(locked, hands.clock(), password=PASSWORD)


def test_a_right_pin_forgets_the_wrong_ones(county: County, locked: Home):
    clock = county_clock(county)
    for _ in range(3):
        for _ in range(2):
            with refused("pin.wrong"):
                unlock.open_by_hand(locked, clock, pin="PIN-0000")
        assert unlock.open_by_hand(locked, clock, pin=SECRET)


# before a trip, and in trouble


def test_the_check_before_a_trip_is_green_when_all_is_there_and_says_what_is_not(county: County, phone: Phone):
    phone.hands.ahead = timedelta()
    found = {one["name"]: one for one in preflight.check(phone.store, phone.device, phone.clock)}
    assert [name for name, one in found.items() if not one["ok"] and name != "storage"] == []
    assert "已备好 2 个村" in found["pack"]["message"]
    phone.visit()
    phone.hands.ahead = timedelta(hours=3)
    county.time.pass_by(days=12)
    found = {one["name"]: one["ok"] for one in preflight.check(phone.store, phone.device, phone.clock)}
    assert [name for name, ok in found.items() if not ok and name != "storage"] == ["lease", "clock", "waiting"]


def test_the_file_for_whoever_helps_holds_nothing_of_anybody(county: County, phone: Phone, tmp_path: Path):
    visit = phone.visit()
    phone.draft(OTHER, number=5)
    phone.store.db.execute("UPDATE outbox SET outcome = 'refused', result = ?", (
        json.dumps({"problem": {"code": "input.invalid", "title": NOTE, "detail": "王桂花"}}, ensure_ascii=False),
    ))  # fmt: skip
    phone.store.close()
    file = tmp_path / "help.json"
    run(phone.home.path, "support-bundle", str(file))
    text = file.read_text(encoding="utf-8")
    words = (NOTE, "王桂花", "990101194906010012", HOUSEHOLD, "person-0-0", visit, "worker1", "平板", "门口", "户主")
    assert [word for word in words if word in text] == []
    report = json.loads(text)
    assert report["refusals"] == [{"type": "visit", "code": "input.invalid", "count": 1}]
    assert {one["id"] for one in report["buckets"]} >= {"reference", "user"}
    assert set(report["program"]) == {"protocol", "schema", "python"}
    assert support.report.__doc__
