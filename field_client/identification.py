"""The identity step of a visit: what is recorded of it, and what is not.

The face is compared on this device by `identity`; the photographs are read, compared and forgotten: they are neither
stored nor sent. Only the result is recorded, confirmed by a person, and no outcome blocks a visit
(人脸识别技术应用安全管理办法 art. 5-8, 10).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from field_client import drafts, households, overlay, photos, visits
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.store import Store
from identity.compare import Verdict, compare
from identity.consent import CURRENT_NOTICE, who_answers
from identity.face_policy import load_policy
from identity.ladder import REASONS, Attempt, Method, NextStep, Outcome, next_step
from identity.resident_id import age_on
from policy.parameters import load_parameters

DECLINED = "declined"
NOT_CONFIRMED = "not_confirmed_by_person"


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
) -> Step:
    """Compare a live face with a portrait, after separate consent; a match counts only when the worker confirms it.

    `consent` is the signed consent as a photo, or its record as JSON; not needed again for the same person and visit.
    Raises FieldError("identity.consent_missing", "identity.tries_used", "identity.photos_missing").
    """
    draft, person = _of(store, visit, person_id)
    today = store.rule_day(clock)
    age = _age(person, today)
    agreed = _consent(store, clock, draft, person_id, consent, age)
    if reference is None or not live:
        raise FieldError("identity.photos_missing")
    policy = load_policy()
    tries = sum(one["method"] == Method.FACE for one in _checks(draft, person_id))
    if tries >= policy.face_tries_at_most:
        raise FieldError("identity.tries_used")
    verdict = compare(reference, live, policy=policy, minor=_is_minor(draft, age, today))
    record = verdict.record()
    is_open = verdict.outcome == "match" and not confirmed
    entry = _entry(clock, person_id, Method.FACE, "inconclusive" if is_open else verdict.outcome) | {
        "reasons": [*record["reasons"], *([NOT_CONFIRMED] if is_open else []), *_reasons(reason)],
        "consent": agreed,
        "engine": record["engine"],
        "model_version": record["model_version"],
        "policy_version": record["policy_version"],
        "tries": tries + 1,
    }
    return Step(entry, verdict, _keep(store, clock, visit, entry))


def declined(store: Store, clock: Clock, visit: str, person_id: str) -> Step:
    """Record that the person does not want the face comparison. No reason is asked, and the step is finished."""
    _of(store, visit, person_id)
    consent = {"purpose": "face_compare", "notice_version": CURRENT_NOTICE, "granted": False, "decided_at": clock.now()}
    entry = _entry(clock, person_id, Method.FACE, DECLINED) | {"reasons": [DECLINED], "consent": consent}
    return Step(entry, None, _keep(store, clock, visit, entry))


def by_people(
    store: Store, clock: Clock, visit: str, person_id: str, *, method: str, confirmed: bool = True, reason: str = ""
) -> Step:
    """Record that people confirmed who somebody is, by card, guardian or witnesses, or that they could not.

    `reason` says why the face was not used (a code of `identity.ladder.REASONS`). Raises FieldError.
    """
    _of(store, visit, person_id)
    entry = _entry(clock, person_id, Method(method), "confirmed" if confirmed else "unresolved")
    entry["reasons"] = _reasons(reason)
    return Step(entry, None, _keep(store, clock, visit, entry))


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

    def edit(draft: Draft) -> None:
        for entry in draft.document["identity"]:
            if entry["id"] == entry_id and awaits(entry):
                entry["outcome"] = Outcome.MATCH.value if is_same else Outcome.NO_MATCH.value
                if is_same:
                    entry["reasons"] = [reason for reason in entry["reasons"] if reason != NOT_CONFIRMED]

    drafts.change(store, clock, visit, edit)


def _of(store: Store, visit: str, person_id: str) -> tuple[Draft, Mapping[str, Any]]:
    draft = drafts.get(store, visit)
    if draft.is_amendment:
        raise FieldError("amendment.field")
    person = overlay.one(store, "person", person_id)
    if person is None:
        raise FieldError("person.unknown")
    if not any(one["id"] == person_id for one in households.members(store, draft.document["household_id"])):
        raise FieldError("person.other_household")
    return draft, person.fields


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


def _keep(store: Store, clock: Clock, visit: str, entry: dict[str, Any]) -> NextStep:
    def edit(draft: Draft) -> None:
        draft.document["identity"].append(entry)

    draft = drafts.change(store, clock, visit, edit)
    attempts = [_attempt(one) for one in _checks(draft, entry["person_id"])]
    return next_step(attempts, face_tries_at_most=load_policy().face_tries_at_most)


def _attempt(entry: Mapping[str, Any]) -> Attempt:
    """Read an entry as the ladder does: a match in a record was confirmed by a person, what people left open was not."""
    outcome = {"match": "confirmed", "unresolved": "not_confirmed"}.get(entry["outcome"], entry["outcome"])
    return Attempt(Method(entry["method"]), Outcome(outcome), tuple(entry["reasons"]))


def _reasons(reason: str) -> list[str]:
    if reason and reason not in REASONS:
        raise FieldError(
            "identity.reason_unknown", known="、".join(f"{code}({word})" for code, word in REASONS.items())
        )
    return [reason] if reason else []


def _consent(
    store: Store, clock: Clock, draft: Draft, person_id: str, given: bytes | None, age: int | None
) -> dict[str, Any]:
    """Give the consent on which a comparison rests: the one given now, or earlier in this visit."""
    if given is None:
        earlier = (one["consent"] for one in _checks(draft, person_id))
        found = next((one for one in earlier if one and one["granted"]), None)
        if found is None:
            raise FieldError("identity.consent_missing")
        return dict(found)
    giver = who_answers(age, guardian_age=_guardian_age(draft, store.rule_day(clock))) if age is not None else "self"
    consent: dict[str, Any] = {
        "purpose": "face_compare",
        "notice_version": CURRENT_NOTICE,
        "granted": True,
        "given_by": giver,
        "decided_at": clock.now(),
    }
    if given.lstrip().startswith(b"{"):
        return consent | _written(given)
    paper = photos.prepare(given, "consent")
    visits.photo(store, clock, draft.id, given, kind="consent")
    return consent | {"blob": paper.sha256}


def _written(given: bytes) -> dict[str, Any]:
    """Read a consent that a page recorded. Raises FieldError("identity.consent_unreadable")."""
    try:
        plain = json.loads(given)
    except ValueError:
        raise FieldError("identity.consent_unreadable") from None
    if not isinstance(plain, dict) or plain.get("granted") is not True or plain.get("withdrawn_at"):
        raise FieldError("identity.consent_unreadable")
    known = ("purpose", "notice_version", "notice_sha256", "given_by", "decided_at")
    return {name: plain[name] for name in known if isinstance(plain.get(name), str)}


def _age(person: Mapping[str, Any], today: date) -> int | None:
    try:
        return age_on(date.fromisoformat(str(person.get("birth_date"))), today)
    except ValueError:
        return None


def _is_minor(draft: Draft, age: int | None, today: date) -> bool:
    return age is not None and age < _guardian_age(draft, today)


def _guardian_age(draft: Draft, today: date) -> int:
    return load_parameters().value("face.guardian_age", region=draft.bucket, on=today).read(int)
