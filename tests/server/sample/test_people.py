"""Households as lives: ages fit relations, names fit families, for every shape and many seeds."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.sample.names import VillageNames
from server.sample.people import OLD, REGISTER_YEAR, Member, gather
from server.sample.shapes import SHAPES, Shape


def household(seed: int, shape: Shape) -> list[Member]:
    rng = Random(seed)
    return gather(rng, shape, VillageNames(rng))


def children(members: list[Member], relation: str = "child") -> list[Member]:
    return [member for member in members if member.relation == relation]


shapes = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
seeds = given(seed=st.integers(0, 2**32))


@shapes
@seeds
def test_the_head_comes_first_and_is_grown_up(shape: Shape, seed: int) -> None:
    head, *others = household(seed, shape)
    assert head.relation == "head" and head.age >= 18
    assert all(other.relation != "head" for other in others)


@shapes
@seeds
def test_age_and_birth_date_agree(shape: Shape, seed: int) -> None:
    for member in household(seed, shape):
        assert member.born_on.year == REGISTER_YEAR - member.age - 1
        assert 0 <= member.age <= 95


@shapes
@seeds
def test_husband_and_wife_are_of_an_age_and_of_different_families(shape: Shape, seed: int) -> None:
    members = household(seed, shape)
    for spouse in children(members, "spouse"):
        head = members[0]
        assert {head.sex, spouse.sex} == {"male", "female"}
        assert abs(head.age - spouse.age) <= 5
        assert head.name[0] != spouse.name[0]


@shapes
@seeds
def test_parents_were_grown_up_when_their_children_were_born(shape: Shape, seed: int) -> None:
    members = household(seed, shape)
    couple = [member for member in members if member.relation in ("head", "spouse")]
    for older in couple:
        assert all(older.age - child.age >= 20 for child in children(members))
        assert all(older.age - grandchild.age >= 40 for grandchild in children(members, "grandchild"))
    assert all(parent.age - members[0].age >= 20 for parent in children(members, "parent"))


@shapes
@seeds
def test_brothers_and_sisters_stand_in_the_order_of_age(shape: Shape, seed: int) -> None:
    members = household(seed, shape)
    for relation in ("child", "grandchild"):
        ages = [member.age for member in children(members, relation)]
        assert all(older - younger >= 2 for older, younger in pairwise(ages))


@shapes
@seeds
def test_children_bear_the_name_of_a_man_of_the_household(shape: Shape, seed: int) -> None:
    members = household(seed, shape)
    men = [member for member in members if member.sex == "male" and member.relation in ("head", "spouse")]
    for child in children(members) + children(members, "grandchild"):
        assert all(child.name[0] == man.name[0] for man in men)


@shapes
@seeds
def test_no_two_of_a_household_share_a_full_name(shape: Shape, seed: int) -> None:
    names = [member.name for member in household(seed, shape)]
    assert len(set(names)) == len(names)


@shapes
@seeds
def test_only_the_grown_up_and_counted_are_ill_and_nobody_old_is_at_school(shape: Shape, seed: int) -> None:
    for member in household(seed, shape):
        assert not member.is_ill or (member.age >= 18 and member.exclusion is None)
        assert member.education_stage == "none" or member.age <= 22


@shapes
@seeds
def test_only_the_young_the_old_students_and_the_gravely_disabled_cannot_work(shape: Shape, seed: int) -> None:
    for member in household(seed, shape):
        is_grave = member.disability is not None and member.disability.level <= 2
        excused = member.age < 16 or member.age >= OLD or member.education_stage != "none" or is_grave
        assert (member.labour_capacity == "none") == excused
