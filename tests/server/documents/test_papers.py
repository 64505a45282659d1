"""A document shows what its data have, escaped, and nothing else; a public notice has no place for anything private."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.adapters.pdf import is_available, is_picture, make_pdf
from server.documents.pages import page
from server.documents.papers import PAPERS, FieldNotPublic, Paper, PublicFields
from server.services.documents import making
from tests.server.documents.samples import PICTURES, SAMPLES, SHEET

needs_pango = pytest.mark.skipif(not is_available(), reason="Pango is not installed here")
KNOWN = {field.name for field in fields(PublicFields)}
RIGHT = {"name": "王桂花", "member_count": 3, "programme": "最低生活保障", "suggestion": "confirm", "amount": "1260.00"}


def test_there_is_a_sample_of_every_document():
    assert {one.kind for one in SAMPLES} == set(PAPERS)


@pytest.mark.parametrize("paper", SAMPLES, ids=lambda one: one.kind)
def test_every_document_names_its_office_its_title_and_its_number(paper: Paper):
    text = page(paper)
    assert paper.title in text and paper.head.office in text and paper.head.number in text


@given(st.dictionaries(st.text(min_size=1).filter(lambda name: name not in KNOWN), st.text(), min_size=1))
def test_nothing_but_the_fields_of_the_template_gets_into_a_notice(more: dict[str, str]):
    with pytest.raises(FieldNotPublic):
        PublicFields.of(RIGHT | more)


@pytest.mark.parametrize("name", ["id_number", "phone", "address", "illness", "disability", "reasons", "income"])
def test_what_is_private_has_no_place_in_a_notice(name: str):
    with pytest.raises(FieldNotPublic, match=name):
        PublicFields.of({**RIGHT, name: "x"})


@pytest.mark.parametrize("name", sorted(KNOWN - {"member_count"}))
def test_a_public_field_holds_one_line_of_text(name: str):
    with pytest.raises(FieldNotPublic):
        PublicFields.of({**RIGHT, name: "王桂花\n身份证 990101194906010012"})
    with pytest.raises(FieldNotPublic):
        PublicFields.of({**RIGHT, name: {"id_number": "990101194906010012"}})


def test_markup_in_a_name_stays_text():
    marked = replace(SAMPLES[0], applicant="<img src=x>")  # type: ignore[call-arg]
    assert "<img" not in page(marked) and "&lt;img" in page(marked)


def test_both_decisions_tell_the_remedies():
    for paper in SAMPLES:
        if paper.kind in ("confirmation", "refusal"):
            assert "行政复议" in page(paper)


def test_a_sheet_says_why_a_picture_or_a_signature_is_not_there():
    text = page(SHEET)
    assert "照片还没有收到" in text and "没有签字: 手伤" in text
    assert text.count('src="picture:') == 4


@needs_pango
@pytest.mark.parametrize("paper", SAMPLES, ids=lambda one: one.kind)
def test_every_document_becomes_a_pdf(paper: Paper):
    assert make_pdf(page(paper), PICTURES).startswith(b"%PDF-")


@needs_pango
def test_a_page_loads_no_file_and_no_address():
    for address in ("file:///etc/passwd", "http://127.0.0.1:9/x.png", "picture:" + "e" * 64):
        with pytest.raises(KeyError):
            make_pdf(f'<img src="{address}">', PICTURES)


def test_bytes_that_are_no_picture_are_told_from_one():
    assert is_picture(PICTURES["a" * 64])
    assert not is_picture(b"\xff\xd8\xffphoto") and not is_picture(b"")


def test_in_place_of_a_picture_that_nobody_can_read_the_sheet_says_so():
    text = page(making.without(SHEET, {"a" * 64}))
    assert "照片文件无法读取" in text and text.count('src="picture:') == 3


def test_a_village_that_stands_in_the_address_is_not_written_twice():
    assert "示例村三组 12 号" in page(SHEET)
    assert page(replace(SHEET, address="示例村三组 12 号")).count("示例村") == 1
