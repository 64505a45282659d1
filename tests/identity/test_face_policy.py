"""identity/face_policy.py: the policy that ships is sound, and an unsound one is not taken."""

import copy
import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.face_policy import CURRENT, load_policy, parse_policy
from identity.policy_signing import PolicyBroken

FILE = resources.files("identity.data").joinpath(f"face-policy.{CURRENT}.toml")


@pytest.fixture
def raw():
    return copy.deepcopy(tomllib.loads(FILE.read_text(encoding="utf-8")))


def test_the_current_policy_says_that_it_is_provisional_and_where_it_comes_from():
    policy = load_policy()
    assert (policy.version, policy.provisional) == ("cn-prov-2", True)
    assert {"source", "method", "not_covered"} <= set(policy.provenance)


@given(st.floats(0, 2))
def test_every_distance_has_its_band(distance):
    policy = load_policy()
    expected = "near" if distance <= 0.45 else "between" if distance <= 0.60 else "far"
    assert policy.band(distance) == expected


def test_an_unknown_version_is_refused():
    with pytest.raises(PolicyBroken, match="cn-none"):
        load_policy("cn-none")


@pytest.mark.parametrize("section", ["version", "provenance", "bands", "rules", "liveness", "quality"])
def test_a_missing_part_is_named(raw, section):
    del raw[section]
    with pytest.raises(PolicyBroken, match=section):
        parse_policy(raw)


def test_a_missing_limit_is_named(raw):
    del raw["quality"]["live"]["tilt_at_most"]
    with pytest.raises(PolicyBroken, match="tilt_at_most"):
        parse_policy(raw)


def test_an_unknown_limit_is_named(raw):
    raw["quality"]["reference"]["smile_at_least"] = 1
    with pytest.raises(PolicyBroken, match="smile_at_least"):
        parse_policy(raw)


def test_bands_out_of_order_are_refused(raw):
    raw["bands"] = {"match_at_most": 0.7, "no_match_above": 0.6}
    with pytest.raises(PolicyBroken, match="order"):
        parse_policy(raw)


def test_a_policy_without_a_try_is_refused(raw):
    raw["rules"]["face_tries_at_most"] = 0
    with pytest.raises(PolicyBroken, match="try"):
        parse_policy(raw)
