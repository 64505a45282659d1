"""The pictures and recordings beside captions: taken by what they are, bounded, and part of the form's hash."""

import pytest

from forms import FormRefused, from_json, to_json
from forms.comparing import compare
from forms.exporting import sheets_of
from forms.files import MAX_BYTES, MAX_FILE_BYTES, MAX_FILES, media_type
from forms.importing import read_sheets
from tests.forms.sheets import PLACES, ask, make_sheets

PICTURE, OTHER = b"\x89PNG\r\n\x1a\n1", b"\x89PNG\r\n\x1a\n2"
SOUND, FILM = b"ID3sound", b"\x00\x00\x00\x20ftypisomfilm"


def read(files, *rows, choices=()):
    return read_sheets(make_sheets(rows, choices), files.get)


def refused(files, *rows, choices=()):
    with pytest.raises(FormRefused) as refusal:
        read(files, *rows, choices=choices)
    return [(one.code, one.sheet, one.row, one.column) for one in refusal.value.problems]


def shows(name="a.png", kind="image", **cells):
    return ask("text", "a", **{f"media::{kind}": name}, **cells)


def test_a_form_brings_along_the_files_that_it_names_and_no_others():
    choices = [{**PLACES[0], "media::image": "b.png"}]
    files = {"a.png": PICTURE, "b.png": OTHER, "c.png": PICTURE}
    row = ask("select_one county", "a", **{"media::image": "a.png", "media::image::English (en)": "a.png"})
    found = read(files, row, choices=choices)
    assert found.files == {"a.png": PICTURE, "b.png": OTHER}
    assert dict(found.definition.files).keys() == found.files.keys()


def test_another_picture_is_another_form():
    one, other = (read({"a.png": content}, shows()).definition for content in (PICTURE, OTHER))
    assert one.hash != other.hash
    assert str(compare(one, other)[0]).startswith("文件“a.png”的内容")


def test_a_form_with_files_is_read_again_as_it_was_written():
    form = read({"a.png": PICTURE}, shows()).definition
    assert from_json(to_json(form)) == form


def test_an_export_with_its_files_gives_the_same_form():
    form = read({"a.png": PICTURE, "b.png": OTHER}, shows(**{"media::big-image": "b.png"})).definition
    assert read_sheets(sheets_of(form), {"a.png": PICTURE, "b.png": OTHER}.get).definition == form


def test_without_anybody_who_gives_files_only_their_names_are_read():
    found = read_sheets(make_sheets([shows()]))
    assert (found.definition.files, found.files) == ((), {})


def test_a_file_of_a_row_that_is_disabled_is_not_asked_for():
    assert read({}, ask("text", "b"), shows(disabled="yes")).files == {}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "media.missing"),
        ({"a.png": b""}, "media.missing"),
        ({"a.png": b"MZ program"}, "media.type"),
        ({"a.png": SOUND}, "media.type"),
        ({"a.png": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"}, "media.type"),
        ({"a.png": PICTURE + b"0" * MAX_FILE_BYTES}, "media.large"),
    ],
)
def test_a_file_that_cannot_be_shown_is_refused_with_its_cell(files, code):
    assert refused(files, shows()) == [(code, "survey", 2, "media::image")]


def test_the_cell_of_a_choice_and_of_a_translation_is_named_as_it_was_written():
    choices = [{**PLACES[0], "media::audio::English (en)": "a.mp3"}]
    found = refused({}, ask("select_one county", "a"), choices=choices)
    assert found == [("media.missing", "choices", 2, "media::audio::English (en)")]


@pytest.mark.parametrize(
    ("kind", "content"), [("image", PICTURE), ("big-image", PICTURE), ("audio", SOUND), ("video", FILM)]
)
def test_each_kind_takes_its_own_files(kind, content):
    assert read({"file": content}, shows("file", kind)).files == {"file": content}


def test_the_first_file_too_many_is_refused_with_its_cell():
    rows = [ask("text", f"q{number}", **{"media::image": f"{number}.png"}) for number in range(MAX_FILES + 1)]
    files = {f"{number}.png": PICTURE + bytes([number]) for number in range(MAX_FILES + 1)}
    assert refused(files, *rows) == [("media.many", "survey", MAX_FILES + 2, "media::image")]


def test_all_files_together_are_bounded():
    large = PICTURE + b"0" * (MAX_FILE_BYTES - len(PICTURE))
    count = MAX_BYTES // MAX_FILE_BYTES + 1
    rows = [ask("text", f"q{number}", **{"media::image": f"{number}.png"}) for number in range(count)]
    assert refused({f"{number}.png": large for number in range(count)}, *rows) == [
        ("media.many", "survey", count + 1, "media::image")
    ]


@pytest.mark.parametrize(
    ("start", "known"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\x00\x00\x00\x1cftypM4A ", "audio/mp4"),
        (b"OggS\x00", "audio/ogg"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
        (b"", ""),
        (b"%PDF-1.7", ""),
    ],
)
def test_what_a_file_is_its_beginning_says(start, known):
    assert media_type(start) == known
