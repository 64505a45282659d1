"""Between a question and the fields of a page: which field asks it, and the text that a filled-in field means."""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from forms import Choice, ShownQuestion
from forms.judging import MISSING
from forms.messages import SIGNATURE_LOOK, SPECIAL

SPECIAL_PREFIX = "special:"
ACKNOWLEDGED = "是"
SHORT_LABEL = 6  # characters; choices that are all so short stand two in a row
MANY_CHOICES = 12  # from here on a list to choose from is quicker than scrolling past all of them
SHOWN_STEPS = 11  # a scale of so few steps is tapped, a longer one is typed
DEEDS = {"signature": ("pen", "签名", "重签"), "audio": ("mic", "录音", "重录"), "file": ("clip", "选文件", "换文件")}
PHOTO_DEED = ("camera", "拍照", "重拍")


@dataclass(frozen=True)
class Earlier:
    """What is known from before: `source` says from where and when, `shown` is the answer in words."""

    source: str
    shown: str
    kept: bool


@dataclass(frozen=True)
class Field:
    """A question as a page asks it. `text` is what stands in the field, `special` which special answer is chosen."""

    question: ShownQuestion
    kind: str  # a value of _KINDS, or note, result, long, list
    text: str
    special: str
    specials: tuple[str, ...]
    error: str
    comments: tuple[str, ...]
    earlier: Earlier | None = None

    @property
    def is_grouped(self) -> bool:
        """Tell whether the question has several fields, so that its words are the name of the group."""
        return self.kind in ("choice", "choices", "tick", "rank", "scale")

    @property
    def chosen(self) -> list[str]:
        """The names of the chosen choices."""
        answer = self.question.answer
        return [str(one) for one in answer] if isinstance(answer, list) else [str(answer)]

    @property
    def ranked(self) -> tuple[Choice, ...]:
        """The choices in the order that was given, or in that of the form."""
        order = {name: at for at, name in enumerate(self.chosen)}
        return tuple(sorted(self.question.choices, key=lambda choice: order.get(choice.name, len(order))))

    @property
    def steps(self) -> tuple[str, ...]:
        """The numbers of a short scale."""
        return _steps(self.question)

    @property
    def inputmode(self) -> str:
        """Which keypad a phone shows; one with a minus where the form lets the number be below zero."""
        if self.kind == "number":
            scale = self.question.scale
            return "numeric" if self.question.type == "integer" or (scale and scale.is_whole) else "decimal"
        return "numeric" if "numbers" in self.question.appearance else "text"

    @property
    def input_type(self) -> str:
        """Which field a browser shows for a line of text."""
        return {"date": "date", "time": "time", "datetime": "datetime-local"}.get(self.kind, "text")

    @property
    def is_dense(self) -> bool:
        """Tell whether the choices are short enough to stand in two columns."""
        return all(len(choice.label) <= SHORT_LABEL for choice in self.question.choices)

    @property
    def deed(self) -> tuple[str, str]:
        """The icon and the words of the button that brings a file."""
        look = "signature" if SIGNATURE_LOOK in self.question.appearance else self.question.type
        icon, first, again = DEEDS.get(look, PHOTO_DEED)
        return icon, again if self.question.answer else first


def field(
    question: ShownQuestion,
    *,
    comments: list[str],
    strict: bool,
    refused: Mapping[str, tuple[str, str]],
    earlier: Earlier | None = None,
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
        earlier=earlier,
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


def is_shown(question: ShownQuestion) -> bool:
    """Tell whether a page shows anything of a question."""
    return question.type != "hidden" and bool(question.label or question.type != "calculate")


def is_asked(question: ShownQuestion) -> bool:
    """Tell whether a page has a field of the question that is sent with the form."""
    return needs_answer(question) and _kind(question) != "file"


def needs_answer(question: ShownQuestion) -> bool:
    """Tell whether a person answers the question, in a field or with a file."""
    return not question.readonly and _kind(question) not in ("note", "result") and question.type != "hidden"


def _kind(question: ShownQuestion) -> str:
    if question.readonly:
        return "result"
    if question.type == "text" and "multiline" in question.appearance:
        return "long"
    if question.type == "select_one" and _is_long(question):
        return "list"
    if question.type == "range" and _steps(question):
        return "scale"
    return _KINDS.get(question.type, "text")


def _is_long(question: ShownQuestion) -> bool:
    """Tell whether choices are picked from a list that opens; there is no place in it for pictures and recordings."""
    if any(choice.media for choice in question.choices):
        return False
    return "minimal" in question.appearance or len(question.choices) > MANY_CHOICES


_KINDS = {
    "note": "note",
    "calculate": "result",
    "select_one": "choice",
    "select_multiple": "choices",
    "rank": "rank",
    "acknowledge": "tick",
    "integer": "number",
    "decimal": "number",
    "range": "number",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
    "geopoint": "point",
    "barcode": "barcode",
    "image": "file",
    "audio": "file",
    "file": "file",
}


def _steps(question: ShownQuestion) -> tuple[str, ...]:
    scale = question.scale
    if scale is None or not scale.is_whole or abs(scale.end - scale.start) / abs(scale.step) >= SHOWN_STEPS:
        return ()
    first, last, step = int(scale.start), int(scale.end), int(scale.step)
    towards = step if last >= first else -abs(step)
    return tuple(str(number) for number in range(first, last + (1 if towards > 0 else -1), towards))


def _specials(question: ShownQuestion) -> tuple[str, ...]:
    return tuple(word for look, word in SPECIAL.values() if look in question.appearance)
