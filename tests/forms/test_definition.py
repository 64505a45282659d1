import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import Choice, Definition, Group, Question, from_json, to_json
from tests.forms.sheets import form_with_everything

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
PAIRS = st.dictionaries(TEXTS, TEXTS, max_size=2).map(lambda row: tuple(sorted(row.items())))
TRANSLATIONS = st.dictionaries(TEXTS, PAIRS, max_size=2).map(lambda row: tuple(sorted(row.items())))
QUESTIONS = st.builds(Question, *[TEXTS] * 17, PAIRS, TRANSLATIONS)
ITEMS = st.recursive(
    st.lists(QUESTIONS, max_size=3),
    lambda inner: st.lists(
        st.builds(Group, TEXTS, TEXTS, TEXTS, TEXTS, st.booleans(), inner.map(tuple), TEXTS, PAIRS, TRANSLATIONS)
        | QUESTIONS,
        max_size=3,
    ),
    max_leaves=4,
)
CHOICES = st.builds(Choice, TEXTS, TEXTS, PAIRS, PAIRS, TRANSLATIONS)
DEFINITIONS = st.builds(
    Definition,
    TEXTS,
    TEXTS,
    TEXTS,
    TEXTS,
    ITEMS.map(tuple),
    st.lists(st.tuples(TEXTS, st.lists(CHOICES, max_size=3).map(tuple)), max_size=2).map(tuple),
    TEXTS,
    TEXTS,
    TEXTS,
)


@given(DEFINITIONS)
def test_json_brings_back_the_same_definition(definition):
    again = from_json(to_json(definition))
    assert again == definition
    assert again.hash == definition.hash


@given(DEFINITIONS, DEFINITIONS)
def test_only_equal_definitions_have_the_same_hash(one, other):
    assert (one.hash == other.hash) is (one == other)


def test_the_canonical_json_has_sorted_keys_and_no_numbers():
    text = to_json(form_with_everything())
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def refuse(number):
        raise AssertionError(number)

    json.loads(text, parse_float=refuse, parse_int=refuse)


def test_a_form_that_was_published_keeps_its_hash():
    """A new field of a definition must not be written where it says nothing, or drafts lose their form."""
    text = (Path(__file__).parent / "published" / "home_visit-2026070101.json").read_text(encoding="utf-8")
    form = from_json(text)
    assert form.hash == "52c63a24faaa702bb8b27a8cf3e71b96b071ff9430551e6bf0a09b07a7f6559a"
    assert to_json(form) == text.strip()


def test_a_definition_cannot_be_altered():
    with pytest.raises(AttributeError):
        form_with_everything().version = "2"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format":"2"}', '{"format":"1","form_id":1}', "[" * 5000, "null"],
)
def test_anything_but_a_definition_is_a_value_error(text):
    with pytest.raises(ValueError, match=r".*"):
        from_json(text)


def test_an_item_with_an_unknown_cell_is_refused():
    text = to_json(Definition("f", "1", "t", items=(Question("a", "text"),))).replace('"name"', '"colour"')
    with pytest.raises(ValueError, match="not a form definition"):
        from_json(text)
