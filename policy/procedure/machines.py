"""The procedures as data: one table per kind of case in machines/*.toml, read once and checked as a whole.

A table that names an unknown state, guard, role, period or document, that has a state nobody can reach or leave, or a
choice without an end, stops the load with the file and the place named. What a step asks is judged in
`policy.procedure.steps`.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from policy.catalogue import Citation, read_citation
from policy.procedure.deadlines import DEADLINES
from policy.procedure.guards import BRANCHES, GUARDS
from policy.registry import PolicyDataError, data_folder, toml_files
from policy.vocabulary import names


@dataclass(frozen=True)
class Requirement:
    """A guard, and the clauses on which this step asks for it; it binds from the day the first of them is in force."""

    guard: str
    cites: tuple[Citation, ...]


@dataclass(frozen=True)
class Transition:
    """One way on. Of several with the same state and event the first whose `when` holds is taken; the last has none."""

    state: str
    event: str
    to: str
    when: str | None
    who: frozenset[str]
    requires: tuple[Requirement, ...]
    cites: tuple[Citation, ...]
    starts: tuple[str, ...]
    is_offline: bool


@dataclass(frozen=True)
class Machine:
    """A kind of case: its states and events with their Chinese names, and every way from one to the next."""

    code: str
    name: str
    start: str
    finals: frozenset[str]
    states: Mapping[str, str]
    events: Mapping[str, str]
    transitions: tuple[Transition, ...]

    def ways(self, state: str, event: str) -> tuple[Transition, ...]:
        """Return the transitions of an event in a state, in the order in which they are tried."""
        return tuple(way for way in self.transitions if (way.state, way.event) == (state, event))

    def events_in(self, state: str) -> tuple[str, ...]:
        """Return what may happen in a state, whoever asks."""
        return tuple(dict.fromkeys(way.event for way in self.transitions if way.state == state))


@cache
def load_machines() -> Mapping[str, Machine]:
    """Return every machine by its code, read once; raises PolicyDataError for a table that is wrong."""
    files = toml_files(data_folder("procedure/machines"))
    found = [read_machine(name, content) for name, content in files]
    return {machine.code: machine for machine in found}


def load_machine(code: str) -> Machine:
    """Return one machine; raises KeyError for a code that does not exist."""
    return load_machines()[code]


def read_machine(name: str, content: bytes) -> Machine:
    """Read and check one table; raises PolicyDataError naming the file and what is wrong in it."""
    try:
        machine = _machine(tomllib.loads(content.decode("utf-8")))
    except (KeyError, ValueError) as error:
        raise PolicyDataError(f"{name}: {error!r}") from error
    if wrong := next(_faults(machine), None):
        raise PolicyDataError(f"{name}: {wrong}")
    return machine


def _machine(file: Mapping[str, Any]) -> Machine:
    finals = frozenset(file["finals"])
    open_states = [state for state in file["states"] if state not in finals and state != file["start"]]
    return Machine(
        code=file["code"],
        name=file["name"],
        start=file["start"],
        finals=finals,
        states=dict(file["states"]),
        events=dict(file["events"]),
        transitions=tuple(
            _transition(row, state)
            for row in file["transition"]
            for state in (open_states if row["from"] == ["*"] else row["from"])
        ),
    )


def _transition(row: Mapping[str, Any], state: str) -> Transition:
    return Transition(
        state=state,
        event=row["event"],
        to=row["to"],
        when=row.get("when"),
        who=frozenset(row["who"]),
        requires=tuple(Requirement(guard, _cites(clauses)) for guard, clauses in row.get("guards", {}).items()),
        cites=_cites(row["clause"]),
        starts=tuple(row.get("starts", ())),
        is_offline=row.get("offline", False),
    )


def _cites(clauses: str | list[str]) -> tuple[Citation, ...]:
    return tuple(read_citation(text) for text in ([clauses] if isinstance(clauses, str) else clauses))


def _faults(machine: Machine) -> Iterator[str]:
    """Yield what a table says that cannot be meant."""
    yield from _unknown_names(machine)
    yield from _dead_states(machine)
    yield from _open_choices(machine)
    if unused := set(machine.events) - {way.event for way in machine.transitions}:
        yield f"events that nothing answers: {sorted(unused)}"


def _unknown_names(machine: Machine) -> Iterator[str]:
    for way in machine.transitions:
        place = f"{way.state} {way.event}"
        yield from _unknown(place, "state", (way.state, way.to), machine.states)
        yield from _unknown(place, "event", (way.event,), machine.events)
        yield from _unknown(place, "role", way.who, names("role"))
        yield from _unknown(place, "guard", (requirement.guard for requirement in way.requires), GUARDS)
        yield from _unknown(place, "branch", (way.when,) if way.when else (), BRANCHES)
        yield from _unknown(place, "period", way.starts, DEADLINES)
    yield from _unknown("finals", "state", (machine.start, *machine.finals), machine.states)


def _unknown(place: str, kind: str, used: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    if strange := sorted(set(used) - set(known)):
        yield f"{place}: unknown {kind} {strange}"


def _dead_states(machine: Machine) -> Iterator[str]:
    """Every state can be reached from the start, has a way to an end, and an end has no way on."""
    ways = [(way.state, way.to) for way in machine.transitions]
    if lost := set(machine.states) - _closure({machine.start}, ways):
        yield f"states that nobody reaches: {sorted(lost)}"
    if stuck := set(machine.states) - _closure(set(machine.finals), [(to, state) for state, to in ways]):
        yield f"states without a way to an end: {sorted(stuck)}"
    if ends := machine.finals & {way.state for way in machine.transitions}:
        yield f"ends that go on: {sorted(ends)}"


def _closure(reached: set[str], ways: list[tuple[str, str]]) -> set[str]:
    while more := {to for state, to in ways if state in reached} - reached:
        reached = reached | more
    return reached


def _open_choices(machine: Machine) -> Iterator[str]:
    """Of several ways for one event all but the last have a condition, and the last has none."""
    for state, event in dict.fromkeys((way.state, way.event) for way in machine.transitions):
        *others, last = machine.ways(state, event)
        if last.when is not None or any(way.when is None for way in others):
            yield f"{state} {event}: the last way, and only the last, has no condition"
