"""A visit in the field: started, answered, photographed, located, signed. Every call commits what it was given.

The identity step is in `identification`, the end in `sealing`, what comes after a return in `amendments`, lists and
pages in `visit_view`. The same calls work on an amendment's draft where the law lets something be added later.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import forms
from field_client import (
    amendments,
    blobs,
    drafts,
    facts,
    households,
    media,
    overlay,
    photos,
    prefill,
    storage,
    survey,
    tasks,
)
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.filling import Filling
from field_client.settings import Device
from field_client.store import Store
from sync.clock import Anchor, anchored
from sync.errors import Malformed
from sync.records import terms
from sync.visit_shape import MODES

INVESTIGATOR, HOUSEHOLD = "investigator", "household"
DEFAULT_KIND, DEFAULT_MODE = "recheck", "on_site"
FIX_AGE_MS = 2_000  # A receiver tells a fix of up to this age; the satellites' own time is exact.
_E7 = 10**7


@dataclass(frozen=True)
class Place:
    """One point with its accuracy in whole metres; degrees as decimal text, as they were typed or measured.

    `satellite_at` is the time that the satellites told with the fix, "" where the device does not say. A browser's
    timestamp is none: it is the wall clock's.
    """

    latitude: str
    longitude: str
    accuracy_m: int
    source: str = "device"
    mock: bool = False
    satellite_at: str = ""


def start(
    store: Store,
    clock: Clock,
    device: Device,
    household_id: str,
    *,
    form_id: str | None = None,
    kind: str | None = None,
    mode: str = DEFAULT_MODE,
) -> Draft:
    """Start a visit to a household, by id or number; the device's user is its first investigator, a task for it is begun.

    Raises FieldError for an unknown household, kind, mode or form.
    """
    household = households.get(store, household_id)
    household_id = household.id
    task = next((one for one in tasks.of_household(store, household_id) if one["state"] in tasks.OPEN), None)
    kind = kind or (task["kind"] if task and task["kind"] in terms.VISIT_KINDS else DEFAULT_KIND)
    if kind not in terms.VISIT_KINDS:
        raise FieldError("visit.kind_unknown", known="、".join(terms.VISIT_KINDS))
    if mode not in MODES:
        raise FieldError("visit.mode_unknown")
    with store.transaction():
        form, visit_id = survey.choose(store, form_id, kind=kind), drafts.fresh_id(clock)
        definition = survey.definition(store, form)
        known = forms.facts_used(definition, facts.of_household(store, household_id, visit_id))
        document = {
            "household_id": household_id,
            "task_id": task["id"] if task else None,
            "kind": kind,
            "mode": mode,
            "form": form,
            "started_at": clock.now(),
            "facts": known,
            "answers": Filling.begun(definition, known, clock.today()).answers,
            "kept": {},
            "participants": [_participant(device.staff_id, device.display_name, "lead")],
            "signatures": [],
            "identity": [],
            "evidence": [],
            "place": None,
            "remarks": "",
        }
        draft = Draft(visit_id, "", household.bucket, document)
        drafts.save(store, clock, draft)
        if task and task["state"] == "planned":
            tasks.step(store, clock, task["id"], "started")
    return draft


def answer(store: Store, clock: Clock, visit: str, typed: Mapping[str, str], *, language: str = "") -> Draft:
    """Keep typed answers by path; an empty text takes an answer back. All of them or, if one is refused, none.

    Raises FieldError("answer.refused") with the question and what is wrong.
    """

    def edit(draft: Draft) -> None:
        before = amendments.filling(store, draft, clock.today(), language)
        amendments.keep(store, draft, before.typed(typed).answers)
        prefill.drop_changed(draft.document, before.answers)

    return drafts.change(store, clock, visit, edit)


def keep(store: Store, clock: Clock, visit: str, paths: Iterable[str]) -> Draft:
    """Confirm that what is known of some questions has not changed (无变化)."""
    return drafts.change(store, clock, visit, lambda draft: prefill.keep(store, clock, draft, paths))


def remark(store: Store, clock: Clock, visit: str, text: str) -> Draft:
    """Keep the worker's own remarks on a visit, or the reason of an amendment."""

    def edit(draft: Draft) -> None:
        draft.document["reason" if draft.is_amendment else "remarks"] = text

    return drafts.change(store, clock, visit, edit)


def photo(
    store: Store,
    clock: Clock,
    visit: str,
    source: bytes,
    *,
    kind: str,
    imported: bool = False,
    caption: str = "",
    marks: str = "",
) -> tuple[dict[str, Any], bool]:
    """Add a photo; gives its entry, and whether it looks blurred. The same photo again changes nothing.

    `marks` names the photo of which this is a copy with arrows and circles; the original stays beside it.
    Raises FieldError with a `photo.` code for what is no whole image, "storage.full" with nothing half-written,
    "storage.photos_stopped" when the room that is left is needed for text.
    """
    if kind not in terms.PHOTO_KINDS:
        raise FieldError("photo.kind_unknown", known="、".join(terms.PHOTO_KINDS))
    draft = drafts.get(store, visit)
    storage.check_room(store)
    prepared = photos.prepare(source, kind)
    entry = {
        "id": drafts.fresh_id(clock),
        "blob": prepared.sha256,
        "kind": kind,
        "media_type": prepared.media_type,
        "size": prepared.size,
        "width": prepared.width,
        "height": prepared.height,
        "taken_at": clock.now(),
        "source": "imported" if imported else "camera",
        "caption": caption,
        **({"marks": marks} if marks else {}),
    }
    if prepared.preview_sha256:
        entry["preview"] = prepared.preview_sha256
    known = next((one for one in draft.document["evidence"] if one["blob"] == prepared.sha256), None)
    if known:
        return known, prepared.is_blurred
    keep_blob(store, draft, prepared, kind)

    def edit(draft: Draft) -> None:
        draft.document["evidence"].append(entry)

    drafts.change(store, clock, visit, edit)
    return entry, prepared.is_blurred


def place(store: Store, clock: Clock, visit: str, point: Place) -> Draft:
    """Keep the one point of a visit; a later one replaces it. A mock location is marked, not judged.

    A satellite's time in it becomes an anchor of the clock, unless the location is a mock. Raises FieldError(
    "place.invalid", "place.time_invalid"), or "amendment.field" for an amendment.
    """
    found = measured(clock, point)

    def edit(draft: Draft) -> None:
        if draft.is_amendment:
            raise FieldError("amendment.field")
        draft.document["place"] = found
        if satellite and not point.mock:
            store.put("satellite", vars(satellite))

    satellite = _satellite(clock, point.satellite_at) if point.satellite_at else None
    return drafts.change(store, clock, visit, edit)


def measured(clock: Clock, point: Place) -> dict[str, Any]:
    """Give a point as records hold it, with the moment. Raises FieldError("place.invalid")."""
    latitude, longitude = _degrees(point.latitude, 90), _degrees(point.longitude, 180)
    if point.accuracy_m < 0:
        raise FieldError("place.invalid")
    at, metres = clock.now(), point.accuracy_m
    place = {"lat_e7": latitude, "lon_e7": longitude, "accuracy_m": metres, "at": at}
    return place | {"source": point.source, "mock": point.mock}


def _satellite(clock: Clock, at: str) -> Anchor:
    try:
        return anchored(at, uptime_ms=clock.uptime_ms(), boot=clock.boot, trip_ms=FIX_AGE_MS)
    except Malformed:
        raise FieldError("place.time_invalid") from None


def sign(
    store: Store,
    clock: Clock,
    visit: str,
    *,
    role: str,
    signer: str,
    image: bytes | None = None,
    refused_reason: str = "",
) -> dict[str, Any]:
    """Keep a signature, or why the household did not sign; the same signer's earlier one is replaced.

    An investigator is named by staff id or name and becomes a participant. Raises FieldError.
    """
    if role not in (INVESTIGATOR, HOUSEHOLD):
        raise FieldError("signature.role_unknown")
    if role == INVESTIGATOR and refused_reason:
        raise FieldError("signature.refused_by_investigator")
    if image is None and not refused_reason:
        raise FieldError("signature.nothing")
    draft = drafts.get(store, visit)
    signer_id, name = _staff(store, draft, signer) if role == INVESTIGATOR else _member(store, draft, signer)
    prepared = photos.prepare(image, photos.SIGNATURE) if image is not None else None
    if prepared:
        keep_blob(store, draft, prepared, photos.SIGNATURE)
    signature = {
        "id": drafts.fresh_id(clock),
        "role": role,
        "signer_id": signer_id,
        "signer_name": name,
        "blob": prepared.sha256 if prepared else None,
        "refused_reason": refused_reason or None,
        "at": clock.now(),
    }

    def edit(draft: Draft) -> None:
        others = [one for one in draft.document["signatures"] if not _same_signer(one, signature)]
        draft.document["signatures"] = [*others, signature]
        if role == INVESTIGATOR and signer_id:
            _join(draft, signer_id, name)

    drafts.change(store, clock, visit, edit)
    return signature


def keep_blob(store: Store, draft: Draft, prepared: photos.Prepared, kind: str) -> None:
    """Write a blob to the disk and note it; the file comes first, so that no row ever names a file that is not there."""
    media.keep(store, prepared.sha256, prepared.data)
    if prepared.preview_sha256 and not blobs.is_known(store, prepared.preview_sha256):
        media.keep(store, prepared.preview_sha256, prepared.preview)
    with store.transaction():
        blobs.enter(store, prepared, kind, bucket=draft.bucket, visit_id=draft.visit_id or draft.id)


def _degrees(text: str, limit: int) -> int:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise FieldError("place.invalid") from None
    if not value.is_finite() or abs(value) > limit:
        raise FieldError("place.invalid")
    return int((value * _E7).to_integral_value())


def _staff(store: Store, draft: Draft, signer: str) -> tuple[str, str]:
    """Name an investigator: one who takes part already, else one of the staff by id or by a name that only one bears."""
    for one in draft.document["participants"]:
        if one["staff_id"] and signer in (one["staff_id"], one["name"]):
            return one["staff_id"], one["name"]
    found = [one for one in overlay.all_of(store, "staff") if signer in (one.id, one.fields.get("display_name"))]
    if len(found) != 1:
        raise FieldError("staff.ambiguous" if found else "staff.unknown")
    return found[0].id, str(found[0].fields.get("display_name") or "")


def _member(store: Store, draft: Draft, signer: str) -> tuple[str | None, str]:
    """Name who signs for the household: a member by id or name, else the name as it was given."""
    household_id = draft.document["household_id"]
    matches = [one for one in households.members(store, household_id) if signer in (one["id"], one["name"])]
    return (matches[0]["id"], matches[0]["name"]) if len(matches) == 1 else (None, signer)


def _same_signer(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[name] == other[name] for name in ("role", "signer_id", "signer_name"))


def _join(draft: Draft, staff_id: str, name: str) -> None:
    participants = draft.document["participants"]
    if not any(one["staff_id"] == staff_id for one in participants):
        participants.append(_participant(staff_id, name, "second"))


def _participant(staff_id: str, name: str, role: str) -> dict[str, str]:
    return {"staff_id": staff_id, "name": name, "role": role}
