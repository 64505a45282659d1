"""What may pass a line: nothing that is not committed, nothing of another scope, no part of a transaction."""

from typing import TYPE_CHECKING

from sync.frames import Acks, End, Mend, Page, Scope, Welcome
from tests.simulation.phone import Phone
from tests.simulation.sums import canonical
from tests.simulation.violations import require

if TYPE_CHECKING:
    from tests.simulation.district import District
    from tests.simulation.tap import Exchange


def exchange_holds(district: "District", exchange: "Exchange") -> None:
    """Check one answer, as far as it came."""
    # A right that ended while the office was answering may still be served, and a new one already.
    allowed = exchange.allowed | district.oracle.scope(exchange.phone.user, district.villages)
    for frame in exchange.frames:
        match frame:
            case Acks():
                answers_hold(district, exchange.phone, frame)
            case Scope(same=False, states=states):
                require(district, "scope", set(states) <= allowed, f"{exchange.phone.name} got {set(states) - allowed}")
            case Page():
                _page_holds(district, exchange, frame, allowed)
    _costs_hold(district, exchange)
    _releases_hold(district, exchange)
    _is_taken(district, exchange)


def lanes_hold(district: "District", phone: Phone, path: str) -> None:
    """Check, while a request leaves a phone, that it is on a lane which the office keeps open."""
    is_open = "photos" in phone.lanes or not path.startswith("/files")
    require(district, "shed", is_open, f"{phone.name} sends photos, open are only {phone.lanes}")


def answers_hold(district: "District", phone: Phone, acks: Acks) -> None:
    """Check what the office answers to a phone's changes, and note that it was said."""
    committed = district.server.log.applied.get(phone.device_id, 0)
    told = f"{phone.name} got {acks.applied_n}, committed is {committed}"
    require(district, "acknowledged", acks.durable_n <= acks.applied_n <= committed, told)
    district.oracle.highest_ack[phone.name] = max(district.oracle.highest_ack[phone.name], acks.applied_n)
    for result in acks.results:
        require(district, "acknowledged", result.n <= committed, told)
        given = district.oracle.answers[phone.name, result.n]
        given.append(result.to_dict())
        require(district, "repeats", given[0] == given[-1], f"{phone.name} {result.n}: {given[0]} then {given[-1]}")


def _is_taken(district: "District", exchange: "Exchange") -> None:
    """However busy the office is, and however old the client: what was sent whole has its answer."""
    taken = [frame.applied_n for frame in exchange.frames if isinstance(frame, Acks)]
    sent = [one.n for one in exchange.asked.mutations]
    is_answered = not sent or not taken or max(sent) <= taken[0]
    told = f"{exchange.phone.name} sent {sent}, taken is {taken}"
    require(district, "shed", is_answered, told)
    require(district, "releases", is_answered, told)


def _releases_hold(district: "District", exchange: "Exchange") -> None:
    least = district.server.settings.rows_from_schema
    is_old = exchange.asked.schema < least
    installs = [frame.install for frame in exchange.frames if isinstance(frame, End)]
    rows = [frame.bucket for frame in exchange.frames if isinstance(frame, Page | Mend)]
    told = f"{exchange.phone.name} speaks {exchange.asked.schema}, rows begin at {least}: {rows}, install {installs}"
    require(district, "releases", not (is_old and rows), told)
    require(district, "releases", all(bool(install) == is_old for install in installs), told)


def _costs_hold(district: "District", exchange: "Exchange") -> None:
    """An exchange costs what changed: pages begin at the cursors asked with, each record comes once, bytes are few."""
    if exchange.phone.is_damaged:
        return  # To find a damaged row costs sub-hashes besides.
    asked, name = exchange.asked, exchange.phone.name
    pages = [frame for frame in exchange.frames if isinstance(frame, Page)]
    welcomes = [frame.epoch for frame in exchange.frames if isinstance(frame, Welcome)]
    have = asked.have if welcomes == [asked.epoch] else {}
    for page in pages:
        since = have.get(page.bucket, 0)
        told = f"{name} has {page.bucket} up to {since} and got it from {page.since}"
        require(district, "costs", page.since == since, told)
        have = {**have, page.bucket: page.upto}
    rows = [row for page in pages for row in page.rows]
    results = [result for frame in exchange.frames if isinstance(frame, Acks) for result in frame.results]
    buckets = sum(len(frame.states) for frame in exchange.frames if isinstance(frame, Scope))
    up = 700 + 60 * len(asked.have) + sum(200 + len(canonical(one.to_dict())) for one in asked.mutations)
    down = 800 + 200 * buckets + 120 * len(pages) + sum(200 + 2 * len(row.body or b"") for row in rows)
    down += sum(100 + len(canonical(result.to_dict())) for result in results)
    told = f"{name} sent {exchange.bytes_up} of {up}, got {exchange.bytes_down} of {down} bytes"
    require(district, "costs", exchange.bytes_up <= up and exchange.bytes_down <= down, told)


def _page_holds(district: "District", exchange: "Exchange", page: Page, allowed: set[str]) -> None:
    log, name = district.server.log, exchange.phone.name
    require(district, "scope", page.bucket in allowed, f"{name} got a page of {page.bucket}")
    ends = {commit.heads[page.bucket][1] for commit in log.commits if page.bucket in commit.heads}
    require(district, "whole pages", page.upto in ends, f"{name} {page.bucket}: {page.upto} is no commit's end")
    committed = {(one.type, one.id, one.seq): one.text or None for one in log.of_bucket[page.bucket]}
    for row in page.rows:
        is_true = committed.get((row.type, row.id, row.seq), b"") == row.body
        require(district, "whole pages", is_true, f"{name} {page.bucket}: {row.type} {row.id} at {row.seq}")
        require(district, "whole pages", page.since < row.seq <= page.upto, f"{name} {row.seq} is beside its page")
