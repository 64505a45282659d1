"""flask parameters: two people set a number, with the document; assessments use it; the past stays as it was."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from server.services.audit import broken_links
from server.transaction import reading
from tests.server.cli.test_commands import run
from tests.server.databases import FOUNDED, Databases
from tests.server.office import COUNTY, PASSWORD, Office

RATIO = ("single_person.ratio", "3/5")
DOCUMENT = ("--document", "关于单人户低保金的通知", "--number", "沅政发〔2026〕8号", "--clause", "二")


@pytest.fixture
def real(make_server: Any, databases: Databases) -> Office:
    """An office in production: the sample county's invented numbers are not there."""
    app = make_server(like=FOUNDED, env="production")
    assert databases.office is not None
    return replace(databases.office, app=app)


def propose(app: Flask, *what: str, by: str = "county1", start: str = "2026-07-06", **more: Any) -> Any:
    found = what or RATIO
    return run(
        app,
        "parameters",
        "propose",
        *found,
        *DOCUMENT,
        "--from",
        start,
        "--by",
        by,
        "--password",
        PASSWORD,
        "--json",
        **more,
    )


def approve(app: Flask, proposal: Any, by: str = "county2") -> Any:
    row = json.loads(proposal.stdout)
    return run(app, "parameters", "approve", row["id"], "--by", by, "--password", PASSWORD, "--json")


def assessed(app: Flask, on: str, tmp_path: Any, *more: str) -> Any:
    file = tmp_path / "case.json"
    member = {"id": "a", "incomes": [{"kind": "wage", "yuan_per_month": "900"}], "serious_illness": True}
    household = {"area": "urban", "property_ok": True, "members": [member]}
    file.write_text(json.dumps({"household": household, "parameters": {"dibao.standard": "780.00"}}))
    found = run(app, "policy", "assess", str(file), "--on", on, "--region", COUNTY, "--json", *more)
    assert found.exit_code == 0, found.stderr
    return {result["programme"]: result for result in json.loads(found.stdout)["results"]}["dibao_single_person"]


def test_a_number_is_in_force_once_another_person_has_approved_it(real: Office, tmp_path: Any):
    proposed = propose(real.app)
    assert proposed.exit_code == 0, proposed.stderr
    assert assessed(real.app, "2026-07-06", tmp_path)["missing"] == ["parameters.single_person.ratio"]
    approved = approve(real.app, proposed)
    assert (approved.exit_code, json.loads(approved.stdout)["state"]) == (0, "approved")
    result = assessed(real.app, "2026-07-06", tmp_path)
    assert result["monthly_yuan"] == "468.00"
    clauses = [reason["clause"] for reason in result["reasons"] if reason["parameter"] == "single_person.ratio"]
    assert "《关于单人户低保金的通知》(沅政发〔2026〕8号)二" in clauses[0]
    assert assessed(real.app, "2026-07-05", tmp_path)["missing"] == ["parameters.single_person.ratio"]


def test_who_proposed_does_not_approve(real: Office, tmp_path: Any):
    proposed = propose(real.app)
    refused = approve(real.app, proposed, by="county1")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "另一人" in refused.stderr
    assert assessed(real.app, "2026-07-06", tmp_path)["missing"]


def test_a_number_is_decided_once(real: Office):
    proposed = propose(real.app)
    assert approve(real.app, proposed).exit_code == 0
    again = approve(real.app, proposed, by="admin1")
    assert (again.exit_code, "已经审批过" in again.stderr) == (1, True)


@pytest.mark.parametrize("by", ["caseworker1", "reviewer1", "inspector1"])
def test_others_neither_propose_nor_approve(real: Office, by: str):
    assert "没有办理此事的权限" in propose(real.app, by=by).stderr
    assert "没有办理此事的权限" in approve(real.app, propose(real.app), by=by).stderr


def test_a_wrong_password_proves_nobody_and_is_counted(real: Office):
    arguments = (
        "parameters",
        "propose",
        *RATIO,
        *DOCUMENT,
        "--from",
        "2026-07-06",
        "--by",
        "county1",
        "--password",
        "wrong",
    )
    for _ in range(6):
        refused = run(real.app, *arguments)
        assert refused.exit_code == 1
    assert "秒后再试" in refused.stderr


def test_the_past_is_never_edited(real: Office, tmp_path: Any):
    """The national line was in force in June; from today on the county may set its own."""
    refused = propose(real.app, "edge.multiple", "2", start="2026-06-01")
    assert (refused.exit_code, "过去已经执行的标准不能改动" in refused.stderr) == (1, True)
    assert propose(real.app, "edge.multiple", "2", start="2026-07-06").exit_code == 0


def test_a_gap_of_the_past_may_be_filled(real: Office, tmp_path: Any):
    """Nothing was in force, so nothing that was decided changes."""
    approved = approve(real.app, propose(real.app, start="2026-01-01"))
    assert approved.exit_code == 0
    assert assessed(real.app, "2026-01-01", tmp_path)["monthly_yuan"] == "468.00"


def test_two_values_do_not_start_on_the_same_day(real: Office):
    first, second = propose(real.app), propose(real.app, RATIO[0], "4/5")
    assert approve(real.app, first).exit_code == 0
    assert "同一天起已有这一标准" in approve(real.app, second).stderr
    assert "同一天起已有这一标准" in propose(real.app).stderr


def test_a_lower_benefit_needs_a_reason(real: Office):
    """文件002 (四)2: the policy stays, or says why not."""
    standard = ("dibao.standard", "800.00", "--area", "urban")
    assert approve(real.app, propose(real.app, *standard)).exit_code == 0
    lower = ("dibao.standard", "799.99", "--area", "urban")
    assert "请写明降低的理由" in propose(real.app, *lower, start="2026-10-01").stderr
    assert propose(real.app, *lower, "--reason", "上级统一调整", start="2026-10-01").exit_code == 0


def test_a_proposed_standard_is_held_against_the_documents(real: Office):
    """文件000 二(十): rural at least 75 % of urban."""
    approve(real.app, propose(real.app, "dibao.standard", "800.00", "--area", "urban"))
    proposed = json.loads(propose(real.app, "dibao.standard", "599.99", "--area", "rural").stdout)
    told = {check["key"]: check for check in proposed["checks"]}
    assert told["dibao.rural_ratio_min"]["holds"] is False
    listed = run(real.app, "parameters", "list")
    assert "提醒: 农村低保标准 599.99 元,低于城市标准的 0.75 倍即 600.00 元。" in listed.stdout


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (("no.such_key", "1"), "没有参数"),
        (("single_person.ratio", "a lot"), "取值形式不对"),
        (("dibao.standard", "12.345"), "取值形式不对"),
        (("dibao.bands", '{"1/2": "1/5", "1": "4/5"}'), "取值形式不对"),
        (("single_person.ratio", "1/2", "--region", "00"), "地区代码"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(real: Office, what: tuple[str, ...], told: str):
    refused = propose(real.app, *what, by="admin1")
    assert (refused.exit_code, refused.stdout, told in refused.stderr) == (1, "", True)


def test_a_county_officer_sets_nothing_for_the_province(real: Office):
    assert "没有办理此事的权限" in propose(real.app, *RATIO, "--region", "43").stderr
    assert propose(real.app, *RATIO, "--region", "43", by="admin1").exit_code == 0


def test_a_declined_number_is_never_in_force(real: Office, tmp_path: Any):
    row = json.loads(propose(real.app).stdout)
    arguments = (
        "parameters",
        "decline",
        row["id"],
        "--by",
        "county2",
        "--password",
        PASSWORD,
        "--reason",
        "文件未印发",
    )
    assert run(real.app, *arguments).exit_code == 0
    assert assessed(real.app, "2026-07-06", tmp_path)["missing"]
    listed = json.loads(run(real.app, "parameters", "list", "--json").stdout)
    assert [one["state"] for one in listed] == ["declined"]


def test_what_has_still_to_be_set_is_listed(real: Office):
    def keys() -> set[str]:
        return {row["key"] for row in json.loads(run(real.app, "parameters", "missing", "--json").stdout)}

    assert {"single_person.ratio", "dibao.standard"} <= keys()
    approve(real.app, propose(real.app))
    assert "single_person.ratio" not in keys()


def test_every_setting_is_in_the_chain_of_who_did_it(real: Office):
    approve(real.app, propose(real.app))
    with real.app.app_context():
        assert broken_links(reading()) == []


def test_the_list_is_empty_with_a_next_step(real: Office):
    assert "flask parameters missing" in run(real.app, "parameters", "list").stdout
    assert "dibao.standard" in run(real.app, "parameters", "keys").stdout
