"""One step at a time: every state by every event, every guard refused by what it is about, and the way of whole cases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.parameters import load_parameters
from policy.procedure.guards import GUARDS, Facts, Proof
from policy.procedure.machines import Machine, load_machine, load_machines
from policy.procedure.steps import Step, step
from tests.policy.procedure.facts import SAMPLE, complete, law, without

APPLICATION, ENTITLEMENT = load_machine("application"), load_machine("entitlement")
VISIT, ADVANCE = load_machine("home_visit"), load_machine("advance_aid")
MACHINES = load_machines()


def codes(found: Step) -> set[str]:
    return {refusal.code for refusal in found.refusals}


def walk(machine: Machine, facts: Facts, *steps: tuple[str, str]) -> str:
    """Take steps as (event, role) from the start, each of which must be allowed; return where they lead."""
    state = machine.start
    for event, role in steps:
        found = step(machine, state, event, replace(facts, role=role))
        assert found.to is not None, (state, event, found.refusals)
        state = found.to
    return state


def pairs(machine: Machine) -> Iterator[tuple[str, str]]:
    """Every state with every event."""
    return product(machine.states, machine.events)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_a_state_answers_an_event_by_its_table_or_says_that_it_cannot(machine: Machine) -> None:
    for state, event in pairs(machine):
        ways = machine.ways(state, event)
        role = min(ways[0].who) if ways else "caseworker"
        found = step(machine, state, event, complete(role=role))
        assert (found.to is None) == bool(found.refusals), (state, event)
        if not ways:
            assert codes(found) == {"no_such_step"}, (state, event)
            assert machine.states[state] in found.refusals[0].text
        elif found.to:
            assert found.to in {way.to for way in ways}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_nobody_takes_a_step_that_is_not_theirs(machine: Machine) -> None:
    for state, event in pairs(machine):
        if machine.ways(state, event):
            assert "not_your_role" in codes(step(machine, state, event, complete(role="admin"))), (state, event)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_a_case_of_which_nothing_is_told_is_refused_by_sentences_with_clauses(machine: Machine) -> None:
    blank = Facts(law=law(), calendar=complete().calendar)
    for state, event in pairs(machine):
        for refusal in step(machine, state, event, blank).refusals:
            assert refusal.text.endswith(("。", ")")) and "{" not in refusal.text
            assert refusal.clause or refusal.code == "no_such_step"


BREAKS: dict[str, dict[str, Any]] = {
    **{proof.value: {"proved": without(proof)} for proof in Proof},
    **{guard: {"stands": frozenset({guard.removeprefix("not_")})} for guard in GUARDS if guard.startswith("not_")},
    "basis_accepted": {"accept_basis": "a whim"},
    "agent_entrusted": {"is_by_agent": True, "is_entrusted": False},
    "adults_signed": {"adults_unsigned": 1},
    "first_list": {"missing_lists_sent": 1},
    "check_valid": {"check_valid_to": None},
    "enough_investigators": {"investigators_signed": 1},
    "reviewed_where_required": {"is_reviewed": False, "law": law(region="340705")},
    "notice_over": {"notice_posted_on": None},
    "no_open_objection": {"open_objections": 1},
    "county_visited_where_required": {"is_kin_registered": None},
    "level_decides": {"role": "reviewer", "amount_fen": 300_000},
    "three_fields_only": {"announced_fields": None},
    "heard_before_reduction": {"change": "reduce", "is_heard": False},
    "heard_before_stop": {"change": "stop", "is_heard": False},
    "end_notice_over": {"programme": "tekun", "notice_posted_on": None},
    "taper_within": {"taper_months": 13},
    "household_signed_or_refused": {"is_household_signed": False},
    "mode_allowed": {"mode": "video"},
    "attempts_exhausted": {"attempts": 0},
    "small_amount": {"law": law(parameters=load_parameters())},
    "verified_if_real_name": {"is_verified": False},
    "enough_drawn": {"law": law(parameters=load_parameters())},
    "urgent_kind": {"programme": "dibao"},
}


IN_CHOICES = {"small_amount", "notice_over", "no_open_objection", "investigated_again"}  # of events with several ways


@pytest.mark.parametrize("guard", sorted(GUARDS))
def test_every_step_that_asks_for_a_guard_is_refused_without_what_it_guards(guard: str) -> None:
    """Each guard by itself, wherever a table names it: nothing passes that only the table's author believed in."""
    asked = 0
    for machine in MACHINES.values():
        for way in machine.transitions:
            facts = replace(complete(role=min(way.who), programme="temporary_emergency"), **BREAKS[guard])
            binds = [one for one in way.requires if one.guard == guard and facts.law.cite(one.cites)]
            if binds and len(machine.ways(way.state, way.event)) == 1:
                asked += 1
                assert guard in codes(step(machine, way.state, way.event, facts)), (machine.code, way.event)
    assert asked or guard in IN_CHOICES


def test_an_application_goes_from_the_village_to_the_announcement() -> None:
    way = [
        ("create", "caseworker"),
        ("submit", "applicant"),
        ("accept", "caseworker"),
        ("start", "caseworker"),
        ("give_opinion", "reviewer"),
        ("post", "village_assistant"),
        ("close_notice", "reviewer"),
        ("take_up", "county_officer"),
        ("confirm", "county_officer"),
        ("announce", "village_assistant"),
    ]
    assert walk(APPLICATION, complete(), *way) == "announced"


def test_where_the_township_decides_the_county_is_not_asked() -> None:
    """57号文 第二条第二款; the delegation is a dated value of the region."""
    delegated = SAMPLE.with_overrides({"decision_level.dibao": "township"})
    found = step(APPLICATION, "public_notice", "close_notice", complete(role="reviewer", law=law(parameters=delegated)))
    assert found.to == "deciding"
    by_county = step(APPLICATION, "deciding", "confirm", complete(role="county_officer", law=law(parameters=delegated)))
    assert codes(by_county) == {"level_decides"}
    by_township = step(APPLICATION, "deciding", "confirm", complete(role="reviewer", law=law(parameters=delegated)))
    assert by_township.to == "confirmed"


def test_missing_papers_are_asked_for_once() -> None:
    """57号文 第十条."""
    first = step(APPLICATION, "submitted", "ask_missing", complete(role="caseworker"))
    again = step(APPLICATION, "submitted", "ask_missing", complete(role="caseworker", missing_lists_sent=1))
    assert (first.to, codes(again)) == ("returned", {"first_list"})
    assert "第十条" in again.refusals[0].clause


def test_one_adult_without_a_signature_stops_the_submission_unless_it_is_pledged() -> None:
    """57号文 第九条; 2022年通知 一(二)."""
    facts = complete(role="applicant", adults_unsigned=1)
    assert codes(step(APPLICATION, "draft", "submit", facts)) == {"adults_signed"}
    assert step(APPLICATION, "draft", "submit", replace(facts, is_pledged=True)).to == "submitted"


@pytest.mark.parametrize(
    ("basis", "programme", "on", "is_taken"),
    [
        ("hukou", "dibao", date(2026, 6, 30), True),
        ("residence_permit", "dibao", date(2026, 6, 30), False),
        ("residence_permit", "dibao", date(2026, 7, 1), True),
        ("emergency_place", "dibao", date(2026, 7, 1), False),
        ("emergency_place", "temporary_emergency", date(2026, 7, 1), True),
        (None, "dibao", date(2026, 7, 1), False),
    ],
)
def test_an_application_is_accepted_on_a_basis_of_the_day(
    basis: str | None, programme: str, on: date, is_taken: bool
) -> None:
    """57号文 第四条 until June 2026, 社会救助法 第三十七条 from July; the place of an emergency for temporary aid only."""
    facts = complete(role="caseworker", accept_basis=basis, programme=programme, law=law(on))
    assert (step(APPLICATION, "submitted", "accept", facts).to == "accepted") is is_taken


def test_acceptance_starts_the_clocks() -> None:
    found = step(APPLICATION, "submitted", "accept", complete(role="caseworker"))
    assert found.starts == ("start_investigation", "township_opinion", "decision")


def test_kinship_must_be_asked_before_acceptance_and_sends_the_county_to_the_house() -> None:
    """57号文 第十一条, 第二十条第二款."""
    unasked = complete(role="caseworker", proved=without(Proof.KINSHIP_ANSWERED))
    assert codes(step(APPLICATION, "submitted", "accept", unasked)) == {"kinship_answered"}
    kin = complete(role="county_officer", is_kin_registered=True)
    assert codes(step(APPLICATION, "forwarded", "take_up", kin)) == {"county_visited_where_required"}
    assert step(APPLICATION, "forwarded", "take_up", replace(kin, is_county_visited=True)).to == "deciding"


def test_an_opinion_needs_a_visit_by_two_and_a_check_that_is_still_valid() -> None:
    """57号文 第十六条, 第十七条. Every gap is told at once."""
    bare = complete(
        role="reviewer",
        investigators_signed=1,
        check_valid_to=date(2026, 7, 14),
        proved=without(Proof.VISIT_ACCEPTED),
    )
    assert codes(step(APPLICATION, "investigating", "give_opinion", bare)) == {
        "visit_accepted",
        "enough_investigators",
        "check_valid",
    }
    on_its_last_day = complete(role="reviewer", check_valid_to=date(2026, 7, 15))
    assert step(APPLICATION, "investigating", "give_opinion", on_its_last_day).to == "opinion"


def test_a_recipient_in_need_of_temporary_aid_is_not_checked_again_where_the_region_says_so() -> None:
    """文件000 一(三)."""
    facts = complete(
        role="reviewer", programme="temporary_expenditure", check_valid_to=None, receives=frozenset({"dibao"})
    )
    assert step(APPLICATION, "investigating", "give_opinion", facts).to == "opinion"
    elsewhere = replace(facts, law=law(region="530102", parameters=load_parameters()))
    assert "check_valid" in codes(step(APPLICATION, "investigating", "give_opinion", elsewhere))


def test_democratic_review_is_a_condition_in_tongling_only() -> None:
    """文件001 二(一); 57号文 第十九条第二款 elsewhere."""
    facts = complete(role="reviewer", is_reviewed=False)
    assert step(APPLICATION, "investigating", "give_opinion", facts).to == "opinion"
    tongling = replace(facts, law=law(region="340705"))
    assert codes(step(APPLICATION, "investigating", "give_opinion", tongling)) == {"reviewed_where_required"}


@pytest.mark.parametrize(("on", "to"), [(date(2026, 7, 8), None), (date(2026, 7, 9), "forwarded")])
def test_a_notice_hangs_for_seven_days_after_the_day_of_posting(on: date, to: str | None) -> None:
    """57号文 第十九条; 民法典 第二百零一条."""
    facts = complete(role="reviewer", notice_posted_on=date(2026, 7, 1), law=law(on))
    assert step(APPLICATION, "public_notice", "close_notice", facts).to == to


def test_after_an_objection_it_is_investigated_again_before_an_opinion() -> None:
    """57号文 第十九条第二款."""
    facts = complete(role="reviewer", proved=without(Proof.INVESTIGATED_AGAIN))
    assert codes(step(APPLICATION, "reinvestigating", "give_opinion", facts)) == {"investigated_again"}


def test_an_open_objection_keeps_the_notice_from_closing() -> None:
    facts = complete(role="reviewer", open_objections=1)
    assert codes(step(APPLICATION, "public_notice", "close_notice", facts)) == {"no_open_objection"}
    unknown = complete(role="reviewer", open_objections=None)
    assert codes(step(APPLICATION, "public_notice", "close_notice", unknown)) == {"no_open_objection"}


@pytest.mark.parametrize(("programme", "to"), [("dibao", "forwarded"), ("tekun", "opinion")])
def test_after_an_objection_only_a_tekun_opinion_hangs_again(programme: str, to: str) -> None:
    """57号文 第十九条第二款; 特困人员认定办法 第十五条."""
    assert step(APPLICATION, "reinvestigating", "give_opinion", complete(role="reviewer", programme=programme)).to == to


@pytest.mark.parametrize("stands", ["investigator", "reviewer", "relative"])
def test_who_investigated_reviewed_or_is_kin_does_not_decide(stands: str) -> None:
    facts = complete(role="county_officer", stands=frozenset({stands}))
    for event in ("confirm", "refuse"):
        assert codes(step(APPLICATION, "deciding", event, facts)) == {f"not_{stands}"}


def test_an_investigator_gives_no_opinion() -> None:
    facts = complete(role="reviewer", stands=frozenset({"investigator"}))
    assert codes(step(APPLICATION, "investigating", "give_opinion", facts)) == {"not_investigator"}


def test_a_refusal_is_served_with_reasons_and_remedy() -> None:
    """57号文 第二十一条; 社会救助法 第四十五条, 第七十六条."""
    bare = complete(role="reviewer", proved=without(Proof.REASONS_WRITTEN, Proof.REMEDY_TOLD, Proof.SERVED))
    found = step(APPLICATION, "refused", "serve", bare)
    assert codes(found) == {"reasons_written", "remedy_told", "served"}
    assert any("第七十六条" in refusal.clause for refusal in found.refusals)
    assert step(APPLICATION, "refused", "serve", complete(role="reviewer")).to == "closed"


def test_an_announcement_has_three_fields_and_no_more() -> None:
    """57号文 第二十四条."""
    more = complete(role="village_assistant", announced_fields=frozenset({"name", "amount", "disability"}))
    assert codes(step(APPLICATION, "confirmed", "announce", more)) == {"three_fields_only"}


def test_the_emergency_kind_goes_to_its_decision_without_check_and_notice() -> None:
    """临时救助意见 二(二)."""
    urgent = complete(role="reviewer", programme="temporary_emergency")
    assert step(APPLICATION, "accepted", "decide_urgently", urgent).to == "deciding"
    assert codes(step(APPLICATION, "accepted", "decide_urgently", complete(role="reviewer"))) == {"urgent_kind"}


@pytest.mark.parametrize(("fen", "role"), [(200_000, "reviewer"), (200_001, "county_officer")])
def test_temporary_aid_is_decided_by_the_level_of_its_amount(fen: int, role: str) -> None:
    """文件004 二(三) 分级审批; the limit of the sample county is 2000 yuan."""
    facts = complete(role=role, programme="temporary_emergency", amount_fen=fen)
    assert step(APPLICATION, "deciding", "confirm", facts).to == "confirmed"


@given(state=st.sampled_from(sorted(APPLICATION.states)))
def test_whoever_applied_may_withdraw_while_it_is_open(state: str) -> None:
    found = step(APPLICATION, state, "withdraw", complete(role="applicant"))
    is_open = state not in APPLICATION.finals and state != "new"
    assert found.to == ("withdrawn" if is_open else None)


def test_nothing_is_reduced_or_stopped_before_the_person_was_heard() -> None:
    """社会救助法 第四十八条, in force since 2026-07-01."""
    loss = complete(role="county_officer", change="reduce", is_heard=False)
    found = step(ENTITLEMENT, "adjusting", "decide", loss)
    assert codes(found) == {"heard_before_reduction"}
    assert "《中华人民共和国社会救助法》第四十八条" in found.refusals[0].clause
    assert step(ENTITLEMENT, "adjusting", "decide", replace(loss, change="raise")).to == "active"
    before = replace(loss, law=law(date(2026, 6, 30)))
    assert step(ENTITLEMENT, "adjusting", "decide", before).to == "active"


def test_a_change_that_is_not_named_is_no_change() -> None:
    unnamed = complete(role="county_officer", change=None)
    assert codes(step(ENTITLEMENT, "adjusting", "decide", unnamed)) == {"heard_before_reduction"}
    assert codes(step(ENTITLEMENT, "adjusting", "stop", unnamed)) == {"heard_before_stop"}


def test_aid_does_not_stop_unheard_but_by_the_death_of_its_only_recipient() -> None:
    """社会救助法 第四十八条; 2022年通知 一(三)."""
    unheard = complete(role="county_officer", change="stop", is_heard=False)
    assert codes(step(ENTITLEMENT, "adjusting", "stop", unheard)) == {"heard_before_stop"}
    assert step(ENTITLEMENT, "adjusting", "stop", replace(unheard, change="death")).to == "ended"
    raised = complete(role="county_officer", change="raise")
    assert codes(step(ENTITLEMENT, "adjusting", "stop", raised)) == {"heard_before_stop"}


def test_tekun_ends_only_after_its_notice() -> None:
    """特困人员认定办法 第二十六条."""
    ending = complete(role="county_officer", programme="tekun", change="stop", notice_posted_on=None)
    assert codes(step(ENTITLEMENT, "adjusting", "stop", ending)) == {"end_notice_over"}
    posted = replace(ending, notice_posted_on=date(2026, 7, 1))
    assert step(ENTITLEMENT, "end_notice", "stop", posted).to == "ended"


@pytest.mark.parametrize(
    ("region", "months", "is_allowed"),
    [
        ("430981102", 12, True),
        ("430981102", 13, False),
        ("530102", 5, False),
        ("530102", 6, True),
        ("110105", 7, False),
    ],
)
def test_a_taper_is_as_long_as_the_region_allows(region: str, months: int, is_allowed: bool) -> None:
    """文件000 一(一): 12; 文件004 二(一): 6 to 12; 2022年通知 一(三): 6."""
    facts = complete(role="county_officer", taper_months=months, law=law(region=region))
    assert (step(ENTITLEMENT, "recheck", "taper", facts).to == "tapering") is is_allowed


def test_a_taper_is_for_those_above_the_line_by_work() -> None:
    """57号文 第三十三条."""
    facts = complete(role="county_officer", proved=without(Proof.ABOVE_LINE_BY_WORK))
    assert codes(step(ENTITLEMENT, "recheck", "taper", facts)) == {"above_line_by_work"}


def test_a_visit_is_sealed_with_two_investigators_and_the_household() -> None:
    """57号文 第十六条(一)."""
    bare = complete(role="caseworker", investigators_signed=1, is_household_signed=False)
    assert codes(step(VISIT, "completed", "seal", bare)) == {"enough_investigators", "household_signed_or_refused"}
    refused = complete(role="caseworker", is_household_signed=False, is_signature_refused_with_reason=True)
    assert step(VISIT, "completed", "seal", refused).to == "sealed"


def test_a_visit_by_telephone_is_for_emergencies() -> None:
    """57号文 第十六条第二款."""
    call = complete(role="caseworker", mode="phone")
    assert codes(step(VISIT, "packed", "begin", call)) == {"mode_allowed"}
    assert step(VISIT, "packed", "begin", replace(call, is_emergency_mode=True)).to == "in_progress"


def test_a_visit_goes_back_undone_after_as_many_attempts_as_the_region_asks() -> None:
    assert codes(step(VISIT, "attempted", "give_up", complete(role="caseworker", attempts=2))) == {"attempts_exhausted"}
    assert step(VISIT, "attempted", "give_up", complete(role="caseworker", attempts=3)).to == "undone"


def test_a_small_urgent_need_is_paid_first_and_a_large_one_goes_to_the_county() -> None:
    """社会救助法 第五十条; the sample county's limit is 1000 yuan."""
    small = complete(role="reviewer", programme="temporary_emergency", amount_fen=100_000)
    assert step(ADVANCE, "reported", "approve", small).to == "approved"
    assert step(ADVANCE, "reported", "approve", replace(small, amount_fen=100_001)).to == "sent_to_county"


def test_a_limit_that_the_region_has_not_set_is_named_and_nothing_is_paid() -> None:
    unset = complete(role="reviewer", programme="temporary_emergency", law=law(parameters=load_parameters()))
    found = step(ADVANCE, "reported", "approve", unset)
    assert found.to is None
    assert any("advance.small_amount" in refusal.text for refusal in found.refusals)


def test_who_approved_an_advance_does_not_hand_it_over() -> None:
    facts = complete(role="reviewer", stands=frozenset({"approver"}))
    assert codes(step(ADVANCE, "approved", "pay", facts)) == {"not_approver"}


def test_a_complaint_is_never_answered_by_the_one_it_is_about() -> None:
    facts = complete(role="reviewer", stands=frozenset({"subject"}))
    assert codes(step(load_machine("complaint"), "investigating", "answer", facts)) == {"not_subject"}


def test_a_complaint_under_a_real_name_is_verified_before_it_is_answered() -> None:
    """57号文 第三十七条."""
    machine = load_machine("complaint")
    facts = complete(role="reviewer", is_verified=False)
    assert codes(step(machine, "investigating", "answer", facts)) == {"verified_if_real_name"}
    assert step(machine, "investigating", "answer", replace(facts, is_real_name=False)).to == "answered"


def test_nobody_inspects_at_home() -> None:
    facts = complete(role="inspector", stands=frozenset({"local"}))
    assert codes(step(load_machine("inspection"), "assigned", "visit", facts)) == {"not_local"}


def test_an_unknown_event_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        step(APPLICATION, "draft", "teleport", complete())
