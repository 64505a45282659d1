"""Asking: a check goes to those sources that every co-living adult has authorised, by a clause that is in force.

No authorisation, no query; no clause, no query (社会救助法第四十条、第四十一条; 政务数据共享条例第二十一条). Nothing goes out
before the transaction that notes it is through; `server.inquiring` sends then.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from policy.check_sources import sources
from server.adapters.departments.connector import Fault, Query, Subject
from server.domain.checks import ASKED, DRAFTED, PARTLY, REFUSED, SENT, state_of
from server.domain.errors import CheckNotAuthorised, CheckStepRefused, NotAllowed
from server.domain.permissions import Limit, limits
from server.models.cases import Application
from server.models.cases_inquiry import CheckRequest
from server.models.checks import CheckReport
from server.queries import checks
from server.services.casework import clock, people, steps
from server.services.casework.desk import Desk
from server.services.checks import usage

OPEN = frozenset({ASKED, SENT, PARTLY})
MAY_ASK = frozenset({Limit.FULL, Limit.RUN})


@dataclass(frozen=True)
class Authorised:
    """What all co-living adults have authorised: these sources, until this day."""

    scope: frozenset[str]
    valid_to: date


def draft(desk: Desk, check_id: str, ways: Mapping[str, str]) -> list[CheckReport]:
    """Draft a query to each source that is authorised, has a clause and a way, and was not asked yet; gives the new ones.

    Each is noted in the use log before it goes out. Raises NotFound outside of the area, RelativeBarred, NotAllowed,
    CheckStepRefused for a check that is concluded, CheckNotAuthorised.
    """
    check, application = take_up(desk, check_id)
    if check.state not in OPEN or check.result is not None:
        if checks.drafted(desk.session, check.id):
            return []  # Of a concluded check only what was put in doubt goes out again.
        raise CheckStepRefused("这次核对已有结论, 需要时请重新提请")
    allowed = authorised(desk, application)
    asked = {one.source for one in checks.reports(desk.session, check.id)}
    wanted = [code for code in sources() if code in allowed.scope and code in ways and code not in asked]
    made = [_draft(desk, check, application, code, ways[code], allowed) for code in wanted]
    return [one for one in made if one]


def take_up(desk: Desk, check_id: str) -> tuple[CheckRequest, Application]:
    """Take a check up for who may ask or run it, and keep others from it until the commit."""
    check, application = checks.get(desk.session, check_id, visible_to=desk.actor, keep=True)
    steps.refuse_relative(desk, application.household_id)
    if not MAY_ASK & set(limits(desk.actor, "check.request", application.area_code).values()):
        raise NotAllowed
    return check, application


def authorised(desk: Desk, application: Application) -> Authorised:
    """Tell what every co-living adult has authorised, and until when. Raises CheckNotAuthorised unless all have something."""
    law = desk.law(application.area_code)
    living = people.co_living(desk.ledger, application.household_id, on=desk.today)
    adults = [one.id for one in living if one.is_adult(law)]
    signed = checks.authorisations(desk.session, application.intake_id)
    given = {one.person_id: one for one in signed if not one.is_obligor}
    held = [given.get(one) for one in adults]
    days = [one.valid_to for one in held if one and one.valid_to and one.valid_to >= desk.today]
    if not adults or len(days) < len(adults):
        raise CheckNotAuthorised(
            f"成年共同生活成员 {len(adults)} 人, 有有效授权 (写明来源和期限) 的 {len(days)} 人, 请先补签授权书"
        )
    scope = frozenset.intersection(*(frozenset(one.scope or ()) for one in held if one))
    if not scope:
        raise CheckNotAuthorised("各成年成员的授权没有共同的查询来源, 请补签授权书")
    return Authorised(scope, min(days))


def query_of(desk: Desk, report_id: str) -> Query:
    """Write a drafted query out, with the persons whom it is about. Raises Fault once their authorisation has lapsed."""
    report = desk.session.get_one(CheckReport, report_id)
    check = desk.session.get_one(CheckRequest, report.check_id)
    told = desk.unseal("check_report", report.id, report.sealed)
    if told["authorised_to"] < desk.today.isoformat():
        raise Fault("lapsed")
    subjects = [Subject(*(str(one[name]) for name in ("ref", "name", "id_number"))) for one in told["subjects"]]
    return Query(
        id=report.id,
        source=report.source,
        purpose=check.purpose,
        basis=report.basis,
        authorised_to=told["authorised_to"],
        subjects=subjects,
        doubts=report.renews_id or "",
    )


def note_sent(desk: Desk, report_id: str) -> None:
    """Note that a query has gone out; that ends the days within which a check is to start (57号文第十七条)."""
    report = checks.report(desk.session, report_id, keep=True)
    if report is None or report.state != DRAFTED:
        return  # Another round was quicker, or has even collected the answer.
    report.state, report.sent_at, report.fault = SENT, desk.now, None
    check = follow(desk, report.check_id)
    clock.end(desk, "application", check.application_id, "send_check")


def note_fault(desk: Desk, report_id: str, code: str, *, is_final: bool) -> None:
    """Note why a query or its answer did not come through; a final one is not tried again."""
    report = checks.report(desk.session, report_id, keep=True)
    if report is None or report.state not in (DRAFTED, SENT):
        return
    report.fault = code
    if is_final:
        report.state = REFUSED
    elif code == "unknown":
        report.state = DRAFTED  # The department has lost it, or never had it: it goes out again.
    follow(desk, report.check_id)


def renew(desk: Desk, report: CheckReport, ways: Mapping[str, str]) -> CheckReport:
    """Draft the query of a part anew, under an authorisation that still holds: its source is to look again.

    Raises CheckNotAuthorised when the source is not within what is authorised today, CheckStepRefused without a way or clause.
    """
    check, application = take_up(desk, report.check_id)
    allowed = authorised(desk, application)
    if report.source not in allowed.scope:
        raise CheckNotAuthorised("授权书没有写明这个来源, 请补签授权书")
    way = ways.get(report.source)
    made = _draft(desk, check, application, report.source, way, allowed, renews=report) if way else None
    if made is None:
        raise CheckStepRefused("这个来源现在没有查询通道或者依据")
    return made


def follow(desk: Desk, check_id: str) -> CheckRequest:
    """Let a check without a conclusion stand as its parts stand."""
    desk.session.flush()
    check = desk.session.get_one(CheckRequest, check_id, with_for_update=True)
    if check.result is None:
        check.state = state_of([one.state for one in checks.latest(desk.session, check_id)])
    return check


def _draft(
    desk: Desk,
    check: CheckRequest,
    application: Application,
    source: str,
    way: str,
    allowed: Authorised,
    *,
    renews: CheckReport | None = None,
) -> CheckReport | None:
    law = desk.law(application.area_code)
    basis = sources()[source].basis(law)
    obligors = _obligors(desk, application, source)
    subjects = _subjects(desk, application, obligors)
    if not basis or not subjects:
        return None
    keep = timedelta(days=law.get("check.dispose_days").read(int))
    law.get("check.valid_days")  # What nobody knows how long to keep is not asked for.
    report_id = desk.new_id()
    valid_to = min([allowed.valid_to, *obligors.values()])
    told = {"subjects": subjects, "authorised_to": valid_to.isoformat()}
    report = CheckReport(
        id=report_id,
        check_id=check.id,
        source=source,
        round=renews.round + 1 if renews else 1,
        renews_id=renews.id if renews else None,
        connector=way,
        state=DRAFTED,
        basis=basis,
        sealed=desk.seal("check_report", report_id, told),
        dispose_on=valid_to + keep,  # Unless an answer comes, which has a day of its own.
        **desk.noted,
    )
    desk.session.add(report)
    desk.session.flush()
    usage.note(desk, check, application, "query", source=source, basis=basis)
    return report


def _obligors(desk: Desk, application: Application, source: str) -> dict[str, date]:
    """Give who owes the household support and consented to this source, with the last day of each consent (第四十一条)."""
    return {
        one.person_id: one.valid_to
        for one in checks.authorisations(desk.session, application.intake_id)
        if one.is_obligor and one.valid_to and one.valid_to >= desk.today and source in (one.scope or ())
    }


def _subjects(desk: Desk, application: Application, obligors: Collection[str]) -> list[dict[str, str]]:
    """List members and consenting obligors with an id number; whoever has none cannot be found in anybody's register."""
    living = people.co_living(desk.ledger, application.household_id, on=desk.today)
    known: dict[str, Mapping[str, Any]] = {one.id: one.fields for one in living}
    known |= {one: found.fields for one in obligors if (found := desk.ledger.get("person", one))}
    return [
        {"ref": person, "name": str(fields.get("name") or ""), "id_number": str(fields["id_number"])}
        for person, fields in known.items()
        if fields.get("id_number")
    ]


def unanswered(reports: Collection[CheckReport]) -> list[str]:
    """Name the sources that have still to answer."""
    return [one.source for one in reports if one.state in (DRAFTED, SENT)]
