"""Answers in the words of the form, for reviewers, labels and print."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forms.answers import CHOSEN, is_empty
from forms.definition import Definition, Question
from forms.messages import (
    ACCURACY,
    ATTACHMENT,
    CONFIRMED,
    DAY,
    MOMENT,
    PHOTO,
    PLACE,
    RANKED,
    RECORDING,
    SEPARATOR,
    SIGNATURE,
    SIGNATURE_LOOK,
    SPECIAL,
    UNITS,
)
from forms.values import as_date, as_moment


def unit(question: Question) -> str:
    """Return what stands behind the number, for example 元/月, or nothing."""
    return next((UNITS[look] for look in question.appearance.split() if look in UNITS), "")


def display(definition: Definition, question: Question, answer: object) -> str:
    """Return a stored answer in Chinese; an empty text for no answer, and an ill-shaped answer as it stands."""
    if is_empty(answer):
        return ""
    if isinstance(answer, str) and answer in SPECIAL:
        return SPECIAL[answer][1]
    if question.type in CHOSEN:
        return _choices(definition, question, answer)
    text = str(answer)
    if question.type in _SHOWN:
        return _SHOWN[question.type](text)
    if question.type == "image":
        return SIGNATURE if SIGNATURE_LOOK in question.appearance.split() else PHOTO
    suffix = unit(question)
    return f"{text} {suffix}" if suffix else text


def _choices(definition: Definition, question: Question, answer: object) -> str:
    names: Sequence[object] = answer if isinstance(answer, list) else [answer]
    known = definition.choice_labels.get(question.choices, {})
    labels = [known.get(str(name), str(name)) for name in names]
    if question.type == "rank":
        labels = [RANKED.format(number=number, label=label) for number, label in enumerate(labels, start=1)]
    return SEPARATOR.join(labels)


def _day(text: str) -> str:
    day = as_date(text)
    return DAY.format(year=day.year, month=day.month, day=day.day) if day else text


def _moment(text: str) -> str:
    at = as_moment(text)
    return MOMENT.format(year=at.year, month=at.month, day=at.day, hour=at.hour, minute=at.minute) if at else text


def _place(text: str) -> str:
    parts = text.split(" ")
    if len(parts) < 2:
        return text
    place = PLACE.format(latitude=parts[0], longitude=parts[1])
    return place + (ACCURACY.format(metres=parts[3]) if len(parts) > 3 else "")


_SHOWN: dict[str, Callable[[str], str]] = {
    "date": _day,
    "datetime": _moment,
    "geopoint": _place,
    "acknowledge": lambda text: CONFIRMED,
    "audio": lambda text: RECORDING,
    "file": lambda text: ATTACHMENT,
}
