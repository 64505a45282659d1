"""Households and persons as the worker sees them, from the local store only.

Id numbers are masked here: nothing above this file needs them whole. A correction to the register is a proposal.
"""

from collections.abc import Mapping
from typing import Any

from field_client import lease, outbox, overlay, search
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.overlay import Seen
from field_client.store import Store
from identity.resident_id import mask
from sync.records import REGISTRY, Merge, problems


def brief(store: Store, household: Seen) -> dict[str, Any]:
    """Give a household in one line of a list."""
    if lease.is_over(store):
        return _line(Seen("household", household.id, household.bucket, {}, household.pending), "", 0)
    head_id = household.fields.get("head_id")
    head = overlay.one(store, "person", head_id) if head_id else None
    return _line(household, head.fields.get("name", "") if head else "", _members_count(store, household.id))


def _members_count(store: Store, household_id: str) -> int:
    """Count a household's members: from the index alone, unless changes of ours may lie over some."""
    if store.value("SELECT 1 FROM outbox WHERE type = 'household_member' LIMIT 1"):
        return len(overlay.all_of(store, "household_member", household_id=household_id))
    return int(store.value(_MEMBERS, household_id))


_MEMBERS = "SELECT count(*) FROM records WHERE type = 'household_member' AND json_extract(body, '$.household_id') = ?"


def _line(household: Seen, head: str, members_count: int) -> dict[str, Any]:
    fields = household.fields
    return {
        "id": household.id,
        "number": fields.get("number") or "",
        "head": head or "",
        "address": fields.get("address") or "",
        "area_code": fields.get("area_code") or household.bucket,
        "members": members_count,
        "pending": household.pending,
    }


def count(store: Store, *, area: str = "") -> int:
    """Count the households that the office sent: all, or those of a village."""
    which, values = _in_village(area)
    return int(store.value(f"SELECT count(*) FROM {which}", *values))  # noqa: S608 - one of two constants


def listed(store: Store, *, area: str = "", limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """List a part of the households, of all or of a village, by village and number: only what is listed is read.

    Raises FieldError("lease.over").
    """
    lease.require(store)
    which, values = _in_village(area)
    rows = store.rows(
        f"SELECT id FROM {which}"  # noqa: S608 - one of two constants
        " ORDER BY bucket, json_extract(body, '$.number'), id LIMIT ? OFFSET ?",
        *values,
        limit,
        offset,
    )
    found = (overlay.one(store, "household", row["id"]) for row in rows)
    return [brief(store, one) for one in found if one]


def villages(store: Store) -> list[str]:
    """Name the villages of which this device holds households, by code."""
    return [row["bucket"] for row in store.rows(f"SELECT DISTINCT bucket FROM {_HOUSEHOLDS} ORDER BY bucket")]  # noqa: S608


_HOUSEHOLDS = "records INDEXED BY records_village WHERE type = 'household'"
"""Left to itself SQLite reads all households to sort them, 200 ms of 16,000, instead of taking them in order."""


def _in_village(area: str) -> tuple[str, list[str]]:
    return (f"{_HOUSEHOLDS} AND bucket = ?", [area]) if area else (_HOUSEHOLDS, [])


def all_households(store: Store, *, area: str = "") -> list[dict[str, Any]]:
    """List the households, or those of an area by the beginning of its code, by number.

    Of 16,000 households all take 0.5 s, one village takes 0.03 s.
    """
    lease.require(store)
    villages = [row["id"] for row in store.rows(_VILLAGES, area, area)]
    lines = [line for village in villages for line in _lines_of(store, village)]
    return sorted(lines, key=lambda line: (line["number"], line["id"]))


_VILLAGES = "SELECT id FROM buckets WHERE substr(id, 1, length(?)) = ? AND id GLOB '[0-9]*' ORDER BY id"
_NAMES = "SELECT id, json_extract(body, '$.name') AS name FROM records WHERE bucket = ? AND type = 'person'"
_COUNTS = (
    "SELECT json_extract(body, '$.household_id') AS household_id, count(*) AS count FROM records"
    " WHERE bucket = ? AND type = 'household_member' GROUP BY 1"
)


def _lines_of(store: Store, village: str) -> list[dict[str, Any]]:
    heads = {row["id"]: row["name"] for row in store.rows(_NAMES, village)}
    counts = {row["household_id"]: row["count"] for row in store.rows(_COUNTS, village)}
    found = overlay.all_of(store, "household", area_code=village)
    return [_line(one, heads.get(one.fields.get("head_id"), ""), counts.get(one.id, 0)) for one in found]


def found(store: Store, text: str) -> list[dict[str, Any]]:
    """Give the first households that fit a few characters. Raises FieldError("search.too_short", "lease.over")."""
    lease.require(store)
    hits = (overlay.one(store, "household", id) for id in search.find(store, text))
    return [brief(store, hit) for hit in hits if hit]


def get(store: Store, household: str) -> Seen:
    """Find a household by its id, or by the running number on its papers. Raises FieldError("household.unknown")."""
    found = overlay.one(store, "household", household) or _numbered(store, household)
    if found is None:
        raise FieldError("household.unknown")
    return found


def _numbered(store: Store, number: str) -> Seen | None:
    query = "SELECT id FROM records WHERE type = 'household' AND json_extract(body, '$.number') = ?"
    return overlay.one(store, "household", store.value(query, number) or "")


def show(store: Store, household_id: str) -> dict[str, Any]:
    """Give a household with its members. Raises FieldError("household.unknown")."""
    lease.require(store)
    household = get(store, household_id)
    area = next((one for one in overlay.all_of(store, "area") if one.fields.get("code") == household.bucket), None)
    return {
        **brief(store, household),
        "area_name": area.fields.get("name", "") if area else "",
        "phone": household.fields.get("phone") or "",
        "remarks": household.fields.get("remarks") or "",
        "dwelling": household.fields.get("dwelling"),
        "poverty_cause": household.fields.get("poverty_cause") or "",
        "programmes": household.fields.get("programmes") or [],
        "tags": sorted(tag for tag, stands in (household.fields.get("tags") or {}).items() if stands),
        "persons": members(store, household.id),
    }


def members(store: Store, household_id: str) -> list[dict[str, Any]]:
    """List who lives in a household, ids masked; without names when the lease is over."""
    found = []
    is_over = lease.is_over(store)
    for member in overlay.all_of(store, "household_member", household_id=household_id):
        person = overlay.one(store, "person", str(member.fields.get("person_id")))
        if person is None:
            continue
        fields = {} if is_over else person.fields
        found.append(
            {
                "id": person.id,
                "name": fields.get("name") or "",
                "relation": member.fields.get("relation") or "",
                "sex": fields.get("sex") or "",
                "birth_date": fields.get("birth_date") or "",
                "id_number": mask(fields.get("id_number") or ""),
                "phone": fields.get("phone") or "",
                "included": member.fields.get("included"),
            }
        )
    return found


def propose(store: Store, clock: Clock, person_id: str, fields: Mapping[str, str], *, evidence: str) -> int:
    """Propose corrections to a person's entry, with the visit that shows them; gives the number of the change.

    What the register reviews waits there for a reviewer; a phone number is simply changed. The visit's id travels
    beside the clock evidence. Raises FieldError for an unknown person, visit or field.
    """
    person = overlay.one(store, "person", person_id)
    if person is None:
        raise FieldError("person.unknown")
    known = {n: f for n, f in REGISTRY["person"].fields.items() if f.merge is not Merge.SERVER_OWNED}
    for name in fields.keys() - known.keys():
        raise FieldError("person.field_unknown", field=name, known="、".join(known))
    for name in problems(REGISTRY["person"], fields, creating=False):
        raise FieldError("person.field_invalid", field=name)
    sealed = overlay.one(store, "visit", evidence)
    if sealed is None and not store.value("SELECT 1 FROM drafts WHERE id = ?", evidence):
        raise FieldError("visit.unknown")
    with store.transaction():
        return outbox.add(
            store,
            clock,
            type="person",
            id=person_id,
            op="update",
            bucket=person.bucket,
            fields=fields,
            more={"visit_id": evidence},
        ).n
