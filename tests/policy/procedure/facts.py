"""Facts for a test: everything on file and nobody in the way, so that a test takes away only what it is about."""

from datetime import date
from typing import Any

from policy.calendar import load_calendar
from policy.law import Law
from policy.parameters import Parameters, load_parameters
from policy.procedure.guards import Facts, Proof

CALENDAR = load_calendar()
SAMPLE = load_parameters(sample=True)


def law(on: date = date(2026, 7, 15), region: str = "430981102", parameters: Parameters = SAMPLE) -> Law:
    return Law(parameters, region, on, "rural")


def complete(**told: Any) -> Facts:
    """A case on which everything is on file; `told` replaces single facts."""
    facts: dict[str, Any] = {
        "law": law(),
        "calendar": CALENDAR,
        "programme": "dibao",
        "proved": frozenset(Proof),
        "accept_basis": "hukou",
        "adults_unsigned": 0,
        "missing_lists_sent": 0,
        "is_kin_registered": False,
        "is_complained": False,
        "is_reviewed": True,
        "check_valid_to": date(2026, 12, 31),
        "notice_posted_on": date(2026, 7, 1),
        "open_objections": 0,
        "announced_fields": frozenset({"name", "member_count", "amount"}),
        "amount_fen": 50_000,
        "change": "raise",
        "is_heard": True,
        "taper_months": 6,
        "investigators_signed": 2,
        "is_household_signed": True,
        "mode": "on_site",
        "attempts": 3,
        "is_real_name": True,
        "is_verified": True,
    }
    return Facts(**{**facts, **told})


def without(*proofs: Proof) -> frozenset[Proof]:
    return frozenset(Proof) - set(proofs)
