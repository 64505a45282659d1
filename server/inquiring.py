"""Going the way to the departments: queries out, answers in. Several steps, each its own transaction, none held over a network.

What was noted first goes out after it, and what came in is stored before it is removed from its way: a crash between two
steps heals in the next round, for a query sent twice is one query, and an answer taken in twice is one answer.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from policy.check_sources import sources
from server.adapters.departments.connector import Answer, Connector, Fault
from server.adapters.departments.routes import Routes, read_routes
from server.domain.errors import CheckWaysMissing
from server.domain.permissions import Actor
from server.queries import checks
from server.services.checks import answers, asking, disposal
from server.transaction import at_desk, parts, reading

FINAL = frozenset({"refused", "lapsed"})
"""Faults after which a query is not sent again."""


@dataclass
class Round:
    """What a round did: queries or answers that came through, and the rest by the code of what was in the way."""

    done: int = 0
    waiting: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    by_source: Counter[str] = field(default_factory=Counter)


def ways() -> Routes:
    """Read on which way each source is asked. Raises CheckWaysMissing when none is set, SettingsInvalid for a wrong file."""
    path = parts().settings.check_routes
    if not path:
        raise CheckWaysMissing("请在 ZSB_CHECK_ROUTES 中写明核对通道文件 (docs/checks.md)")
    return read_routes(Path(path), sources(), clock=parts().clock, pause=parts().pause)


def send(actor: Actor, check_id: str) -> Round:
    """Send a check to every source that may be asked, and again what did not come through before."""
    routes = ways()
    at_desk(actor, lambda desk: asking.draft(desk, check_id, routes.by_source), now=parts().clock())
    return _go(actor, routes, check_id)


def send_drafted(actor: Actor) -> Round:
    """Send whatever was drafted and has not gone out, of all checks: doubts about data, and what failed before."""
    return _go(actor, ways(), "")


def collect(actor: Actor) -> Round:
    """Collect the answers that are there, on every way; one way that is down does not keep the others."""
    round_, session = Round(), reading()
    for name, connector in ways().connectors.items():
        waiting = checks.waiting(session, name)
        session.rollback()
        try:
            _clear(connector, waiting)
            for found in connector.collect(waiting):
                if isinstance(found, Answer):
                    _take_in(actor, connector, found, round_)
                else:
                    _fault(actor, *found, round_)
        except Fault as fault:
            round_.faults[fault.code] += 1
    round_.waiting = sum(len(checks.waiting(session, name)) for name in ways().connectors)
    return round_


def dispose(actor: Actor) -> list[str]:
    """Mark what has lapsed and dispose of what is due, all of it; gives the parts whose data went."""
    routes = ways() if parts().settings.check_routes else Routes()
    while at_desk(actor, disposal.expire, now=parts().clock()):
        pass
    gone: list[str] = []
    while done := at_desk(actor, disposal.dispose, now=parts().clock()):
        for report in done:
            if connector := routes.connectors.get(report.connector):
                connector.discard(report.id)
        gone += [one.id for one in done]
    return gone


def _go(actor: Actor, routes: Routes, check_id: str) -> Round:
    """Send drafted queries; when a way is down the rest of its queries wait for the next round."""
    round_ = Round()
    down: set[str] = set()
    for report_id, source, way in checks.drafted(reading(), check_id):
        connector = routes.connectors.get(way)
        if connector is None or way in down:
            round_.waiting += 1
            continue
        try:
            connector.send(at_desk(actor, partial(asking.query_of, report_id=report_id), now=parts().clock()))
        except Fault as fault:
            _fault(actor, report_id, fault, round_)
            down |= {way} if fault.may_pass else set()
        else:
            at_desk(actor, partial(asking.note_sent, report_id=report_id), now=parts().clock())
            round_.done += 1
            round_.by_source[source] += 1
    return round_


def _take_in(actor: Actor, connector: Connector, answer: Answer, round_: Round) -> None:
    try:
        is_new = at_desk(actor, lambda desk: answers.take_in(desk, answer), now=parts().clock())
    except Fault as fault:
        connector.set_aside(answer.query_id, fault)
        _fault(actor, answer.query_id, fault, round_)
        return
    connector.discard(answer.query_id)
    round_.done += is_new
    round_.by_source[answer.source] += is_new


def _clear(connector: Connector, waiting: Collection[str]) -> None:
    """Remove answers that are stored already, as after a crash; what answers no query of ours is set aside."""
    for query_id in set(connector.lying()) - set(waiting):
        report = checks.report(reading(), query_id)
        if report is None:
            connector.set_aside(query_id, Fault("foreign"))
        elif report.answered_at is not None:
            connector.discard(query_id)


def _fault(actor: Actor, report_id: str, fault: Fault, round_: Round) -> None:
    is_final = fault.code in FINAL
    at_desk(actor, lambda desk: asking.note_fault(desk, report_id, fault.code, is_final=is_final), now=parts().clock())
    round_.faults[fault.code] += 1
