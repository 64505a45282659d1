"""Leads (线索): a quick report of somebody in need, filed without a network and without a household in the register.

A lead is sealed as it is filed and never changed; what the office does about it comes back with the next sync, for its
reporter and for whoever is sent (社会救助法 art. 39; 沅江 二(六)).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from field_client import blobs, drafts, lease, messages, outbox, overlay, photos, replica, sealing, storage, visits
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.overlay import Seen
from field_client.settings import Device
from field_client.store import Store
from sync.records import REGISTRY, problems
from sync.records.terms import LEAD_HARDSHIPS, LEAD_SOURCES, LEAD_STATES, LEAD_URGENCIES, hardships
from sync.visit_shape import blob_hashes

TYPE, VILLAGE_DIGITS = "lead", 12
WAITING, FILED, DISPATCHED, REFUSED = "waiting", "filed", "dispatched", "refused"


@dataclass(frozen=True)
class Photo:
    """A photo as it came from the camera or the album."""

    content: bytes
    imported: bool = False


@dataclass(frozen=True)
class Report:
    """What somebody reports: codes for hardships, urgency and source, words for the rest."""

    village: str
    who: str
    where: str
    hardships: tuple[str, ...]
    urgency: str
    source: str
    details: str = ""
    phone: str = ""
    photos: tuple[Photo, ...] = ()
    point: visits.Place | None = None


def villages(store: Store) -> dict[str, str]:
    """Name the villages of this device by code: a lead belongs to one of them."""
    names = {one.fields.get("code"): one.fields.get("name") for one in overlay.all_of(store, "area")}
    return {
        code: str(names.get(code) or code)
        for code in replica.buckets(store)
        if len(code) == VILLAGE_DIGITS and code.isdecimal()
    }


def add(store: Store, clock: Clock, device: Device, report: Report, *, lead_id: str = "") -> str:
    """File a lead and put it into the outbox; gives its id. Filing under an id that there is already changes nothing.

    Raises FieldError: "lead.incomplete", "lead.code_unknown", "lead.village_unknown", "lead.too_long", "place.invalid", a
    `photo.` code, "storage.full", "storage.photos_stopped"; then nothing is kept.
    """
    if lead_id and overlay.one(store, TYPE, lead_id):
        return lead_id
    _check(store, report)
    draft = Draft(lead_id or drafts.fresh_id(clock), "", report.village, {})
    prepared = [(one, photos.prepare(one.content, messages.ANSWER_PHOTO)) for one in report.photos]
    if prepared:
        storage.check_room(store)
    with store.transaction():
        fields = _fields(store, clock, device, report)
        fields["evidence"] = [_photo(store, clock, draft, one, made) for one, made in prepared]
        fields["seal"] = sealing.stamp(store, device, fields).to_dict()
        if problems(REGISTRY[TYPE], fields, creating=True):
            raise FieldError("lead.too_long")
        outbox.add(store, clock, type=TYPE, id=draft.id, op="create", bucket=draft.bucket, fields=fields)
        blobs.release(store, blob_hashes(fields))
    return draft.id


def mine(store: Store, device: Device) -> list[dict[str, Any]]:
    """List the leads that this user filed or is sent to, the newest first; of those that the lease has locked, none."""
    is_locked, names = lease.is_over(store), villages(store)
    chosen = [lead for lead in _known(store) if _is_own(lead, device) or (_is_sent(lead, device) and not is_locked)]
    lines = [_line(lead, device, names.get(lead.bucket, lead.bucket)) for lead in chosen]
    return sorted(lines, key=lambda line: (line["at"], line["id"]), reverse=True)


def count_sent_to(store: Store, device: Device) -> int:
    """Count the leads to which this user is sent and that are not closed."""
    known = overlay.all_of(store, TYPE) if not lease.is_over(store) else []
    return sum(_is_sent(lead, device) and lead.fields.get("review_state") == DISPATCHED for lead in known)


def show(store: Store, device: Device, lead_id: str) -> dict[str, Any]:
    """Give all of a lead. Raises FieldError("lead.unknown")."""
    lead = next((one for one in _known(store) if one.id == lead_id), None)
    line = next((one for one in mine(store, device) if one["id"] == lead_id), None)
    if lead is None or line is None:
        raise FieldError("lead.unknown")
    return line | {"document": dict(lead.fields)}


def _known(store: Store) -> list[Seen]:
    """List all leads on this device; one that the office refused is in no row, but must not vanish."""
    seen = overlay.all_of(store, TYPE)
    known = {one.id for one in seen}
    sql = "SELECT id, bucket, fields FROM outbox WHERE type = ? AND outcome = 'refused'"
    lost = [Seen(TYPE, row["id"], row["bucket"], json.loads(row["fields"])) for row in store.rows(sql, TYPE)]
    refused = {"review_state": REFUSED}
    return seen + [Seen(one.type, one.id, one.bucket, {**one.fields, **refused}) for one in lost if one.id not in known]


def _check(store: Store, report: Report) -> None:
    wanted = {"谁遇到困难": report.who, "在哪里": report.where, "什么困难": report.hardships, "有多急": report.urgency}
    missing = [name for name, given in {**wanted, "怎么知道的": report.source}.items() if not given]
    if missing:
        raise FieldError("lead.incomplete", missing="、".join(missing))
    if report.village not in villages(store):
        known = "、".join(f"{code}({name})" for code, name in villages(store).items())
        raise FieldError("lead.village_unknown", known=known or messages.NO_VILLAGE)
    _check_codes(report.hardships, LEAD_HARDSHIPS)
    _check_codes([report.urgency], LEAD_URGENCIES)
    _check_codes([report.source], LEAD_SOURCES)


def _check_codes(given: Iterable[str], known: Mapping[str, str]) -> None:
    if not set(given) <= known.keys():
        raise FieldError("lead.code_unknown", known="、".join(f"{code}({word})" for code, word in known.items()))


def _fields(store: Store, clock: Clock, device: Device, report: Report) -> dict[str, Any]:
    fields = {
        "person_hint": report.who,
        "place_hint": report.where,
        "phone": report.phone,
        "hardships": dict.fromkeys(report.hardships, True),
        "details": report.details,
        "urgency": report.urgency,
        "source": report.source,
        "reporter_id": device.staff_id,
        "reporter_name": device.display_name,
        "sealed_at": clock.now(),
        "place": visits.measured(clock, report.point) if report.point else None,
        "clock": store.evidence(clock).to_dict(),
    }
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _photo(store: Store, clock: Clock, draft: Draft, given: Photo, prepared: photos.Prepared) -> dict[str, Any]:
    visits.keep_blob(store, draft, prepared, messages.ANSWER_PHOTO)
    return {
        "blob": prepared.sha256,
        "kind": messages.ANSWER_PHOTO,
        "media_type": prepared.media_type,
        "size": prepared.size,
        "width": prepared.width,
        "height": prepared.height,
        "taken_at": clock.now(),
        "source": "imported" if given.imported else "camera",
    } | ({"preview": prepared.preview_sha256} if prepared.preview_sha256 else {})


def _is_own(lead: Seen, device: Device) -> bool:
    return bool(lead.fields.get("reporter_id") == device.staff_id)


def _is_sent(lead: Seen, device: Device) -> bool:
    return bool((lead.fields.get("handling") or {}).get("assignee_id") == device.staff_id)


def _line(lead: Seen, device: Device, village: str) -> dict[str, Any]:
    fields, handling = lead.fields, lead.fields.get("handling") or {}
    state = WAITING if lead.pending else str(fields.get("review_state") or FILED)
    return {
        "id": lead.id,
        "village": village,
        "who": fields.get("person_hint") or "",
        "where": fields.get("place_hint") or "",
        "hardships": hardships(fields.get("hardships") or {}),
        "urgency": LEAD_URGENCIES.get(str(fields.get("urgency")), str(fields.get("urgency") or "")),
        "at": fields.get("sealed_at") or "",
        "state": state,
        "state_text": {**LEAD_STATES, **messages.LEAD_STATES}.get(state, state),
        "assignee": handling.get("assignee_name") or "",
        "note": handling.get("note") or "",
        "result": handling.get("result") or "",
        "is_own": _is_own(lead, device),
        "is_mine_to_see": _is_sent(lead, device),
        "photos": len(blob_hashes(fields)),
    }
