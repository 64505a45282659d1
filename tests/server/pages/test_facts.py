"""What a reviewer reads beside the answers: words with a tone, and never a number that pretends to be a judgement."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from server.models.visit import FaceRecheck, Visit
from server.pages.console import facts
from server.pages.console.times import days_since
from server.queries.visits import Dossier

AT = "2026-07-06T00:50:00.000Z"


def dossier(*, verdict: str = "intact", missing: int = 0, **fields: Any) -> Dossier:
    plain = {"sealed_at": AT, "started_at": "2026-07-06T00:10:00.000Z", "seal": {"number": 3}, **fields}
    return Dossier(Visit(id="v", verdict=verdict), plain, [], [], [], ["lost"] * missing, {})


def clock(wall: str) -> dict[str, Any]:
    anchor = {"server_at": "2026-07-06T00:00:00.000Z", "uptime_ms": 0, "boot": "b", "trip_ms": 10}
    return {"wall": wall, "uptime_ms": 3_000_000, "boot": "b", "anchor": anchor}


@pytest.mark.parametrize(
    ("verdict", "tone"),
    [
        ("intact", "good"),
        ("out_of_order", "warn"),
        ("altered", "bad"),
        ("forged", "bad"),
        ("missing", "bad"),
        ("new", "warn"),
    ],
)
def test_what_the_seal_s_check_found_has_a_word_and_a_tone(verdict: str, tone: str):
    found = facts.evidence(dossier(verdict=verdict))
    assert found.tone == tone
    assert found.word


def test_the_last_way_of_the_identity_ladder_gives_the_word_and_all_are_listed():
    checks = [
        {
            "method": "face",
            "outcome": "inconclusive",
            "reasons": ["light"],
            "tries": 2,
            "person_id": "p",
            "distance": 0.41,
        },
        {"method": "id_card", "outcome": "confirmed", "person_id": "p"},
    ]
    found = facts.identity(dossier(identity=checks), {"p": "周桂珍"})
    assert (found.tone, found.word) == ("good", "查看证件已确认")
    assert found.lines == ("周桂珍 人脸比对：不能确定（共 2 次）。现场光线不足。", "周桂珍 查看证件：已确认")


def test_witnesses_a_turn_and_what_a_record_lacks_are_told_to_the_reviewer():
    witnesses = [{"name": "王五", "relation": "邻居"}, {"name": "赵六", "relation": ""}, "no object"]
    checks = [
        {"method": "face", "outcome": "inconclusive", "liveness": "failed"},
        {"method": "witness", "outcome": "confirmed", "people": witnesses, "lacking": []},
        {"method": "guardian", "outcome": "confirmed", "people": [], "lacking": ["identity.guardian_missing"]},
    ]
    turn, seen, lacks = facts.identity(dossier(identity=checks), {}).lines
    assert "转头检测没有通过" in turn
    assert seen.endswith("在场：王五（邻居）、赵六。")
    assert lacks.endswith("没有写监护人姓名。")


def test_a_second_look_that_differs_asks_the_reviewer_and_one_that_agrees_says_so():
    checks = [{"id": "e1", "method": "face", "outcome": "match"}, {"id": "e2", "method": "face", "outcome": "match"}]
    agrees = FaceRecheck(entry_id="e1", needs_review=False, reasons="")
    differs = FaceRecheck(entry_id="e2", needs_review=True, reasons="recheck_differs recheck_differs_today")
    found = facts.identity(replace(dossier(identity=checks), face_rechecks={"e1": agrees, "e2": differs}), {})
    assert (found.tone, found.word) == ("warn", "人脸比对相符，复核有疑问")
    assert "办公室复核：与现场一致" in found.lines[0]
    assert "办公室复核：复核结果与现场不一致" in found.lines[1]
    agreed = facts.identity(replace(dossier(identity=checks), face_rechecks={"e1": agrees}), {})
    assert (agreed.tone, agreed.word) == ("good", "人脸比对相符")


@pytest.mark.parametrize(
    ("wall", "word"),
    [
        (AT, "时钟已核对"),
        ("2026-07-06T00:53:12.000Z", "时钟快 3 分 12 秒"),
        ("1970-01-01T00:00:00.000Z", "时钟慢 20640 天"),
    ],
)
def test_how_far_the_device_s_clock_was_off_is_said(wall: str, word: str):
    assert facts.times(dossier(clock=clock(wall))).word == word


def test_a_clock_that_was_never_compared_is_said_to_be_so():
    assert facts.times(dossier(clock={"wall": AT, "uptime_ms": 0, "boot": "b"})).word == "时钟未核对"


def test_a_mock_position_is_marked():
    point = {"lat_e7": 288442310, "lon_e7": 1123546020, "accuracy_m": 12}
    assert facts.place(dossier(place=point)).word == "误差约 12 米"
    assert facts.place(dossier(place={**point, "mock": True})).tone == "warn"
    assert facts.place(dossier()).word == "没有定位"


def test_photos_that_have_not_come_are_counted():
    evidence = [{"blob": "a"}, {"blob": "lost"}]
    assert facts.photos(dossier(evidence=evidence, missing=1)).word == "已到 1/2"


def test_a_day_begins_at_midnight_in_beijing():
    assert days_since(datetime(2026, 7, 6, 15, 59, tzinfo=UTC), datetime(2026, 7, 6, 16, 1, tzinfo=UTC)) == 1
    assert days_since(datetime(2026, 7, 6, 16, 1, tzinfo=UTC), datetime(2026, 7, 7, 15, 59, tzinfo=UTC)) == 0
