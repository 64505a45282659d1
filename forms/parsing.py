"""From what a person types to an answer as it is stored: the command line's `KEY=VALUE` and the fields of a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from forms import messages
from forms.answers import Answer, has_id_number_look, is_id_number, is_whole, read
from forms.definition import Definition, Group, Question
from forms.expressions import compile_expression, truth
from forms.judging import range_message, shape_message
from forms.plan import plan
from forms.ranges import range_of
from forms.scope import Nowhere, Scope
from forms.values import Value

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", re.ASCII)
_MOMENT = re.compile(r"(.*[0-9日])(?:T|\s+|(?<=日))([0-9]{1,2}[::时].*)", re.ASCII)
_TIME = re.compile(r"([0-9]{1,2})[::时]([0-9]{1,2})分?", re.ASCII)
_VERBATIM = {"text", "barcode"}
_BETWEEN_CHOICES = re.compile(r"[\s,,、;;]+")


class AnswerRefused(ValueError):
    """A typed text is no answer to its question. Carries the path, the label and a sentence; never the text itself."""

    def __init__(self, path: str, label: str, message: str) -> None:
        super().__init__(f"{label or path}:{message}")
        self.path = path
        self.label = label
        self.message = message


def parse_answer(definition: Definition, path: str, text: str, *, today: date | None = None) -> Answer | None:
    """Return the answer that a text means, or None for an empty text, which takes the answer back.

    Choices may be given by name or by label, days and times in the usual ways of writing. A rule of the form that
    looks at this answer alone is applied too; one that asks for the day only when `today` is given.
    Raises AnswerRefused.

    >>> from forms.definition import Definition, Question
    >>> form = Definition("f", "1", "表", items=(Question("age", "integer", "年龄"),))
    >>> parse_answer(form, "age", "１２")
    12
    """
    found = plan(definition).find(path)
    if found is None:
        raise AnswerRefused(path, "", messages.UNKNOWN_PATH)
    item = found[0].item
    try:
        if isinstance(item, Group):
            return _parse_count(item, found[0].limit, text)
        answer = parse_text(definition, item, text)
        if answer is not None:
            _check_alone(definition, item, answer, today)
    except ValueError as error:
        raise AnswerRefused(path, item.label, str(error)) from None
    return answer


def parse_text(definition: Definition, question: Question, text: str) -> Answer | None:
    """Return the answer that a text means by the type of its question. Raises ValueError with a Chinese sentence."""
    if question.calculation:
        raise ValueError(messages.COMPUTED)
    text = text.strip()
    if not text:
        return None
    special = {word: answer for answer, (look, word) in messages.SPECIAL.items() if look in question.appearance.split()}
    answer = special.get(text) or _parse(definition, question, text)
    if read(definition, question, answer) is None:
        raise ValueError(shape_message(definition, question, answer))
    return answer


def _parse(definition: Definition, question: Question, text: str) -> Answer:
    if question.type == "select_one":
        return _choice(definition, question, text)
    if question.type == "rank":
        return list(dict.fromkeys(_choice(definition, question, part) for part in _BETWEEN_CHOICES.split(text) if part))
    if question.type == "range":
        return (_integer if is_whole(question) else _decimal)(unicodedata.normalize("NFKC", text))
    if question.type == "select_multiple":
        chosen = {_choice(definition, question, part) for part in _BETWEEN_CHOICES.split(text) if part}
        order = [choice.name for choice in definition.choice_lists[question.choices]]
        return sorted(chosen, key=lambda name: order.index(name) if name in order else len(order))
    if has_id_number_look(question):
        return unicodedata.normalize("NFKC", text).upper()
    return text if question.type in _VERBATIM else _PARSERS.get(question.type, str)(unicodedata.normalize("NFKC", text))


def _choice(definition: Definition, question: Question, text: str) -> str:
    """Return the name of the choice that is meant; an unknown text comes back and is refused by its shape."""
    choices = definition.choice_lists[question.choices]
    by_label = {choice.label: choice.name for choice in reversed(choices)}
    return text if any(choice.name == text for choice in choices) else by_label.get(text, text)


def _integer(text: str) -> Answer:
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,16}", text, re.ASCII) else text


def _decimal(text: str) -> Answer:
    """Drop what people write and the stored form has not: a plus sign and zeros in front."""
    match = re.fullmatch(r"([+-]?)0*([0-9]+(?:\.[0-9]+)?)", text, re.ASCII)
    return text if match is None else match[2] if match[1] != "-" else f"-{match[2]}"


def _date(text: str) -> Answer:
    match = _DAY.fullmatch(text)
    return f"{match[1]}-{match[2]:0>2}-{match[3]:0>2}" if match else text


def _time(text: str) -> Answer:
    match = _TIME.fullmatch(text)
    return f"{match[1]:0>2}:{match[2]:0>2}" if match else text


def _datetime(text: str) -> Answer:
    match = _MOMENT.fullmatch(text)
    return f"{_date(match[1])}T{_time(match[2])}" if match else text


def _acknowledge(text: str) -> Answer:
    return messages.ACKNOWLEDGED if text.lower() in messages.YES_WORDS else text


_PARSERS: dict[str, Callable[[str], Answer]] = {
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "acknowledge": _acknowledge,
    "geopoint": lambda text: " ".join(re.split(r"[\s,]+", text)),
}


def _check_alone(definition: Definition, question: Question, answer: Answer, today: date | None) -> None:
    """Apply the rules that need no other answer. Raises ValueError."""
    value: Value = read(definition, question, answer)
    if value == "":
        return
    if has_id_number_look(question) and not is_id_number(str(value)):
        raise ValueError(messages.ID_NUMBER)
    if question.type == "range" and isinstance(value, Decimal) and not range_of(question.parameters).holds(value):
        raise ValueError(range_message(question))
    if not question.constraint or _needs_others(question.constraint):
        return
    if today is None and re.search(r"\b(today|now)\s*\(", question.constraint):
        return
    scope = Scope(Nowhere(), today or date.min, current=value)
    if not truth(question.constraint, scope):
        plain = "${" not in question.constraint_message
        raise ValueError(question.constraint_message if question.constraint_message and plain else messages.INVALID)


def _needs_others(constraint: str) -> bool:
    expression = compile_expression(constraint)
    return bool(expression.references or expression.indexed or expression.facts or expression.climbs)


def _parse_count(group: Group, limit: int, text: str) -> Answer | None:
    if not group.repeats:
        raise ValueError(messages.UNKNOWN_PATH)
    if group.repeat_count:
        raise ValueError(messages.COUNT_COMPUTED)
    if not text.strip():
        return None
    count = _integer(unicodedata.normalize("NFKC", text.strip()))
    if not isinstance(count, int) or not 0 <= count <= limit:
        raise ValueError(messages.INSTANCES.format(limit=limit))
    return count
