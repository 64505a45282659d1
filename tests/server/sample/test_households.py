"""The generator: the same again from a seed, valid records, whole references, numbers that reach nobody."""

from collections import Counter
from datetime import date, timedelta
from itertools import islice

import pytest

from identity import resident_id
from server.sample.county import VILLAGES, spread
from server.sample.draft import Draft
from server.sample.households import generate
from sync.records import REGISTRY, problems

Records = dict[str, dict[str, Draft]]


def test_the_same_seed_gives_the_same_records(today: date) -> None:
    assert list(generate(7, 60, today)) == list(generate(7, 60, today))


def test_another_seed_gives_other_people(today: date) -> None:
    one, other = ({draft.id for draft in generate(seed, 60, today)} for seed in (7, 8))
    # Only the demonstration's six records are the same in every county.
    assert len(one & other) == 6


def test_another_day_moves_nothing_but_the_days_on_which_tasks_are_due(today: date) -> None:
    later = generate(7, 60, today + timedelta(days=400))
    for draft, moved in zip(generate(7, 60, today), later, strict=True):
        assert (draft.type, draft.id, draft.bucket) == (moved.type, moved.id, moved.bucket)
        assert {name for name in draft.fields if draft.fields[name] != moved.fields[name]} <= {"due_on"}


def test_a_larger_county_keeps_the_households_of_a_smaller_one(today: date) -> None:
    large = {draft.id: draft for draft in generate(7, 500, today)}
    assert all(large[draft.id] == draft for draft in generate(7, 200, today))


def test_records_come_before_the_whole_county_is_made(today: date) -> None:
    assert len(list(islice(generate(7, 10**9, today), 50))) == 50


@pytest.mark.parametrize("households", [0, 1, 2, 121, 200])
def test_as_many_households_come_as_were_asked_for(households: int, today: date) -> None:
    assert sum(draft.type == "household" for draft in generate(7, households, today)) == households


def test_every_record_is_valid_and_has_only_fields_of_its_type(drafts: list[Draft]) -> None:
    for draft in drafts:
        record_type = REGISTRY[draft.type]
        assert problems(record_type, draft.fields, creating=True) == []
        assert draft.fields.keys() <= record_type.fields.keys()


def test_all_ids_are_different_and_shaped_as_uuid_7(drafts: list[Draft]) -> None:
    ids = [draft.id for draft in drafts]
    assert len(set(ids)) == len(ids)
    assert all(len(id_) == 36 and id_[14] == "7" and id_[19] in "89ab" for id_ in ids)


def test_a_membership_joins_a_person_and_a_household_of_its_own_bucket(by_type: Records) -> None:
    for membership in by_type["household_member"].values():
        household = by_type["household"][membership.fields["household_id"]]
        person = by_type["person"][membership.fields["person_id"]]
        assert membership.bucket == household.bucket == person.bucket == household.fields["area_code"]


def test_everybody_lives_in_exactly_one_household(by_type: Records) -> None:
    housed = Counter(membership.fields["person_id"] for membership in by_type["household_member"].values())
    assert housed == Counter(by_type["person"].keys())


def test_the_head_is_the_one_member_who_is_called_so(by_type: Records) -> None:
    heads = {
        membership.fields["household_id"]: membership.fields["person_id"]
        for membership in by_type["household_member"].values()
        if membership.fields["relation"] == "head" and membership.fields["included"]
    }
    assert heads == {id_: household.fields["head_id"] for id_, household in by_type["household"].items()}


def test_households_lie_in_the_villages_that_they_were_shared_out_to(by_type: Records) -> None:
    found = Counter(household.bucket for household in by_type["household"].values())
    assert found == spread(len(by_type["household"]))
    assert set(found) == {village.code for village in VILLAGES}


def test_id_numbers_are_correct_unassigned_and_fit_the_person(by_type: Records, today: date) -> None:
    for person in by_type["person"].values():
        number = resident_id.parse(person.fields["id_number"], today=today)
        assert isinstance(number, resident_id.ResidentId)
        assert number.number.startswith("99")
        assert number.born_on.isoformat() == person.fields["birth_date"]
        assert number.sex == person.fields["sex"]


@pytest.mark.parametrize(
    ("type_name", "field"), [("person", "id_number"), ("household", "number"), ("household", "address")]
)
def test_numbers_and_addresses_are_given_once(by_type: Records, type_name: str, field: str) -> None:
    values = [record.fields[field] for record in by_type[type_name].values()]
    assert len(set(values)) == len(values)


def test_telephone_numbers_have_the_prefix_that_nobody_holds(drafts: list[Draft]) -> None:
    phones = [draft.fields["phone"] for draft in drafts if "phone" in draft.fields]
    assert phones
    assert all(len(phone) == 11 and phone.isdigit() and phone.startswith("154") for phone in phones)


def test_nobody_of_a_small_village_shares_a_full_name_with_a_neighbour(by_type: Records) -> None:
    names = Counter((person.bucket, person.fields["name"]) for person in by_type["person"].values())
    assert max(names.values()) == 1


def test_an_exclusion_has_a_reason_and_an_inclusion_has_none(by_type: Records) -> None:
    for membership in by_type["household_member"].values():
        assert membership.fields["included"] == ("exclusion_reason" not in membership.fields)


def test_nothing_in_the_register_lies_before_a_birth_or_after_the_register(by_type: Records) -> None:
    for membership in by_type["household_member"].values():
        born_on = by_type["person"][membership.fields["person_id"]].fields["birth_date"]
        assert born_on <= membership.fields["from_on"] < "2026-01-01"


def test_every_programme_of_the_sample_occurs(by_type: Records) -> None:
    found = {item["programme"] for record in by_type["household"].values() for item in record.fields["programmes"]}
    assert found == {"dibao", "tekun", "low_income_edge", "rigid_expenditure"}
    assert any(not record.fields["programmes"] for record in by_type["household"].values())


def test_support_for_the_destitute_goes_where_somebody_cannot_work(by_type: Records) -> None:
    without_capacity = {
        membership.fields["household_id"]
        for membership in by_type["household_member"].values()
        if by_type["person"][membership.fields["person_id"]].fields["labour_capacity"] == "none"
    }
    supported = {
        id_
        for id_, household in by_type["household"].items()
        if any(item["programme"] == "tekun" for item in household.fields["programmes"])
    }
    assert supported and supported <= without_capacity
