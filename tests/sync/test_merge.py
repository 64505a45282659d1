"""Laws of merging: for every merge class, nothing is lost, nothing is done twice, and nobody is overwritten unseen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.canonical import dumps
from sync.clock import Corrected
from sync.merge import CREATED, OFFICE, Current, Edit, Mark, Outcome, create, marked, merge
from sync.records import REGISTRY, Field, Home, Merge, RecordType, fields
from tests.sync.values import ITEMS, JSON, TIME, values_of

# Few and alike, so that they meet; some are equal to Python, but not on paper.
VALUES = st.sampled_from([0, 1, True, "", "甲", "乙", [], [1], [True], {"a": 1}, {"a": True}, {"b": "甲"}])
STEPS = ("planned", "started", "sealed")
MADE = {
    Merge.LAST_WRITER: fields.last_writer(fields.DOCUMENT),
    Merge.CONTESTED: fields.contested(fields.DOCUMENT),
    Merge.REVIEWED: fields.reviewed(fields.DOCUMENT),
    Merge.GROW_SET: fields.grow_set(),
    Merge.WRITE_ONCE: fields.write_once(fields.DOCUMENT),
    Merge.STEPWISE: fields.stepwise(*STEPS),
    Merge.SERVER_OWNED: fields.server_owned(fields.DOCUMENT),
}
WRITERS = st.sampled_from(["own", "other", OFFICE])
MARKS = st.builds(
    lambda seq, writer, at: Mark(seq, writer, at.at_ms, at.uncertainty_ms), st.integers(1, 9), WRITERS, TIME
)
EVERY_CLASS = pytest.mark.parametrize("merge_class", Merge, ids=lambda one: one.value)


def thing(merge_class: Merge) -> RecordType:
    return RecordType("thing", Home.VILLAGE, {"field": MADE[merge_class]})


@st.composite
def meetings(draw: st.DrawFn, field: Field) -> tuple[Current, Edit]:
    """A record as it stands, and a device's edit of its one field."""
    value = st.none() | (VALUES if field.kind is fields.DOCUMENT else values_of(field))
    stands, offered = draw(value), draw(value)
    marks = draw(st.fixed_dictionaries({CREATED: MARKS}, optional={"field": MARKS}))
    if field.merge is Merge.GROW_SET:
        marks |= draw(st.dictionaries(st.sampled_from([f"field/{item}" for item in stands or {"低保": 1}]), MARKS))
    current = Current({"field": stands} if stands is not None else {}, marks)
    return current, Edit({"field": offered}, draw(st.integers(0, 9)), "own", draw(TIME))


def same(one: Any, other: Any) -> bool:
    return dumps(one) == dumps(other)


def places(outcome: Outcome, offered: Any) -> list[str]:
    """Say where an offered value went to."""
    found = [
        name
        for name in ("changed", "superseded", "refused")
        if "field" in getattr(outcome, name) and same(getattr(outcome, name)["field"], offered)
    ]
    return found + ["held" for held in outcome.held if same(held.offered, offered)]


def after(record_type: RecordType, current: Current, edit: Edit, outcome: Outcome, seq: int = 10) -> Current:
    """The record once the outcome is written."""
    changed = {name: (current.fields.get(name), value) for name, value in outcome.changed.items()}
    mark = Mark(seq, edit.writer, edit.at.at_ms, edit.at.uncertainty_ms)
    values = {**current.fields, **outcome.changed}
    kept = {name: value for name, value in values.items() if value is not None}
    return Current(kept, marked(record_type, current.marks, changed, mark))


def unseen(current: Current, edit: Edit) -> bool:
    mark = current.mark("field")
    return mark.seq > edit.base and mark.writer != edit.writer


@EVERY_CLASS
@settings(max_examples=60)
@given(data=st.data())
def test_every_offered_value_stands_or_is_in_exactly_one_list(merge_class: Merge, data: st.DataObject):
    record_type = thing(merge_class)
    current, edit = data.draw(meetings(record_type.fields["field"]))
    outcome = merge(record_type, current, edit)
    offered, stands = edit.fields["field"], current.fields.get("field")
    if merge_class is Merge.GROW_SET:
        united = outcome.changed.get("field", stands) or {}
        for item, wanted in (offered or {}).items():
            assert united.get(item) is wanted or outcome.superseded["field"][item] is wanted
    elif same(offered, stands):
        assert (outcome.held, outcome.superseded, outcome.refused) == ([], {}, {})
        assert outcome.changed == {} or (merge_class is Merge.LAST_WRITER and unseen(current, edit))
    else:
        assert len(places(outcome, offered)) == 1


@EVERY_CLASS
@settings(max_examples=60)
@given(data=st.data())
def test_what_another_wrote_unseen_is_overwritten_only_by_a_clearly_later_edit_and_then_kept(
    merge_class: Merge, data: st.DataObject
):
    record_type = thing(merge_class)
    current, edit = data.draw(meetings(record_type.fields["field"]))
    stands = current.fields.get("field")
    outcome = merge(record_type, current, edit)
    if merge_class in (Merge.LAST_WRITER, Merge.CONTESTED) and "field" in outcome.changed and unseen(current, edit):
        assert merge_class is Merge.LAST_WRITER
        assert edit.at.clearly_after(current.mark("field").at)
        assert same(outcome.changed["field"], stands) or same(outcome.superseded["field"], stands)


@EVERY_CLASS
@settings(max_examples=60)
@given(data=st.data())
def test_the_same_edit_again_changes_nothing(merge_class: Merge, data: st.DataObject):
    record_type = thing(merge_class)
    current, edit = data.draw(meetings(record_type.fields["field"]))
    written = after(record_type, current, edit, merge(record_type, current, edit))
    assert merge(record_type, written, edit).changed == {}


@EVERY_CLASS
@settings(max_examples=60)
@given(data=st.data())
def test_merging_is_a_function_of_its_arguments_and_alters_none(merge_class: Merge, data: st.DataObject):
    record_type = thing(merge_class)
    current, edit = data.draw(meetings(record_type.fields["field"]))
    before = repr((current, edit))
    assert merge(record_type, current, edit) == merge(record_type, current, edit)
    assert repr((current, edit)) == before


@EVERY_CLASS
@settings(max_examples=60)
@given(data=st.data())
def test_what_a_device_did_itself_it_has_seen(merge_class: Merge, data: st.DataObject):
    record_type = thing(merge_class)
    current, edit = data.draw(meetings(record_type.fields["field"]))
    own = Current(current.fields, {name: mark._replace(writer="own") for name, mark in current.marks.items()})
    outcome = merge(record_type, own, edit)
    assert not any(held.kind == "conflict" for held in outcome.held)
    assert outcome.merged == {}
    if merge_class in (Merge.LAST_WRITER, Merge.CONTESTED, Merge.GROW_SET):
        assert outcome.superseded == {}


@given(st.data())
def test_a_conflict_has_a_real_difference_that_the_device_had_not_seen(data: st.DataObject):
    merge_class = data.draw(st.sampled_from(list(Merge)))
    record_type = thing(merge_class)
    current, edit = data.draw(meetings(record_type.fields["field"]))
    for held in merge(record_type, current, edit).held:
        assert not same(held.current, held.offered)
        assert held.kind == "proposal" or unseen(current, edit)


@given(meetings(MADE[Merge.WRITE_ONCE]))
def test_write_once_never_changes(meeting: tuple[Current, Edit]):
    current, edit = meeting
    outcome = merge(thing(Merge.WRITE_ONCE), current, edit)
    assert "field" not in outcome.changed or "field" not in current.fields


@given(meetings(MADE[Merge.STEPWISE]))
def test_stepwise_never_goes_back(meeting: tuple[Current, Edit]):
    current, edit = meeting
    outcome = merge(thing(Merge.STEPWISE), current, edit)
    if "field" in outcome.changed and "field" in current.fields:
        assert STEPS.index(outcome.changed["field"]) > STEPS.index(current.fields["field"])


@given(meetings(MADE[Merge.SERVER_OWNED]))
def test_server_owned_never_takes_a_devices_value(meeting: tuple[Current, Edit]):
    current, edit = meeting
    assert merge(thing(Merge.SERVER_OWNED), current, edit).changed == {}


@given(meetings(MADE[Merge.REVIEWED]))
def test_the_register_is_never_changed_straight_from_a_device(meeting: tuple[Current, Edit]):
    current, edit = meeting
    outcome = merge(thing(Merge.REVIEWED), current, edit)
    assert outcome.changed == {}
    assert all(held.kind == "proposal" for held in outcome.held)


@given(meetings(MADE[Merge.GROW_SET]))
def test_a_set_forgets_no_item(meeting: tuple[Current, Edit]):
    current, edit = meeting
    united = merge(thing(Merge.GROW_SET), current, edit).changed.get("field", current.fields.get("field") or {})
    assert set(united) >= set(current.fields.get("field") or {})


@given(ITEMS, ITEMS)
def test_two_hands_that_only_add_get_the_union_in_either_order(one: dict[str, bool], other: dict[str, bool]):
    record_type = thing(Merge.GROW_SET)
    adding = [dict.fromkeys(items, True) for items in (one, other)]
    ends = []
    for order in (adding, adding[::-1]):
        current = Current({}, {CREATED: Mark(1, OFFICE, 0, 0)})
        for seq, items in enumerate(order, start=2):
            edit = Edit({"field": items}, 1, f"device{seq}", Corrected(0, 0))
            current = after(record_type, current, edit, merge(record_type, current, edit), seq)
        ends.append(current.fields.get("field", {}))
    assert ends[0] == ends[1] == dict.fromkeys({**one, **other}, True)


def test_what_somebody_removed_stays_removed_through_all_edits_of_a_device_that_did_not_see_it():
    record_type = thing(Merge.GROW_SET)
    current = Current({"field": {"a": False}}, {CREATED: Mark(1, OFFICE, 0, 0), "field/a": Mark(6, "other", 0, 0)})
    for seq, items in enumerate(({"a": True, "b": True}, {"a": True, "c": True}), start=7):
        edit = Edit({"field": items}, 5, "own", Corrected(0, 0))
        outcome = merge(record_type, current, edit)
        assert outcome.superseded == {"field": {"a": True}}
        current = after(record_type, current, edit, outcome, seq)
    assert current.fields["field"] == {"a": False, "b": True, "c": True}


def test_a_removal_that_the_device_has_seen_may_be_taken_back_though_another_item_came_meanwhile():
    record_type = thing(Merge.GROW_SET)
    marks = {CREATED: Mark(1, OFFICE, 0, 0), "field/a": Mark(5, "other", 0, 0), "field/b": Mark(6, "other", 0, 0)}
    current = Current({"field": {"a": False, "b": True}}, marks)
    outcome = merge(record_type, current, Edit({"field": {"a": True}}, 5, "own", Corrected(0, 0)))
    assert outcome.changed == {"field": {"a": True, "b": True}}


@given(JSON, JSON)
def test_values_that_only_python_takes_for_equal_are_different(one: Any, other: Any):
    record_type = thing(Merge.CONTESTED)
    edit = Edit({"newer": other}, 9, "own", Corrected(0, 0))
    outcome = merge(record_type, Current({"newer": one} if one is not None else {}, {}), edit)
    assert ("newer" in outcome.changed) == (not same(one, other))


def test_true_does_not_pass_for_one():
    outcome = merge(
        thing(Merge.CONTESTED),
        Current({"field": {"a": 1}}, {}),
        Edit({"field": {"a": True}}, 9, "own", Corrected(0, 0)),
    )
    assert outcome.changed["field"]["a"] is True


@given(meetings(MADE[Merge.CONTESTED]))
def test_a_field_of_a_newer_release_merges_like_a_contested_one(meeting: tuple[Current, Edit]):
    current, edit = meeting
    empty = RecordType("thing", Home.VILLAGE, {})
    assert merge(empty, current, edit) == merge(thing(Merge.CONTESTED), current, edit)


def test_what_another_changed_meanwhile_in_other_fields_is_told():
    current = Current({"a": 1, "b": 2}, {CREATED: Mark(1, OFFICE, 0, 0), "b": Mark(5, "other", 0, 0)})
    outcome = merge(RecordType("thing", Home.VILLAGE, {}), current, Edit({"a": 3}, 4, "own", Corrected(0, 0)))
    assert (outcome.changed, outcome.merged) == ({"a": 3}, {"b": 2})


@pytest.mark.parametrize("record_type", REGISTRY.values(), ids=REGISTRY)
@settings(max_examples=10)
@given(data=st.data())
def test_a_new_record_keeps_every_value_but_the_offices_own(record_type: RecordType, data: st.DataObject):
    strategies = {name: st.none() | values_of(field) for name, field in record_type.fields.items()}
    offered: Mapping[str, Any] = data.draw(st.fixed_dictionaries({}, optional={**strategies, "newer": JSON}))
    outcome = create(record_type, offered)
    given_values = {name: value for name, value in offered.items() if value is not None}
    assert outcome.changed | outcome.refused == given_values
    assert all(record_type.merge_class(name) is Merge.SERVER_OWNED for name in outcome.refused)
    assert not any(record_type.merge_class(name) is Merge.SERVER_OWNED for name in outcome.changed)


@given(meetings(MADE[Merge.LAST_WRITER]), st.integers(0, 10**6))
def test_of_two_edits_the_same_one_wins_whatever_both_clocks_are_off_by(meeting: tuple[Current, Edit], off_ms: int):
    current, edit = meeting
    marks = {name: mark._replace(at_ms=mark.at_ms + off_ms) for name, mark in current.marks.items()}
    shifted = replace(edit, at=Corrected(edit.at.at_ms + off_ms, edit.at.uncertainty_ms))
    record_type = thing(Merge.LAST_WRITER)
    assert merge(record_type, Current(current.fields, marks), shifted) == merge(record_type, current, edit)
