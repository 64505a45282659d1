"""flask forms: a county's forms from the workbook to the devices, with what is wrong told cell by cell."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import forms
from forms.build import build_workbooks
from forms.shipped import NAMES
from forms.workbook import Row, Sheet, write_workbook
from server.queries import forms as published
from server.transaction import parts, reading
from tests.server.cli.test_commands import run
from tests.server.office import Office


def workbook(folder: Path, *, version: str = "1", label: str = "几口人", kind: str = "integer") -> str:
    """Write a workbook of one question."""
    survey = {"type": kind, "name": "people", "label": label}
    settings = {"form_title": "短表", "form_id": "short", "version": version}
    sheets = {
        name: Sheet(tuple(cells), (Row(2, cells),)) for name, cells in (("survey", survey), ("settings", settings))
    }
    path = folder / f"short-{version}-{kind}.xlsx"
    path.write_bytes(write_workbook(sheets))
    return str(path)


def told(app: Flask, *arguments: str, exit_code: int = 0) -> Any:
    """Run a command with --json and read what it says."""
    done = run(app, "forms", *arguments, "--json")
    assert done.exit_code == exit_code, (done.stdout, done.stderr)
    return json.loads(done.stdout)


def test_a_workbook_without_faults_is_told_so(app: Flask, tmp_path: Path):
    said = told(app, "lint", workbook(tmp_path))
    assert (said["form_id"], said["version"], said["problems"]) == ("short", "1", [])


def test_each_fault_names_its_cell_and_how_to_mend_it(app: Flask, tmp_path: Path):
    (problem,) = told(app, "lint", workbook(tmp_path, kind="telepathy"), exit_code=1)["problems"]
    assert (problem["sheet"], problem["row"], problem["column"]) == ("survey", 2, "type")
    assert "telepathy" in problem["message"]
    assert problem["mend"]


def test_the_faults_stand_in_a_table_for_people(app: Flask, tmp_path: Path):
    said = run(app, "forms", "lint", workbook(tmp_path, kind="telepathy"))
    heading, line, last = said.stdout.splitlines()
    assert heading.split() == ["工作表", "行", "列", "问题", "怎样改"]
    assert line.split()[:3] == ["survey", "2", "type"]
    assert "共 1 处" in last


@pytest.mark.parametrize("command", ["lint", "publish"])
def test_a_file_that_is_not_there_is_told_with_what_there_is(app: Flask, office: Office, command: str):
    refused = run(office.app, "forms", command, "nowhere.xlsx")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "home_visit" in refused.stderr


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_form_is_published_from_its_workbook(app: Flask, office: Office, tmp_path: Path, name: str):
    build_workbooks(tmp_path)
    assert told(office.app, "publish", str(tmp_path / f"{name}.xlsx"))["hash"] == forms.shipped(name).hash
    with office.app.app_context():
        form = forms.shipped(name)
        assert published.definition(reading(), parts().vault, name, form.version) == form


def test_publishing_the_same_again_changes_nothing(office: Office, tmp_path: Path):
    first, again = (told(office.app, "publish", workbook(tmp_path)) for _ in range(2))
    assert (first["published"], again["published"]) == (True, False)
    assert len(told(office.app, "versions", "short")) == 1


def test_another_content_under_the_same_version_is_refused_with_advice(office: Office, tmp_path: Path):
    told(office.app, "publish", workbook(tmp_path))
    refused = run(office.app, "forms", "publish", workbook(tmp_path, label="共几口人"))
    assert refused.exit_code == 1
    assert "version" in refused.stderr
    assert len(told(office.app, "versions", "short")) == 1


def test_a_dry_run_publishes_nothing_and_refuses_what_publishing_would(office: Office, tmp_path: Path):
    assert told(office.app, "publish", workbook(tmp_path), "--dry-run")["published"] is False
    assert told(office.app, "versions", "short") == []
    told(office.app, "publish", workbook(tmp_path))
    refused = run(office.app, "forms", "publish", workbook(tmp_path, label="共几口人"), "--dry-run")
    assert refused.exit_code == 1


def test_versions_stand_in_the_order_in_which_people_count(office: Office, tmp_path: Path):
    for version in ("2", "10", "9"):
        told(office.app, "publish", workbook(tmp_path, version=version))
    assert [one["version"] for one in told(office.app, "versions", "short")] == ["10", "9", "2"]


def test_who_publishes_an_older_number_is_warned_that_devices_keep_to_the_newest(office: Office, tmp_path: Path):
    told(office.app, "publish", workbook(tmp_path, version="10"))
    assert told(office.app, "publish", workbook(tmp_path, version="9"))["is_newest"] is False
    assert "10 版" in run(office.app, "forms", "publish", workbook(tmp_path, version="8")).stdout


def test_without_any_form_the_next_step_is_told(office: Office):
    assert "flask forms publish" in run(office.app, "forms", "versions", "nothing").stdout


def test_a_device_gets_what_was_published(office: Office, tmp_path: Path):
    told(office.app, "publish", workbook(tmp_path))
    device = office.device()
    device.exchange()
    assert ("reference", "form", "short@1") in device.rows


def test_a_published_version_is_exported_and_gives_the_same_form(office: Office, tmp_path: Path):
    told(office.app, "publish", "home_visit")
    form = forms.shipped("home_visit")
    file = str(tmp_path / "again.xlsx")
    assert run(office.app, "forms", "export", "home_visit", form.version, file).exit_code == 0
    assert told(office.app, "lint", file)["hash"] == form.hash
    refused = run(office.app, "forms", "export", "home_visit", form.version, file)
    assert (refused.exit_code, "--force" in refused.stderr) == (1, True)
    assert run(office.app, "forms", "export", "home_visit", form.version, file, "--force").exit_code == 0


def test_a_version_that_was_never_published_is_not_exported(office: Office, tmp_path: Path):
    file = tmp_path / "a.xlsx"
    refused = run(office.app, "forms", "export", "home_visit", "1", str(file))
    assert (refused.exit_code, file.exists()) == (1, False)
    assert "flask forms versions" in refused.stderr


def test_what_changed_between_two_versions_is_told_in_sentences(office: Office, tmp_path: Path):
    told(office.app, "publish", workbook(tmp_path))
    newer = workbook(tmp_path, version="2", label="共几口人")
    (change,) = told(office.app, "diff", "short@1", newer)
    assert (change["name"], change["column"], change["affects_answers"]) == ("people", "label", False)
    assert run(office.app, "forms", "diff", "short@1", newer).stdout.strip() == change["sentence"]
    assert "没有变化" in run(office.app, "forms", "diff", newer, newer).stdout


def test_a_warning_is_told_and_forbids_nothing(office: Office, tmp_path: Path):
    survey = {"type": "integer", "name": "people", "label": "几口人", "appearance": "w4"}
    settings = {"form_title": "短表", "form_id": "short", "version": "1"}
    sheets = {
        name: Sheet(tuple(cells), (Row(2, cells),)) for name, cells in (("survey", survey), ("settings", settings))
    }
    file = tmp_path / "warned.xlsx"
    file.write_bytes(write_workbook(sheets))
    said = told(office.app, "publish", str(file))
    assert (said["published"], [one["column"] for one in said["warnings"]]) == (True, ["appearance"])
    assert "请留意" in run(office.app, "forms", "lint", str(file)).stdout


def test_the_sample_county_has_every_shipped_form(app: Flask):
    assert run(app, "demo", "seed", "--households", "0").exit_code == 0
    assert {one["form_id"] for one in told(app, "versions")} == set(NAMES)


PICTURE = b"\x89PNG\r\n\x1a\npicture"


def pictured(folder: Path, content: bytes | None = PICTURE, version: str = "1") -> str:
    """Write a workbook of one question with a picture, and the picture into the folder beside it."""
    survey = {"type": "integer", "name": "people", "label": "几口人", "media::image": "stove.png"}
    settings = {"form_title": "带图", "form_id": "pictured", "version": version}
    sheets = {
        name: Sheet(tuple(cells), (Row(2, cells),)) for name, cells in (("survey", survey), ("settings", settings))
    }
    path = folder / "pictured.xlsx"
    path.write_bytes(write_workbook(sheets))
    beside = folder / "pictured-media"
    beside.mkdir(exist_ok=True)
    (beside / "unnamed.png").write_bytes(b"not asked for")
    if content is not None:
        (beside / "stove.png").write_bytes(content)
    return str(path)


def test_the_files_that_a_form_names_reach_devices_before_it(office: Office, tmp_path: Path):
    assert told(office.app, "publish", pictured(tmp_path))["files"] == 1
    device = office.device()
    device.exchange()
    (seq, body), (at, form) = (
        next(row for (_, kind, _), row in device.rows.items() if kind == wanted) for wanted in ("form_file", "form")
    )
    assert seq < at
    assert b64decode(json.loads(body)["content"]["base64"]) == PICTURE
    assert [*json.loads(form)["definition"]["files"]] == ["stove.png"]


@pytest.mark.parametrize("command", ["lint", "publish"])
def test_a_file_that_is_missing_is_told_with_its_cell(office: Office, tmp_path: Path, command: str):
    (problem,) = told(office.app, command, pictured(tmp_path, None), exit_code=1)["problems"]
    assert (problem["sheet"], problem["row"], problem["column"]) == ("survey", 2, "media::image")
    assert "stove.png" in problem["message"]


def test_another_folder_can_be_named_and_one_that_is_not_there_is_told(office: Office, tmp_path: Path):
    form = pictured(tmp_path, None)
    (tmp_path / "图片").mkdir()
    (tmp_path / "图片" / "stove.png").write_bytes(PICTURE)
    assert told(office.app, "publish", form, "--media", str(tmp_path / "图片"))["published"] is True
    refused = run(office.app, "forms", "publish", form, "--media", str(tmp_path / "nowhere"))
    assert (refused.exit_code, "nowhere" in refused.stderr) == (1, True)


def test_another_picture_under_the_same_version_is_refused(office: Office, tmp_path: Path):
    told(office.app, "publish", pictured(tmp_path))
    assert run(office.app, "forms", "publish", pictured(tmp_path, PICTURE + b"2")).exit_code == 1
    assert told(office.app, "publish", pictured(tmp_path, PICTURE + b"2", version="2"))["published"] is True


def test_an_export_writes_the_files_beside_the_workbook_and_over_no_other(office: Office, tmp_path: Path):
    form = told(office.app, "publish", pictured(tmp_path))
    file, written = tmp_path / "again.xlsx", tmp_path / "again-media" / "stove.png"
    assert run(office.app, "forms", "export", "pictured", "1", str(file)).exit_code == 0
    assert written.read_bytes() == PICTURE
    assert told(office.app, "lint", str(file))["hash"] == form["hash"]
    written.write_bytes(b"another")
    other = str(tmp_path / "again-media" / ".." / "again.xlsx")
    file.unlink()
    assert run(office.app, "forms", "export", "pictured", "1", other).exit_code == 1
    assert (written.read_bytes(), file.exists()) == (b"another", False)
