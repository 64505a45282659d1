"""The `field-client` program as its users and scripts see it: stdout, stderr, JSON, exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from field_client.cli import main
from field_client.syncing import Summary
from tests.field_client.conftest import HEAD, HOUSEHOLD, SECOND_NAME, STAFF_ID, VILLAGE
from tests.field_client.office import PASSWORD, Office, Running

Draw = Callable[..., bytes]


class Shell:
    """Runs commands in one home."""

    def __init__(self, home: Path, runtime: Path) -> None:
        self.home, self.environment = home, {"XDG_RUNTIME_DIR": str(runtime), "NO_COLOR": "1", "ZSB_FIELD_PIN": ""}

    def run(self, *words: str, typed: str = "", code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--home", str(self.home), *words], input=typed, env=self.environment)
        assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
        return result

    def json(self, *words: str, **options: Any) -> Any:
        return json.loads(self.run(*words, "--json", **options).stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "runtime").mkdir()
    return Shell(tmp_path / "home", tmp_path / "runtime")


ENROL = ("--username", "caseworker1", "--password-stdin", "--device-name", "平板 1 号")


@pytest.fixture
def enrolled(shell: Shell, running: Running) -> Shell:
    shell.run("enrol", "--server", running.url, *ENROL, typed=f"{PASSWORD}\n")
    return shell


@pytest.fixture
def enrolled_with_pin(shell: Shell, running: Running) -> Shell:
    shell.run("enrol", "--server", running.url, *ENROL, "--pin-stdin", typed=f"{PASSWORD}\n2468\n")
    return shell


@pytest.fixture
def files(tmp_path: Path, picture: Draw) -> dict[str, str]:
    made = {"house": picture(seed=3), "ink-1": picture(seed=4), "ink-2": picture(seed=5), "ink-3": picture(seed=6)}
    for name, data in made.items():
        (tmp_path / f"{name}.jpg").write_bytes(data)
    (tmp_path / "text.jpg").write_text("不是照片")
    return {name: str(tmp_path / f"{name}.jpg") for name in [*made, "text"]}


def record(shell: Shell, files: dict[str, str]) -> str:
    visit = str(shell.json("visits", "start", HOUSEHOLD, "--form", "short_visit", "--kind", "recheck")["id"])
    shell.run("visits", "answer", visit, "people=2", "note=一切正常")
    shell.run("visits", "photo", visit, files["house"], "--kind", "house")
    shell.run("visits", "place", visit, "--lat", "28.8442", "--lon", "112.3546", "--accuracy", "12")
    shell.run("visits", "identity", visit, HEAD, "--method", "id_card", "--reason", "light")
    shell.run("visits", "sign", visit, "--role", "investigator", "--signer", STAFF_ID, "--image", files["ink-1"])
    shell.run("visits", "sign", visit, "--role", "household", "--signer", HEAD, "--image", files["ink-3"])
    return visit


def test_the_main_job_offline_then_synced(enrolled_with_pin: Shell, office: Office, files: dict[str, str]) -> None:
    enrolled = enrolled_with_pin
    enrolled.run("sync")
    assert [one["id"] for one in enrolled.json("households", "search", "欧阳")] == [HOUSEHOLD]
    assert enrolled.json("tasks", "list")[0]["household_id"] == HOUSEHOLD
    visit = record(enrolled, files)
    refusal = enrolled.run("visits", "seal", visit, code=1)
    assert "第二名调查人员" in refusal.stderr
    assert [one["code"] for one in enrolled.json("visits", "check", visit)["missing"]] == [
        "visit.investigator_missing",
        "visit.investigator_signature_missing",
    ]
    enrolled.run("visits", "sign", visit, "--role", "investigator", "--signer", SECOND_NAME, "--image", files["ink-2"])
    assert enrolled.json("visits", "seal", visit)["revision"] == 1
    summary = enrolled.json("sync")
    assert (summary["pushed"], summary["blobs_sent"], summary["blobs_waiting"]) == (3, 4, 0)
    assert all(one["checksum"] == one["server_checksum"] for one in summary["buckets"])
    assert len(enrolled.json("receipts", "show", visit)["blobs"]) == 4
    assert enrolled.json("visits", "show", visit)["state"] == "receipted"
    office.put(
        VILLAGE,
        "review",
        "r1",
        visit_id=visit,
        revision=1,
        verdict="returned",
        reason="补充",
        comments=[{"id": "c", "target": {"kind": "answer", "ref": "people"}, "text": "请核对"}],
    )
    enrolled.run("sync")
    assert [one["id"] for one in enrolled.json("visits", "list", "--returned")] == [visit]
    assert enrolled.json("visits", "amend", visit)["comments"][0]["text"] == "请核对"
    enrolled.run("visits", "answer", visit, "people=3", "--remarks", "户口本已核对")
    assert enrolled.json("visits", "seal", visit)["revision"] == 2
    assert enrolled.json("sync")["pushed"] == 1


def test_without_a_connection_sync_says_so_and_exits_with_3(enrolled: Shell, running: Running) -> None:
    enrolled.run("sync")
    running.stop()
    result = enrolled.run("sync", "--json", code=3)
    assert list(json.loads(result.stdout)) == list(Summary().to_dict())
    assert "都保存在本机" in result.stderr
    running.start()


def test_locking_asks_for_the_pin_again(enrolled_with_pin: Shell) -> None:
    enrolled = enrolled_with_pin
    enrolled.run("status")
    enrolled.run("lock")
    assert "unlock" in enrolled.run("status", code=1).stderr
    assert "PIN 不对" in enrolled.run("unlock", "--pin-stdin", typed="1111\n", code=1).stderr
    enrolled.run("unlock", "--pin-stdin", typed="2468\n")
    enrolled.run("status")


def test_without_a_pin_the_device_says_what_that_means(shell: Shell, running: Running) -> None:
    result = shell.run("enrol", "--server", running.url, *ENROL, typed=f"{PASSWORD}\n")
    assert "没有设置 PIN" in result.stderr
    shell.run("status")


def test_a_wrong_password_is_told_in_chinese(shell: Shell, running: Running) -> None:
    result = shell.run("enrol", "--server", running.url, *ENROL, typed="wrong\n", code=1)
    assert "用户名或密码不对" in result.stderr


def test_a_server_that_is_away_leaves_nothing_enrolled(shell: Shell, running: Running) -> None:
    running.stop()
    shell.run("enrol", "--server", running.url, *ENROL, typed=f"{PASSWORD}\n", code=3)
    assert "还没有登记" in shell.run("status", code=1).stderr
    running.start()


def test_a_photo_that_is_none_is_told_and_changes_nothing(enrolled: Shell, files: dict[str, str]) -> None:
    enrolled.run("sync")
    visit = enrolled.run("visits", "start", HOUSEHOLD).stdout.strip()
    result = enrolled.run("visits", "photo", visit, files["text"], "--kind", "house", code=1)
    assert "不是照片" in result.stderr
    assert "读不到" in enrolled.run("visits", "photo", visit, "/nowhere.jpg", "--kind", "house", code=1).stderr
    assert enrolled.json("visits", "show", visit)["document"]["evidence"] == []


def test_errors_in_json_have_a_code_and_a_sentence(enrolled: Shell) -> None:
    error = enrolled.json("households", "show", "nobody", code=1)["error"]
    assert error["code"] == "household.unknown"
    assert "同步" in error["message"]


def test_wrong_usage_exits_with_2(shell: Shell) -> None:
    shell.run("visits", "place", "x", code=2)
    shell.run("no-such-command", code=2)


def test_a_proposal_and_its_waiting_are_listed(enrolled: Shell) -> None:
    enrolled.run("sync")
    visit = enrolled.run("visits", "start", HOUSEHOLD).stdout.strip()
    enrolled.run("persons", "propose", HEAD, "name=欧阳桂枝", "--evidence", visit)
    assert enrolled.json("sync")["held"] == 1
    assert enrolled.json("conflicts", "list")[0]["fields"] == {"name": "欧阳桂枝"}
    assert "审核" in enrolled.run("conflicts", "list").stdout
    unknown = enrolled.run("persons", "propose", HEAD, "height=180", "--evidence", visit, code=1)
    assert "id_number" in unknown.stderr


def test_what_was_refused_is_listed_and_exported(enrolled: Shell, office: Office, tmp_path: Path) -> None:
    enrolled.run("sync")
    enrolled.run("visits", "start", HOUSEHOLD)
    office.refuse_mutations = True
    assert enrolled.json("sync")["refused"] == 1
    assert "填写的内容有误" in enrolled.run("refused", "list").stdout
    enrolled.run("refused", "export", str(tmp_path / "refused.json"))
    assert json.loads((tmp_path / "refused.json").read_text())[0]["fields"] == {"state": "started"}


def test_every_command_teaches_in_chinese_and_takes_home_and_json(shell: Shell) -> None:
    import click

    def walk(group: click.Group, words: tuple[str, ...]) -> None:
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                walk(command, (*words, name))
                continue
            text = shell.run(*words, name, "--help").stdout
            assert "--json" in text
            assert "--home" in text
            assert any("一" <= character <= "鿿" for character in text.partition("Options:")[0])

    walk(main, ())


def test_the_home_may_stand_before_or_after_the_command(enrolled: Shell, tmp_path: Path) -> None:
    runner = CliRunner()
    for words in (["--home", str(enrolled.home), "status"], ["status", "--home", str(enrolled.home)]):
        assert runner.invoke(main, words, env=enrolled.environment).exit_code == 0


def test_the_doctor_is_content(enrolled: Shell) -> None:
    enrolled.run("sync")
    assert enrolled.json("doctor")["ok"]


@pytest.mark.process
def test_the_module_runs_as_a_program(enrolled: Shell) -> None:
    environment = os.environ | enrolled.environment
    command = [sys.executable, "-m", "field_client", "--home", str(enrolled.home), "status", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["user"]["username"] == "caseworker1"
    assert done.stderr == ""
