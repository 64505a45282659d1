"""The pieces of the sync benchmark that need no other server: what it would send, count and report."""

import json
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.report import Row
from benchmarks.sync import limits, peers, workload
from benchmarks.sync.line import _head_bytes
from benchmarks.sync.scene import higher
from sync.records import REGISTRY, problems

VILLAGES = ("430981114901", "430981114902")


def test_the_workload_is_of_fifteen_fields_that_the_office_takes_and_alike_for_one_seed():
    made = workload.mutations(1, 20, VILLAGES)
    assert [one.n for one in made] == list(range(1, 21))
    assert all(len(one.fields) == 15 for one in made)
    assert not any(problems(REGISTRY[one.type], one.fields, creating=True) for one in made)
    assert made == workload.mutations(1, 20, VILLAGES)
    assert made[0].id != workload.mutations(2, 1, VILLAGES)[0].id


def test_a_record_is_about_a_kilobyte():
    rows = workload.plain(1, 50)
    assert 900 < sum(map(len, rows)) / len(rows) < 1_050


def test_both_peers_get_every_record_once():
    documents = [(record_id, fields) for record_id, _, fields in workload.bodies(1, 250, VILLAGES)]
    kinto, pouch = peers.Kinto(1, "bench"), peers.Pouch(1, "bench")
    asked = [one["path"].rpartition("/")[2] for body in kinto.bodies(documents) for one in json.loads(body)["requests"]]
    put = [one["_id"] for body in pouch.bodies(documents) for one in json.loads(body)["docs"]]
    assert asked == put == [record_id for record_id, _ in documents]


def test_the_rows_of_the_limits_are_packed_and_stored():
    rows = [(str(n), body) for n, body in enumerate(workload.plain(1, 30))]
    assert 0 < limits.packed_bytes(rows) < sum(len(body) for _, body in rows)
    assert limits.sqlite_s(rows) > 0


def test_heads_are_not_counted_as_photo_bytes():
    assert _head_bytes(b"PATCH /files/1 HTTP/1.1\r\nHost: a\r\n\r\n" + b"x" * 100) == 36
    assert _head_bytes(b"x" * 100) == 0


def test_a_rate_is_met_by_how_many_times_it_is_of_the_peers_and_a_missing_peer_meets_nothing():
    assert higher("push", "/s", [30, 20, 31], [10, 9, 11], "peer", 3).met
    assert not higher("push", "/s", [29], [10], "peer", 3).met
    row = higher("push", "/s", [29], [], "peer", 3)
    assert (row.other, row.other_name, row.met) == (None, "peer: not here", False)


def test_the_report_has_the_agreed_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    report.report("sync", [Row("push", "/s", 30.0, 10.0, "peer", "≥ 3×", True, more_is_better=True)])
    (row,) = json.loads((tmp_path / "sync.json").read_text("utf-8"))["rows"]
    assert row == {
        "what": "push",
        "unit": "/s",
        "ours": 30.0,
        "other": 10.0,
        "other_name": "peer",
        "ratio": 3.0,
        "goal": "≥ 3×",
        "met": True,
    }
