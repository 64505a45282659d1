"""Answers in the words of the form, for reviewers, labels and print."""

from __future__ import annotations

from forms.answers import is_empty
from forms.definition import Definition, Question
from forms.messages import (
    ACCURACY,
    CONFIRMED,
    DAY,
    PHOTO,
    PLACE,
    SEPARATOR,
    SIGNATURE,
    SIGNATURE_LOOK,
    SPECIAL,
    UNITS,
)
from forms.values import as_date


def unit(question: Question) -> str:
    """Return what stands behind the number, for example 元/月, or nothing."""
    return next((UNITS[look] for look in question.appearance.split() if look in UNITS), "")


def display(definition: Definition, question: Question, answer: object) -> str:
    """Return a stored answer in Chinese; an empty text for no answer, and an ill-shaped answer as it stands."""
    if is_empty(answer):
        return ""
    if isinstance(answer, str) and answer in SPECIAL:
        return SPECIAL[answer][1]
    if question.type in {"select_one", "select_multiple"}:
        return _choices(definition, question, answer)
    text = str(answer)
    if question.type == "date":
        day = as_date(text)
        return DAY.format(year=day.year, month=day.month, day=day.day) if day else text
    if question.type == "geopoint":
        return _place(text)
    if question.type == "image":
        return SIGNATURE if SIGNATURE_LOOK in question.appearance.split() else PHOTO
    if question.type == "acknowledge":
        return CONFIRMED
    suffix = unit(question)
    return f"{text} {suffix}" if suffix else text


def _choices(definition: Definition, question: Question, answer: object) -> str:
    names = answer if isinstance(answer, list) else [answer]
    labels = {choice.name: choice.label for choice in definition.choice_lists.get(question.choices, ())}
    return SEPARATOR.join(labels.get(str(name), str(name)) for name in names)


def _place(text: str) -> str:
    parts = text.split(" ")
    if len(parts) < 2:
        return text
    place = PLACE.format(latitude=parts[0], longitude=parts[1])
    return place + (ACCURACY.format(metres=parts[3]) if len(parts) > 3 else "")
