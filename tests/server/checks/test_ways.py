"""The ways to the departments: whatever goes wrong on one, nothing is lost, nothing is doubled, and the reason is told."""

import json
import time

import httpx
import pytest

from server import inquiring
from server.adapters.departments.connector import Answer, Fault, Query, Subject
from server.adapters.departments.envelope import pack, unpack
from server.adapters.departments.folder import FolderConnector
from server.adapters.departments.http import HttpConnector
from server.cli.office import OPERATOR
from tests.server.checks.conftest import KEY, Checking, Departments
from tests.server.clock import StillClock

QUERY = Query("0190-q", "banks", "assistance.application", "社会救助法第四十一条", "2026-12-31",
              [Subject("p1", "王桂花", "990101194906010012")])  # fmt: skip
SAID = {"id": "0190-q", "source": "banks", "queried_at": "2026-07-06T02:00:00.000Z", "items": []}


def over(handler, clock: StillClock, waited: list[float]) -> HttpConnector:
    """A way to a department that answers as told, and the waits on it."""
    return HttpConnector("http://department", KEY, 1, clock, waited.append, httpx.MockTransport(handler))


@pytest.fixture
def tray(tmp_path, clock: StillClock) -> FolderConnector:
    """A folder with a query in it; the file system's clock is the connector's, moved on by hand."""
    made = FolderConnector(tmp_path / "exchange", KEY, clock)
    made.send(QUERY)
    (tmp_path / "exchange" / "answers").mkdir()
    return made


def put(tray: FolderConnector, content: bytes) -> None:
    """Put an answer into the folder."""
    (tray.folder / "answers" / "0190-q.json").write_bytes(content)


def test_an_envelope_opens_only_under_its_key_and_unaltered():
    sealed = pack({"name": "王"}, KEY)
    assert unpack(sealed, KEY) == {"name": "王"}
    for content, key, code in ((sealed, b"x" * 32, "signature"), (sealed.replace("王".encode(), "李".encode()), KEY, "signature"),
                               (sealed[:20], KEY, "malformed"), (b"[]", KEY, "malformed")):  # fmt: skip
        with pytest.raises(Fault) as refused:
            unpack(content, key)
        assert refused.value.code == code


def test_a_query_in_the_folder_has_no_name_or_number_in_its_file_name(tray: FolderConnector):
    (path,) = (tray.folder / "requests").iterdir()
    assert path.name == "0190-q.json"
    assert unpack(path.read_bytes(), KEY)["subjects"][0]["name"] == "王桂花"


def test_half_a_file_is_left_while_it_may_still_be_arriving_and_set_aside_after(
    tray: FolderConnector, clock: StillClock
):
    put(tray, pack(SAID, KEY)[:40])
    written = (tray.folder / "answers" / "0190-q.json").stat().st_mtime
    clock.at = clock.at.fromtimestamp(written + 5, tz=clock.at.tzinfo)
    assert list(tray.collect(["0190-q"])) == []
    clock.forward(minutes=5)
    ((query_id, fault),) = tray.collect(["0190-q"])
    assert (query_id, fault.code) == ("0190-q", "malformed")
    assert (tray.folder / "set-aside" / "0190-q.reason").read_text() == "malformed\n"
    put(tray, pack(SAID, KEY))
    (answer,) = tray.collect(["0190-q"])
    assert isinstance(answer, Answer)


def test_what_is_done_leaves_nothing_in_the_folder(tray: FolderConnector):
    put(tray, b"x")
    tray.set_aside("0190-q", Fault("malformed"))
    put(tray, pack(SAID, KEY))
    tray.discard("0190-q")
    assert [path for path in tray.folder.rglob("*") if path.is_file()] == []


def test_a_folder_that_is_not_there_is_a_way_that_is_down(tmp_path, clock: StillClock):
    with pytest.raises(Fault) as down:
        list(FolderConnector(tmp_path / "nowhere", KEY, clock).collect(["0190-q"]))
    assert (down.value.code, down.value.may_pass) == ("unreachable", True)


def test_a_busy_department_is_waited_for_as_long_as_it_says(clock: StillClock):
    replies = iter([httpx.Response(503, headers={"Retry-After": "7"}), httpx.Response(202)])
    waited: list[float] = []
    over(lambda request: next(replies), clock, waited).send(QUERY)
    assert waited == [7]


def test_a_department_that_stays_busy_is_left_for_the_next_round(clock: StillClock):
    waited: list[float] = []
    with pytest.raises(Fault) as busy:
        over(lambda request: httpx.Response(503, headers={"Retry-After": "1"}), clock, waited).send(QUERY)
    assert (busy.value.code, busy.value.may_pass, waited) == ("busy", True, [1, 1])


def test_a_wait_beyond_the_bound_is_not_waited_for(clock: StillClock):
    waited: list[float] = []
    with pytest.raises(Fault):
        over(lambda request: httpx.Response(503, headers={"Retry-After": "3600"}), clock, waited).send(QUERY)
    assert waited == []


def test_what_the_department_will_not_take_is_not_tried_again(clock: StillClock):
    asked: list[httpx.Request] = []
    with pytest.raises(Fault) as refused:
        over(lambda request: asked.append(request) or httpx.Response(422), clock, []).send(QUERY)
    assert (refused.value.code, len(asked)) == ("refused", 1)


def test_no_address_names_a_query_or_a_person(clock: StillClock):
    seen: list[str] = []
    way = over(lambda request: seen.append(str(request.url)) or httpx.Response(202), clock, [])
    way.send(QUERY)
    list(way.collect(["0190-q"]))
    assert seen == ["http://department/queries", "http://department/answers"]


def test_one_way_that_is_down_does_not_keep_the_others(checking: Checking, departments: Departments):
    text = departments.routes.read_text()
    departments.routes.write_text(text.replace(departments.url, "http://127.0.0.1:9"))
    check = checking.authorised()
    sent = checking.did("check1", f"/checks/{check}/queries")
    assert (sent["done"], sent["faults"], sent["waiting"]) == (2, {"unreachable": 1}, 3)
    departments.routes.write_text(text)
    with checking.office.app.app_context():
        assert inquiring.send_drafted(OPERATOR).done == 4


def test_a_busy_stand_in_is_asked_again_within_the_round(checking: Checking, departments: Departments):
    departments.err("busy 1")
    assert checking.did("check1", f"/checks/{checking.authorised(scope=('banks',))}/queries")["done"] == 1


def test_a_slow_stand_in_is_left_for_the_next_round_and_asked_once(checking: Checking, departments: Departments):
    departments.err("slow 3")
    check = checking.authorised(scope=("banks",))
    assert checking.did("check1", f"/checks/{check}/queries")["faults"] == {"slow": 1}
    assert checking.did("check1", f"/checks/{check}/queries")["done"] == 1
    assert checking.collect().done == 1


@pytest.mark.parametrize(("wrong", "code"), [("signature 1", "signature"), ("half 1", "malformed")])
def test_an_answer_that_cannot_be_trusted_is_not_taken_and_asked_for_again(
    checking: Checking, departments: Departments, wrong: str, code: str
):
    check = checking.sent(scope=("banks",))
    departments.err(wrong)
    assert checking.collect().faults == {code: 1}
    report = checking.reports(check)["banks"]
    assert (report.state, report.fault) == ("sent", code)
    checking.collect()
    assert checking.reports(check)["banks"].state == "answered"


def test_a_query_that_the_department_has_lost_goes_out_again(checking: Checking, departments: Departments):
    check = checking.sent(scope=("banks",))
    departments.err("forget 1")
    checking.collect()
    assert checking.reports(check)["banks"].state == "drafted"
    checking.did("check1", f"/checks/{check}/queries")
    checking.collect()
    assert checking.state_of(check) == "answered"


def test_a_source_that_is_not_in_charge_is_not_waited_for(checking: Checking, departments: Departments):
    check = checking.sent(scope=("banks",))
    departments.err("refuse 1")
    checking.collect()
    report = checking.reports(check)["banks"]
    assert (report.state, report.fault, checking.state_of(check)) == ("refused", "not_in_charge", "answered")


def test_an_answer_that_comes_twice_counts_once(checking: Checking, departments: Departments):
    check = checking.sent(scope=("vehicles",))
    path = arrived(departments, checking.reports(check)["vehicles"].id)
    content = path.read_bytes()
    assert checking.collect().done == 1
    path.write_bytes(content)
    assert checking.collect().done == 0
    assert not path.exists()


def test_an_answer_to_no_query_of_ours_is_set_aside(checking: Checking, departments: Departments):
    (departments.folder / "answers").mkdir(exist_ok=True)
    (departments.folder / "answers" / "0190-stranger.json").write_bytes(pack({**SAID, "id": "0190-stranger"}, KEY))
    assert checking.collect().done == 0
    assert (departments.folder / "set-aside" / "0190-stranger.reason").read_text() == "foreign\n"


def test_an_answer_of_the_wrong_shape_is_set_aside_with_its_reason(checking: Checking, departments: Departments):
    check = checking.sent(scope=("vehicles",))
    report = checking.reports(check)["vehicles"].id
    path = arrived(departments, report)
    message = json.loads(path.read_bytes())["message"]
    path.write_bytes(pack({**message, "items": [{"person": "somebody else", "kind": "vehicle"}]}, KEY))
    assert checking.collect().faults == {"malformed": 1}
    assert (departments.folder / "set-aside" / f"{report}.reason").read_text() == "malformed\n"
    assert checking.reports(check)["vehicles"].state == "sent"


def arrived(departments: Departments, report: str):
    """Wait until the stand-in has put its answer into the folder."""
    path = departments.folder / "answers" / f"{report}.json"
    for _ in range(200):
        if path.exists():
            return path
        time.sleep(0.02)
    raise AssertionError("the stand-in has not answered")
