"""Conflicts and proposals in the console: what waits for whom, side by side, decided once, and the history of it."""

import re
from typing import Any

from tests.server.api.test_conflicts import conflict, decide, person_in, propose, show
from tests.server.api.test_duplicates import pair
from tests.server.office import Device, Office
from tests.server.pages.people import HERE, Person, looks, somebody

__all__ = ["conflict", "pair"]
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def word(person: Person, held_id: str, decision: str, reason: str = "已核对", **fields: Any) -> Any:
    page = person.get(f"/console/conflicts/{held_id}").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    sent = {"decision": decision, "reason": reason, "seen": seen[1] if seen else "", **fields}
    return person.post(f"/console/conflicts/{held_id}", **sent)


def test_the_tabs_count_what_waits_and_the_list_names_it(office: Office, reviewer: Person, conflict: str):
    assert re.search(r"冲突与提议<b>1</b>", reviewer.get("/console/").text)
    page = reviewer.get("/console/conflicts").text
    for words in ("王桂花", f"地区{HERE}", "冲突", "住址", "姓名caseworker3", f"/console/conflicts/{conflict}"):
        assert words in page


def test_an_empty_list_says_what_to_do(reviewer: Person):
    page = reviewer.get("/console/conflicts").text
    assert "没有待处理的冲突和提议" in page
    assert "看待审的走访" in page
    assert "还没有处理过" in reviewer.get("/console/conflicts?state=decided").text


def test_one_is_shown_side_by_side_and_decided(office: Office, device: Device, reviewer: Person, conflict: str):
    page = reviewer.get(f"/console/conflicts/{conflict}").text
    assert page.index("三组12号") < page.index("三组21号")
    answer = word(reviewer, conflict, "accepted")
    assert (answer.status_code, answer.location) == (303, "/console/conflicts")
    assert "已采纳" in reviewer.get("/console/conflicts").text
    decided = reviewer.get(f"/console/conflicts/{conflict}").text
    assert "姓名reviewer1" in decided
    assert "<form id=" not in decided


def test_who_comes_second_reads_so_and_keeps_what_was_typed(office: Office, reviewer: Person, conflict: str):
    page = reviewer.get(f"/console/conflicts/{conflict}").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    decide(office, conflict, "refused", "county1")
    sent = {"decision": "accepted", "reason": "我写的理由", "seen": seen[1]}
    answer = reviewer.post(f"/console/conflicts/{conflict}", **sent)
    assert answer.status_code == 412
    assert "姓名county1已经处理了这一条" in answer.text
    assert show(office, conflict).json["state"] == "refused"


def test_a_decision_without_a_reason_comes_back(reviewer: Person, conflict: str):
    answer = word(reviewer, conflict, "accepted", reason=" ")
    assert answer.status_code == 422
    assert "请写明理由" in answer.text


def test_the_visit_that_shows_it_is_one_click_away(office: Office, device: Device, reviewer: Person, visit: str):
    held_id = propose(office, device, name="王贵花", evidence=visit)
    assert f'href="/console/visits/{visit}"' in reviewer.get(f"/console/conflicts/{held_id}").text


def test_whoever_may_not_decide_reads_why(office: Office, device: Device, visit: str):
    held_id = propose(office, device, name="王贵花", evidence=visit)
    page = somebody(office, "inspector1").get(f"/console/conflicts/{held_id}").text
    assert "您的岗位可以查看，不能处理" in page
    assert "<form id=" not in page


def test_two_persons_are_merged_and_parted_again(office: Office, reviewer: Person, pair: tuple[str, str, str]):
    first, _, held_id = pair
    assert "李小明" in reviewer.get(f"/console/conflicts/{held_id}").text
    assert word(reviewer, held_id, "accepted", kept=first).status_code == 303
    assert "已合并为一人" in reviewer.get("/console/conflicts").text
    assert "撤销合并" in reviewer.get(f"/console/conflicts/{held_id}").text
    assert word(reviewer, held_id, "undone").status_code == 303
    assert show(office, held_id).json["state"] == "undone"


def test_what_lies_elsewhere_is_not_found(office: Office, conflict: str):
    other = somebody(office, "reviewer2")
    assert conflict not in other.get("/console/conflicts").text
    for address in (f"conflicts/{conflict}", f"register/household/{office.households[HERE]}/history"):
        assert other.get(f"/console/{address}").status_code == 404


def test_nothing_that_was_typed_runs(office: Office, device: Device, reviewer: Person):
    household = office.households[HERE]
    other = office.device("caseworker3")
    other.exchange()
    device.exchange([device.mutation("household", household, "update", HERE, {"address": SCRIPT, "remarks": SCRIPT})])
    other.exchange([other.mutation("household", household, "update", HERE, {"address": SCRIPT * 2})])
    held_id = next(key[2] for key in other.rows if key[1] == "held_value")
    proposal = propose(office, device, name="<b>王</b>")
    for address in (
        "conflicts",
        f"conflicts/{held_id}",
        f"conflicts/{proposal}",
        f"register/household/{household}/history",
    ):
        page = reviewer.get(f"/console/{address}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "<b>王</b>" not in page.text


def test_the_history_tells_what_stood_what_came_and_what_lost(
    office: Office, device: Device, reviewer: Person, conflict: str
):
    word(reviewer, conflict, "refused", reason="以门牌为准")
    page = reviewer.get(f"/console/register/household/{office.households[HERE]}/history").text
    for words in ("三组12号", "三组21号", "没有采纳", "以门牌为准", "姓名reviewer1", "外勤设备", "办公室", "登记"):
        assert words in page
    assert "990101194906010012" not in page


def test_a_visit_leads_to_the_history_of_its_household(reviewer: Person, visit: str, office: Office):
    assert f"/console/register/household/{office.households[HERE]}/history" in reviewer.get(
        f"/console/visits/{visit}"
    ).text  # fmt: skip


def test_every_look_is_logged(office: Office, device: Device, reviewer: Person, conflict: str):
    reviewer.get("/console/conflicts")
    reviewer.get(f"/console/conflicts/{conflict}")
    reviewer.get(f"/console/register/person/{person_in(device)}/history")
    assert {"conflict.list", "conflict.read", "history.read"} <= {action for action, _ in looks(office, "reviewer1")}


def test_an_address_that_is_none_of_ours_gets_a_page(reviewer: Person):
    for query in ("state=x", "kind=x", "at=yesterday"):
        assert reviewer.get(f"/console/conflicts?{query}").status_code == 422
