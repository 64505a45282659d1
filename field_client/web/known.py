"""What is known beside the answers of a page: what was said before, and the instances of a part that repeats."""

from dataclasses import dataclass

from field_client import form_view
from field_client.web import work
from field_client.web.fields import Earlier, is_shown
from field_client.web.shown import clock_day
from field_client.web.work import Work
from forms import ShownQuestion, ShownSection

SOURCES = {"visit": "上次走访（{day}）", "register": "名册（{day}）"}


@dataclass(frozen=True)
class Instance:
    """One instance of a repeat in a list: its number, its words, and how much of it is still missing."""

    number: int
    key: str
    title: str
    summary: str
    missing: int


def earlier(loaded: Work, question: ShownQuestion) -> Earlier | None:
    """Give what is known of a question from before, with where it is from and whether it was confirmed."""
    offer = loaded.offers.get(question.path)
    shown = form_view.words(loaded.filling, question.path, offer)
    if offer is None or not shown:
        return None
    source = SOURCES[offer.source].format(day=clock_day(offer.at))
    kept = question.path in loaded.document.get("kept", {}) and question.answer == offer.answer
    return Earlier(source, shown, kept)


def offered(loaded: Work, shown: ShownSection) -> int:
    """Count what a section asks that is known and not answered yet."""
    return len(form_view.offered_in(loaded.sections, shown.path, loaded.offers))


def instances(loaded: Work, shown: ShownSection) -> list[Instance]:
    """List the instances of a repeat, each in the words of its first answers."""
    if shown.count is None:
        return []
    paths = {f"{shown.path}[{number}]": number for number in range(1, shown.count + 1)}
    return [
        Instance(paths[one.path], work.section_key(one), one.label, _summary(one), one.missing_count)
        for one in loaded.sections
        if one.count is None and one.path in paths
    ]


def removed(loaded: Work, shown: ShownSection) -> int:
    """Give the number of the instance of this repeat that was taken out last and can come back, or 0."""
    last = loaded.document.get("removed") or {}
    return int(last.get("number", 0)) if last.get("path") == shown.path and shown.count is not None else 0


def _summary(section: ShownSection) -> str:
    said = [one.display for one in section.questions if one.relevant and is_shown(one) and one.display]
    return "，".join(said[:2])
