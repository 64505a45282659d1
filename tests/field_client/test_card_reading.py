"""field_client/card_reading.py: a card beside the register; nothing is changed until a worker confirms."""

import pytest

from field_client import card_reading
from field_client.card_reading import Compared
from field_client.errors import FieldError
from identity import card
from tests.field_client.conftest import HEAD, Phone


def test_what_differs_is_told_field_by_field() -> None:
    assert Compared("name", "陈德清", "陈德青", is_doubtful=False).differs
    assert not Compared("name", "陈德清", "陈德清", is_doubtful=False).differs
    assert not Compared("name", "陈德清", "", is_doubtful=True).differs


def test_an_unknown_person_is_told(synced: Phone) -> None:
    with pytest.raises(FieldError) as refused:
        card_reading.beside_register(synced.store, synced.clock, "nobody", b"")
    assert refused.value.code == "person.unknown"


def test_what_cannot_be_read_leads_to_typing(synced: Phone) -> None:
    with pytest.raises(FieldError) as refused:
        card_reading.beside_register(synced.store, synced.clock, HEAD, b"no photo")
    assert refused.value.code == ("card.photo" if card.is_available() else "card.reader_missing")
    assert "手工填写" in refused.value.message
