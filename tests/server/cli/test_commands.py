"""The flask commands: the right exit code, JSON for programs, a sentence for people, and never a traceback."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from server.models.office import Area, RoleAssignment, Staff
from server.transaction import parts, reading, transact
from tests.server.api.serving import upload
from tests.server.databases import BARE
from tests.server.office import COUNTY, PASSWORD, Office, blob_of, sha_of


def run(app: Flask, *arguments: str, **more: Any) -> Any:
    return app.test_cli_runner().invoke(args=list(arguments), **more)


def user(
    app: Flask, username: str = "zhang", role: str = f"caseworker:{COUNTY}114", password: str = "long enough"
) -> Any:
    return run(app, "users", "create", username, "--name", "张敏", "--role", role, "--password", password, "--json")


def test_an_account_is_opened_and_can_sign_in(office: Office):
    made = user(office.app)
    assert made.exit_code == 0
    assert json.loads(made.stdout)["username"] == "zhang"
    assert office.token("zhang", "long enough")


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ({"role": "king:430981"}, "没有这种岗位"),
        ({"role": "caseworker"}, "请写明地区"),
        ({"role": "caseworker:%"}, "地区代码应为数字"),
        ({"role": "caseworker:4309_1"}, "地区代码应为数字"),
        ({"password": "short"}, "密码至少"),
        ({"username": "reviewer1"}, "已被使用"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_a_sentence(office: Office, odd: dict[str, str], told: str):
    refused = user(office.app, **odd)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert told in refused.stderr
    with office.app.app_context():
        assert reading().query(Staff).filter_by(display_name="张敏").count() == 0
        assert reading().query(RoleAssignment).filter_by(area_prefix="%").count() == 0


def test_the_whole_deployment_has_to_be_asked_for(office: Office):
    assert user(office.app, role="inspector:").exit_code == 0
    assert user(office.app, "li", role="admin").exit_code == 0


def test_a_disabled_account_is_out(office: Office):
    token = office.token("caseworker1")
    assert run(office.app, "users", "disable", "caseworker1").exit_code == 0
    answer = office.app.test_client().get("/api/v1/visits", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert run(office.app, "users", "disable", "caseworker1").exit_code == 0


def test_a_new_password_takes_the_place_of_the_old(office: Office):
    assert run(office.app, "users", "reset", "caseworker1", "--password", "another one").exit_code == 0
    assert office.token("caseworker1", "another one")
    with pytest.raises(AssertionError):
        office.token("caseworker1", PASSWORD)


@pytest.mark.parametrize(
    "command", [("users", "disable"), ("users", "reset", "--password", "long enough"), ("devices", "revoke")]
)
def test_who_is_not_there_is_told(office: Office, command: tuple[str, ...]):
    refused = run(office.app, *command[:2], "nobody", *command[2:])
    assert refused.exit_code == 1
    assert "没有" in refused.stderr


def areas_file(folder: Path, text: str, encoding: str = "utf-8") -> str:
    path = folder / "areas.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


def test_areas_are_imported_and_again_is_harmless(app: Flask, tmp_path: Path):
    file = areas_file(tmp_path, "code,name\n430981,沅江市\n430981114,茶盘洲镇\n430981114201,幸福村\n", "utf-8-sig")
    first, again = (json.loads(run(app, "areas", "import", file, "--json").stdout) for _ in range(2))
    assert (first, again) == ({"read": 3, "changed": 3}, {"read": 3, "changed": 0})
    with app.app_context():
        village = reading().get(Area, "430981114201")
        assert (village.level, village.parent_code) == ("village", "430981114")


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        ("code,name\n43098,沅江\n", "utf-8", "行政区划代码或名称不对"),
        ("code,name\n430981,沅江市\n430981114,\n", "utf-8", "行政区划代码或名称不对"),
        ("代码,名称\n430981,沅江市\n", "utf-8", "code 和 name"),
        ("", "utf-8", "code 和 name"),
        ("code,name\n430981,沅江市\n", "gbk", "UTF-8"),
    ],
    ids=["short code", "no name", "other columns", "empty", "saved by a spreadsheet"],
)
def test_an_areas_file_that_is_none_changes_nothing(app: Flask, tmp_path: Path, text: str, encoding: str, told: str):
    refused = run(app, "areas", "import", areas_file(tmp_path, text, encoding))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert told in refused.stderr
    with app.app_context():
        assert reading().query(Area).count() == 0


def test_devices_are_listed_and_revoked(office: Office):
    assert "还没有" in run(office.app, "devices", "list").stdout
    device = office.device()
    (row,) = json.loads(run(office.app, "devices", "list", "--json").stdout)
    assert (row["id"], row["revoked"]) == (device.device_id, False)
    assert run(office.app, "devices", "revoke", device.device_id).exit_code == 0
    (row,) = json.loads(run(office.app, "devices", "list", "--json").stdout)
    assert row["revoked"] is True


def test_the_log_is_verified(office: Office):
    office.token("reviewer1")
    assert json.loads(run(office.app, "audit", "verify", "--json").stdout) == {"intact": True, "broken": []}
    with office.app.app_context():
        transact(
            lambda ledger: ledger.session.connection().exec_driver_sql("UPDATE audit_event SET action = 'x'") and None
        )
    found = run(office.app, "audit", "verify", "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["broken"] == [{"actor": office.staff["reviewer1"], "n": 1}]


def test_doctor_finds_a_wrong_sum_a_lost_photo_and_a_broken_log(office: Office):
    device = office.device()
    upload(device.client, device.token, blob_of("photo"))
    assert run(office.app, "doctor").exit_code == 0
    with office.app.app_context():
        blobs = parts().blobs
        (blobs.folder / sha_of("photo")[:2] / sha_of("photo")[2:4] / sha_of("photo")).unlink()
        for damage in ("UPDATE bucket SET live = live + 1", "DELETE FROM audit_event"):
            transact(lambda ledger, damage=damage: ledger.session.connection().exec_driver_sql(damage) and None)
    found = run(office.app, "doctor", "--json")
    assert found.exit_code == 1
    faults = "".join(json.loads(found.stdout)["faults"])
    assert all(word in faults for word in ("校验和不符", "照片文件缺失", "日志链断裂"))


def test_the_interface_is_printed_as_json(app: Flask):
    assert json.loads(run(app, "openapi").stdout)["openapi"].startswith("3.1")


@pytest.mark.parametrize("command", ["doctor", "audit verify", "devices list", "users disable x", "demo seed"])
def test_without_tables_a_command_says_which_one_makes_them(make_server: Any, command: str):
    refused = run(make_server(like=BARE), *command.split())
    assert refused.exit_code == 1
    assert "db upgrade" in refused.stderr


def test_production_takes_no_sample_county(make_server: Any):
    refused = run(make_server(env="production"), "demo", "seed", "--households", "0")
    assert refused.exit_code == 1
    assert "正式环境" in refused.stderr


def test_a_command_that_is_none_is_a_usage_error(app: Flask):
    assert run(app, "users", "create").exit_code == 2
    assert run(app, "users", "nothing").exit_code == 2
