"""The ways to confirm who somebody is, and the next step after each outcome: a ladder without a dead end.

Face, then the card before two investigators, then a guardian, then two witnesses; whoever wants may start on any rung.
No step refuses service: the last rung leaves the question to the reviewer while the visit goes on and can be sealed
(人脸识别技术应用安全管理办法 art. 10: the face is never the only way, the alternative is reasonable and convenient).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Method(StrEnum):
    """A way to confirm who somebody is."""

    FACE = "face"
    ID_CARD = "id_card"
    GUARDIAN = "guardian"
    WITNESS = "witness"


class Outcome(StrEnum):
    """How one attempt ended: the first four are the machine's words (`identity.compare`), the rest are people's."""

    MATCH = "match"
    NO_MATCH = "no_match"
    INCONCLUSIVE = "inconclusive"
    NOT_POSSIBLE = "not_possible"
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    DECLINED = "declined"
    UNRESOLVED = "unresolved"  # left to the reviewer


class Action(StrEnum):
    """What the worker does next."""

    TRY = "try"
    CONFIRM_SIDE_BY_SIDE = "confirm_side_by_side"
    FINISHED = "finished"
    LEAVE_TO_REVIEWER = "leave_to_reviewer"


@dataclass(frozen=True)
class Rung:
    """One way, with what makes its record complete."""

    method: Method
    title: str
    instruction: str
    investigators: int = 1
    witnesses: int = 0
    guardian: bool = False


LADDER = (
    Rung(Method.FACE, "人脸比对", "先念告知书，本人单独同意后，当面拍本人，与证件照片比对。"),
    Rung(Method.ID_CARD, "查看证件", "两名调查人员当面查看证件原件，并与本人比对。", investigators=2),
    Rung(Method.GUARDIAN, "监护人代认证", "由监护人出示证件，说明与本人的关系并签字。", guardian=True),
    Rung(Method.WITNESS, "双人见证", "请两名认识本人的见证人（如村干部、邻居）说明并签字。", witnesses=2),
)
RUNGS = {rung.method: rung for rung in LADDER}

# Why the face was not used, or another way was: chosen by the worker, never demanded of the person.
REASONS = {
    "blind": "失明或看不清屏幕",
    "bedridden": "卧床或行动不便",
    "face_injury": "面部伤病",
    "declined": "本人不愿意，无需说明理由",
    "light": "现场光线不足",
    "device": "设备不能使用",
    "minor": "未成年人",
    "guardian_absent": "监护人不在场",
    "no_card": "没有带证件，或证件遗失",
    "not_alike": "照片与本人不像",
    "other": "其他原因",
}

ACTIONS = {
    Action.TRY: "请进行",
    Action.CONFIRM_SIDE_BY_SIDE: "请当面比对证件照片和本人，点“确认”或“不是本人”。",
    Action.FINISHED: "身份已确认，请继续走访。",
    Action.LEAVE_TO_REVIEWER: "身份暂不能确认，已交审核人员核实；请继续走访，不影响提交。",
}

# These end a rung without doubt about whether it may be tried again: the person's word, or nothing to gain.
FINAL_FOR_A_METHOD = frozenset({Outcome.NOT_CONFIRMED, Outcome.DECLINED})


@dataclass(frozen=True)
class Attempt:
    """One try of one way, as it ended; `reasons` are codes of the verdict or of `REASONS`."""

    method: Method
    outcome: Outcome
    reasons: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """Return the attempt as plain values for the visit; who took part is added by the caller."""
        return {"method": self.method.value, "outcome": self.outcome.value, "reasons": list(self.reasons)}


@dataclass(frozen=True)
class NextStep:
    """What to do now, and every other way that stands open beside it, visible from the start."""

    action: Action
    method: Method | None
    alternatives: tuple[Method, ...]

    @property
    def message(self) -> str:
        """The sentence for the worker."""
        rung = RUNGS[self.method] if self.method and self.action is Action.TRY else None
        return f"{ACTIONS[self.action]}{rung.title}：{rung.instruction}" if rung else ACTIONS[self.action]


def next_step(attempts: Sequence[Attempt], *, face_tries_at_most: int, face_allowed: bool = True) -> NextStep:
    """Say what comes after some attempts, oldest first. Every sequence has a next step, and none is a refusal.

    `face_allowed` is False without consent, without an engine, or for whom the law skips the face. The number of tries
    comes from the face policy. Other ways are tried once each.
    """
    confirmed = next((attempt.method for attempt in attempts if attempt.outcome is Outcome.CONFIRMED), None)
    if confirmed:
        return NextStep(Action.FINISHED, confirmed, ())
    usable = _usable(attempts, face_tries_at_most if face_allowed else 0)
    last = attempts[-1] if attempts else None
    if last and last.outcome is Outcome.MATCH:
        others = tuple(method for method in usable if method is not last.method)
        return NextStep(Action.CONFIRM_SIDE_BY_SIDE, last.method, others)
    if not usable or (last and last.outcome is Outcome.UNRESOLVED):
        return NextStep(Action.LEAVE_TO_REVIEWER, None, usable)
    return NextStep(Action.TRY, usable[0], usable[1:])


def shortcomings(method: Method, *, investigators: int, witnesses: int = 0, guardian: bool = False) -> list[str]:
    """List the codes of what the record of a way still lacks; an empty list means that it is complete."""
    rung = RUNGS[method]
    lacking = {
        "identity.investigator_missing": investigators < rung.investigators,
        "identity.witness_missing": witnesses < rung.witnesses,
        "identity.guardian_missing": rung.guardian and not guardian,
    }
    return [code for code, missing in lacking.items() if missing]


def _usable(attempts: Sequence[Attempt], face_tries: int) -> tuple[Method, ...]:
    return tuple(rung.method for rung in LADDER if _may_be_tried(rung.method, attempts, face_tries))


def _may_be_tried(method: Method, attempts: Sequence[Attempt], face_tries: int) -> bool:
    made = [attempt for attempt in attempts if attempt.method is method]
    if any(attempt.outcome in FINAL_FOR_A_METHOD for attempt in made):
        return False
    if method is not Method.FACE:
        return not made
    # Another photograph of a minor changes nothing: the machine does not decide about minors.
    return len(made) < face_tries and not any("minor" in attempt.reasons for attempt in made)
