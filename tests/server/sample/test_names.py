"""Names: new in the village, never those that everybody knows, without relatives' characters."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from server.sample.names import VillageNames

sexes = st.sampled_from(["male", "female"])
years = st.integers(1925, 2026)


@given(seed=st.integers(0, 2**32), sex=sexes, born_in=years)
def test_a_name_is_a_surname_and_one_or_two_different_characters(seed: int, sex: str, born_in: int) -> None:
    name = VillageNames(Random(seed)).full_name("陈", sex, born_in, avoid="")
    assert name[0] == "陈"
    assert len(name) in (2, 3) and len(set(name[1:])) == len(name) - 1


def test_the_old_have_no_single_characters_as_names() -> None:
    names = VillageNames(Random(1))
    assert all(len(names.full_name("陈", "male", 1945, avoid="")) == 3 for _ in range(200))


def test_a_name_leaves_out_the_characters_of_relatives() -> None:
    names = VillageNames(Random(1))
    given_names = [names.full_name("陈", "male", 1945, avoid="德国长光")[1:] for _ in range(100)]
    assert not any(set(name) & set("德国长光") for name in given_names)


def test_a_hundred_of_one_clan_and_generation_all_have_their_own_names() -> None:
    names = VillageNames(Random(1))
    assert len({names.full_name("陈", "female", 1960, avoid="") for _ in range(100)}) == 100


def test_a_name_that_everybody_knows_is_not_given() -> None:
    names = VillageNames(Random(1))
    given = {names.full_name("刘", "male", 1945, avoid="") for _ in range(500)}
    assert "刘德保" in given  # The characters do occur, so the next line could fail.
    assert "刘德华" not in given


@given(seed=st.integers(0, 2**32))
def test_somebody_who_married_in_has_another_surname(seed: int) -> None:
    names = VillageNames(Random(seed))
    family = names.surname()
    assert names.other_surname(family) != family
