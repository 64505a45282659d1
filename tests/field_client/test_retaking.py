"""A photo is taken out of a draft with its bytes; what is sealed, or rests on it, is not touched."""

from collections.abc import Callable

import pytest

import forms
from field_client import attachments, doctor, drafts, retaking, sealing, visits
from field_client.errors import FieldError
from tests.field_client.conftest import FORM, HOUSEHOLD, Phone, put_form

Draw = Callable[..., bytes]


@pytest.fixture
def taken(synced: Phone, picture: Draw) -> tuple[Phone, str, dict]:
    """A visit in work with a large photo, which has a preview that travels ahead."""
    visit = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    entry, _ = visits.photo(synced.store, synced.clock, visit, picture(seed=3, size=(1600, 1200)), kind="house")
    return synced, visit, entry


def evidence(phone: Phone, visit: str) -> list[dict]:
    return drafts.get(phone.store, visit).document["evidence"]


def test_nothing_of_a_photo_that_was_taken_out_is_left(taken: tuple[Phone, str, dict]) -> None:
    phone, visit, entry = taken
    assert len(list(phone.home.media.iterdir())) == 2
    retaking.remove(phone.store, phone.clock, visit, entry["id"])
    assert evidence(phone, visit) == []
    assert list(phone.home.media.iterdir()) == []
    assert [phone.store.rows(f"SELECT * FROM {table}") for table in ("blobs", "previews")] == [[], []]


def test_the_same_picture_in_another_draft_stays(taken: tuple[Phone, str, dict], picture: Draw) -> None:
    phone, visit, entry = taken
    other = visits.start(phone.store, phone.clock, phone.device, "household-2").id
    visits.photo(phone.store, phone.clock, other, picture(seed=3, size=(1600, 1200)), kind="house")
    retaking.remove(phone.store, phone.clock, visit, entry["id"])
    assert [one["blob"] for one in evidence(phone, other)] == [entry["blob"]]
    assert all(one["ok"] for one in doctor.examine(phone.store))


def test_a_photo_that_answers_a_question_stays(synced: Phone, picture: Draw) -> None:
    asked = forms.Question("roof", "image", "屋顶")
    put_form(synced.office, forms.Definition("short_visit", "2", "简表", items=(*FORM.items, asked)))
    synced.sync()
    visit = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    attachments.attach(synced.store, synced.clock, visit, "roof", picture(), name="a.jpg")
    (entry,) = evidence(synced, visit)
    with pytest.raises(FieldError, check=lambda error: error.code == "photo.answers"):
        retaking.remove(synced.store, synced.clock, visit, entry["id"])
    assert evidence(synced, visit) == [entry]


def test_after_the_seal_nothing_is_taken_out(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    (entry,) = evidence(phone, visit)
    sealing.seal(phone.store, phone.clock, phone.device, visit)
    with pytest.raises(FieldError, check=lambda error: error.code == "visit.sealed"):
        retaking.remove(phone.store, phone.clock, visit, entry["id"])


def test_a_marked_copy_names_its_original_which_stays(taken: tuple[Phone, str, dict], picture: Draw) -> None:
    phone, visit, entry = taken
    marked, _ = visits.photo(
        phone.store, phone.clock, visit, picture(seed=4), kind="house", caption="标注", marks=entry["blob"]
    )
    assert marked["marks"] == entry["blob"]
    assert [one["id"] for one in evidence(phone, visit)] == [entry["id"], marked["id"]]
