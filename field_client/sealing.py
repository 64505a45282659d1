"""The end of a visit or of an amendment: what is still missing, and the seal under which it leaves.

The seal is signed with the device's key and names the seal before it; the sealed record, its place in the chain, its
photos' release and the end of the draft are one transaction. A sealed record is never edited, only amended.
"""

from collections.abc import Mapping
from typing import Any

from field_client import amendments, blobs, chain, drafts, keys, messages, outbox, prefill, tasks
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.settings import Device
from field_client.store import Store
from policy.parameters import load_parameters
from sync import seal as seals
from sync.records import REGISTRY, problems
from sync.visit_shape import blob_hashes, shortcomings


def check(store: Store, clock: Clock, visit: str) -> dict[str, Any]:
    """Say what a draft still lacks: `missing` of its legal shape, and `questions` of its form, each with a sentence."""
    draft = drafts.get(store, visit)
    missing = _amendment_lacks(draft) if draft.is_amendment else _visit_lacks(store, clock, draft)
    questions = amendments.filling(store, draft, clock.today()).sealed().findings()
    return {"id": draft.id, "ready": not missing and not questions, "missing": missing, "questions": questions}


def seal(store: Store, clock: Clock, device: Device, visit: str) -> dict[str, Any]:
    """Seal a draft and put it into the outbox; gives its id, revision and seal.

    Raises FieldError("visit.incomplete") with all that is missing; the draft stays as it is.
    """
    with store.transaction():
        draft = drafts.get(store, visit)
        found = check(store, clock, visit)
        if not found["ready"]:
            raise FieldError("visit.incomplete", missing=_sentences(found))
        type = "amendment" if draft.is_amendment else "visit"
        fields = _sealed_fields(store, clock, draft)
        fields["seal"] = stamp(store, device, fields).to_dict()
        if problems(REGISTRY[type], fields, creating=True):
            raise FieldError("visit.too_large")
        outbox.add(store, clock, type=type, id=draft.id, op="create", bucket=draft.bucket, fields=fields)
        if draft.document.get("task_id"):
            tasks.step(store, clock, draft.document["task_id"], "sealed")
        blobs.release(store, blob_hashes(fields))
        drafts.remove(store, draft)
    revision = fields.get("revision", amendments.FIRST_REVISION)
    return {"id": draft.visit_id or draft.id, "record": draft.id, "revision": revision, "seal": fields["seal"]}


def _sealed_fields(store: Store, clock: Clock, draft: Draft) -> dict[str, Any]:
    """Give the fields that travel: what the draft holds, pruned, with the time of the seal."""
    fields = _amendment_fields(store, clock, draft) if draft.is_amendment else _visit_fields(store, clock, draft)
    fields |= {"sealed_at": clock.now(), "clock": store.evidence(clock).to_dict()}
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _visit_fields(store: Store, clock: Clock, draft: Draft) -> dict[str, Any]:
    answers = amendments.filling(store, draft, clock.today()).sealed().answers
    travels = {name: value for name, value in draft.document.items() if name in REGISTRY["visit"].fields}
    kept = prefill.still_kept(draft.document, answers)
    return travels | {"answers": answers, "facts": travels.get("facts") or None, "kept": kept or None}


def _amendment_fields(store: Store, clock: Clock, draft: Draft) -> dict[str, Any]:
    """Give an amendment with every answer that differs from before, calculations and withdrawn answers included."""
    after = amendments.filling(store, draft, clock.today()).sealed().answers
    before = amendments.answers_of(store, draft.visit_id)
    return amendments.fields(draft) | {"answers": amendments.differing(before, after)}


def stamp(store: Store, device: Device, fields: Mapping[str, Any]) -> seals.Seal:
    """Take the next place in the device's chain and sign."""
    signing = keys.read_keys(store.get("keys")).signing
    before = chain.last(store, device.device_id)
    stamp = seals.seal(
        fields, signing, device_id=device.device_id, number=before["number"] + 1, previous=before["hash"]
    )
    chain.carry_on(store, stamp)
    return stamp


def _visit_lacks(store: Store, clock: Clock, draft: Draft) -> list[dict[str, str]]:
    # The nearest law there is: a clock that stands before it must not keep a visit from being sealed (decision 22).
    rule = load_parameters().nearest("visit.min_investigators", region=draft.bucket, on=store.rule_day(clock))
    count = rule.read(int)
    codes = shortcomings(draft.document, min_investigators=count)
    return [{"code": code, "message": messages.text(code, count=count)} for code in codes]


def _amendment_lacks(draft: Draft) -> list[dict[str, str]]:
    is_empty = not any(draft.document[name] for name in ("answers", "evidence", "signatures"))
    return [{"code": "amendment.empty", "message": messages.text("amendment.empty")}] if is_empty else []


def _sentences(found: Mapping[str, Any]) -> str:
    questions = [
        messages.text("visit.question", **{n: one[n] for n in ("label", "message")}) for one in found["questions"]
    ]
    return "；".join([*(one["message"] for one in found["missing"]), *questions])
