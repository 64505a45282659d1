"""What each document tells, as plain data: a template can show these fields and no others.

Names, not numbers: no document bears an id number, a phone of the household or a bank account. Days are days in China,
amounts text in yuan, as they are printed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, ClassVar


class FieldNotPublic(ValueError):
    """Somebody tried to put into a public notice what its template has no place for; the fields are named."""


@dataclass(frozen=True)
class Letterhead:
    """Who writes, and under which number and day; `hotline` is where questions go, empty where none is set."""

    office: str
    number: str
    on: date
    hotline: str


@dataclass(frozen=True)
class Paper:
    """A document: `kind` names its template, `title` stands on top of it."""

    kind: ClassVar[str]
    title: ClassVar[str]
    head: Letterhead


@dataclass(frozen=True)
class Acceptance(Paper):
    """受理通知: the application was accepted; what happens next, and by when it is decided (57号文第十五条、第二十二条)."""

    kind, title = "acceptance", "社会救助申请受理通知书"
    applicant: str
    programme: str
    accepted_on: date
    basis: str
    decide_by: date | None
    is_provisional: bool
    clause: str
    handler: str


@dataclass(frozen=True)
class MissingPapers(Paper):
    """一次性告知: the papers that are missing, in one list and once (57号文第十条)."""

    kind, title = "missing_papers", "补正材料一次性告知书"
    applicant: str
    programme: str
    papers: Sequence[str]
    shared: Sequence[str]  # what the office finds out itself, and nobody has to bring
    handler: str


@dataclass(frozen=True)
class Notice(Paper):
    """公示: what hangs in the village, from the fields of its template (57号文第十九条、第二十四条; 2022年通知四(二))."""

    kind, title = "notice", "社会救助审核意见公示"
    place: str
    posted_on: date
    ends_on: date | None
    fields: "PublicFields"


@dataclass(frozen=True)
class PublicFields:
    """All that may be public about a household; an address, an id number, a health or a reason has no place here."""

    name: str
    member_count: int
    programme: str = ""
    suggestion: str = ""
    amount: str = ""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "PublicFields":
        """Take the fields of a notice. Raises FieldNotPublic for any other, whatever it holds."""
        if strange := sorted(set(told) - {field.name for field in fields(cls)}):
            raise FieldNotPublic("公示没有这些栏目: " + "、".join(strange))
        name, amount = told["name"], told.get("amount", "")
        texts = (name, amount, told.get("programme", ""), told.get("suggestion", ""))
        if not all(isinstance(text, str) and "\n" not in text for text in texts):
            raise FieldNotPublic("公示栏目应为一行文字")
        return cls(name, int(told["member_count"]), *texts[2:], amount)


@dataclass(frozen=True)
class Reason:
    """A step of the reasons: what was found, beside which limit, by which clause."""

    text: str
    value: str
    threshold: str
    clause: str


@dataclass(frozen=True)
class Decided(Paper):
    """What both decisions tell: who decided, why, and what may be done against it (社会救助法第四十五条、第七十六条)."""

    applicant: str
    programme: str
    decided_on: date
    decided_by: str
    reasons: str
    trace: Sequence[Reason]
    remedy: str


@dataclass(frozen=True)
class Confirmation(Decided):
    """审核确认决定: what the household receives each month, and from when on (57号文第二十一条)."""

    kind, title = "confirmation", "社会救助审核确认决定书"
    member_count: int
    amount: str
    from_on: date | None


@dataclass(frozen=True)
class Refusal(Decided):
    """不予确认告知: in writing, with reasons and remedies, and what may be applied for instead (57号文第二十一条)."""

    kind, title = "refusal", "不予确认同意告知书"
    instead: Sequence[str]


@dataclass(frozen=True)
class Answer:
    """A line of a form: the question and the answer as the worker saw them; `was` is what stood there before an amendment."""

    question: str
    answer: str
    was: str = ""


@dataclass(frozen=True)
class Section:
    """A section of a form."""

    title: str
    answers: Sequence[Answer]


@dataclass(frozen=True)
class Picture:
    """A photo or signature by its hash, and what stands below it; `instead` is why there is none."""

    sha256: str
    caption: str
    instead: str = ""


@dataclass(frozen=True)
class VisitSheet(Paper):
    """入户调查表: a sealed visit as it lies in the file, with photos, signatures and its seal (57号文第十六条)."""

    kind, title = "visit_sheet", "家庭经济状况入户调查表"
    household: str
    address: str
    village: str
    mode: str
    visited: str  # from when to when, in China
    investigators: Sequence[str]
    identity: Sequence[str]
    sections: Sequence[Section]
    photos: Sequence[Picture]
    signatures: Sequence[Picture]
    seal: str
    revision: int


PAPERS: Mapping[str, type[Paper]] = {
    one.kind: one for one in (Acceptance, MissingPapers, VisitSheet, Notice, Confirmation, Refusal)
}
