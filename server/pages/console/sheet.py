"""The form as the worker saw it, with what was amended since: pure, from a definition and the answers of each revision."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from forms import Definition, ShownQuestion, ShownSection, layout
from forms.answers import UPLOADED
from identity.resident_id import veil
from server.pages.console.times import brief
from server.pages.console.words import HOW_MANY, ITEMS, KEPT, NOTHING, SEPARATOR, UNLISTED, WITHDRAWN

Answers = Mapping[str, Any]
_SILENT = frozenset({"note", "hidden"})


@dataclass(frozen=True)
class Medium:
    """A picture or recording of the form beside a question or a chosen choice: `caption` is whose it is."""

    kind: str
    caption: str
    sha256: str


@dataclass(frozen=True)
class Line:
    """An answer: `texts` are its words at each change, the present one last.

    `file` is the hash of the photo, recording or paper that answers; `kept` says from where an unchanged answer was
    brought over.
    """

    path: str
    label: str
    heading: str
    texts: tuple[str, ...]
    is_answered: bool
    finding: str
    anchor: str = ""
    file: str = ""
    kept: str = ""
    media: tuple[Medium, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Tell whether an amendment changed it."""
        return len(self.texts) > 1


@dataclass(frozen=True)
class Part:
    """A section of the form with its lines."""

    title: str
    lines: tuple[Line, ...]
    anchor: str = ""
    media: tuple[Medium, ...] = ()

    @property
    def changed_count(self) -> int:
        """How many answers were amended."""
        return sum(line.is_changed for line in self.lines)

    @property
    def finding_count(self) -> int:
        """How many answers are missing or do not fit."""
        return sum(bool(line.finding) for line in self.lines)


def parts(
    definition: Definition | None,
    versions: Sequence[Answers],
    *,
    today: date,
    facts: Mapping[str, Any] | None = None,
    kept: Mapping[str, Any] | None = None,
) -> list[Part]:
    """Lay out the answers of a visit, the newest version with what stood there before.

    The facts are those that the visit was sealed with; `kept` says where unchanged answers came from. Without a
    definition the stored paths stand for the questions. Answers that the form does not ask for come last.
    """
    if definition is None:
        return _numbered([_unlisted([_written(version) for version in versions], known=frozenset())])
    laid_out = [layout(definition, version, today=today, facts=facts or {}) for version in versions]
    texts = [
        _shown(sections) | _strangers(sections, version) for sections, version in zip(laid_out, versions, strict=True)
    ]
    files = dict(definition.files)
    found = [_part(section, texts, kept or {}, files) for section in laid_out[-1]]
    known = frozenset(_shown(laid_out[-1]))
    return _numbered([*found, _unlisted(texts, known=known)])


def _part(
    section: ShownSection, texts: Sequence[Mapping[str, str]], kept: Mapping[str, Any], files: Mapping[str, str]
) -> Part:
    lines: list[Line | None] = [_count(section, texts)] if section.count is not None and section.relevant else []
    for one in filter(_speaks, section.questions):
        line = _line(one, _history(one.path, texts), kept)
        lines.append(replace(line, media=_beside(one, files)) if line else None)
    media = _media(section.label, section.media.items(), files)
    return Part(section.label, tuple(line for line in lines if line), media=media)


def _beside(question: ShownQuestion, files: Mapping[str, str]) -> tuple[Medium, ...]:
    """Give the files beside a question and beside the choices that answer it."""
    answer = question.answer if isinstance(question.answer, list) else [question.answer]
    chosen = [choice for choice in question.choices if choice.name in answer]
    beside = [_media(choice.label, choice.media, files) for choice in chosen]
    return sum(beside, _media(question.label, question.media.items(), files))


def _media(caption: str, named: Iterable[tuple[str, str]], files: Mapping[str, str]) -> tuple[Medium, ...]:
    """Give the files beside some words, as far as the form brought them along."""
    return tuple(Medium(kind, caption, files[name]) for kind, name in named if name in files)


def _count(section: ShownSection, texts: Sequence[Mapping[str, str]]) -> Line:
    finding = section.finding.message if section.finding else ""
    return _said(section.path, HOW_MANY, "", _history(section.path, texts), finding)


def _speaks(question: ShownQuestion) -> bool:
    return question.type not in _SILENT and bool(question.label)


def _line(question: ShownQuestion, history: tuple[str, ...], kept: Mapping[str, Any]) -> Line | None:
    """Make a question's line; one that was not asked and never answered has none."""
    if not question.relevant and not any(history):
        return None
    finding = question.finding.message if question.finding else ""
    line = _said(question.path, question.label, question.heading, history, finding)
    file = str(question.answer or "") if question.type in UPLOADED else ""
    return replace(line, file=file, kept=_kept(kept.get(question.path)) if len(history) == 1 else "")


def _kept(source: Any) -> str:
    """Say from where an answer was brought over; what a stranger's device put there in another form says nothing."""
    if not isinstance(source, dict) or source.get("source") not in KEPT:
        return ""
    return KEPT[str(source["source"])].format(day=brief(str(source.get("at") or "")))


def _unlisted(texts: Sequence[Mapping[str, str]], known: frozenset[str]) -> Part:
    paths = dict.fromkeys(path for version in texts for path in version if path not in known)
    lines = [_said(path, veil(path), "", _history(path, texts), "") for path in paths]
    return Part(UNLISTED, tuple(line for line in lines if line.is_answered or line.is_changed))


def _said(path: str, label: str, heading: str, history: tuple[str, ...], finding: str) -> Line:
    texts = tuple(text or (WITHDRAWN if at else NOTHING) for at, text in enumerate(history))
    return Line(path, label, heading, texts, bool(history[-1]), finding)


def _history(path: str, texts: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Give the words of an answer each time that they changed."""
    seen = [veil(version.get(path, "")) for version in texts]
    return tuple(text for at, text in enumerate(seen) if at == 0 or text != seen[at - 1])


def _shown(sections: Sequence[ShownSection]) -> dict[str, str]:
    counts = {one.path: ITEMS.format(count=one.count) for one in sections if one.count is not None and one.relevant}
    return counts | {question.path: question.display for section in sections for question in section.questions}


def _strangers(sections: Sequence[ShownSection], version: Answers) -> dict[str, str]:
    """Give the answers for which the form has no question, as they are stored."""
    known = _shown(sections)
    return _written({path: value for path, value in version.items() if path not in known})


def _written(version: Answers) -> dict[str, str]:
    return {path: _raw(value) for path, value in version.items()}


def _raw(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return SEPARATOR.join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _numbered(found: Sequence[Part]) -> list[Part]:
    """Give each part and line the name by which the page links to it; a path may hold what an address may not."""
    filled = [part for part in found if part.lines]
    numbers: Iterator[int] = iter(range(1, 1 + sum(len(part.lines) for part in filled)))
    return [
        replace(
            part,
            anchor=f"part-{at}",
            lines=tuple(replace(line, anchor=f"answer-{next(numbers)}") for line in part.lines),
        )
        for at, part in enumerate(filled, 1)
    ]
