"""flask conflicts: JSON for programs, a named reviewer for every decision, and nothing done twice."""

import json
from typing import Any

import pytest

from tests.server.api.test_conflicts import body_of, conflict, device, propose
from tests.server.api.test_duplicates import pair
from tests.server.cli.test_commands import run
from tests.server.office import VILLAGES, Device, Office

__all__ = ["conflict", "device", "pair"]


def resolve(office: Office, held_id: str, *more: str, by: str = "reviewer1") -> Any:
    return run(office.app, "conflicts", "resolve", held_id, "--as", by, "--reason", "已核对", "--json", *more)


def test_what_waits_is_listed_without_its_values(office: Office, conflict: str):
    listed = run(office.app, "conflicts", "list", "--json")
    assert listed.exit_code == 0
    (one,) = json.loads(listed.stdout)
    assert (one["id"], one["kind"], one["field"], one["state"]) == (conflict, "conflict", "address", "open")
    assert "三组" not in listed.stdout
    assert json.loads(run(office.app, "conflicts", "list", "--kind", "proposal", "--json").stdout) == []
    assert json.loads(run(office.app, "conflicts", "list", "--area", VILLAGES[2], "--json").stdout) == []


def test_one_is_shown_side_by_side(office: Office, conflict: str):
    shown = json.loads(run(office.app, "conflicts", "show", conflict, "--json").stdout)
    assert (shown["stands"], shown["offered"]) == ({"address": "三组12号"}, {"address": "三组21号"})
    assert "三组12号  →  三组21号" in run(office.app, "conflicts", "show", conflict).stdout
    missing = run(office.app, "conflicts", "show", "nothing")
    assert (missing.exit_code, missing.stdout) == (1, "")


def test_a_named_reviewer_decides_once_and_a_repeat_is_no_error(office: Office, device: Device, conflict: str):
    first, again = (resolve(office, conflict, "--accept") for _ in range(2))
    assert [one.exit_code for one in (first, again)] == [0, 0]
    assert [json.loads(one.stdout)["changed"] for one in (first, again)] == [True, False]
    assert body_of(device, "household", office.households[VILLAGES[0]])["address"] == "三组21号"
    other = resolve(office, conflict, "--refuse")
    assert other.exit_code == 1
    assert "已经处理了这一条" in other.stderr


def test_what_changed_since_it_was_shown_is_not_decided(office: Office, conflict: str):
    stale = resolve(office, conflict, "--accept", "--if-match", "0" * 32)
    assert stale.exit_code == 1
    assert "刷新" in stale.stderr or "看过最新内容" in stale.stderr


@pytest.mark.parametrize(
    ("by", "told"), [("caseworker1", "没有办理此事的权限"), ("reviewer2", "没有找到"), ("nobody", "没有用户")]
)
def test_the_command_adds_no_right(office: Office, conflict: str, by: str, told: str):
    refused = resolve(office, conflict, "--accept", by=by)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert told in refused.stderr


def test_nobody_decides_on_their_own_by_the_command_either(office: Office):
    own = office.device("reviewer1")
    own.exchange()
    held_id = propose(office, own, name="王贵花")
    assert "不能处理自己提出的修改" in resolve(office, held_id, "--accept").stderr


def test_wrong_usage_exits_with_2(office: Office, conflict: str):
    assert resolve(office, conflict).exit_code == 2
    assert run(office.app, "conflicts", "list", "--kind", "x").exit_code == 2


def test_a_merge_is_decided_and_undone(office: Office, pair: tuple[str, str, str]):
    first, _, held_id = pair
    assert resolve(office, held_id, "--accept", "--keep", first).exit_code == 0
    assert resolve(office, held_id, "--undo").exit_code == 0
    assert json.loads(run(office.app, "conflicts", "show", held_id, "--json").stdout)["state"] == "undone"
