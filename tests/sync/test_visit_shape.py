"""The legal shape of a visit: two investigators who sign, the household or a reason, and a finished identity step."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.visit_shape import IDENTITY_FINISHED, IDENTITY_METHODS, MODES, blob_hashes, shortcomings
from tests.sync.values import JSON

SHA = "a" * 64


def a_visit(**more: Any) -> dict[str, Any]:
    return {
        "mode": "on_site",
        "participants": [{"staff_id": "s1", "role": "lead"}, {"staff_id": "s2", "role": "second"}],
        "signatures": [
            {"role": "investigator", "signer_id": "s1", "blob": SHA},
            {"role": "investigator", "signer_id": "s2", "blob": SHA},
            {"role": "household", "signer_id": None, "blob": SHA},
        ],
        "identity": [{"method": "id_card", "outcome": "confirmed"}],
        **more,
    }


def lacking(**more: Any) -> list[str]:
    return shortcomings(a_visit(**more), min_investigators=2)


def test_a_whole_visit_lacks_nothing():
    assert lacking() == []


@pytest.mark.parametrize(
    "participants",
    [[], [{"staff_id": "s1"}], [{"staff_id": "s1"}, {"staff_id": "s1"}], [{"staff_id": "s1"}, {"staff_id": None}]],
    ids=["nobody", "one", "the same twice", "a guest"],
)
def test_two_different_investigators_are_needed(participants: list[Any]):
    assert "visit.investigator_missing" in lacking(participants=participants)


def test_the_number_of_investigators_is_a_parameter():
    assert shortcomings(a_visit(), min_investigators=3) == [
        "visit.investigator_missing",
        "visit.investigator_signature_missing",
    ]


@pytest.mark.parametrize(
    "second",
    [
        {"role": "investigator", "signer_id": "s1", "blob": SHA},
        {"role": "investigator", "signer_id": "s9", "blob": SHA},
        {"role": "investigator", "signer_id": "s2", "blob": None},
        {"role": "household", "signer_id": "s2", "blob": SHA},
    ],
    ids=["the first again", "a stranger", "no picture of it", "in another role"],
)
def test_each_investigator_signs_for_themselves(second: dict[str, Any]):
    first, _, household = a_visit()["signatures"]
    assert lacking(signatures=[first, second, household]) == ["visit.investigator_signature_missing"]


def test_the_household_signs_or_the_reason_is_written():
    *investigators, household = a_visit()["signatures"]
    refused = {**household, "blob": None, "refused_reason": "不识字, 拒绝按手印"}
    silent = {**household, "blob": None, "refused_reason": ""}
    assert lacking(signatures=[*investigators, refused]) == []
    assert lacking(signatures=[*investigators, silent]) == ["visit.household_signature_missing"]
    assert lacking(signatures=investigators) == ["visit.household_signature_missing"]


@pytest.mark.parametrize("method", sorted(IDENTITY_METHODS))
@pytest.mark.parametrize("outcome", ["match", "no_match", "inconclusive", "not_possible", "confirmed", "declined"])
def test_the_identity_step_counts_once_some_way_has_finished_it(method: str, outcome: str):
    found = lacking(identity=[{"method": method, "outcome": outcome}])
    assert (found == []) == (outcome in IDENTITY_FINISHED)


def test_a_face_that_did_not_match_never_blocks_a_visit_that_another_way_confirmed():
    checks = [{"method": "face", "outcome": "no_match"}, {"method": "witness", "outcome": "confirmed"}]
    assert lacking(identity=checks) == []


@pytest.mark.parametrize("identity", [[], [{"method": "guess", "outcome": "match"}]])
def test_an_identity_step_is_needed(identity: list[Any]):
    assert lacking(identity=identity) == ["visit.identity_missing"]


@pytest.mark.parametrize("mode", [*sorted(MODES), "by_letter", None])
def test_only_known_modes_count(mode: str | None):
    assert (lacking(mode=mode) == []) == (mode in MODES)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(list(a_visit())), JSON | st.lists(st.dictionaries(st.sampled_from(
    ["staff_id", "role", "signer_id", "blob", "method", "outcome", "refused_reason"]), JSON))))  # fmt: skip
def test_a_visit_of_any_form_gets_an_answer(visit: dict[str, Any]):
    assert shortcomings(visit, min_investigators=2)
    blob_hashes({"evidence": visit.get("participants"), "signatures": visit.get("signatures")})


def test_every_blob_is_named_once_in_order():
    record = {
        "evidence": [{"blob": "1"}, {"blob": "2"}, {"caption": "no blob"}],
        "signatures": [{"blob": "2"}, {"blob": None}, {"blob": "3"}],
    }
    assert blob_hashes(record) == ["1", "2", "3"]
