"""The identity step of a visit: what is recorded of it, and what is not.

The face is compared on this device by `identity`; the photographs are read, compared and forgotten: they are neither
stored nor sent. Only the result is recorded, confirmed by a person, and no outcome blocks a visit
(人脸识别技术应用安全管理办法 art. 5-8, 10). Consents are in `face_consents`; what more somebody may agree to is in
`further_consents`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from field_client import drafts, face_consents, face_policies, faces, further_consents, households, kept_faces, overlay
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.face_consents import Guardian, Standing
from field_client.store import Store
from identity.burst import Burst
from identity.compare import Verdict, compare_to_keep
from identity.consent import COMPARE, CURRENT_NOTICES
from identity.ladder import REASONS, Attempt, Method, NextStep, Outcome, next_step, shortcomings

DECLINED = "declined"
NOT_CONFIRMED = "not_confirmed_by_person"
AGE_UNKNOWN = "age_unknown"
# After these another photograph changes nothing: there is no engine, or the machine does not decide.
FACE_IS_NO_USE = frozenset({"engine_not_installed", "weights_missing", "weights_altered", "engine_failed", AGE_UNKNOWN})


@dataclass(frozen=True)
class Step:
    """What one attempt gave: its entry in the visit, the face verdict for this screen only, and what to do next."""

    entry: dict[str, Any]
    verdict: Verdict | None
    following: NextStep


def by_face(
    store: Store,
    clock: Clock,
    visit: str,
    person_id: str,
    *,
    reference: bytes | None,
    live: Sequence[bytes],
    consent: bytes | None,
    confirmed: bool,
    reason: str = "",
    burst: Burst | None = None,
    guardian: Guardian | None = None,
    keep: bytes | None = None,
    recheck: bytes | None = None,
) -> Step:
    """Compare a live face with a portrait, after separate consent; a match counts only when the worker confirms it.

    `consent` is the signed consent as a photo, or its record as JSON; not needed again for the same person and visit.
    `keep` is the separate consent to keep a reference, `recheck` that to a second look by the office, where device and
    region allow these. Raises FieldError
    ("identity.consent_missing", "identity.consent_guardian_needed", "identity.tries_used", "identity.photos_missing").
    """
    draft = _of(store, visit, person_id)
    standing = face_consents.standing(store, clock, person_id, region=draft.bucket)
    chosen = _reasons(reason)
    agreed = _consent(store, clock, draft, person_id, consent, standing, guardian)
    against = reference if reference is not None else kept_faces.reference(store, clock, person_id)
    if against is None or not (live or burst):
        raise FieldError("identity.photos_missing")
    tries = sum(one["method"] == Method.FACE for one in _checks(draft, person_id))
    policy = face_policies.current(store)
    if tries >= policy.face_tries_at_most:
        raise FieldError("identity.tries_used")
    compared = compare_to_keep(against, live, burst=burst, policy=policy, minor=standing.is_minor)
    entry = _face_entry(clock, person_id, compared.verdict, standing, confirmed=confirmed) | {"tries": tries + 1}
    entry |= {"consent": agreed, "reasons": [*entry["reasons"], *chosen]}
    if keep is not None:
        entry |= further_consents.keep(store, clock, draft, entry, compared, keep, standing)
    if recheck is not None:
        entry |= further_consents.recheck(store, clock, draft, entry, compared, recheck, standing, reference)
    following = _add(store, clock, visit, entry)
    if entry["outcome"] == Outcome.MATCH:
        kept_faces.settle(store, clock, person_id, entry["id"], is_same=True)
    return Step(entry, compared.verdict, following)


def declined(store: Store, clock: Clock, visit: str, person_id: str) -> Step:
    """Record that the person does not want the face comparison. No reason is asked, and the step is finished."""
    _of(store, visit, person_id)
    consent = {
        "purpose": COMPARE,
        "notice_version": CURRENT_NOTICES[COMPARE],
        "granted": False,
        "decided_at": clock.now(),
    }
    entry = _entry(clock, person_id, Method.FACE, DECLINED) | {"reasons": [DECLINED], "consent": consent}
    return Step(entry, None, _add(store, clock, visit, entry))


def by_people(
    store: Store,
    clock: Clock,
    visit: str,
    person_id: str,
    *,
    method: str,
    confirmed: bool = True,
    reason: str = "",
    people: Sequence[Guardian] = (),
) -> Step:
    """Record that people confirmed who somebody is, by card, guardian or witnesses, or that they could not.

    `people` names the guardian or the witnesses; the two who look at a card are the visit's investigators. What the
    record lacks is noted in it and never stops the visit. `reason` says why the face was not used (a code of
    `identity.ladder.REASONS`). Raises FieldError.
    """
    _of(store, visit, person_id)
    way = Method(method)
    entry = _entry(clock, person_id, way, "confirmed" if confirmed else "unresolved")
    named = [one for one in people if one.name.strip()]
    entry |= {
        "reasons": _reasons(reason),
        "people": [{"name": one.name.strip(), "relation": one.relation.strip()} for one in named],
        "lacking": _lacking(way, len(named)) if confirmed else [],
    }
    return Step(entry, None, _add(store, clock, visit, entry))


def awaits(entry: Mapping[str, Any]) -> bool:
    """Tell whether an entry is a match that waits for the worker's word."""
    return (
        entry["method"] == Method.FACE
        and NOT_CONFIRMED in entry["reasons"]
        and entry["outcome"] == Outcome.INCONCLUSIVE
    )


def settle(store: Store, clock: Clock, visit: str, entry_id: str, *, is_same: bool) -> None:
    """Record that the worker saw the same person, or another one; an entry that does not wait stays as it is.

    The photographs are forgotten by then, so the word settles the entry instead of using up another try.
    """
    settled: list[str] = []

    def edit(draft: Draft) -> None:
        for entry in draft.document["identity"]:
            if entry["id"] == entry_id and awaits(entry):
                settled.append(entry["person_id"])
                entry["outcome"] = Outcome.MATCH.value if is_same else Outcome.NO_MATCH.value
                if is_same:
                    entry["reasons"] = [reason for reason in entry["reasons"] if reason != NOT_CONFIRMED]

    drafts.change(store, clock, visit, edit)
    for person_id in settled:
        kept_faces.settle(store, clock, person_id, entry_id, is_same=is_same)


def withdraw(store: Store, clock: Clock, person_id: str, visit: str | None = None) -> bool:
    """Take every consent of a person back: what was kept or waits for a second look is destroyed at once; a draft says so.

    Results that were recorded before stay (个人信息保护法 art. 15). Tells whether there was anything to take back.
    """
    was_there = faces.forget(store, person_id)
    found: list[bool] = []

    def edit(draft: Draft) -> None:
        found.append(face_consents.withdraw_in(draft.document, person_id, at=clock.now()))

    if visit is not None:
        drafts.change(store, clock, visit, edit)
    return was_there or any(found)


def _of(store: Store, visit: str, person_id: str) -> Draft:
    draft = drafts.get(store, visit)
    if draft.is_amendment:
        raise FieldError("amendment.field")
    if overlay.one(store, "person", person_id) is None:
        raise FieldError("person.unknown")
    if not any(one["id"] == person_id for one in households.members(store, draft.document["household_id"])):
        raise FieldError("person.other_household")
    return draft


def _checks(draft: Draft, person_id: str) -> list[dict[str, Any]]:
    return [one for one in draft.document["identity"] if one["person_id"] == person_id]


def _entry(clock: Clock, person_id: str, method: Method, outcome: str) -> dict[str, Any]:
    return {
        "id": drafts.fresh_id(clock),
        "person_id": person_id,
        "method": method.value,
        "outcome": outcome,
        "reasons": [],
        "consent": None,
        "engine": None,
        "model_version": None,
        "policy_version": None,
        "tries": 1,
        "at": clock.now(),
    }


def _face_entry(
    clock: Clock, person_id: str, verdict: Verdict, standing: Standing, *, confirmed: bool
) -> dict[str, Any]:
    record = verdict.record()
    is_open = verdict.outcome == Outcome.MATCH and not confirmed
    reasons = [*record["reasons"], *([NOT_CONFIRMED] if is_open else [])]
    if standing.age is None:
        reasons = [AGE_UNKNOWN if reason == "minor" else reason for reason in reasons]
    outcome = Outcome.INCONCLUSIVE.value if is_open else verdict.outcome.value
    told = ("engine", "model_version", "policy_version", "score_band", "liveness", "liveness_reasons")
    entry = _entry(clock, person_id, Method.FACE, outcome)
    return entry | {"reasons": reasons} | {name: record[name] for name in told}


def _add(store: Store, clock: Clock, visit: str, entry: dict[str, Any]) -> NextStep:
    def edit(draft: Draft) -> None:
        draft.document["identity"].append(entry)

    draft = drafts.change(store, clock, visit, edit)
    attempts = [_attempt(one) for one in _checks(draft, entry["person_id"])]
    tries = face_policies.current(store).face_tries_at_most
    return next_step(attempts, face_tries_at_most=tries, face_allowed=not FACE_IS_NO_USE & set(entry["reasons"]))


def _attempt(entry: Mapping[str, Any]) -> Attempt:
    """Read an entry as the ladder does: a match in a record was confirmed by a person, what people left open was not."""
    outcome = {"match": "confirmed", "unresolved": "not_confirmed"}.get(entry["outcome"], entry["outcome"])
    return Attempt(Method(entry["method"]), Outcome(outcome), tuple(entry["reasons"]))


def _lacking(method: Method, named: int) -> list[str]:
    found = shortcomings(method, investigators=2, witnesses=named, guardian=named > 0)
    return [] if method is Method.ID_CARD else found


def _reasons(reason: str) -> list[str]:
    if reason and reason not in REASONS:
        raise FieldError(
            "identity.reason_unknown", known="、".join(f"{code}({word})" for code, word in REASONS.items())
        )
    return [reason] if reason else []


def _consent(
    store: Store,
    clock: Clock,
    draft: Draft,
    person_id: str,
    given: bytes | None,
    standing: Standing,
    guardian: Guardian | None,
) -> dict[str, Any]:
    """Give the consent on which a comparison rests: the one given now, or earlier in this visit."""
    if given is not None:
        return face_consents.take(store, clock, draft, given, standing=standing, guardian=guardian)
    consent = face_consents.standing_consent(draft.document, person_id)
    face_consents.check(consent, standing)
    assert consent is not None, "what is missing does not pass the check"
    return consent
