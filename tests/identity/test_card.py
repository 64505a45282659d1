"""identity/card.py and card_text.py: lines become fields, doubt is named; with the extra `card` a drawn card is read."""

from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from identity import card as reading
from identity.card import CardUnreadable, read_card
from identity.card_text import Line, read_front
from identity.messages import CARD
from identity.resident_id import compose

TODAY = date(2026, 7, 1)
NUMBER = compose("990981", date(1951, 3, 7), 1)
FONTS = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
LINES = [
    "姓名 陈德清",
    "性别男",
    "民族 汉",
    "出生 1951 年 3 月 7 日",
    "住址",
    "湖南省沅江市草尾镇乐园村三组",
    "15号",
    "公民身份号码",
    NUMBER,
]


def front(texts=LINES, confidence=0.99):
    return read_front([Line(text, 60, 60 * row, confidence) for row, text in enumerate(texts)], today=TODAY)


def test_the_lines_of_a_card_become_fields():
    card = front()
    assert (card.name, card.sex, card.ethnicity, card.birth_date) == ("陈德清", "male", "汉", "1951-03-07")
    assert card.address == "湖南省沅江市草尾镇乐园村三组15号"
    assert (card.id_number, card.doubtful, card.is_card) == (NUMBER, (), True)


def test_the_order_in_which_lines_come_does_not_matter():
    lines = [Line(text, 60, 60 * row, 0.99) for row, text in enumerate(LINES)]
    assert read_front(lines[::-1], today=TODAY) == front()


@pytest.mark.parametrize("degrees", [-6, -3, 0, 3, 6])
def test_a_card_that_lies_askew_is_read_as_if_it_lay_straight(degrees):
    """Labels stand before what follows them also where the photograph puts them lower than that."""
    places = [
        (60, 60),
        (160, 60),
        (60, 140),
        (290, 140),
        (60, 220),
        (60, 310),
        (160, 310),
        (160, 360),
        (60, 530),
        (340, 530),
    ]
    texts = [
        "姓名",
        "陈德清",
        "性别男",
        "民族汉",
        "出生1951年3月7日",
        "住址",
        "湖南省沅江市草尾镇乐园村三组",
        "15号",
        LINES[7],
        NUMBER,
    ]
    across = [60, 120, 100, 100, 320, 60, 460, 80, 210, 500]
    boxes = [
        [(left, top), (left + width, top), (left + width, top + 40), (left, top + 40)]
        for (left, top), width in zip(places, across, strict=True)
    ]
    turn = np.radians(degrees)
    askew = np.array(boxes) @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    card = read_front(reading._upright(texts, askew, [0.99] * len(texts)), today=TODAY)
    assert (card.name, card.ethnicity, card.id_number, card.doubtful) == ("陈德清", "汉", NUMBER, ())
    assert card.address == "湖南省沅江市草尾镇乐园村三组15号"


def test_sex_and_ethnicity_on_one_line_are_told_apart():
    card = front([*LINES[:1], "性别女民族土家", *LINES[3:]])
    assert card.ethnicity == "土家"
    assert (card.sex, card.doubtful) == ("male", ("sex",))  # The number's own proof wins, and the difference is named.


def test_a_wrong_digit_is_doubtful():
    wrong = NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")
    assert "id_number" in front([*LINES[:-1], wrong]).doubtful


def test_a_line_of_which_the_reader_is_unsure_is_doubtful():
    lines = [Line(text, 60, 60 * row, 0.4 if "陈" in text else 0.99) for row, text in enumerate(LINES)]
    assert read_front(lines, today=TODAY).doubtful == ("name",)


def test_what_is_missing_is_doubtful():
    assert set(front(LINES[:1]).doubtful) >= {"address", "id_number"}
    assert not front(["一张收据", "合计 100 元"]).is_card


@given(st.lists(st.text(max_size=30), max_size=12))
def test_whatever_stands_there_there_is_an_answer(texts):
    assert read_front([Line(text, 0, row, 0.9) for row, text in enumerate(texts)], today=TODAY) is not None


def test_nothing_personal_is_shown_where_objects_are_printed():
    assert "陈德清" not in repr(front()) and NUMBER not in repr(front())


def test_without_the_extra_the_worker_types():
    if reading.is_available():
        pytest.skip("the extra `card` is installed here; without it the reader says that it is missing")
    with pytest.raises(CardUnreadable, match="card_reader_missing"):
        read_card(b"anything", today=TODAY)
    assert "手工填写" in CARD["card_reader_missing"]


@pytest.fixture
def drawn() -> bytes:
    if not reading.is_available():
        pytest.skip("needs the extra `card`: pip install 'zhangshangban[card]'")
    if not FONTS.is_file():
        pytest.skip("needs Debian's fonts-noto-cjk to draw a card")
    image = Image.new("RGB", (1012, 638), (225, 235, 240))
    pen = ImageDraw.Draw(image)
    places = [(60, 60), (60, 130), (270, 130), (60, 200), (60, 270), (150, 270), (150, 325), (60, 530), (330, 525)]
    for (left, top), text in zip(places, LINES, strict=True):
        pen.text((left, top), text, fill=(20, 20, 30), font=ImageFont.truetype(str(FONTS), 36))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def test_a_drawn_card_is_read(drawn):
    card = read_card(drawn, today=TODAY)
    assert (card.name, card.id_number, card.birth_date) == ("陈德清", NUMBER, "1951-03-07")
    assert "草尾镇" in card.address


def test_a_picture_without_a_card_is_told(drawn):
    buffer = BytesIO()
    Image.new("RGB", (600, 400), "white").save(buffer, "JPEG")
    with pytest.raises(CardUnreadable, match="card_not_seen"):
        read_card(buffer.getvalue(), today=TODAY)


def test_a_broken_photo_is_told_by_its_code(drawn):
    with pytest.raises(CardUnreadable, match="photo_damaged"):
        read_card(drawn[: len(drawn) // 2], today=TODAY)
