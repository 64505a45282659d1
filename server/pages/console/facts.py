"""What there is to know about a visit beside its answers, each as a word with a tone and some lines: pure.

Never a score and never a percentage: the machine says what was found, a person decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.pages.console.times import brief, lasting, local, written
from server.pages.console.words import (
    FORM_VERDICTS,
    LACKING,
    LIVENESS,
    METHODS,
    OUTCOMES,
    PLACE_SOURCES,
    REASONS,
    RECHECK_AGREES,
    RECHECK_ASKS,
    RECHECKED,
    RECHECKS,
    SEALS,
    word,
)
from server.queries.visits import Dossier
from sync.canonical import moment
from sync.clock import Evidence, offset_ms
from sync.records.terms import MODES, PARTICIPANTS

DEGREE_E7 = 10**7
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Fact:
    """One thing to look at: `tone` is good, plain, warn or bad, and `word` says the same without colour."""

    key: str
    title: str
    tone: str
    word: str
    lines: tuple[str, ...] = ()


def of_visit(dossier: Dossier, names: Mapping[str, str]) -> list[Fact]:
    """Gather the facts of a visit in the order in which a reviewer asks; `names` are the household's people by id."""
    return [
        evidence(dossier),
        form(dossier),
        identity(dossier, names),
        photos(dossier),
        place(dossier),
        times(dossier),
        people(dossier),
    ]


def seal_of(verdict: Any) -> tuple[str, str, str]:
    """Give tone, word and sentence of what the seal's check found."""
    return SEALS.get(str(verdict), ("warn", str(verdict), ""))


def evidence(dossier: Dossier) -> Fact:
    """Tell whether the seals held; the worst of visit and amendments gives the word."""
    verdicts: list[tuple[str, Any]] = [("签封", dossier.visit.verdict)]
    verdicts += [(f"第 {one['revision']} 版补正", one.get("verdict")) for one in dossier.amendments]
    order = ("bad", "warn", "plain", "good")
    tone, said, sentence = min((seal_of(verdict) for _, verdict in verdicts), key=lambda seal: order.index(seal[0]))
    lines = [sentence]
    if len(verdicts) > 1:
        lines += [f"{name}：{seal_of(verdict)[1]}" for name, verdict in verdicts]
    number = (dossier.fields.get("seal") or {}).get("number")
    return Fact("evidence", "证据", tone, said, (*lines, f"该设备的第 {number} 次签封"))


def form(dossier: Dossier) -> Fact:
    """Tell whether the office judges the answers as the device did when it sealed them; the newest revision counts."""
    newest = dossier.amendments[-1] if dossier.amendments else dossier.fields
    tone, said, sentence = word_of_form(newest.get("form_verdict"))
    named = dossier.fields.get("form") or {}
    return Fact("form", "表单", tone, said, (sentence, f"{named.get('id')} {named.get('version')} 版"))


def word_of_form(verdict: Any) -> tuple[str, str, str]:
    """Give tone, word and sentence of what judging the answers again found."""
    return FORM_VERDICTS.get(str(verdict), FORM_VERDICTS["unknown_form"])


def identity(dossier: Dossier, names: Mapping[str, str]) -> Fact:
    """Tell how it was made sure who was visited; what ended the step gives the word."""
    checks = dossier.fields.get("identity") or []
    if not checks:
        return Fact("identity", "身份核验", "bad", "没有记录")
    lines = [_check(check, names, _second_look(dossier, check)) for check in checks]
    tone, said = _outcome(checks[-1])
    said = word(METHODS, checks[-1].get("method")) + said
    if any(look.needs_review for look in dossier.face_rechecks.values()):
        tone, said = "warn", f"{said}，{RECHECK_ASKS}"
    return Fact("identity", "身份核验", tone, said, tuple(lines))


def photos(dossier: Dossier) -> Fact:
    """Tell whether every photo and signature is stored, and whether a receipt says so."""
    named = {one.get("blob") for one in (*dossier.evidence, *dossier.signatures)} - {None, ""}
    missing = len(dossier.blobs_missing)
    here = f"{len(named) - missing}/{len(named)}"
    if missing:
        return Fact(
            "photos", "照片和签名", "warn", f"已到 {here}", (f"还有 {missing} 份没有到，设备下一次同步会接着传。",)
        )
    receipt = next((one for one in dossier.receipts if one.get("revision") == dossier.revision), None)
    if receipt is None:
        return Fact("photos", "照片和签名", "plain", f"已到 {here}", ("回执还没有签发。",))
    return Fact("photos", "照片和签名", "good", f"已存证 {here}", (f"回执签发于 {brief(receipt.get('issued_at'))}",))


def place(dossier: Dossier) -> Fact:
    """Tell where the device was: one point with its accuracy; an unlikely one is marked, not judged."""
    point = dossier.fields.get("place") or {}
    latitude, longitude = point.get("lat_e7"), point.get("lon_e7")
    if not isinstance(latitude, int) or not isinstance(longitude, int):
        return Fact("place", "位置", "warn", "没有定位")
    lines = [f"北纬 {latitude / DEGREE_E7:.5f}°，东经 {longitude / DEGREE_E7:.5f}°"]
    lines.append(f"{word(PLACE_SOURCES, point.get('source'))} {brief(point.get('at'))}".strip())
    if point.get("mock"):
        return Fact("place", "位置", "warn", "模拟定位", ("设备报告这是模拟的位置，请核实。", *lines))
    accuracy = point.get("accuracy_m")
    return Fact("place", "位置", "plain", f"误差约 {accuracy} 米" if accuracy else "已定位", tuple(lines))


def times(dossier: Dossier) -> Fact:
    """Tell when it began and was sealed by the device's clock, and how far that clock was off."""
    started, sealed = (local(dossier.fields.get(name)) for name in ("started_at", "sealed_at"))
    lines = [f"开始 {written(started)}", f"签封 {written(sealed)}"]
    if started and sealed and sealed > started:
        lines.append(f"历时 {lasting(int((sealed - started).total_seconds() * 1000))}")
    off = offset_ms(Evidence.from_dict(dossier.fields.get("clock") or {}))
    if off is None:
        return Fact("times", "时间", "warn", "时钟未核对", (*lines, "设备开机后没有联过服务器，时间以设备时钟为准。"))
    if abs(off) < MINUTE_MS:
        return Fact("times", "时间", "good", "时钟已核对", (*lines, "设备时钟与服务器相差不到 1 分钟。"))
    side = "快" if off > 0 else "慢"
    right = _shifted(dossier.fields.get("sealed_at"), off)
    lines.append(f"设备时钟{side} {lasting(off)}，校正后签封于 {right}")
    return Fact("times", "时间", "plain", f"时钟{side} {lasting(off)}", tuple(lines))


def people(dossier: Dossier) -> Fact:
    """Tell who went, and how the visit was made."""
    present = dossier.fields.get("participants") or []
    lines = [f"{one.get('name')}（{word(PARTICIPANTS, one.get('role'))}）" for one in present]
    return Fact(
        "people", "参加人员", "plain", f"{word(MODES, dossier.fields.get('mode'))} {len(present)} 人", tuple(lines)
    )


def _check(check: Mapping[str, Any], names: Mapping[str, str], second_look: str) -> str:
    who = names.get(str(check.get("person_id")), "")
    reasons = check.get("reasons")
    why = "".join(word(REASONS, one).rstrip("。") + "。" for one in reasons) if isinstance(reasons, list) else ""
    tries = check.get("tries")
    often = f"（共 {tries} 次）" if isinstance(tries, int) and tries > 1 else ""
    said = f"{who} {word(METHODS, check.get('method'))}：{_outcome(check)[1]}{often}".strip()
    more = why + _named(check.get("people")) + word(LIVENESS, check.get("liveness"))
    lacking = check.get("lacking")
    more += "".join(word(LACKING, code) for code in lacking) if isinstance(lacking, list) else ""
    more += second_look
    return f"{said}。{more}" if more else said


def _second_look(dossier: Dossier, check: Mapping[str, Any]) -> str:
    """Tell what the office's second look at a comparison found, where the person agreed to one."""
    look = dossier.face_rechecks.get(str(check.get("id")))
    if look is None:
        return ""
    return RECHECKED + ("".join(word(RECHECKS, code) for code in look.reasons.split()) or RECHECK_AGREES)


def _named(people: Any) -> str:
    """Name the guardian or the witnesses who stand in the record."""
    named = [one for one in people if isinstance(one, dict)] if isinstance(people, list) else []
    names = [
        f"{one.get('name')}（{one['relation']}）" if one.get("relation") else str(one.get("name")) for one in named
    ]
    return f"在场：{'、'.join(names)}。" if names else ""


def _outcome(check: Mapping[str, Any]) -> tuple[str, str]:
    outcome = str(check.get("outcome"))
    return OUTCOMES.get(outcome, ("warn", outcome))


def _shifted(at: Any, off_ms: int) -> str:
    try:
        return written(moment(str(at)) - timedelta(milliseconds=off_ms))
    except (ValueError, OverflowError):
        return ""
