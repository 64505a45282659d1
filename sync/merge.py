"""Merging one device's edit into a record, field by field, by the class that the record type declares.

A field is in conflict only where someone else changed it after what the device had seen, and to another value. What the
device itself did earlier it has seen, whether or not the server had answered yet; so an edit's base is the bucket's seq
that the device had applied, and each mark names the installation that made it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sync.canonical import dumps
from sync.clock import Corrected
from sync.records.fields import Merge, RecordType

OFFICE = ""  # The writer of what was changed on the server itself.
CREATED = "*"  # The mark of every field that has none of its own: the record's creation.
BROUGHT = "|"  # Parts bucket from field in the name of a mark that a record brought along from there.
UNSEEN = 1 << 53  # A seq that no device can have read up to.


class Mark(NamedTuple):
    """Who last changed a field: at which seq of its bucket, by which installation, and when (corrected)."""

    seq: int
    writer: str
    at_ms: int
    uncertainty_ms: int

    @property
    def at(self) -> Corrected:
        """The corrected time as a value that compares."""
        return Corrected(self.at_ms, self.uncertainty_ms)


@dataclass(frozen=True)
class Current:
    """A record as the server holds it: its fields, and per field (per item of a growing set) who last changed it."""

    fields: Mapping[str, Any]
    marks: Mapping[str, Mark]

    def mark(self, name: str) -> Mark:
        """Give the mark of a field, or of `field/item`; else the creation's."""
        return self.marks.get(name) or self.marks.get(CREATED) or Mark(0, OFFICE, 0, 0)


@dataclass(frozen=True)
class Edit:
    """What a device asks: new field values, the bucket seq that it had seen, its installation, and when."""

    fields: Mapping[str, Any]
    base: int
    writer: str
    at: Corrected


@dataclass(frozen=True)
class Held:
    """A value that waits for a person: `kind` is conflict (two workers differ) or proposal (the register is reviewed)."""

    field: str
    kind: str
    current: Any
    offered: Any


@dataclass
class Outcome:
    """What becomes of an edit. Every offered value is in exactly one of the lists, or equals what stands already."""

    changed: dict[str, Any] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    superseded: dict[str, Any] = field(default_factory=dict)  # field -> the value that lost, for the history
    refused: dict[str, Any] = field(default_factory=dict)  # field -> the value that may not be written
    merged: dict[str, Any] = field(default_factory=dict)  # field -> what another person wrote meanwhile


def merge(record_type: RecordType, current: Current, edit: Edit) -> Outcome:
    """Decide each field of an edit against a live record. Pure: the same arguments give the same outcome."""
    outcome = Outcome()
    for name in sorted(edit.fields):
        offered = edit.fields[name]
        stands = current.fields.get(name)
        merge_class = record_type.merge_class(name)
        if merge_class is Merge.GROW_SET:
            _grow(outcome, name, current, edit)
        elif _same(offered, stands):
            if merge_class is Merge.LAST_WRITER and _says_later(current.mark(name), edit):
                outcome.changed[name] = offered  # What two wrote alike is as late as the later of them.
        else:
            _decide(outcome, record_type, name, merge_class, current, edit)
    for name, mark in current.marks.items():
        if name != CREATED and "/" not in name and name not in edit.fields and _unseen(mark, edit):
            outcome.merged[name] = current.fields.get(name)
    return outcome


def create(record_type: RecordType, fields: Mapping[str, Any]) -> Outcome:
    """Decide a new record's fields: all are taken but the office's own."""
    outcome = Outcome()
    for name, value in fields.items():
        if value is None:
            continue
        if record_type.merge_class(name) is Merge.SERVER_OWNED:
            outcome.refused[name] = value
        else:
            outcome.changed[name] = value
    return outcome


def marked(
    record_type: RecordType, marks: Mapping[str, Mark], changed: Mapping[str, tuple[Any, Any]], mark: Mark
) -> dict[str, Mark]:
    """Mark what was changed (field -> before and after). A growing set is marked item by item as well: who has not seen
    that an item was removed must not bring it back, whatever else of the set they changed since.
    """
    names = list(changed)
    for name, (before, after) in changed.items():
        if record_type.merge_class(name) is Merge.GROW_SET:
            before, after = before or {}, after or {}
            names += [f"{name}/{item}" for item in {**before, **after} if before.get(item) is not after.get(item)]
    return {**marks, **dict.fromkeys(names, mark)}


def moved(marks: Mapping[str, Mark], left: str, mark: Mark) -> dict[str, Mark]:
    """Mark a record that moves to another bucket: all of it is new there. What it brings along from the bucket that it
    left tells later what somebody had seen there: a move alone is no change of any field.
    """
    brought: dict[str, Mark] = {}
    for name, one in marks.items():
        bucket, field_name = _origin(name)
        if bucket != left:  # It was there before as well; those numbers tell nothing of this time.
            brought[f"{bucket or left}{BROUGHT}{field_name}"] = one
    return {**brought, CREATED: mark}


def as_seen(marks: Mapping[str, Mark], elsewhere: str | None = None) -> dict[str, Mark]:
    """Give the marks by which an edit is judged; `elsewhere` is the earlier bucket whose numbers the editor had read.

    Buckets count by themselves: what was changed after the record left that bucket is unseen, whatever its seq.
    """
    parted = [(*_origin(name), mark) for name, mark in marks.items()]
    own = {name: mark for bucket, name, mark in parted if not bucket}
    if elsewhere is None:
        return own
    seen = {name: mark for bucket, name, mark in parted if bucket == elsewhere}
    if seen:  # Which of other buckets' changes came before is not known here, so all of them count as later.
        others = {name: mark for bucket, name, mark in parted if bucket and bucket != elsewhere}
        own = {name: mark for name, mark in {**others, **own}.items() if name != CREATED}
    return {**seen, **{name: mark._replace(seq=UNSEEN) for name, mark in own.items()}}


def _decide(
    outcome: Outcome, record_type: RecordType, name: str, merge_class: Merge, current: Current, edit: Edit
) -> None:
    offered, stands, mark = edit.fields[name], current.fields.get(name), current.mark(name)
    if merge_class is Merge.SERVER_OWNED:
        outcome.refused[name] = offered
    elif merge_class is Merge.WRITE_ONCE:
        if stands is None:
            outcome.changed[name] = offered
        else:
            outcome.refused[name] = offered
    elif merge_class is Merge.REVIEWED:
        outcome.held.append(Held(name, "proposal", stands, offered))
    elif merge_class is Merge.STEPWISE:
        steps = record_type.fields[name].steps
        if stands is None or (offered in steps and steps.index(offered) > _position(steps, stands)):
            outcome.changed[name] = offered
        else:
            outcome.superseded[name] = offered
    elif not _unseen(mark, edit):
        outcome.changed[name] = offered
    elif merge_class is Merge.LAST_WRITER and edit.at.clearly_after(mark.at):
        outcome.superseded[name] = stands
        outcome.changed[name] = offered
    elif merge_class is Merge.LAST_WRITER and mark.at.clearly_after(edit.at):
        outcome.superseded[name] = offered
    else:
        outcome.held.append(Held(name, "conflict", stands, offered))


def _grow(outcome: Outcome, name: str, current: Current, edit: Edit) -> None:
    """Unite two sets; what somebody removed on purpose, unseen by the device, stays removed."""
    stands: dict[str, bool] = dict(current.fields.get(name) or {})
    united = dict(stands)
    for item, wanted in (edit.fields[name] or {}).items():
        if wanted and stands.get(item) is False and _unseen(current.mark(f"{name}/{item}"), edit):
            outcome.superseded.setdefault(name, {})[item] = wanted
            continue
        united[item] = wanted
    if united != stands:
        outcome.changed[name] = united


def _origin(name: str) -> tuple[str, str]:
    """Part a mark's name into the bucket that it was brought from (empty: none) and the field's own name."""
    bucket, bar, field_name = name.partition(BROUGHT)
    return (bucket, field_name) if bar and "/" not in bucket else ("", name)  # An item of a set may be any text.


def _unseen(mark: Mark, edit: Edit) -> bool:
    return mark.seq > edit.base and mark.writer != edit.writer


def _says_later(mark: Mark, edit: Edit) -> bool:
    return _unseen(mark, edit) and edit.at.clearly_after(mark.at)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and dumps(one) == dumps(other)  # To Python alone, 1 == True.


def _position(steps: tuple[str, ...], value: Any) -> int:
    return steps.index(value) if value in steps else -1
