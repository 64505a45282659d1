"""Conflicts seen from outside: who had changed a field that the editor had not seen. No merge code decides here."""

import json
from typing import TYPE_CHECKING, Any

from sync.records import REGISTRY, Merge
from tests.simulation.log import Entry, held_work
from tests.simulation.oracle import Saved, words_in
from tests.simulation.violations import require

if TYPE_CHECKING:
    from tests.simulation.district import District


def held_holds(district: "District") -> None:
    """Check each edit of a field: what was held or lost met a difference, and what won overwrote nothing unseen."""
    held = _held_words(district)
    whole = words_in([one["fields"] for one in held_work(district.server.log)])
    for saved in district.oracle.saved.values():
        if saved.op != "update" or saved.type not in REGISTRY or _outcome(district, saved) in ("refused", ""):
            continue
        if _is_held_whole(district, saved):
            told = f"{saved.phone} {saved.n} of {saved.id}"
            require(district, "held", words_in(saved.fields) <= whole, f"{told} was held and is not among the held")
            continue
        for name, value in saved.fields.items():
            known = REGISTRY[saved.type].fields.get(name)
            if known is None or known.merge not in (Merge.CONTESTED, Merge.LAST_WRITER) or not isinstance(value, str):
                continue
            met = _met(district, saved, name)
            if met is None:
                continue
            told = f"{saved.phone} {saved.n} {saved.id}.{name} = {value}"
            is_taken = _how(district, saved, name) not in ("held", "superseded", "refused")
            require(district, "held", is_taken or met, f"{told} was not taken, though nobody else had changed it")
            if known.merge is Merge.CONTESTED:
                require(district, "held", not (is_taken and met), f"{told} overwrote {met} unseen")
                require(district, "held", is_taken or value in held, f"{told} was neither taken nor held")


def decisions_stand(district: "District") -> None:
    """Each decision is the last one that was made, in the office and in the record by which phones learn of it."""
    last, live = dict(district.oracle.decided), district.server.log.live()
    rows = {row["id"]: row for row in district.server.log.rows("SELECT * FROM held_value")}
    for held_id, decision in last.items():
        found = json.loads(rows[held_id]["decision"])["state"]
        require(district, "decided", found == decision, f"{held_id} was {decision}, is {found}")
        told = live.get(("held_value", held_id))
        if told is not None and told.fields is not None:
            state = told.fields["state"]
            require(district, "decided", state == decision, f"{held_id} was {decision}, phones are told {state}")


def _met(district: "District", saved: Saved, name: str) -> list[Any] | None:
    """List what others had written to a field after what the editor had seen; None where that cannot be told."""
    commits = district.server.log.commits
    device = district.phones[saved.phone].device_id
    arrived = next(
        (c for c in commits if c.applied.get(device, (0, 0))[0] < saved.n <= c.applied.get(device, (0, 0))[1]), None
    )
    past = district.server.log.of(saved.type, saved.id)
    seen = [one for one in past if one.bucket == saved.bucket and one.seq <= saved.cursor]
    if arrived is None or not seen or seen[-1].fields is None:
        return None
    before_it = [one for one in past if one.commit < arrived.index]
    if _was_removed([one for one in before_it if one.commit == before_it[-1].commit]):
        return None  # Of what is removed an edit is held whole; what came back since is judged as if it never went.
    homes = [one.bucket for one in before_it if one.fields is not None]
    lived = [home for n, home in enumerate(homes) if n == 0 or home != homes[n - 1]]
    since = lived[lived.index(saved.bucket) :]
    if len(set(lived)) != len(lived) or len(since) > 2:
        return None  # It moved on, or back: there the office may hold more than it must.
    unseen = [one for one in before_it if seen[-1].commit < one.commit and one.fields is not None]
    met, before = [], _value(seen[-1], name)
    for one in unseen:
        value = _value(one, name)
        if value != before and commits[one.commit].by != saved.phone:
            met.append(value)
        before = value
    return met


def _was_removed(entries: list[Entry]) -> bool:
    """Tell whether a commit ended the record, or merged it into another; a move gives it a place as well."""
    return bool(entries) and all(one.fields is None for one in entries)


def _value(entry: Entry, name: str) -> Any:
    return (entry.fields or {}).get(name)


def _outcome(district: "District", saved: Saved) -> str:
    given = district.oracle.answers.get((saved.phone, saved.n))
    return str(given[0]["outcome"]) if given else ""


def _is_held_whole(district: "District", saved: Saved) -> bool:
    """Tell whether a person is to decide if its worker had the right: then it met nothing yet."""
    given = district.oracle.answers[saved.phone, saved.n][0]
    return given["outcome"] == "held" and not given.get("fields")


def _how(district: "District", saved: Saved, name: str) -> str:
    """Say what became of one field of an edit, as the phone was told."""
    given = district.oracle.answers[saved.phone, saved.n][0]
    return str(given.get("fields", {}).get(name, {}).get("how", ""))


def _held_words(district: "District") -> set[str]:
    log = district.server.log
    rows = log.rows("SELECT id, \"values\" FROM held_value WHERE kind = 'conflict'")
    return words_in([json.loads(log.vault.open(row["values"], f"held/{row['id']}"))["offered"] for row in rows])
