"""What a rule says of a case: reasons with value, threshold, parameter and clause, or what it lacks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from policy.parameters import Parameter
from policy.texts import FACTS, TEXTS


class FactsMissing(Exception):
    """A rule cannot be decided: `paths` names the facts of the input that it lacks."""

    def __init__(self, *paths: str) -> None:
        self.paths = paths
        super().__init__("、".join(paths))


@dataclass(frozen=True)
class Reason:
    """One step of a trace. Amounts are yuan as decimal text; `member` is set when it is about one person."""

    text: str
    value: str | None = None
    threshold: str | None = None
    parameter: str | None = None
    clause: str | None = None
    member: str | None = None

    def about(self, member: str) -> "Reason":
        """Return this reason as one about a member."""
        return replace(self, member=member)

    def as_dict(self) -> dict[str, Any]:
        """Return the reason for JSON."""
        return {
            "text": self.text,
            "value": self.value,
            "threshold": self.threshold,
            "parameter": self.parameter,
            "clause": self.clause,
            "member": self.member,
        }


@dataclass(frozen=True)
class Finding:
    """Whether a criterion holds — None while facts are missing — and why."""

    holds: bool | None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Amount:
    """Fen a month, or once, exact; and how it came about. `self_care` is set where it mattered."""

    fen: Fraction
    reasons: tuple[Reason, ...]
    self_care: str | None = None


def reason(
    text: str,
    *,
    value: str | None = None,
    threshold: str | None = None,
    parameter: Parameter | None = None,
    clause: str = "",
    **fields: object,
) -> Reason:
    """Build a reason from a sentence of `policy.texts`; its clause is the rule's own, then the parameter's."""
    clauses = dict.fromkeys(part for part in (clause, parameter.citation if parameter else "") if part)
    return Reason(
        text=TEXTS[text].format(value=value, threshold=threshold, **fields),
        value=value,
        threshold=threshold,
        parameter=parameter.key if parameter else None,
        clause=";".join(clauses) or None,
    )


def missing_facts(paths: Iterable[str]) -> Finding:
    """Return the finding of a rule that lacks facts, one sentence for each kind of fact."""
    paths = tuple(dict.fromkeys(paths))
    kinds = dict.fromkeys(FACTS.get(path, FACTS.get(path.rsplit(".", 1)[-1], path)) for path in paths)
    return Finding(None, tuple(reason("missing.fact", kind=kind) for kind in kinds), paths)
