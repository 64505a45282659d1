"""Laws of merging over whole histories: several devices, every order of arrival, for every merge class."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sync.clock import Corrected
from sync.merge import CREATED, OFFICE, Current, Edit, Mark, create, merge
from sync.records import Merge, RecordType
from tests.sync.test_merge import EVERY_CLASS, ITEMS, MADE, STEPS, after, same, thing

WORDS = ("甲", "乙", "丙")
BEGIN = Mark(1, OFFICE, 0, 0)


def values(merge_class: Merge) -> st.SearchStrategy[Any]:
    if merge_class is Merge.GROW_SET:
        return ITEMS.filter(bool)
    return st.sampled_from(STEPS if merge_class is Merge.STEPWISE else WORDS)


@st.composite
def arrivals(draw: st.DrawFn, merge_class: Merge) -> tuple[Any, list[Edit]]:
    """A record's first value, and edits of several devices that saw it and not each other."""
    begun = draw(st.none() | values(merge_class))
    times = draw(st.lists(st.integers(1, 90), min_size=2, max_size=3, unique=True))
    edits = [
        Edit({"field": draw(values(merge_class))}, 1, f"device{at}", Corrected(at * 1000, draw(st.integers(0, 2000))))
        for at in times
    ]
    return begun, edits


@dataclass
class Story:
    """A record after some edits, and every value that was seen on the way, wherever it is kept now."""

    record_type: RecordType
    current: Current
    kept: list[Any] = field(default_factory=list)
    held: list[Any] = field(default_factory=list)

    def take(self, edit: Edit, seq: int) -> bool:
        """Let an edit arrive; tells whether it changed what stands."""
        outcome = merge(self.record_type, self.current, edit)
        before = self.current.fields.get("field")
        self.kept += [before, *outcome.superseded.values(), *outcome.refused.values()]
        self.held += [one.offered for one in outcome.held]
        self.current = after(self.record_type, self.current, edit, outcome, seq)
        return bool(outcome.changed)

    @property
    def stands(self) -> Any:
        return self.current.fields.get("field")

    def knows(self, value: Any) -> bool:
        return any(same(value, one) for one in (self.stands, *self.kept, *self.held))


def told(merge_class: Merge, begun: Any, edits: Iterable[Edit]) -> Story:
    fields = {} if begun is None else {"field": begun}
    story = Story(thing(merge_class), Current(fields, {CREATED: BEGIN}))
    for seq, edit in enumerate(edits, start=2):
        story.take(edit, seq)
    return story


def sharp(edit: Edit) -> Edit:
    """The same edit by a clock without doubt."""
    return replace(edit, at=Corrected(edit.at.at_ms, 0))


@EVERY_CLASS
@settings(max_examples=40)
@given(data=st.data())
def test_in_every_order_no_value_that_somebody_saved_is_lost(merge_class: Merge, data: st.DataObject):
    begun, edits = data.draw(arrivals(merge_class))
    for order in permutations(edits):
        story = told(merge_class, begun, order)
        for edit in edits:
            offered = edit.fields["field"]
            if merge_class is Merge.GROW_SET:
                sets = [one for one in (story.stands, *story.kept) if one]
                assert all(any(one.get(item) is wanted for one in sets) for item, wanted in offered.items())
            else:
                assert story.knows(offered)
        assert begun is None or merge_class is Merge.GROW_SET or story.knows(begun)


@EVERY_CLASS
@settings(max_examples=40)
@given(data=st.data())
def test_in_every_order_a_repeat_of_any_edit_changes_nothing(merge_class: Merge, data: st.DataObject):
    begun, edits = data.draw(arrivals(merge_class))
    if merge_class is Merge.GROW_SET:  # A set that is removed from is no union: the later of two hands decides.
        edits = [Edit({"field": dict.fromkeys(one.fields["field"], True)}, 1, one.writer, one.at) for one in edits]
    else:  # Who writes what they saw has changed nothing; where clocks cannot tell, only the first arrival is judged.
        edits = [sharp(one) for one in edits if one.fields["field"] != begun]
    for order in permutations(edits):
        story = told(merge_class, begun, order)
        stands = story.stands
        for edit in order:
            story.take(edit, 50)
            assert same(story.stands, stands)


@settings(max_examples=60)
@given(arrivals(Merge.LAST_WRITER))
def test_where_time_can_tell_the_latest_edit_stands_whatever_the_order(story: tuple[Any, list[Edit]]):
    begun, edits = story
    edits = [sharp(one) for one in edits if one.fields["field"] != begun]  # The others changed nothing.
    assume(edits)
    latest = max(edits, key=lambda one: one.at.at_ms).fields["field"]
    assert {told(Merge.LAST_WRITER, begun, order).stands for order in permutations(edits)} == {latest}


@settings(max_examples=60)
@given(arrivals(Merge.CONTESTED))
def test_of_contested_values_the_first_to_arrive_stands_and_every_other_one_is_held(story: tuple[Any, list[Edit]]):
    begun, edits = story
    for order in permutations(edits):
        found = told(Merge.CONTESTED, begun, order)
        first = next((one.fields["field"] for one in order if one.fields["field"] != begun), begun)
        assert found.stands == first
        others = {one.fields["field"] for one in order} - {first}
        assert others - {begun} <= set(found.held)


@settings(max_examples=60)
@given(arrivals(Merge.STEPWISE))
def test_the_furthest_step_stands_whatever_the_order(story: tuple[Any, list[Edit]]):
    begun, edits = story
    reached = [one.fields["field"] for one in edits] + ([begun] if begun else [])
    furthest = max(reached, key=STEPS.index)
    assert {told(Merge.STEPWISE, begun, order).stands for order in permutations(edits)} == {furthest}


@pytest.mark.parametrize("merge_class", [Merge.REVIEWED, Merge.SERVER_OWNED])
@settings(max_examples=40)
@given(data=st.data())
def test_what_is_not_a_devices_to_change_never_changes(merge_class: Merge, data: st.DataObject):
    begun, edits = data.draw(arrivals(merge_class))
    assert all(told(merge_class, begun, order).stands == begun for order in permutations(edits))


@pytest.mark.parametrize(
    ("merge_class", "created", "offered", "end"),
    [
        (Merge.STEPWISE, "started", "planned", "started"),
        (Merge.STEPWISE, "started", "sealed", "sealed"),
        (Merge.STEPWISE, None, "planned", "planned"),
        (Merge.WRITE_ONCE, "甲", "乙", "甲"),
        (Merge.WRITE_ONCE, None, "乙", "乙"),
        (Merge.SERVER_OWNED, "甲", "乙", None),
        (Merge.REVIEWED, "甲", "乙", "甲"),
    ],
)
def test_what_a_device_creates_and_then_edits(merge_class: Merge, created: Any, offered: Any, end: Any):
    """Creating takes all but the office's own; from then on the class decides, also about its own maker."""
    record_type = RecordType("thing", thing(merge_class).home, {"field": MADE[merge_class]})
    made = create(record_type, {"field": created})
    current = Current(made.changed, {CREATED: Mark(1, "own", 0, 0)})
    edit = Edit({"field": offered}, 1, "own", Corrected(1, 0))
    assert after(record_type, current, edit, merge(record_type, current, edit)).fields.get("field") == end
