"""What must be true of a quiet district: everything arrived once, everywhere the same, and nothing vanished."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.simulation import evidence
from tests.simulation.log import held_work
from tests.simulation.oracle import STEPS, Saved, words_in
from tests.simulation.phone import Phone
from tests.simulation.sums import checksum
from tests.simulation.violations import require
from tests.simulation.watch_blobs import blobs_hold
from tests.simulation.watch_held import decisions_stand, held_holds
from tests.simulation.watch_lease import renewed
from tests.simulation.watch_phones import is_waiting

if TYPE_CHECKING:
    from tests.simulation.district import District


def at_the_end(district: "District") -> None:
    """Check all that can only be said of the end; the last ones do damage, to see it found."""
    for phone in district.phones.values():
        _is_drained(district, phone)
        _is_equal(district, phone)
        _holds_nothing_else(district, phone)
        renewed(district, phone)
        alarms = phone.store.rows("SELECT * FROM incidents")
        require(district, "alarms", not alarms, f"{phone.name} raised {alarms}")
    _acknowledged_stays(district)
    _nothing_vanished(district)
    _tasks_went_forward(district)
    _office_values_stand(district)
    held_holds(district)
    decisions_stand(district)
    evidence.evidence_holds(district)
    evidence.receipts_hold(district)
    blobs_hold(district)
    for phone in district.phones.values():
        _is_idle(district, phone)
    _damage_is_found(district)
    evidence.tampering_is_found(district)


def _is_drained(district: "District", phone: Phone) -> None:
    last = phone.store.get("last_n", 0)
    applied = district.server.log.applied.get(phone.device_id, 0)
    waiting = phone.store.rows("SELECT sha256, reason, not_before FROM blobs WHERE state = 'waiting'")
    require(district, "drains", applied == last, f"{phone.name} made {last} changes, {applied} are there")
    require(district, "drains", not is_waiting(phone), f"{phone.name} still waits, photos: {waiting}")


def _is_equal(district: "District", phone: Phone) -> None:
    scope = district.oracle.scope(phone.user, district.villages)
    live = [one for one in district.server.log.live().values() if one.bucket in scope]
    there = {(one.bucket, one.type, one.id, one.seq, one.text) for one in live}
    rows = phone.store.rows(
        "SELECT * FROM records WHERE bucket IN (SELECT value FROM json_each(?))", json.dumps(list(scope))
    )
    here = {(row["bucket"], row["type"], row["id"], row["seq"], row["body"].encode()) for row in rows}
    differing = [one[:4] for one in there ^ here]
    require(district, "equal", not differing, f"{phone.name} differs in {differing[:4]}")
    for bucket in district.server.log.rows("SELECT * FROM bucket"):
        if bucket["id"] in scope:
            mine = [(type, id, seq, body) for where, type, id, seq, body in here if where == bucket["id"]]
            key = phone.store.value("SELECT key FROM buckets WHERE id = ?", bucket["id"])
            found = key and checksum(key, mine)
            told = f"{phone.name} {bucket['id']}: {found}"
            require(district, "equal", found == (bucket["live"], bucket["checksum"]), told)


def _holds_nothing_else(district: "District", phone: Phone) -> None:
    """After a right ended nothing of its buckets is left, but for work that the office refused or a draft in hand."""
    scope = district.oracle.scope(phone.user, district.villages)
    drafts = {row["bucket"] for row in phone.store.rows("SELECT bucket FROM drafts")}
    for table, condition in (
        ("records", ""),
        ("search_entries", ""),
        ("buckets", ""),
        ("blobs", ""),
        ("outbox", " WHERE outcome IN ('applied', 'merged')"),
    ):
        column = "id" if table == "buckets" else "bucket"
        found = {
            row["bucket"] for row in phone.store.rows(f"SELECT DISTINCT {column} AS bucket FROM {table}{condition}")
        }
        left = found - scope - drafts
        require(district, "scope", not left, f"{phone.name} still has {table} of {left}")


def _acknowledged_stays(district: "District") -> None:
    """Every answer that left is what the office still says."""
    log = district.server.log
    stored: dict[tuple[str, int], Any] = {}
    names = {phone.device_id: phone.name for phone in district.phones.values()}
    for row in log.rows("SELECT * FROM mutation_result"):
        bound = f"mutation/{row['device_id']}/{row['installation']}/{row['n']}/result"
        stored[names[row["device_id"]], row["n"]] = json.loads(log.vault.open(row["result"], bound))
    for key, given in district.oracle.answers.items():
        require(district, "acknowledged", stored.get(key) == given[0], f"{key} was {given[0]}, is {stored.get(key)}")


def _nothing_vanished(district: "District") -> None:
    """Look for every word that was ever saved; count those of edits, which take effect once."""
    log = district.server.log
    found = words_in([one.fields for one in log.live().values()])
    became, lost = Counter[str](), Counter[str]()
    for row in log.rows("SELECT * FROM change"):
        values = (
            log.vault.open(row["values"], f"change/{row['type']}/{row['record_id']}")
            if row["is_sealed"]
            else row["values"]
        )
        plain = json.loads(values)
        found |= words_in(plain)
        for name, value in plain.items():
            if name.endswith("!superseded"):
                lost.update(word for one in value for word in words_in(one))
            elif not name.startswith("!") and name != "tags" and row["device_id"]:  # A merge copies what stands.
                became.update(words_in(value[1]))
    held = Counter[str]()
    for row in log.rows("SELECT * FROM held_value"):
        offered = json.loads(log.vault.open(row["values"], f"held/{row['id']}"))["offered"]
        held.update(words_in(offered))
        found |= words_in(row["decision"] or "")
    refused = Counter[str]()
    for row in log.rows("SELECT * FROM mutation_result WHERE offered IS NOT NULL"):
        bound = f"mutation/{row['device_id']}/{row['installation']}/{row['n']}"
        offered = json.loads(log.vault.open(row["offered"], bound))["fields"]
        found |= words_in(offered)
        refused.update(words_in({name: value for name, value in offered.items() if name != "tags"}))
    found |= set(held) | words_in([one["fields"] for one in held_work(log)])
    for word, who in district.oracle.words.items():
        require(district, "kept", word in found or _is_on_phone(district, who, word), f"{word} of {who} is nowhere")
        for place, count in (("held", held[word]), ("in effect", became[word]), ("refused", refused[word])):
            require(district, "once", count <= 1, f"{word} of {who} is {place} {count} times")


def _is_on_phone(district: "District", who: str, word: str) -> bool:
    phone = district.phones.get(who)
    if phone is None:
        return False
    like = f"%{word}%"
    waiting = phone.store.value("SELECT count(*) FROM outbox WHERE fields LIKE ?", like)
    return bool(waiting or phone.store.value("SELECT count(*) FROM drafts WHERE document LIKE ?", like))


def _tasks_went_forward(district: "District") -> None:
    """A task that stayed with its worker is as far as that worker's phones ever brought it."""
    live = district.server.log.live()
    for task, worker in district.tasks.items():
        if task in district.handed_over:
            continue
        steps = [one.fields["state"] for one in _steps_of(district, task, worker)]
        furthest = max([STEPS.index(step) for step in steps], default=0)
        state = (live["visit_task", task].fields or {})["state"]
        require(district, "classes", state == STEPS[furthest], f"{task} is {state}, its worker came to {steps}")


def _steps_of(district: "District", task: str, worker: str) -> list[Saved]:
    phones = {phone.name for phone in district.phones.values() if phone.user == worker}
    saved = district.oracle.saved.values()
    mine = [
        one for one in saved if one.phone in phones and (one.type, one.id, one.op) == ("visit_task", task, "update")
    ]
    return [one for one in mine if one.fields.get("state") in STEPS]


def _office_values_stand(district: "District") -> None:
    """The office's own fields have the office's last value, whatever devices asked."""
    live = district.server.log.live()
    for (type, id, name), value in district.oracle.office_values.items():
        stands = (live[type, id].fields or {}).get(name)
        require(district, "classes", stands == value, f"{type} {id}.{name} is {stands!r}, the office wrote {value!r}")


def _is_idle(district: "District", phone: Phone) -> None:
    """With nothing to say, one request of a few hundred bytes and as small an answer."""
    commits = len(district.server.log.commits)
    district.exchanges.clear()
    district.quiet_sync(phone)
    buckets = len(phone.store.rows("SELECT 1 FROM buckets"))
    sizes = [(one.bytes_up, one.bytes_down) for one in district.exchanges]
    told = f"{phone.name} {sizes} with {buckets} buckets"
    is_small = len(sizes) == 1 and sizes[0][0] <= 500 + 40 * buckets and sizes[0][1] <= 400
    has_draft_elsewhere = phone.store.value("SELECT count(*) FROM drafts")
    require(district, "idle", is_small or has_draft_elsewhere, told)
    require(district, "idle", len(district.server.log.commits) == commits, f"{phone.name} wrote while idle")


def _damage_is_found(district: "District") -> None:
    """Damage a row of one phone: the next exchange reports it, and within three it is as before."""
    phone = next(iter(district.phones.values()))
    scope = json.dumps(sorted(district.oracle.scope(phone.user, district.villages)))
    where = "type = 'household' AND bucket IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT 1"
    found = phone.store.value(f"SELECT id FROM records WHERE {where}", scope)
    if found is None:
        return
    phone.is_damaged = True
    phone.store.db.execute("UPDATE records SET body = json_set(body, '$.address', '被改动') WHERE id = ?", (found,))
    damaged = "SELECT count(*) FROM records WHERE body LIKE '%被改动%'"
    for _ in range(3):
        district.quiet_sync(phone)
        if not phone.store.value(damaged):
            break
    alarms = phone.store.value("SELECT count(*) FROM incidents")
    require(district, "alarms", alarms == 1, f"{phone.name} raised {alarms} alarms for one damaged row")
    require(district, "alarms", not phone.store.value(damaged), f"{phone.name} still has the damaged row")
