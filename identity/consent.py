"""The separate consents to what is done with a face: the notice that is read out, and the answer as a value.

人脸识别技术应用安全管理办法 (in force 2025-06-01): art. 5 what must be told, art. 6 separate and voluntary consent with
easy withdrawal, art. 7 a guardian's consent for children, art. 10 another way for whoever declines. Leaves to others:
showing, reading aloud, signing, and the deletion that follows a withdrawal.
"""

import hashlib
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, Literal

COMPARE, KEEP, UPLOAD = "face_compare", "face_keep", "face_upload"
CURRENT_NOTICES = {COMPARE: "face-1", KEEP: "face-keep-1", UPLOAD: "face-upload-2"}
CURRENT_NOTICE = CURRENT_NOTICES[COMPARE]

# What must be filled in by the place that runs the program, beside what a notice asks for; nothing has a default.
BLANKS = frozenset({"agency", "contact"})

NEVER = datetime.min.replace(tzinfo=UTC)  # stands where only the fact counts, not its time

Giver = Literal["self", "guardian"]

REFUSALS = {
    "consent_missing": "还没有征得同意，请先念告知书。",
    "consent_declined": "本人不同意人脸比对，请直接改用其他方式，不需要说明理由。",
    "consent_withdrawn": "同意已撤回，人脸数据应当立即删除，请改用其他方式。",
    "consent_other_notice": "告知内容已更新，请重新念告知书并征得同意。",
    "consent_guardian_needed": "孩子未满规定年龄，须由监护人同意（人脸识别技术应用安全管理办法第七条）；建议直接改用其他方式。",
}


@dataclass(frozen=True)
class Section:
    """One heading of the notice, with its text."""

    title: str
    text: str


@dataclass(frozen=True)
class Notice:
    """One version of what the person is told, filled in for the place where it is told."""

    version: str
    title: str
    sections: tuple[Section, ...]
    question: str

    @property
    def text(self) -> str:
        """The whole notice, as it is shown in large type and read aloud."""
        body = "\n".join(f"{section.title}：{section.text}" for section in self.sections)
        return f"{self.title}\n{body}\n{self.question}"

    @property
    def sha256(self) -> str:
        """What proves later which words were read."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class Consent:
    """An answer to the notice. Declining is as complete an answer as consenting, and asks for no reason."""

    purpose: str
    notice_version: str
    notice_sha256: str
    granted: bool
    given_by: Giver
    decided_at: datetime
    withdrawn_at: datetime | None = None

    def record(self) -> dict[str, Any]:
        """Return the answer as plain values for a record."""
        return {
            "purpose": self.purpose,
            "notice_version": self.notice_version,
            "notice_sha256": self.notice_sha256,
            "granted": self.granted,
            "given_by": self.given_by,
            "decided_at": self.decided_at.isoformat(),
            "withdrawn_at": self.withdrawn_at.isoformat() if self.withdrawn_at else None,
        }


def load_notice(values: Mapping[str, str], *, version: str = CURRENT_NOTICE) -> Notice:
    """Return a version of the notice with its blanks filled in.

    `values` gives `agency`, `contact` and whatever else the text leaves open. Raises ValueError naming a blank that is
    missing or empty, because a notice with a hole tells nobody what the law wants told; and for a version that does not
    exist.
    """
    data = _notice_data(version)
    blanks = BLANKS.union(*(string.Template(item["text"]).get_identifiers() for item in data["sections"]))
    missing = sorted(blank for blank in blanks if not values.get(blank, "").strip())
    if missing:
        raise ValueError(f"the notice needs: {', '.join(missing)}")
    sections = tuple(
        Section(item["title"], string.Template(item["text"]).substitute(values)) for item in data["sections"]
    )
    return Notice(data["version"], data["title"], sections, data["question"])


def who_answers(age: int, *, guardian_age: int) -> Giver:
    """Say whose consent counts; `guardian_age` is the parameter `face.guardian_age` (art. 7), in completed years."""
    return "guardian" if age < guardian_age else "self"


def answer(notice: Notice, *, granted: bool, given_by: Giver, at: datetime, purpose: str = COMPARE) -> Consent:
    """Write down an answer to a notice. Raises ValueError when the time has no zone."""
    if at.tzinfo is None:
        raise ValueError("the time of an answer needs a zone")
    return Consent(purpose, notice.version, notice.sha256, granted, given_by, at)


def withdraw(consent: Consent, *, at: datetime) -> Consent:
    """Withdraw a consent; the first withdrawal counts. The caller then deletes photographs and keys at once."""
    return consent if consent.withdrawn_at else replace(consent, withdrawn_at=at)


def refusal(
    consent: Consent | None, *, age: int, guardian_age: int, notice_version: str = CURRENT_NOTICE
) -> str | None:
    """Return why the face must not be compared, as a code of REFUSALS, or None when it may be."""
    if consent is None:
        return "consent_missing"
    if not consent.granted:
        return "consent_declined"
    if consent.withdrawn_at is not None:
        return "consent_withdrawn"
    if consent.notice_version != notice_version:
        return "consent_other_notice"
    if who_answers(age, guardian_age=guardian_age) == "guardian" and consent.given_by != "guardian":
        return "consent_guardian_needed"
    return None


def refusal_of_record(record: Mapping[str, Any] | None, *, purpose: str, age: int, guardian_age: int) -> str | None:
    """Return the same for a consent as it was recorded, for the purpose's current notice; a broken record is none."""
    if record is None or record.get("purpose") != purpose:
        return "consent_missing"
    consent = Consent(
        purpose,
        str(record.get("notice_version")),
        str(record.get("notice_sha256")),
        granted=record.get("granted") is True,
        given_by="guardian" if record.get("given_by") == "guardian" else "self",
        decided_at=NEVER,
        withdrawn_at=NEVER if record.get("withdrawn_at") else None,
    )
    return refusal(consent, age=age, guardian_age=guardian_age, notice_version=CURRENT_NOTICES[purpose])


@cache
def _notice_data(version: str) -> dict[str, Any]:
    file = resources.files("identity.data").joinpath(f"notice.{version}.toml")
    if not file.is_file():
        raise ValueError(f"there is no notice {version}")
    return tomllib.loads(file.read_text(encoding="utf-8"))
