"""What the office does meanwhile: it edits and moves, sends tasks out, reviews, and gives workers another township."""

import json
from random import Random
from typing import TYPE_CHECKING

from server.domain.errors import DomainError
from server.domain.permissions import Actor, Grant
from server.services import acceptance, conflicts, held_work, households, reviews, staff
from server.services.changes import Ledger
from server.services.staged import office
from sync.protocol import SCHEMA
from tests.simulation.places import COUNTY, REVIEWER, TOWNSHIPS, user_bucket

if TYPE_CHECKING:
    from tests.simulation.district import District

MANAGING = Actor("manager", "manager", (Grant("admin", COUNTY),))
REVIEWING = Actor(REVIEWER, REVIEWER, (Grant("reviewer", COUNTY),))


def edit(district: "District", chance: Random) -> str:
    """Change what a worker may be changing too, or what is the office's alone."""
    household = chance.choice(sorted(district.households))
    word, now = district.oracle.word(), district.time()
    name = chance.choice(("address", "remarks", "phone", "poverty_cause", "number", "tags"))

    def write(ledger: Ledger) -> None:
        current = ledger.get("household", household)
        assert current is not None
        value = {**(current.fields.get("tags") or {}), word: True} if name == "tags" else word
        ledger.update("household", household, {name: value}, office(now))

    district.office_writes(write, word)
    if name == "number":
        district.oracle.by_office("household", household, number=word)
    return f"{household}.{name} = {word}"


def move(district: "District", chance: Random) -> str:
    """Move a household with all its people to another village."""
    household = chance.choice(sorted(district.households))
    village = chance.choice([one for one in district.villages if one != district.households[household]])
    now = district.time()

    def write(ledger: Ledger) -> None:
        households.move(ledger, REVIEWING, household, to=village, reason="搬迁", now=now)

    district.office_writes(write)
    district.households[household] = village
    return f"{household} 迁往 {village}"


def remove(district: "District", chance: Random) -> str:
    """Delete a person who was entered by mistake."""
    now = district.time()
    known = [one for one in district.people if ("person", one) in district.server.log.live()]
    if not known:
        return edit(district, chance)
    person = chance.choice(known)

    def write(ledger: Ledger) -> None:
        for type, id in (("person", person), ("household_member", f"link-{person}")):
            if ledger.bucket_of(type, id):
                ledger.remove(type, id, "deleted", office(now))

    district.office_writes(write)
    return f"删除 {person}"


def task(district: "District", chance: Random) -> str:
    """Send a task to a worker, or give an open one to another."""
    worker = chance.choice(sorted(district.oracle.grants))
    now = district.time()
    if district.tasks and chance.random() < 0.2:
        chosen = chance.choice(sorted(district.tasks))

        def hand_over(ledger: Ledger) -> None:
            if ledger.bucket_of("visit_task", chosen) != user_bucket(worker):
                ledger.move("visit_task", chosen, user_bucket(worker), office(now))
            ledger.update("visit_task", chosen, {"assignee_id": worker}, office(now))

        district.office_writes(hand_over)
        district.tasks[chosen] = worker
        district.handed_over.add(chosen)
        district.oracle.by_office("visit_task", chosen, assignee_id=worker)
        return f"{chosen} 交给 {worker}"
    chosen, title = f"task-{len(district.tasks) + 1}", district.oracle.word()
    household = chance.choice(sorted(district.households))
    fields = {"household_id": household, "assignee_id": worker, "kind": "recheck", "title": title, "state": "planned"}

    def send(ledger: Ledger) -> None:
        ledger.create("visit_task", chosen, user_bucket(worker), fields, office(now))

    district.office_writes(send, title)
    district.tasks[chosen] = worker
    district.oracle.by_office("visit_task", chosen, title=title, assignee_id=worker, household_id=household)
    return f"{chosen} ({household}) 派给 {worker}"


def review(district: "District", chance: Random) -> str:
    """Decide a visit that waits: mostly return it with a comment, sometimes approve or refuse it."""
    waiting = [
        visit
        for visit in district.oracle.sealed
        if (found := district.server.log.live().get(("visit", visit))) and found.fields["review_state"] == "pending"  # type: ignore[index]
    ]
    if not waiting:
        return edit(district, chance)
    visit = chance.choice(waiting)
    verdict = chance.choice(("returned", "returned", "approved", "refused"))
    revision = 1 + sum(
        one.type == "amendment" and (one.fields or {}).get("visit_id") == visit
        for one in district.server.log.live().values()
    )
    word = district.oracle.word()

    def write(ledger: Ledger) -> None:
        comment = reviews.Comment("answer", "note", f"请说明 {word}")
        reviews.decide(
            ledger,
            REVIEWING,
            visit,
            verdict=verdict,
            reason=word,
            comments=[comment],
            seen_revision=revision,
            now=district.time(),
        )

    try:
        district.office_writes(write, word)
    except DomainError as refusal:
        return f"审核 {district.nick(visit)} 未成: {refusal.code}"
    district.oracle.reviews.append((visit, revision, verdict))
    return f"审核 {district.nick(visit)} 第 {revision} 版: {verdict} {word}"


def grant(district: "District", chance: Random) -> str:
    """Give a worker another township, both, or the first one back: from now on they see other villages."""
    worker = chance.choice(sorted(district.oracle.grants))
    areas = set(chance.choice(((TOWNSHIPS[0],), (TOWNSHIPS[1],), TOWNSHIPS)))

    grants = [Grant("caseworker", area) for area in sorted(areas)]
    now = district.time()
    district.office_writes(lambda ledger: staff.move(ledger, MANAGING, worker, grants=grants, now=now))
    district.oracle.grants[worker] = areas
    return f"{worker} 管 {sorted(areas)}"


def decide_work(district: "District", chance: Random) -> str:
    """Take in, or decline, work that waits because nobody can tell whether its worker had the right."""
    waiting = district.server.log.rows("SELECT id, record_id FROM held_work WHERE decided_at IS NULL ORDER BY at, n")
    if not waiting:
        return edit(district, chance)
    row, now = chance.choice(waiting), district.time()
    deed = chance.choice((acceptance.accept, acceptance.accept, held_work.decline))
    told = f"{deed.__name__} {district.nick(row['record_id'])}"
    try:
        district.office_writes(lambda ledger: deed(ledger, REVIEWING, row["id"], reason="核实过", now=now))
    except DomainError as refusal:
        return f"{told} 未成: {refusal.code}"
    return told


def decide_value(district: "District", chance: Random) -> str:
    """Decide what waits as a conflict, a proposal or a pair of persons who may be one; now and then part a pair again."""
    rows = district.server.log.rows("SELECT id, kind, decision FROM held_value ORDER BY at, id")
    waiting = [row["id"] for row in rows if _state(row["decision"]) == "open"]
    merged = [row["id"] for row in rows if (row["kind"], _state(row["decision"])) == ("duplicate", "accepted")]
    if merged and (not waiting or chance.random() < 0.3):
        chosen, decision = chance.choice(merged), "undone"
    elif waiting:
        chosen, decision = chance.choice(waiting), chance.choice(("accepted", "accepted", "refused"))
    else:
        return edit(district, chance)
    (kind,) = [row["kind"] for row in rows if row["id"] == chosen]
    word, now = district.oracle.word(), district.time()

    def write(ledger: Ledger) -> None:
        seen = conflicts.show(ledger, REVIEWING, chosen, now=now).etag
        conflicts.decide(ledger, REVIEWING, chosen, decision=decision, reason=f"核实 {word}", seen=seen, now=now)

    told = f"{kind} {decision} {word}"
    try:
        district.office_writes(write, word)
    except DomainError as refusal:
        return f"{told} 未成: {refusal.code}"
    district.oracle.decided.append((chosen, decision))
    return told


def ask_for_a_release(district: "District", chance: Random) -> str:
    """Upgrade the office so that clients of our own release get no rows any more, or let them have rows again."""
    least = chance.choice((1, SCHEMA + 1))
    district.server.set(rows_from_schema=least, client_version="9.9" if least > SCHEMA else "")
    return f"资料只给表 {least} 版以上的客户端"


def let_all_releases_be(district: "District") -> None:
    """Give rows to every client."""
    district.server.set(rows_from_schema=1, client_version="")


def _state(decision: str | None) -> str:
    return str(json.loads(decision)["state"]) if decision else "open"
