"""What must hold before a step, as pure functions over the facts of a case: the only place where a condition is written.

A fact that was not told is not established, and a guard that needs it refuses. Tables (machines/*.toml) name guards and
say on which clause each rests; the sentence of a refusal is in `policy.procedure.texts`. A guard that needs a number
asks for it as a parameter, and lets ParameterNotSet through.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from policy.calendar import HolidayCalendar
from policy.law import Law
from policy.procedure.deadlines import deciding_level, notice_period

TEMPORARY = frozenset({"temporary_emergency", "temporary_expenditure"})


class Proof(StrEnum):
    """Something that is either on file or not. Each is a guard of the same name."""

    KINSHIP_ANSWERED = "kinship_answered"
    CHECK_REQUESTED = "check_requested"
    VISIT_PLANNED = "visit_planned"
    APPLICANT_TOLD = "applicant_told"
    EVIDENCE_GIVEN = "evidence_given"
    VISIT_ACCEPTED = "visit_accepted"
    TEMPLATE_FIELDS_ONLY = "template_fields_only"
    NOTICE_PHOTOGRAPHED = "notice_photographed"
    INVESTIGATED_AGAIN = "investigated_again"
    AMOUNT_TRACED = "amount_traced"
    REASONS_WRITTEN = "reasons_written"
    REMEDY_TOLD = "remedy_told"
    SERVED = "served"
    REASON_GIVEN = "reason_given"
    WARNED = "warned"
    DECISION_CONFIRMED = "decision_confirmed"
    ABOVE_LINE_BY_WORK = "above_line_by_work"
    DEATH_ESTABLISHED = "death_established"
    PACK_COMPLETE = "pack_complete"
    ANSWERS_COMPLETE = "answers_complete"
    IDENTITY_FINISHED = "identity_finished"
    SEAL_VERIFIED = "seal_verified"
    PAYMENT_RECEIPTED = "payment_receipted"
    RECIPIENT_REGISTERED = "recipient_registered"
    CONSENT_GIVEN = "consent_given"
    RESULT_RECORDED = "result_recorded"
    NUMBER_GIVEN = "number_given"
    SEED_STORED = "seed_stored"
    RECTIFICATION_VERIFIED = "rectification_verified"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is established of a case when somebody asks for a step; money in fen, None where not known.

    `stands` is what the actor already is to this case: investigator, reviewer, relative, subject,
    approver, local.
    `adults_unsigned` counts the co-living adults whose declaration and authorisation are missing. `change` is raise,
    reduce, stop, or death when the sole recipient died. `mode` is on_site, phone or video.
    """

    law: Law
    calendar: HolidayCalendar
    programme: str = ""
    role: str = ""
    stands: frozenset[str] = frozenset()
    proved: frozenset[Proof] = frozenset()
    accept_basis: str | None = None
    is_by_agent: bool = False
    is_entrusted: bool = False
    is_pledged: bool = False
    adults_unsigned: int | None = None
    missing_lists_sent: int | None = None
    is_kin_registered: bool | None = None
    is_complained: bool | None = None
    is_reviewed: bool = False
    is_county_visited: bool = False
    receives: frozenset[str] = frozenset()
    check_valid_to: date | None = None
    notice_posted_on: date | None = None
    open_objections: int | None = None
    announced_fields: frozenset[str] | None = None
    amount_fen: int | None = None
    change: str | None = None
    is_heard: bool = False
    taper_months: int | None = None
    investigators_signed: int = 0
    is_household_signed: bool = False
    is_signature_refused_with_reason: bool = False
    mode: str | None = None
    is_emergency_mode: bool = False
    attempts: int = 0
    is_real_name: bool | None = None
    is_verified: bool = False


def basis_accepted(facts: Facts) -> bool:
    """The basis is one on which the region accepts; the place of an emergency is one for temporary aid only."""
    is_listed = facts.accept_basis in facts.law.get("accept.basis").read(tuple)
    return is_listed and (facts.accept_basis != "emergency_place" or facts.programme in TEMPORARY)


def agent_entrusted(facts: Facts) -> bool:
    """Who files for another has the entrustment on file."""
    return not facts.is_by_agent or facts.is_entrusted


def adults_signed(facts: Facts) -> bool:
    """Every co-living adult declared and authorised the check, or the applicant pledged to bring it."""
    return facts.adults_unsigned == 0 or facts.is_pledged


def first_list(facts: Facts) -> bool:
    """Missing papers are asked for at one time, in one list."""
    return facts.missing_lists_sent == 0


def check_valid(facts: Facts) -> bool:
    """The check report is still valid; some regions ask none of recipients who need temporary aid."""
    if facts.programme in TEMPORARY and facts.receives & _spared(facts.law):
        return True
    return facts.check_valid_to is not None and facts.law.on <= facts.check_valid_to


def enough_investigators(facts: Facts) -> bool:
    """As many distinct investigators signed as a visit needs."""
    return facts.investigators_signed >= facts.law.get("visit.min_investigators").read(int)


def reviewed_where_required(facts: Facts) -> bool:
    """Democratic review was held, where the region asks for it without an objection too."""
    return facts.is_reviewed or facts.law.get("review.mode").read(str) != "always"


def notice_over(facts: Facts) -> bool:
    """The notice hung for all its days; the day of posting is not counted."""
    if facts.notice_posted_on is None:
        return False
    end = notice_period(facts.law, facts.notice_posted_on, facts.calendar, programme=facts.programme)
    return facts.law.on > end.due.on


def no_open_objection(facts: Facts) -> bool:
    """Nobody's objection is unanswered."""
    return facts.open_objections == 0


def county_visited_where_required(facts: Facts) -> bool:
    """The county itself visited a household that is in the kin register or was complained about."""
    if facts.is_kin_registered is None or facts.is_complained is None:
        return False
    return facts.is_county_visited or not (facts.is_kin_registered or facts.is_complained)


def level_decides(facts: Facts) -> bool:
    """Who decides is of the level that decides this programme, and this amount, in the region."""
    level = deciding_level(facts.law, facts.programme, amount_fen=facts.amount_fen).level
    return facts.role == {"township": "reviewer", "county": "county_officer"}[level]


def three_fields_only(facts: Facts) -> bool:
    """What is announced is no more than the fields that the law allows."""
    allowed = frozenset(facts.law.get("announce.fields").read(tuple))
    return facts.announced_fields is not None and facts.announced_fields <= allowed


def heard_before_reduction(facts: Facts) -> bool:
    """Before aid is reduced the person was heard; more of it may be given without."""
    return facts.change == "raise" or (facts.change == "reduce" and facts.is_heard)


def heard_before_stop(facts: Facts) -> bool:
    """Before aid ends the person was heard; nobody is left to hear where the sole recipient died."""
    return facts.change == "death" or (facts.change == "stop" and facts.is_heard)


def end_notice_over(facts: Facts) -> bool:
    """Before the support of a 特困 person ends, the notice of it hung for its days."""
    return facts.programme != "tekun" or notice_over(facts)


def taper_within(facts: Facts) -> bool:
    """The taper is no longer than the region allows, and no shorter."""
    shortest = facts.law.find("taper.min_months")
    longest = facts.law.get("taper.max_months").read(int)
    return facts.taper_months is not None and (shortest.read(int) if shortest else 1) <= facts.taper_months <= longest


def household_signed_or_refused(facts: Facts) -> bool:
    """A present member of the household signed, or the reason why not is written down."""
    return facts.is_household_signed or facts.is_signature_refused_with_reason


def mode_allowed(facts: Facts) -> bool:
    """The visit was on site; by phone or video only in a declared emergency."""
    return facts.mode == "on_site" or (facts.mode in ("phone", "video") and facts.is_emergency_mode)


def attempts_exhausted(facts: Facts) -> bool:
    """The worker tried as often as the region asks before a visit goes back undone."""
    return facts.attempts >= facts.law.get("visit.attempts").read(int)


def small_amount(facts: Facts) -> bool:
    """The amount may be paid before the procedure."""
    limit = facts.law.get("advance.small_amount").read(int)
    return facts.amount_fen is not None and 0 < facts.amount_fen <= limit


def verified_if_real_name(facts: Facts) -> bool:
    """A complaint under a real name is verified before it is answered."""
    return facts.is_real_name is False or facts.is_verified


def enough_drawn(facts: Facts) -> bool:
    """A share for the draw was set: no list is sampled by taste."""
    return facts.law.get("inspection.sample_ratio").read(Fraction) > 0


def urgent_kind(facts: Facts) -> bool:
    """The aid is of the emergency kind, which needs no check, review or notice."""
    return facts.programme == "temporary_emergency"


def _spared(law: Law) -> frozenset[str]:
    found = law.find("temp.no_means_test")
    return frozenset(found.read(tuple)) if found else frozenset()


def _proves(proof: Proof) -> Callable[[Facts], bool]:
    return lambda facts: proof in facts.proved


def _does_not_stand(position: str) -> Callable[[Facts], bool]:
    return lambda facts: position not in facts.stands


POSITIONS = ("investigator", "reviewer", "relative", "subject", "local", "approver")
JUDGED = (
    basis_accepted,
    agent_entrusted,
    adults_signed,
    first_list,
    check_valid,
    enough_investigators,
    reviewed_where_required,
    notice_over,
    no_open_objection,
    county_visited_where_required,
    level_decides,
    three_fields_only,
    heard_before_reduction,
    heard_before_stop,
    end_notice_over,
    taper_within,
    household_signed_or_refused,
    mode_allowed,
    attempts_exhausted,
    small_amount,
    verified_if_real_name,
    enough_drawn,
    urgent_kind,
)
GUARDS: Mapping[str, Callable[[Facts], bool]] = {
    **{proof.value: _proves(proof) for proof in Proof},
    **{f"not_{position}": _does_not_stand(position) for position in POSITIONS},
    **{guard.__name__: guard for guard in JUDGED},
}


def township_decides(facts: Facts) -> bool:
    """The case does not go to the county."""
    return deciding_level(facts.law, facts.programme, amount_fen=facts.amount_fen).level == "township"


def posted_again(facts: Facts) -> bool:
    """After an objection the new opinion on a 特困 person hangs again (特困人员认定办法 第十五条)."""
    return facts.programme == "tekun"


BRANCHES: Mapping[str, Callable[[Facts], bool]] = {
    branch.__name__: branch for branch in (township_decides, posted_again, small_amount)
}
