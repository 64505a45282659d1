"""identity/calibration.py: the worst group decides, too little data decides nothing, and the file says what it rests on."""

import csv
import io
import json
import tomllib
from datetime import date
from importlib import resources

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.__main__ import main
from identity.calibration import (
    FALSE_MATCHES_AT_MOST,
    GENUINE_AT_LEAST,
    Scores,
    ScoresBroken,
    bootstrap_upper,
    calibrate,
    policy_text,
    read_scores,
)
from identity.face_policy import CURRENT, parse_policy

BASE = resources.files("identity.data").joinpath(f"face-policy.{CURRENT}.toml").read_text("utf-8")
WORDS = {"version": "cn-430981-1", "source": "示例", "not_covered": "儿童", "on": date(2026, 12, 1)}


def group(impostor_mean, *, genuine=400, impostor=6000, persons=120, seed=1):
    """Scores drawn by chance around typical distances."""
    random = np.random.default_rng(seed)
    names = np.array([f"p{number}" for number in range(persons)])
    first = random.integers(0, persons, genuine + impostor)
    second = np.where(
        np.arange(genuine + impostor) < genuine,
        first,
        (first + random.integers(1, persons, genuine + impostor)) % persons,
    )
    distances = np.concatenate([random.normal(0.38, 0.06, genuine), random.normal(impostor_mean, 0.05, impostor)])
    same = np.arange(genuine + impostor) < genuine
    return Scores(distances.clip(0, 2), same, np.stack([names[first], names[second]], axis=1))


@pytest.fixture(scope="module")
def found():
    return calibrate({"18-59": group(0.80), "60+": group(0.72)})


def test_the_worst_group_decides_for_all(found):
    assert found.worst_group == "60+"
    assert found.match_at_most == min(figures.match_at_most for figures in found.groups)
    assert found.groups[0].match_at_most > found.match_at_most


def test_no_group_has_more_false_matches_than_allowed_even_at_its_upper_bound(found):
    assert all(
        figures.false_matches <= figures.false_matches_upper <= FALSE_MATCHES_AT_MOST for figures in found.groups
    )


def test_nearly_all_right_persons_lie_below_no_match(found):
    assert found.no_match_above >= found.match_at_most
    assert all(figures.no_match_above <= found.no_match_above for figures in found.groups)


def test_a_group_that_is_too_small_decides_nothing():
    with pytest.raises(ScoresBroken, match=str(GENUINE_AT_LEAST)):
        calibrate({"18-59": group(0.8), "60+": group(0.8, genuine=50)})
    with pytest.raises(ScoresBroken, match="3,900"):
        calibrate({"60+": group(0.8, impostor=500)})


def test_a_group_in_which_the_engine_fails_gives_no_threshold():
    with pytest.raises(ScoresBroken, match="没有一个阈值"):
        calibrate({"children": group(0.35)})


def test_scores_without_groups_are_refused():
    with pytest.raises(ScoresBroken, match="group"):
        calibrate({"": group(0.8)})


def test_one_person_who_resembles_everybody_widens_the_bound():
    scores = group(0.8)
    lookalike = (scores.persons == "p1").any(axis=1) & ~scores.same
    distances = np.where(lookalike, 0.3, scores.distances)
    assert (
        bootstrap_upper(Scores(distances, scores.same, scores.persons), 0.45)
        > 1.5 * lookalike.sum() / (~scores.same).sum()
    )


def test_the_policy_that_is_written_says_what_it_rests_on(found):
    policy = parse_policy(tomllib.loads(policy_text(BASE, found, **WORDS)))
    assert (policy.version, policy.provisional) == ("cn-430981-1", False)
    assert (policy.match_at_most, policy.no_match_above) == (found.match_at_most, found.no_match_above)
    assert policy.provenance["worst_group"] == "60+"
    assert policy.provenance["not_covered"] == "儿童"
    assert "at most" in policy.provenance["group_1"]
    assert policy.live == parse_policy(tomllib.loads(BASE)).live


@settings(max_examples=30)
@given(st.text(max_size=60))
def test_whatever_the_words_are_the_file_can_be_read(found, words):
    written = tomllib.loads(policy_text(BASE, found, **WORDS | {"source": words}))
    assert len(written["provenance"]["source"]) == len(words)


def test_a_version_that_is_no_name_is_refused(found):
    with pytest.raises(ScoresBroken, match="版本名"):
        policy_text(BASE, found, **WORDS | {"version": "../x"})


@pytest.mark.parametrize(
    "text",
    [
        "distance,same,group\n0.1,1,a\n",
        "distance,same,group,person_a,person_b\n-1,1,a,p,p\n",
        "distance,same,group,person_a,person_b\n0.2,yes,a,p,p\n",
        "distance,same,group,person_a,person_b\n0.2,1,a,,p\n",
        "distance,same,group,person_a,person_b\nnan,1,a,p,p\n",
    ],
)
def test_scores_that_are_broken_are_refused_with_a_sentence(text):
    with pytest.raises(ScoresBroken, match="分数表"):
        read_scores(text.splitlines())


def written_scores(path):
    rows = io.StringIO()
    writer = csv.writer(rows)
    writer.writerow(["distance", "same", "group", "person_a", "person_b"])
    scores = group(0.8)
    for distance, same, persons in zip(scores.distances, scores.same, scores.persons, strict=True):
        writer.writerow([f"{distance:.4f}", int(same), "18-59", *persons])
    path.write_text(rows.getvalue(), "utf-8")
    return path


def test_a_calibration_runs_from_the_command_line(tmp_path):
    out = tmp_path / "cn-430981-1.toml"
    asked = ["calibrate", str(written_scores(tmp_path / "scores.csv")), str(out), "--version", "cn-430981-1"]
    told = CliRunner().invoke(main, [*asked, "--source", "示例", "--not-covered", "儿童", "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["worst_group"] == "18-59"
    assert parse_policy(tomllib.loads(out.read_text("utf-8"))).version == "cn-430981-1"


def test_too_little_data_ends_with_one_and_writes_nothing(tmp_path):
    (tmp_path / "scores.csv").write_text("distance,same,group,person_a,person_b\n0.2,1,a,p,p\n", "utf-8")
    out = tmp_path / "new.toml"
    asked = [
        "calibrate",
        str(tmp_path / "scores.csv"),
        str(out),
        "--version",
        "x",
        "--source",
        "s",
        "--not-covered",
        "n",
    ]
    told = CliRunner().invoke(main, asked)
    assert told.exit_code == 1 and "没有校准" in told.stderr
    assert not out.exists()


def test_the_bench_writes_scores_that_a_calibration_reads(tmp_path, astronaut_photo, hopper):
    (tmp_path / "a.jpg").write_bytes(astronaut_photo)
    (tmp_path / "h.jpg").write_bytes(hopper)
    (tmp_path / "pairs.csv").write_text(
        "file_a,file_b,same,group,person_a,person_b\na.jpg,h.jpg,0,18-59,p1,p2\na.jpg,a.jpg,1,60+,p1,p1\n", "utf-8"
    )
    scores = tmp_path / "scores.csv"
    CliRunner().invoke(main, ["bench", str(tmp_path / "pairs.csv"), "--images", str(tmp_path), "--scores", str(scores)])
    groups = read_scores(scores.read_text("utf-8").splitlines())
    assert set(groups) == {"18-59", "60+"}
    assert groups["60+"].genuine[0] == 0.0
