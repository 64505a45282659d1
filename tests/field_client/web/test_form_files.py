"""The pictures and recordings of a form on its pages: shown where they are here, named where they have not come."""

import json
import re
from base64 import b64encode
from hashlib import sha256

import forms
from forms.files import media_type
from forms.importing import read_sheets
from tests.field_client.conftest import Phone
from tests.field_client.web.conftest import Visitor
from tests.field_client.web.test_form_pages import begun
from tests.forms.sheets import ask, begin, end, make_sheets

FILES = {
    "stove.png": b"\x89PNG\r\n\x1a\n1",
    "large.png": b"\x89PNG\r\n\x1a\n2",
    "ask.mp3": b"ID3ask",
    "show.webm": b"\x1a\x45\xdf\xa3",
}
FORM = read_sheets(
    make_sheets(
        [
            begin("group", "home", **{"media::video": "show.webm"}),
            ask("text", "stove", label="什么灶", **{"media::image": "stove.png", "media::big-image": "large.png"}),
            ask("select_one fuel", "fuel", label="烧什么", appearance="minimal", **{"media::audio": "ask.mp3"}),
            end("group"),
        ],
        [{"list_name": "fuel", "name": "wood", "label": "柴", "media::image": "stove.png"}],
        form_id="pictured",
    ),
    FILES.get,
).definition


def address(name: str) -> str:
    return f"/forms/files/{sha256(FILES[name]).hexdigest()}"


def page_of(visitor: Visitor, phone: Phone, *names: str, form: forms.Definition = FORM) -> str:
    """Begin the form where some of its files have come, and give its page."""
    for name in names:
        fields = {"media_type": media_type(FILES[name]), "content": {"base64": b64encode(FILES[name]).decode()}}
        phone.office.put("reference", "form_file", sha256(FILES[name]).hexdigest(), **fields)
    return visitor.get(f"/visits/{begun(phone, form)}/sections/home")


def test_what_has_come_is_shown_and_heard(visitor: Visitor, synced: Phone) -> None:
    page = page_of(visitor, synced, *FILES)
    assert re.search(
        rf'<a class="beside" href="{address("large.png")}"><img class="beside" src="{address("stove.png")}" alt="什么灶"',
        page,
    )
    assert f'<audio class="beside" controls preload="none" src="{address("ask.mp3")}"' in page
    assert f'<video class="beside" controls preload="none" src="{address("show.webm")}"' in page
    assert re.search(
        rf'<input type="radio"[^>]*><span>柴\s*<img class="beside" src="{address("stove.png")}" alt="柴"', page
    )


def test_nothing_but_the_words_and_the_picture_stands_in_a_choice(visitor: Visitor, synced: Phone) -> None:
    page = page_of(visitor, synced, *FILES)
    (choice,) = re.findall(r'<label class="option">(.*?)</label>', page, re.DOTALL)
    assert re.sub(r"<[^>]*>", "", choice).strip() == "柴"


def test_a_file_is_given_whole_or_the_part_that_a_player_asks_for(visitor: Visitor, synced: Phone) -> None:
    page_of(visitor, synced, *FILES)
    whole = visitor.client.get(address("ask.mp3"))
    assert (whole.data, whole.mimetype) == (b"ID3ask", "audio/mpeg")
    part = visitor.client.get(address("ask.mp3"), headers={"Range": "bytes=3-5"})
    assert (part.status_code, part.data) == (206, b"ask")
    assert "media-src 'self'" in whole.headers["Content-Security-Policy"]


def test_what_has_not_come_is_named_with_what_helps(visitor: Visitor, synced: Phone) -> None:
    page = page_of(visitor, synced)
    assert "图片：stove.png（还没有到本机，同步后显示）" in page
    assert '<img class="beside"' not in page
    assert visitor.client.get(address("stove.png")).status_code == 404


def test_a_block_that_is_sent_alone_has_its_pictures_too(visitor: Visitor, synced: Phone) -> None:
    page = page_of(visitor, synced, *FILES)
    found = re.search(r'data-answers="([^"]+)"', page)
    assert found
    given = {"csrf": visitor.token(), "path": "home/stove", "section": "home", "text": "土灶"}
    told = json.loads(visitor.client.post(found[1], data=given).text)
    (block,) = told["blocks"].values()
    assert address("stove.png") in block
