"""Whom a check may ask and what they may answer: complete data, strict reading, nothing without a clause."""

from datetime import date

import pytest

from policy.catalogue import read_citation
from policy.check_sources import READERS, kinds, read_items, sources, word_name
from policy.law import Law
from policy.parameters import load_parameters
from policy.reader import CaseError

NAMED_BY_DOCUMENT_000 = 14
LAW_IN_FORCE = date(2026, 7, 1)
DEPOSIT = {"person": "p1", "kind": "asset", "asset": "deposit", "value_yuan": "120.50", "as_of": "2026-06-30"}


def law(region: str, on: date) -> Law:
    return Law(load_parameters(), region, on, None)


def test_the_fourteen_of_document_000_securities_and_payment_institutions_are_sources():
    local = str(read_citation("yuanjiang_measures 二(八)"))
    named = [one for one in sources().values() if local in map(str, one.cites)]
    assert len(named) == NAMED_BY_DOCUMENT_000
    assert set(sources()) - {one.code for one in named} == {"securities", "payment_institutions"}


def test_a_payment_institution_may_be_asked_only_since_the_law_is_in_force():
    source = sources()["payment_institutions"]
    assert source.basis(law("430981", date(2026, 6, 30))) == ""
    assert "第四十一条" in source.basis(law("430981", LAW_IN_FORCE))


def test_a_local_document_is_a_basis_only_where_it_applies():
    banks = sources()["banks"]
    assert "二(八)" in banks.basis(law("430981", LAW_IN_FORCE))
    assert "二(八)" not in banks.basis(law("530000", LAW_IN_FORCE))


def test_every_source_tells_kinds_that_exist_and_every_field_has_a_type_and_a_name():
    for source in sources().values():
        assert source.kinds and set(source.kinds) <= set(kinds()), source.code
    for kind in kinds().values():
        for field in kind.fields.values():
            assert field.name and (isinstance(field.type, tuple) or field.type in READERS), kind.code


def test_every_word_of_a_field_has_a_name_that_people_read():
    words = {word for kind in kinds().values() for field in kind.fields.values() if isinstance(field.type, tuple)
             for word in field.type}  # fmt: skip
    assert [word for word in words if word_name(word) == word] == []


def test_an_amount_is_read_as_whole_fen_and_a_day_stays_a_day():
    (item,) = read_items(sources()["banks"], [DEPOSIT], ["p1"])
    assert item.values == {"asset": "deposit", "value_fen": 12050, "as_of": "2026-06-30"}


def test_nothing_found_is_an_empty_list_and_no_list_is_no_answer():
    assert read_items(sources()["banks"], [], ["p1"]) == ()
    with pytest.raises(CaseError):
        read_items(sources()["banks"], None, ["p1"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": "p2"},
        {"kind": "vehicle"},
        {"kind": "no_such_kind"},
        {"asset": "gold"},
        {"value_yuan": 120.5},
        {"value_yuan": "-1"},
        {"value_yuan": None},
        {"as_of": "yesterday"},
        {"secret": "x"},
    ],
    ids=str,
)
def test_an_answer_that_does_not_fit_is_refused_without_repeating_its_value(wrong: dict[str, object]):
    with pytest.raises(CaseError) as refused:
        read_items(sources()["banks"], [DEPOSIT | wrong], ["p1"])
    assert not any(str(value) in str(refused.value) for value in wrong.values() if isinstance(value, str))
