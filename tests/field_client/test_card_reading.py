"""field_client/card_reading.py: a card beside the register; nothing is changed until a worker confirms."""

from datetime import date

import pytest

from field_client import card_reading
from field_client.card_reading import Compared
from field_client.errors import FieldError
from identity import card
from identity.card_text import Card
from identity.resident_id import compose
from tests.field_client.conftest import HEAD, NAME, VILLAGE, Phone

VALID = compose("990101", date(1950, 3, 1), 100)
INVALID = VALID[:-1] + ("1" if VALID[-1] != "1" else "2")


def refusal(phone: Phone, person: str, confirmed: dict[str, str]) -> FieldError:
    with pytest.raises(FieldError) as refused:
        card_reading.corrections(phone.store, phone.clock, person, confirmed)
    return refused.value


def test_what_differs_is_told_field_by_field() -> None:
    assert Compared("name", "陈德清", "陈德青", is_doubtful=False).differs
    assert not Compared("name", "陈德清", "陈德清", is_doubtful=False).differs
    assert not Compared("name", "陈德清", "", is_doubtful=True).differs


def test_the_register_s_number_is_masked_on_a_page() -> None:
    assert Compared("id_number", VALID, "", is_doubtful=False).shown == f"990101********{VALID[-4:]}"
    assert Compared("name", NAME, "", is_doubtful=False).shown == NAME


def test_what_was_read_lies_beside_the_register_and_doubt_is_told(synced: Phone) -> None:
    read = Card(name=NAME, ethnicity="汉", id_number=VALID, doubtful=("ethnicity",))
    lines = {one.field: one for one in card_reading.beside_register(synced.store, HEAD, read)}
    assert (lines["name"].differs, lines["ethnicity"].differs, lines["id_number"].differs) == (False, True, True)
    assert [name for name, one in lines.items() if one.is_doubtful] == ["ethnicity"]


def test_a_people_is_the_same_with_and_without_its_last_character(synced: Phone) -> None:
    """A card says 汉, a register 汉族."""
    synced.office.put(VILLAGE, "person", HEAD, name=NAME, ethnicity="汉族")
    synced.sync()
    (line,) = [one for one in card_reading.beside_register(synced.store, HEAD, Card(ethnicity="汉")) if one.card]
    assert (line.card, line.differs) == ("汉族", False)
    assert card_reading.corrections(synced.store, synced.clock, HEAD, {"ethnicity": "汉"}) == {}


def test_an_unknown_person_is_told(synced: Phone) -> None:
    with pytest.raises(FieldError) as refused:
        card_reading.beside_register(synced.store, "nobody", None)
    assert refused.value.code == "person.unknown"
    assert refusal(synced, "nobody", {"name": "王五"}).code == "person.unknown"


def test_what_cannot_be_read_leads_to_typing(synced: Phone) -> None:
    with pytest.raises(FieldError) as refused:
        card_reading.read(synced.store, synced.clock, b"no photo")
    assert refused.value.code == ("card.photo" if card.is_available() else "card.reader_missing")
    assert "手工填写" in refused.value.message


def test_only_what_was_confirmed_and_differs_is_a_correction(synced: Phone) -> None:
    confirmed = {
        "name": f" {NAME} ",
        "ethnicity": "土家",
        "id_number": f"{VALID[:10]} {VALID[10:]}",
        "phone": "1",
        "sex": "",
    }
    found = card_reading.corrections(synced.store, synced.clock, HEAD, confirmed)
    assert found == {"ethnicity": "土家族", "id_number": VALID}


def test_a_number_that_does_not_prove_itself_is_no_correction(synced: Phone) -> None:
    wrong = refusal(synced, HEAD, {"id_number": INVALID})
    assert (wrong.code, "逐位检查" in wrong.message, INVALID in wrong.message) == ("card.number", True, False)
