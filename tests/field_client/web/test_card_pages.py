"""A card beside the register over HTTP: read or typed, confirmed field by field, proposed with the visit that shows it."""

import json
from io import BytesIO
from typing import Any

import pytest

from field_client.web import face_session
from identity import card
from identity.card_text import Card
from tests.field_client.conftest import HEAD, NAME, SON, Phone
from tests.field_client.test_card_reading import INVALID, VALID
from tests.field_client.web.conftest import Visitor
from tests.field_client.web.test_pages import begin

READ = Card(name=NAME, sex="female", ethnicity="汉", birth_date="1950-03-01", id_number=VALID, doubtful=("ethnicity",))


@pytest.fixture
def page(visitor: Visitor) -> str:
    """The page of the head's card."""
    return f"/visits/{begin(visitor)}/identity/{HEAD}/card"


def proposals(phone: Phone) -> list[dict[str, Any]]:
    return phone.store.rows("SELECT * FROM outbox WHERE type = 'person'")


def remembered(visitor: Visitor, page: str, read: Card) -> None:
    """Let this program have read a card."""
    _, _, visit, _, person, _ = page.split("/")
    with visitor.app.app_context():
        face_session.remember_card(visit, person, read)


def test_without_the_reader_the_page_says_so_and_goes_on_by_hand(visitor: Visitor, page: str) -> None:
    if card.is_available():
        pytest.skip("the extra `card` is installed here")
    shown = visitor.get(page)
    assert "没有安装证件识别组件" in shown and 'type="file"' not in shown and 'name="id_number"' in shown
    visitor.send(f"{page}/photo", card=(BytesIO(b"x"), "card.jpg"))
    assert "手工填写" in visitor.said()


def test_what_was_read_is_prefilled_and_nothing_is_ticked(visitor: Visitor, page: str) -> None:
    remembered(visitor, page, READ)
    shown = visitor.get(page)
    assert f'value="{VALID}"' in shown and "请再看一眼" in shown and "checked" not in shown
    assert "990101********" in shown  # The register's own number stays masked.


def test_only_ticked_fields_that_differ_are_proposed_with_the_visit_as_evidence(
    visitor: Visitor, synced: Phone, page: str
) -> None:
    remembered(visitor, page, READ)
    typed = {"name": NAME, "ethnicity": "汉", "id_number": VALID}
    visitor.send(page, **typed, confirmed=["name", "ethnicity"])
    assert "已作为更正提出" in visitor.said()
    (proposed,) = proposals(synced)
    assert json.loads(proposed["fields"]) == {"ethnicity": "汉族"} and page.split("/")[2] in proposed["at"]
    assert VALID not in visitor.get(page)  # What was read is forgotten with the confirmation.


def test_a_card_that_agrees_changes_nothing(visitor: Visitor, synced: Phone, page: str) -> None:
    visitor.send(page, name=NAME, confirmed=["name"])
    assert "与名册一致" in visitor.said() and proposals(synced) == []


@pytest.mark.parametrize("fields", [{"name": "王五"}, {"name": " ", "confirmed": ["name"]}])
def test_without_a_tick_nothing_is_proposed_and_the_page_says_what_to_do(
    visitor: Visitor, synced: Phone, page: str, fields: dict[str, Any]
) -> None:
    visitor.send(page, **fields)
    assert "还没有勾选" in visitor.said() and proposals(synced) == []


def test_a_wrong_number_is_told_and_stands_in_no_address(visitor: Visitor, synced: Phone, page: str) -> None:
    address = visitor.send(page, id_number=INVALID, confirmed=["id_number"])
    assert "身份证号码不对" in visitor.said() and VALID[:-1] not in address and proposals(synced) == []


def test_the_page_of_a_stranger_does_not_exist(visitor: Visitor, page: str) -> None:
    assert visitor.client.get(page.replace(HEAD, "person-20")).status_code == 404
    assert visitor.get(page.replace(HEAD, SON))
