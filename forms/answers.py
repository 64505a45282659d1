"""Single answers: what may be stored for a question, what a typed text means, and what an answer is to an expression.

Stored answers are JSON without floats: text, dates, times, places, photos and decimals are strings, whole numbers are
integers, several choices and an order of choices are a list of their names. An empty answer is an absent one. Whether
an answer fits the others is left to `evaluation`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal

from forms.definition import Definition, Question
from forms.messages import ACKNOWLEDGED, ID_NUMBER_LOOK, SPECIAL
from forms.ranges import range_of
from forms.values import Value, as_date, as_moment, as_number, as_text, first, number_text

Answer = str | int | list[str]

CHOSEN = frozenset({"select_one", "select_multiple", "rank"})
LISTED = frozenset({"select_multiple", "rank"})
UPLOADED = frozenset({"image", "audio", "file"})
"""Types whose answer is the id of a file that the device keeps and sends by itself."""

MAX_ANSWER_TEXT = 2_000
MAX_INTEGER = 10**15
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", re.ASCII)
_FILE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{0,127}", re.ASCII)
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_empty(answer: object) -> bool:
    """Say whether nothing was answered."""
    return answer is None or answer == "" or answer == []


def is_special(question: Question, answer: object) -> bool:
    """Say whether the answer is 不清楚 or 拒答 and the question allows it."""
    return isinstance(answer, str) and answer in SPECIAL and SPECIAL[answer][0] in question.appearance.split()


def read(definition: Definition, question: Question, answer: object) -> Value:
    """Return what a stored answer is to an expression, or None when it has not the shape of its type.

    Empty and special answers are an empty text: a sum leaves them out and a comparison with them is false.
    """
    if is_empty(answer) or is_special(question, answer):
        return ""
    if question.type in CHOSEN:
        return _read_choices(definition, question, answer)
    if question.type == "range":
        return _read_range(question, answer)
    reader = _READERS.get(question.type)
    return reader(answer) if reader else None


def is_id_number(text: str) -> bool:
    """Say whether a resident identity number is well formed (GB 11643-1999: birth date, ISO 7064 MOD 11-2 digit).

    The first six digits are not judged: they name the area at first registration, which may no longer exist.

    >>> is_id_number("11010519491231002X"), is_id_number("110105194912310021")
    (True, False)
    """
    if not _ID_NUMBER.fullmatch(text) or as_date(f"{text[6:10]}-{text[10:12]}-{text[12:14]}") is None:
        return False
    remainder = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True)) % 11
    return text[17] == "10X98765432"[remainder]


def has_id_number_look(question: Question) -> bool:
    """Say whether the question asks for a resident identity number."""
    return ID_NUMBER_LOOK in question.appearance.split()


def computed(question: Question, value: Value) -> Value:
    """Fit the result of a calculation to the type of its question; what does not fit is empty."""
    value = first(value)
    if question.type in {"integer", "decimal"}:
        number = as_number(value)
        fits = number is not None and (question.type == "decimal" or number == number.to_integral_value())
        return number if fits and number is not None else ""
    if question.type == "date":
        return as_date(value) or ""
    if question.type == "datetime":
        moment = as_moment(value)
        return moment.replace(second=0, microsecond=0) if moment else ""
    if isinstance(value, bool):
        return as_text(value)
    return "" if value is None else value


def stored(question: Question, value: Value) -> Answer | None:
    """Return a value in the form in which answers are stored, or None when it is empty."""
    if value == "":
        return None
    if question.type in LISTED:
        return as_text(value).split()
    if isinstance(value, Decimal) and is_whole(question):
        return int(value)
    return number_text(value) if isinstance(value, Decimal) else as_text(value)


def is_whole(question: Question) -> bool:
    """Say whether the question is answered with a whole number."""
    return question.type == "integer" or (question.type == "range" and range_of(question.parameters).is_whole)


def _read_choices(definition: Definition, question: Question, answer: object) -> str | None:
    names = definition.choice_names.get(question.choices, frozenset())
    if question.type == "select_one":
        return answer if isinstance(answer, str) and answer in names else None
    if not isinstance(answer, list) or not all(isinstance(name, str) and name in names for name in answer):
        return None
    return " ".join(answer) if len(set(answer)) == len(answer) else None


def _read_text(answer: object) -> str | None:
    fits = isinstance(answer, str) and len(answer) <= MAX_ANSWER_TEXT and answer not in SPECIAL
    return answer if isinstance(answer, str) and fits else None


def _read_integer(answer: object) -> Decimal | None:
    fits = isinstance(answer, int) and not isinstance(answer, bool) and abs(answer) <= MAX_INTEGER
    return Decimal(answer) if isinstance(answer, int) and fits else None


def _read_decimal(answer: object) -> Decimal | None:
    return Decimal(answer) if isinstance(answer, str) and _DECIMAL.fullmatch(answer) else None


def _read_range(question: Question, answer: object) -> Decimal | None:
    return _read_integer(answer) if is_whole(question) else _read_decimal(answer)


def _read_datetime(answer: object) -> datetime | None:
    return as_moment(answer) if isinstance(answer, str) and _MOMENT.fullmatch(answer) else None


def _read_file(answer: object) -> str | None:
    return answer if isinstance(answer, str) and _FILE.fullmatch(answer) else None


def _read_date(answer: object) -> date | None:
    return as_date(answer) if isinstance(answer, str) and _DAY.fullmatch(answer) else None


def _read_time(answer: object) -> str | None:
    try:
        fits = isinstance(answer, str) and _TIME.fullmatch(answer) and time.fromisoformat(answer) is not None
    except ValueError:
        return None
    return answer if isinstance(answer, str) and fits else None


def _read_geopoint(answer: object) -> str | None:
    """Read `latitude longitude [altitude accuracy]`, as ODK writes it: degrees and metres."""
    parts = answer.split(" ") if isinstance(answer, str) and len(answer) <= 100 else []
    numbers = [Decimal(part) for part in parts if _PLACE_NUMBER.fullmatch(part)]
    if len(numbers) != len(parts) or len(parts) not in {2, 3, 4} or not isinstance(answer, str):
        return None
    accurate = len(numbers) < 4 or numbers[3] >= 0
    return answer if abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 and accurate else None


_PLACE_NUMBER = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,12})?", re.ASCII)

_READERS: dict[str, Callable[[object], Value]] = {
    "text": _read_text,
    "hidden": _read_text,
    "integer": _read_integer,
    "decimal": _read_decimal,
    "date": _read_date,
    "time": _read_time,
    "acknowledge": lambda answer: answer if isinstance(answer, str) and answer == ACKNOWLEDGED else None,
    "barcode": _read_text,
    "datetime": _read_datetime,
    **dict.fromkeys(UPLOADED, _read_file),
    "geopoint": _read_geopoint,
}
