"""The front of a resident identity card, from lines of recognised text to fields: pure, and doubtful by nature.

Whatever is read is a proposal that a worker compares with the card. The number carries its own proof (GB 11643), so birth
date and sex are taken from it where it holds, and what disagrees with it is named.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date

from identity.resident_id import ResidentId, normalise, parse

SURE = 0.80  # of the recogniser's own confidence; below that a field is named as doubtful

SEXES = {"男": "male", "女": "female"}
LABELS = ("姓名", "性别", "民族", "出生", "住址", "公民身份号码")
_ANY_LABEL = "|".join(LABELS)


@dataclass(frozen=True)
class Line:
    """A piece of text, where it stands on an upright card (pixels), and how sure the recogniser is (0 to 1)."""

    text: str
    left: float
    top: float
    confidence: float
    height: float = 24.0


@dataclass(frozen=True)
class Card:
    """What was read; empty where nothing was. `doubtful` names fields to look at twice. No field is ever shown in a log."""

    name: str = field(default="", repr=False)
    sex: str = ""
    ethnicity: str = ""
    birth_date: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    doubtful: tuple[str, ...] = ()

    @property
    def is_card(self) -> bool:
        """Tell whether this looks like the front of a card at all."""
        return bool(self.id_number and self.name)


def read_front(lines: Sequence[Line], *, today: date) -> Card:
    """Make fields of the lines of a card's front, in whatever order they come."""
    ordered = [line for row in _rows(lines) for line in row]
    text = "\n".join(line.text.replace(" ", "") for line in ordered)
    number = _number(text)
    known = parse(number, today=today) if number else None
    read = {
        "name": _after("姓名", text, r"[\u4e00-\u9fff·]{2,20}"),
        "sex": SEXES.get(_after("性别", text, "[男女]"), ""),
        "ethnicity": _after("民族", text, r"[\u4e00-\u9fff]{1,6}"),
        "birth_date": _birth_date(text),
        "address": _address(text),
        "id_number": number,
    }
    doubtful = {name for name, value in read.items() if not value} | _unsure(read, ordered)
    if isinstance(known, ResidentId):
        proved = {"sex": known.sex, "birth_date": known.born_on.isoformat()}
        doubtful |= {name for name, value in proved.items() if read[name] and read[name] != value}
        doubtful -= {name for name in proved if not read[name]}
        read |= proved
    elif number:
        doubtful.add("id_number")
    order = [one.name for one in fields(Card)]
    return Card(**read, doubtful=tuple(sorted(doubtful, key=order.index)))


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Put pieces that stand beside each other into one row: their tops differ by less than half of their height."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.top, line.left)):
        if rows and line.top - rows[-1][0].top < max(line.height, rows[-1][0].height) / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _after(label: str, text: str, pattern: str) -> str:
    """Give what follows a label on its line, or on the next one, up to the next label."""
    found = re.search(rf"{label}[::]?\n?({pattern}?)(?=\n|{_ANY_LABEL}|$)", text)
    return found.group(1) if found else ""


def _number(text: str) -> str:
    found = re.search(r"(?<![0-9])([0-9]{17}[0-9Xx×])(?![0-9])", text)
    return normalise(found.group(1).replace("×", "X")) if found else ""


def _birth_date(text: str) -> str:
    found = re.search(r"([12][0-9]{3})\n?年\n?([0-9]{1,2})\n?月\n?([0-9]{1,2})\n?日", text)
    try:
        return date(*(int(part) for part in found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _address(text: str) -> str:
    found = re.search(rf"住址\n?(.*?)(?=公民身份|[0-9]{{17}}|{_ANY_LABEL}|$)", text, re.DOTALL)
    return found.group(1).replace("\n", "") if found else ""


def _unsure(read: dict[str, str], lines: Sequence[Line]) -> set[str]:
    """Name the fields of whose lines the recogniser is not sure."""
    weak = [line.text.replace(" ", "") for line in lines if line.confidence < SURE]
    return {
        name for name, value in read.items() if value and any(value in text or text in value for text in weak if text)
    }
