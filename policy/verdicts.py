"""Joins findings into verdicts: "and" over criteria, "or" over members, amounts on top, gaps always named."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ParamSpec

from policy.law import Law
from policy.parameters import ParameterNotSet
from policy.reasons import Amount, FactsMissing, Finding, Reason, missing_facts, reason

P = ParamSpec("P")
NOTHING = Fraction(0)


@dataclass(frozen=True)
class Verdict:
    """A finding and the fen a month that go with it; `fen` is None while something the amount needs is missing."""

    finding: Finding
    fen: Fraction | None = NOTHING
    self_care: str | None = None


def decided(law: Law, judge: Callable[P, Finding], *args: P.args, **kwargs: P.kwargs) -> Finding:
    """Return what a rule finds, or the named gap that keeps it from being decided."""
    try:
        return judge(*args, **kwargs)
    except (FactsMissing, ParameterNotSet) as gap:
        return named_gap(gap, law)


def named_gap(gap: FactsMissing | ParameterNotSet, law: Law) -> Finding:
    """Return the open finding that tells what is lacking: facts of the case, or a number that the region has to set."""
    if isinstance(gap, FactsMissing):
        return missing_facts(gap.paths)
    if law.area is None and replace(law, area="urban").find(gap.key):
        return missing_facts(["household.area"])
    return Finding(None, (reason("missing.parameter", kind=str(gap)),), (f"parameters.{gap.key}",))


def until_failure(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings up to and including the first that fails: for a person, one failure is reason enough."""
    for finding in findings:
        yield finding
        if finding.holds is False:
            return


def all_hold(findings: Iterable[Finding]) -> Finding:
    """Join by "and": one failure decides, whatever else is missing; without one, a gap leaves it open."""
    found = list(findings)
    answers = {finding.holds for finding in found}
    holds = False if False in answers else None if None in answers else True
    return Finding(holds, _reasons(found), _missing(found) if holds is None else ())


def with_amount(
    finding: Finding, law: Law, calculate: Callable[P, Amount], *args: P.args, **kwargs: P.kwargs
) -> Verdict:
    """Add the amount to a finding that holds; a gap in the amount is named and leaves the finding standing."""
    if finding.holds is not True:
        return Verdict(finding, NOTHING if finding.holds is False else None)
    try:
        amount = calculate(*args, **kwargs)
    except (FactsMissing, ParameterNotSet) as gap:
        named = named_gap(gap, law)
        return Verdict(Finding(True, finding.reasons + named.reasons, named.missing), None)
    return Verdict(replace(finding, reasons=finding.reasons + amount.reasons), amount.fen, amount.self_care)


def any_holds(household: Finding, verdicts: list[Verdict]) -> Verdict:
    """Sum up a programme for persons: one who qualifies is enough; nothing is counted for those still open."""
    findings = [verdict.finding for verdict in verdicts if verdict.finding.holds is not False]
    answers = {finding.holds for finding in findings}
    holds = True if True in answers else None if None in answers else False
    paid = [verdict.fen for verdict in verdicts if verdict.finding.holds]
    known = [fen for fen in paid if fen is not None]
    is_known = holds is not None and len(known) == len(paid)
    everything = [household, *(verdict.finding for verdict in verdicts)]
    return Verdict(Finding(holds, _reasons(everything), _missing(findings)), sum(known, NOTHING) if is_known else None)


def _reasons(findings: Iterable[Finding]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(step for finding in findings for step in finding.reasons))


def _missing(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for finding in findings for path in finding.missing))
