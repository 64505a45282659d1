"""The separate consents to what is done with a face, as a visit records them: who answered, to which words, when.

人脸识别技术应用安全管理办法 art. 6 (separate, easily withdrawn), art. 7 (a guardian answers for a child). What a consent must
be like is decided by `identity.consent`; here it is read, found again and withdrawn.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from field_client import lease, overlay, photos, visits
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.store import Store
from identity.consent import COMPARE, CURRENT_NOTICES, refusal_of_record, who_answers
from identity.resident_id import ResidentId, age_on, parse
from policy.parameters import load_parameters

# Where an entry of the identity step holds a consent: to the comparison, to a kept reference, to a second look.
CONSENTS = ("consent", "keep_consent", "recheck_consent")
_KNOWN = ("purpose", "notice_version", "notice_sha256", "given_by", "decided_at", "withdrawn_at")


@dataclass(frozen=True)
class Guardian:
    """Who answers for a child: a name, and what they are to the child."""

    name: str
    relation: str = ""


@dataclass(frozen=True)
class Standing:
    """What the law asks for a person of an age; None where nobody knows the age."""

    age: int | None
    guardian_age: int
    adult_age: int

    @property
    def is_minor(self) -> bool:
        """Tell whether only a person may conclude: for minors, and where the age is not known."""
        return self.age is None or self.age < self.adult_age

    @property
    def needs_guardian(self) -> bool:
        """Tell whether a guardian answers."""
        return self.age is not None and who_answers(self.age, guardian_age=self.guardian_age) == "guardian"


def standing(store: Store, clock: Clock, person_id: str, *, region: str) -> Standing:
    """Say what a person's age asks for, by the rules of a region.

    With a clock from before the rules, or so far ahead that the lease is over, nobody's age is known.
    """
    person, today, rules = overlay.one(store, "person", person_id), store.rule_day(clock), load_parameters()
    guardian_age, adult_age = (
        rules.find(key, region=region, on=today) for key in ("face.guardian_age", "face.adult_age")
    )
    if person is None or guardian_age is None or adult_age is None or lease.is_over(store):
        return Standing(None, 0, 0)
    return Standing(_age(person.fields, today), guardian_age.read(int), adult_age.read(int))


def take(
    store: Store,
    clock: Clock,
    draft: Draft,
    given: bytes,
    *,
    standing: Standing,
    guardian: Guardian | None = None,
    purpose: str = COMPARE,
) -> dict[str, Any]:
    """Read a consent given now: the photo of a signed paper, or the record that a page made.

    Raises FieldError("identity.consent_unreadable", "identity.consent_guardian_needed", …).
    """
    consent: dict[str, Any] = {
        "purpose": purpose,
        "notice_version": CURRENT_NOTICES[purpose],
        "granted": True,
        "given_by": "guardian" if guardian else "self",
        "decided_at": clock.now(),
    }
    if given.lstrip().startswith(b"{"):
        consent |= _written(given)
    else:
        paper = photos.prepare(given, "consent")
        visits.photo(store, clock, draft.id, given, kind="consent")
        # A paper bears the name and signature of whoever has to answer, so it need not be typed again.
        consent |= {"blob": paper.sha256, "given_by": "guardian" if standing.needs_guardian else consent["given_by"]}
    if guardian:
        consent |= {"given_by": "guardian", "guardian": {"name": guardian.name, "relation": guardian.relation}}
    check(consent, standing, purpose)
    return consent


def check(consent: Mapping[str, Any] | None, standing: Standing, purpose: str = COMPARE) -> None:
    """Raise FieldError unless this consent allows what is asked."""
    age = standing.guardian_age if standing.age is None else standing.age
    code = refusal_of_record(consent, purpose=purpose, age=age, guardian_age=standing.guardian_age)
    if code is None and consent and standing.needs_guardian and not (consent.get("guardian") or consent.get("blob")):
        code = "consent_guardian_needed"
    if code:
        raise FieldError(f"identity.{code}")


def standing_consent(document: Mapping[str, Any], person_id: str) -> dict[str, Any] | None:
    """Give the consent to a comparison that a person gave earlier in this visit and did not take back."""
    entries = (one for one in reversed(document["identity"]) if one["person_id"] == person_id)
    consents = (entry["consent"] for entry in entries if entry["consent"])
    latest = next(consents, None)
    return dict(latest) if latest and latest["granted"] and not latest.get("withdrawn_at") else None


def withdraw_in(document: dict[str, Any], person_id: str, *, at: str) -> bool:
    """Mark every standing consent of a person in a draft as withdrawn; tells whether there was one."""
    mine = [one for one in document["identity"] if one["person_id"] == person_id]
    given = [entry[name] for entry in mine for name in CONSENTS if entry.get(name)]
    found = [consent for consent in given if consent["granted"] and not consent.get("withdrawn_at")]
    for consent in found:
        consent["withdrawn_at"] = at
    return bool(found)


def _written(given: bytes) -> dict[str, Any]:
    """Read a consent that a page recorded. Raises FieldError("identity.consent_unreadable")."""
    try:
        plain = json.loads(given)
    except ValueError:
        raise FieldError("identity.consent_unreadable") from None
    if not isinstance(plain, dict) or not isinstance(plain.get("granted"), bool):
        raise FieldError("identity.consent_unreadable")
    known = {name: plain[name] for name in _KNOWN if isinstance(plain.get(name), str)}
    guardian = plain.get("guardian")
    if isinstance(guardian, dict) and isinstance(guardian.get("name"), str):
        known["guardian"] = {"name": guardian["name"], "relation": str(guardian.get("relation") or "")}
    return known | {"granted": plain["granted"]}


def _age(person: Mapping[str, Any], today: date) -> int | None:
    try:
        return age_on(date.fromisoformat(str(person.get("birth_date"))), today)
    except ValueError:
        number = parse(str(person.get("id_number") or ""), today=today)
        return age_on(number.born_on, today) if isinstance(number, ResidentId) else None
