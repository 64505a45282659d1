"""The tables of procedure are whole: nothing unknown, nothing dead, every step cited; a broken table stops the load."""

import pytest

from policy.law import Law
from policy.procedure.guards import BRANCHES, GUARDS
from policy.procedure.machines import Machine, load_machine, load_machines, read_machine
from policy.procedure.texts import REFUSALS
from policy.registry import PolicyDataError, data_folder
from policy.vocabulary import names
from tests.policy.procedure.facts import law

MACHINES = load_machines()


def test_the_procedures_of_the_domain_are_there() -> None:
    wanted = "application entitlement home_visit advance_aid referral complaint warning inspection"
    assert set(MACHINES) == set(wanted.split())


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_every_state_and_event_has_a_name_that_people_read(machine: Machine) -> None:
    for text in (machine.name, *machine.states.values(), *machine.events.values()):
        assert text and not text.isascii()


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_every_step_and_guard_rests_on_a_clause(machine: Machine) -> None:
    for way in machine.transitions:
        assert way.cites and way.who
        assert all(requirement.cites for requirement in way.requires)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_in_the_leading_county_every_step_has_law_in_force_today(machine: Machine) -> None:
    for way in machine.transitions:
        assert law().cite(way.cites), f"{way.state} {way.event}"


def test_every_guard_and_branch_is_used_and_can_be_told() -> None:
    ways = [way for machine in MACHINES.values() for way in machine.transitions]
    assert {requirement.guard for way in ways for requirement in way.requires} == set(GUARDS) == set(REFUSALS)
    assert {way.when for way in ways if way.when} == set(BRANCHES)


def test_every_role_of_the_tables_has_a_name() -> None:
    roles = {role for machine in MACHINES.values() for way in machine.transitions for role in way.who}
    assert roles <= set(names("role"))
    assert "admin" not in roles  # an administrator sees no case


def test_what_may_be_done_without_a_network_needs_no_office() -> None:
    """The office's own steps (decide, check, pay out of the account) are never offline."""
    for machine in MACHINES.values():
        for way in machine.transitions:
            assert not (way.is_offline and way.who <= {"county_officer", "system"}), f"{machine.code} {way.event}"


def test_the_events_of_a_state_are_told() -> None:
    assert load_machine("application").events_in("draft") == ("submit", "withdraw")


TABLE = """
code = "x"
name = "测试"
start = "new"
finals = ["done"]
[states]
new = "新"
open = "办理中"
done = "完"
[events]
begin = "开始"
end = "结束"
[[transition]]
from = ["new"]
event = "begin"
to = "open"
who = ["caseworker"]
clause = "dibao_measures 第四条"
[[transition]]
from = ["open"]
event = "end"
to = "done"
who = ["caseworker"]
clause = "dibao_measures 第四条"
guards = { reason_given = "dibao_measures 第四条" }
"""


def test_a_sound_table_is_read() -> None:
    assert read_machine("x.toml", TABLE.encode()).finals == {"done"}


@pytest.mark.parametrize(
    ("sound", "broken", "told"),
    [
        ('to = "open"', 'to = "opened"', "unknown state"),
        ('event = "end"', 'event = "stop"', "unknown event"),
        ('who = ["caseworker"]', 'who = ["mayor"]', "unknown role"),
        ("reason_given", "reason_guessed", "unknown guard"),
        ("dibao_measures", "dibao_rumours", "dibao_rumours"),
        ('from = ["open"]', 'from = ["new"]', "nobody reaches|without a way"),
        ('done = "完"', 'done = "完"\nlost = "无人到达"', "nobody reaches"),
        ('event = "end"', 'event = "end"\nwhen = "township_decides"', "only the last"),
        ('event = "end"', 'event = "end"\nwhen = "on_a_whim"', "unknown branch"),
        ('to = "open"', 'to = "open"\nstarts = ["some_day"]', "unknown period"),
        ('finals = ["done"]', 'finals = ["done", "open"]', "ends that go on"),
        ('end = "结束"', 'end = "结束"\nnever = "从不"', "nothing answers"),
    ],
)
def test_a_broken_table_stops_the_load_and_says_what_is_wrong(sound: str, broken: str, told: str) -> None:
    assert sound in TABLE
    with pytest.raises(PolicyDataError, match=told) as caught:
        read_machine("x.toml", TABLE.replace(sound, broken).encode())
    assert "x.toml" in str(caught.value)


def test_a_table_that_can_only_go_in_circles_is_refused() -> None:
    circle = TABLE.replace('to = "done"', 'to = "new"')
    with pytest.raises(PolicyDataError, match="nobody reaches"):
        read_machine("x.toml", circle.encode())


def test_a_table_is_named_after_its_code() -> None:
    for item in data_folder("procedure/machines").iterdir():
        assert item.name.removesuffix(".toml") in MACHINES


def test_a_clause_of_the_coming_law_is_not_cited_before_its_day() -> None:
    before = Law(law().parameters, "110105", law().on.replace(month=6), "urban")
    adjust = load_machine("entitlement").ways("adjusting", "decide")[0]
    heard = next(requirement for requirement in adjust.requires if requirement.guard == "heard_before_reduction")
    assert before.cite(heard.cites) == ""
    assert "第四十八条" in law().cite(heard.cites)
