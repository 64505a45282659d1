"""Looking at a check: the detail for who may see a household's means, a summary for the applicant; each look is noted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from policy.check_sources import kinds, sources
from server.domain.errors import NotAllowed
from server.domain.permissions import Actor, Limit, limits
from server.models.cases import Application
from server.models.cases_inquiry import CheckRequest
from server.models.checks import CheckDispute, CheckReport, CheckUse
from server.queries import checks
from server.services.casework import steps
from server.services.casework.desk import Desk
from server.services.checks import usage


@dataclass(frozen=True)
class Found:
    """One thing that a source said of a person; `values` as it said them, amounts in fen."""

    kind: str
    person_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A source's part, with everything that it said."""

    report: CheckReport
    found: Sequence[Found]


@dataclass(frozen=True)
class CheckFile:
    """A check whole: its parts, the doubts about them, and its use log."""

    check: CheckRequest
    parts: Sequence[Part]
    disputes: Sequence[CheckDispute]
    uses: Sequence[CheckUse]


@dataclass(frozen=True)
class SummaryLine:
    """What the applicant is told of a source: that it was asked, and how many things of which kind it knows."""

    source: str
    department: str
    state: str
    found: Mapping[str, int]
    valid_to: date | None


@dataclass(frozen=True)
class Summary:
    """What the applicant is told of a check: no value and no other person's data."""

    check: CheckRequest
    lines: Sequence[SummaryLine]


def sees_means(actor: Actor, application: Application) -> bool:
    """Tell whether the actor may see what a check says of the household's means (domain.md 4.4)."""
    granted = set(limits(actor, "check.read", application.area_code).values())
    is_own = Limit.OWN in granted and application.handler_id == actor.staff_id
    return Limit.FULL in granted or is_own


def detail(desk: Desk, check_id: str) -> CheckFile:
    """Open a check whole. Raises NotFound outside of the area, RelativeBarred, NotAllowed for who may see no means."""
    check, application = _opened(desk, check_id)
    if not sees_means(desk.actor, application):
        raise NotAllowed
    usage.note(desk, check, application, "look")
    reports = checks.reports(desk.session, check.id)
    said: dict[str, list[Found]] = {one.id: [] for one in reports}
    for item in checks.items(desk.session, list(said)):
        told = desk.unseal("check_item", item.id, item.sealed)
        said[item.report_id].append(Found(item.kind, told["person"], told["values"]))
    desk.session.flush()
    return CheckFile(
        check,
        [Part(one, said[one.id]) for one in reports],
        checks.disputes(desk.session, check.id),
        checks.uses(desk.session, check.id),
    )


def summary(desk: Desk, check_id: str) -> Summary:
    """Give the summary that the applicant gets. Raises NotFound outside of the area, RelativeBarred."""
    check, application = _opened(desk, check_id)
    usage.note(desk, check, application, "summary")
    reports = checks.latest(desk.session, check.id)
    counts: dict[str, Counter[str]] = {one.id: Counter() for one in reports}
    for item in checks.items(desk.session, list(counts)):
        counts[item.report_id][kinds()[item.kind].name] += 1
    return Summary(check, [_line(one, counts[one.id]) for one in reports])


def listed(desk: Desk, *, limit: int) -> Sequence[CheckRequest]:
    """List the checks that wait for their conclusion, oldest first: how they stand, nothing of a person."""
    return checks.listed(desk.session, desk.actor, is_open=True, limit=limit)


def _opened(desk: Desk, check_id: str) -> tuple[CheckRequest, Application]:
    """Find a check for whoever may read its case, or checks alone, as the check centre may."""
    check, application = checks.get(desk.session, check_id, visible_to=desk.actor)
    steps.refuse_relative(desk, application.household_id)
    return check, application


def _line(report: CheckReport, found: Mapping[str, int]) -> SummaryLine:
    source = sources()[report.source]
    return SummaryLine(source.name, source.department, report.state, dict(found), report.valid_to)
