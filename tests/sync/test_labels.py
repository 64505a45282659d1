"""Every field of the register has a name that people read."""

from sync.records import REGISTRY
from sync.records.labels import LABELS, TYPE_LABELS, label


def test_every_field_of_the_register_has_a_name_and_no_other_word_has():
    fields = {name for one in TYPE_LABELS for name in REGISTRY[one].fields}
    assert set(LABELS) == fields


def test_a_field_of_a_newer_release_is_shown_as_it_came():
    assert label("broadband") == "broadband"
