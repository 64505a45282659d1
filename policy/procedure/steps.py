"""One step of a procedure: where it leads, or every reason why it may not be taken, each with its clause."""

from dataclasses import dataclass

from policy.parameters import ParameterNotSet
from policy.procedure.guards import BRANCHES, GUARDS, Facts
from policy.procedure.machines import Machine, Requirement, Transition
from policy.procedure.texts import NO_SUCH_STEP, NOT_YOUR_ROLE, REFUSALS


@dataclass(frozen=True)
class Refusal:
    """Why a step may not be taken. `code`: the guard, "no_such_step", "not_your_role" or "parameter_not_set"."""

    code: str
    text: str
    clause: str


@dataclass(frozen=True)
class Step:
    """What becomes of an event: the state it leads to and the periods that run from there, or refusals.

    `clause` is what the step rests on. Either `to` is set or `refusals` are not empty.
    """

    to: str | None
    clause: str
    starts: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def step(machine: Machine, state: str, event: str, facts: Facts) -> Step:
    """Judge an event in a state under the law of the day that `facts` carries; nothing is changed.

    Every unmet guard is told, not only the first. Raises KeyError for a state or an event that the machine has not.
    """
    state_name, event_name = machine.states[state], machine.events[event]
    ways = machine.ways(state, event)
    if not ways:
        return Step(None, "", refusals=(Refusal("no_such_step", NO_SUCH_STEP.format(state_name, event_name), ""),))
    try:
        way = next(way for way in ways if way.when is None or BRANCHES[way.when](facts))
    except ParameterNotSet as gap:
        clause = facts.law.cite(ways[0].cites)
        return Step(None, clause, refusals=(Refusal("parameter_not_set", str(gap), clause),))
    clause = facts.law.cite(way.cites)
    if refusals := _refusals(way, facts):
        return Step(None, clause, refusals=refusals)
    return Step(way.to, clause, way.starts)


def _refusals(way: Transition, facts: Facts) -> tuple[Refusal, ...]:
    role = () if facts.role in way.who else (Refusal("not_your_role", NOT_YOUR_ROLE, facts.law.cite(way.cites)),)
    found = [_refusal(requirement, facts) for requirement in way.requires]
    return (*role, *(refusal for refusal in found if refusal))


def _refusal(requirement: Requirement, facts: Facts) -> Refusal | None:
    """Return why a guard refuses; one whose clauses are all not in force here and today asks for nothing."""
    clause = facts.law.cite(requirement.cites)
    if not clause:
        return None
    try:
        holds = GUARDS[requirement.guard](facts)
    except ParameterNotSet as gap:
        return Refusal(requirement.guard, str(gap), clause)
    return None if holds else Refusal(requirement.guard, REFUSALS[requirement.guard], clause)
