"""Between a question and the fields of a page: which field asks it, and the text that a filled-in field means."""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from forms import ShownQuestion
from forms.judging import MISSING
from forms.messages import SPECIAL

SPECIAL_PREFIX = "special:"
ACKNOWLEDGED = "是"
SHORT_LABEL = 6  # characters; choices that are all so short stand two in a row


@dataclass(frozen=True)
class Field:
    """A question as a page asks it. `text` is what stands in the field, `special` which special answer is chosen."""

    question: ShownQuestion
    kind: str  # note, result, choice, choices, tick, long, date, time, number, text, photo
    text: str
    special: str
    specials: tuple[str, ...]
    error: str
    comments: tuple[str, ...]

    @property
    def chosen(self) -> list[str]:
        """The names of the chosen choices."""
        answer = self.question.answer
        return [str(one) for one in answer] if isinstance(answer, list) else [str(answer)]

    @property
    def inputmode(self) -> str:
        """Which keypad a phone shows; one with a minus where the form lets the number be below zero."""
        return {"integer": "numeric", "decimal": "decimal"}.get(self.question.type, "text")

    @property
    def is_dense(self) -> bool:
        """Tell whether the choices are short enough to stand in two columns."""
        return all(len(choice.label) <= SHORT_LABEL for choice in self.question.choices)


def field(
    question: ShownQuestion, *, comments: list[str], strict: bool, refused: Mapping[str, tuple[str, str]]
) -> Field:
    """Make the field of a question. `strict` shows missing answers as errors; `refused` holds (text, sentence) by path
    for what was typed and not kept."""
    finding = question.finding
    told = finding.message if finding and (strict or finding.code != MISSING) else ""
    typed, refusal = refused.get(question.path, (None, ""))
    chosen = special(question)
    return Field(
        question=question,
        kind=_kind(question),
        text=typed if typed is not None else "" if chosen else text_of(question),
        special=chosen,
        specials=_specials(question),
        error=refusal or told,
        comments=tuple(comments),
    )


def special(question: ShownQuestion) -> str:
    """Give the word of the special answer that was given (不清楚, 拒答), or nothing."""
    answer = question.answer
    return SPECIAL[answer][1] if isinstance(answer, str) and answer in SPECIAL else ""


def text_of(question: ShownQuestion) -> str:
    """Write a stored answer as the text that would give it again."""
    if special(question):
        return special(question)
    if question.answer is None:
        return ""
    if isinstance(question.answer, list):
        return " ".join(map(str, question.answer))
    return ACKNOWLEDGED if question.type == "acknowledge" else str(question.answer)


def typed(question: ShownQuestion, form: MultiDict[str, str]) -> str:
    """Read what the fields of a question say."""
    if form.get(SPECIAL_PREFIX + question.path):
        return form[SPECIAL_PREFIX + question.path]
    if question.type == "select_multiple":
        return " ".join(form.getlist(question.path))
    return form.get(question.path, "").strip()


def is_asked(question: ShownQuestion) -> bool:
    """Tell whether a page has a field of the question that is sent with the form."""
    return not question.readonly and _kind(question) not in ("note", "result", "photo") and question.type != "hidden"


def _kind(question: ShownQuestion) -> str:
    if question.readonly:
        return "result"
    if question.type == "text" and "multiline" in question.appearance:
        return "long"
    return _KINDS.get(question.type, "text")


_KINDS = {
    "note": "note",
    "calculate": "result",
    "select_one": "choice",
    "select_multiple": "choices",
    "acknowledge": "tick",
    "integer": "number",
    "decimal": "number",
    "date": "date",
    "time": "time",
    "image": "photo",
}


def _specials(question: ShownQuestion) -> tuple[str, ...]:
    return tuple(word for look, word in SPECIAL.values() if look in question.appearance)
