"""更正建议 on a page: a proposal with its visit, and the hint that somebody may be registered already."""

import pytest

from field_client import duplicates, outbox, visits
from tests.field_client.conftest import HEAD, HOUSEHOLD, NAME, Phone
from tests.field_client.web.conftest import Visitor

PAGE = f"/households/{HOUSEHOLD}/persons/{HEAD}/correction"


@pytest.fixture
def visit(synced: Phone) -> str:
    return visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id


def test_without_a_visit_there_is_nothing_to_rest_on(visitor: Visitor) -> None:
    assert "更正要有走访作依据" in visitor.get(PAGE)


def test_the_id_number_is_shown_masked_only(visitor: Visitor, visit: str) -> None:
    text = visitor.get(PAGE)
    assert "99010119500301100X" not in text and "990101" in text


def test_only_what_was_changed_is_proposed(visitor: Visitor, synced: Phone, visit: str) -> None:
    visitor.send(PAGE, name=NAME, ethnicity="苗族", birth_date="1950-03-01", evidence=visit)
    (change,) = [one for one in outbox.next_chunk(synced.store) if one.type == "person"]
    assert change.fields == {"ethnicity": "苗族"} and change.at["visit_id"] == visit


def test_nothing_changed_is_told(visitor: Visitor, visit: str) -> None:
    response = visitor.post(PAGE, name=NAME, evidence=visit)
    assert response.status_code == 422 and "没有改动" in response.text


@pytest.mark.parametrize(
    "typed, why",
    [
        ({"id_number": "99010119500301200x"}, "证件号码相同"),
        ({"name": "张小明"}, "姓名和出生日期相同"),
    ],
)
def test_who_may_be_the_same_is_shown_before_anything_is_kept(
    visitor: Visitor, synced: Phone, visit: str, typed: dict[str, str], why: str
) -> None:
    response = visitor.post(PAGE, evidence=visit, **typed)
    assert response.status_code == 422
    assert why in response.text and "张小明" in response.text
    assert not [one for one in outbox.next_chunk(synced.store) if one.type == "person"]
    visitor.send(PAGE, evidence=visit, sure="yes", **typed)
    assert [one for one in outbox.next_chunk(synced.store) if one.type == "person"]


def test_a_person_is_not_their_own_double(synced: Phone) -> None:
    alike = duplicates.of_person(
        synced.store, id_number="99010119500301100X", name=NAME, birth_date="1950-03-01", but=HEAD
    )
    assert alike == []


def test_the_same_address_however_it_is_spaced_is_found(synced: Phone) -> None:
    (one,) = duplicates.of_address(synced.store, "石矶湖村 二组")
    assert (one.household_id, one.same) == ("household-2", "address")
    assert duplicates.of_address(synced.store, "石矶湖村四组") == []
