"""identity/__main__.py: what it prints, and how it ends."""

import json

import pytest
from click.testing import CliRunner

from identity.__main__ import main

BENCH_KEYS = {
    "pairs",
    "images",
    "auc",
    "fnmr_at_fmr_0.1_percent",
    "fmr_at_match_threshold",
    "fnmr_at_match_threshold",
    "failure_to_detect",
    "ms_median",
    "ms_p95",
    "rss_mib",
}


@pytest.fixture
def folder(tmp_path, astronaut_photo, hopper, scenery):
    for name, content in (("a.jpg", astronaut_photo), ("h.jpg", hopper), ("n.jpg", scenery), ("t.jpg", b"hello")):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "pairs.csv").write_text("file_a,file_b,same\na.jpg,a.jpg,1\na.jpg,h.jpg,0\n", encoding="utf-8")
    return tmp_path


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_comparison_is_printed_as_json(folder):
    ended = call("compare", folder / "a.jpg", folder / "n.jpg", folder / "h.jpg", "--json")
    printed = json.loads(ended.stdout)
    assert (ended.exit_code, printed["outcome"], printed["live_used"]) == (0, "no_match", 2)
    assert printed["policy_version"] == "cn-prov-2"


def test_a_comparison_is_told_in_words(folder):
    ended = call("compare", folder / "a.jpg", folder / "h.jpg")
    assert ended.exit_code == 0
    assert "不相符" in ended.stdout
    assert "不影响继续办理" in ended.stdout


def test_a_minor_can_be_named(folder):
    printed = json.loads(call("compare", folder / "a.jpg", folder / "a.jpg", "--minor", "--json").stdout)
    assert (printed["outcome"], printed["reasons"]) == ("inconclusive", ["minor"])


def test_no_face_is_an_outcome_and_no_failure(folder):
    ended = call("compare", folder / "a.jpg", folder / "n.jpg", "--json")
    assert (ended.exit_code, json.loads(ended.stdout)["outcome"]) == (0, "not_possible")


@pytest.mark.parametrize("order", [("t.jpg", "a.jpg"), ("a.jpg", "t.jpg")])
def test_a_file_that_is_no_photo_is_named_and_fails(folder, order):
    ended = call("compare", *(folder / name for name in order), "--json")
    assert (ended.exit_code, json.loads(ended.stdout)["outcome"]) == (1, "not_possible")
    assert "t.jpg：这不是 JPEG、PNG 或 WebP 照片" in ended.stderr


def test_a_file_that_is_not_there_fails_with_a_sentence(folder):
    ended = call("compare", folder / "a.jpg", folder / "gone.jpg")
    assert ended.exit_code == 1
    assert "读不到文件" in ended.stderr


@pytest.mark.parametrize("arguments", [(), ("compare",), ("compare", "one.jpg"), ("bench", "x.csv"), ("guess",)])
def test_wrong_usage_ends_with_two(arguments):
    assert call(*arguments).exit_code == 2


@pytest.mark.parametrize("arguments", [("--help",), ("compare", "--help"), ("bench", "--help")])
def test_help_teaches_in_chinese(arguments):
    ended = call(*arguments)
    assert ended.exit_code == 0
    assert "照" in ended.stdout


def test_the_bench_prints_the_promised_keys(folder):
    ended = call("bench", folder / "pairs.csv", "--images", folder, "--json")
    printed = json.loads(ended.stdout)
    assert set(printed) == BENCH_KEYS
    assert (printed["pairs"], printed["images"], printed["auc"], printed["failure_to_detect"]) == (2, 2, 1.0, 0.0)
    assert printed["ms_median"] > 0 < printed["rss_mib"]


def test_the_bench_says_in_words_what_it_does_not_cover(folder):
    assert "不代表儿童" in call("bench", folder / "pairs.csv", "--images", folder).stdout


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\xff\xfe\0\0", b"file_a,file_b,same\na.jpg,gone.jpg,1\n"])
def test_a_bench_that_cannot_run_fails_with_a_sentence(folder, content):
    (folder / "bad.csv").write_bytes(content)
    ended = call("bench", folder / "bad.csv", "--images", folder)
    assert ended.exit_code == 1
    assert "配对表" in ended.stderr or "读不到文件" in ended.stderr
