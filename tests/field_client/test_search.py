"""Finding a household by what a worker types."""

import pytest

from field_client import households, search
from field_client.errors import FieldError
from tests.field_client.conftest import HEAD, HOUSEHOLD, VILLAGE, Phone


def hits(phone: Phone, text: str) -> list[str]:
    return sorted(one["id"] for one in households.found(phone.store, text))


FOUND = {
    "欧阳": [HOUSEHOLD],
    "桂芝": [HOUSEHOLD],
    "欧阳平": [HOUSEHOLD],
    "小明": ["household-2"],
    "zxm": ["household-2"],
    "ZX": ["household-2"],
    "zg": ["household-3"],
    "三组": ["household-3"],
    "YJ002": ["household-2"],
    "300x": ["household-3"],
    "石矶湖": [HOUSEHOLD, "household-2", "household-3"],
    "没有": [],
    "明小": [],
    '二组" OR "三组': [],
}


def test_names_addresses_initials_numbers_and_id_tails_are_found(synced: Phone) -> None:
    assert {text: hits(synced, text) for text in FOUND} == FOUND


def test_one_character_is_too_few(synced: Phone) -> None:
    for text in ("", "张", "9", " ? "):
        with pytest.raises(FieldError, check=lambda error: error.code == "search.too_short"):
            households.found(synced.store, text)


def test_a_changed_name_is_found_by_its_new_form_only(synced: Phone) -> None:
    fields = synced.office.fields(VILLAGE, "person", HEAD) | {"name": "上官云"}
    synced.office.put(VILLAGE, "person", HEAD, **fields)
    synced.sync()
    assert hits(synced, "上官") == [HOUSEHOLD]
    assert hits(synced, "桂芝") == []


def test_who_moved_out_no_longer_leads_to_the_household(synced: Phone) -> None:
    synced.office.remove(VILLAGE, "household_member", "member-son")
    synced.sync()
    assert hits(synced, "欧阳平") == []


def test_the_first_twenty_are_given(synced: Phone) -> None:
    for number in range(30):
        synced.office.put(VILLAGE, "household", f"many-{number}", area_code=VILLAGE, address=f"白沙洲{number}号")
    synced.sync()
    assert len(households.found(synced.store, "白沙洲")) == search.FIRST_HITS
