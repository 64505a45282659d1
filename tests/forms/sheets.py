"""Builders of small forms: rows as a county would write them, and one form that uses everything."""

from collections.abc import Iterable, Mapping
from datetime import date

from forms import Definition
from forms.importing import define
from forms.workbook import Row, Sheet, Sheets

TODAY = date(2026, 7, 1)
SETTINGS = {"form_id": "sample", "version": "1", "form_title": "样表"}


def make_sheets(
    survey: Iterable[Mapping[str, str]], choices: Iterable[Mapping[str, str]] = (), **settings: str
) -> Sheets:
    """Return the sheets of a workbook; rows count from 2 as in a spreadsheet."""
    return {
        "survey": make_sheet(survey, ("type", "name")),
        "choices": make_sheet(choices, ("list_name", "name", "label")),
        "settings": make_sheet([{**SETTINGS, **settings}], ("form_id", "version")),
    }


def make_sheet(rows: Iterable[Mapping[str, str]], headings: Iterable[str] = ()) -> Sheet:
    rows = list(rows)
    found = dict.fromkeys([*headings, *(heading for row in rows for heading in row)])
    return Sheet(tuple(found), tuple(Row(number, dict(row)) for number, row in enumerate(rows, start=2)))


def make_form(*survey: Mapping[str, str], choices: Iterable[Mapping[str, str]] = (), **settings: str) -> Definition:
    """Return the definition of some survey rows."""
    return define(make_sheets(survey, choices, **settings))


def ask(type: str, name: str, **cells: str) -> dict[str, str]:
    """Return a row; its label is its name unless another is given."""
    return {"type": type, "name": name, **({} if type == "calculate" else {"label": name}), **cells}


def begin(kind: str, name: str, **cells: str) -> dict[str, str]:
    return {"type": f"begin_{kind}", "name": name, "label": name, **cells}


def end(kind: str) -> dict[str, str]:
    return {"type": f"end_{kind}"}


PLACES = [
    {"list_name": "county", "name": "yuanjiang", "label": "沅江"},
    {"list_name": "county", "name": "nanxian", "label": "南县"},
    {"list_name": "town", "name": "qionghu", "label": "琼湖", "county": "yuanjiang"},
    {"list_name": "town", "name": "caowei", "label": "草尾", "county": "yuanjiang"},
    {"list_name": "town", "name": "nanzhou", "label": "南洲", "county": "nanxian"},
    {"list_name": "work", "name": "farm", "label": "种地"},
]


def form_with_everything() -> Definition:
    """Return a form with every type, rules of every kind, a repeat, and references into and out of it."""
    return make_form(
        ask("text", "name", required="yes", default="无名"),
        ask("integer", "people", constraint=". >= 0 and . <= 20", appearance="people allow-unknown"),
        ask("select_one county", "county", required="yes"),
        ask("select_one town", "town", choice_filter="county = ${county}", relevant="${county} != ''"),
        begin("group", "money", relevant="${people} > 0"),
        ask("decimal", "wages", appearance="yuan-per-month allow-refused", required="${people} > 1"),
        ask("calculate", "share", calculation="round(${wages} div ${people}, 2)", constraint=". < 5000"),
        ask("date", "since", constraint=". <= today()"),
        ask("time", "at"),
        end("group"),
        begin("repeat", "members", relevant="not(${people} = 0)"),
        ask("text", "member", required="yes"),
        ask("integer", "age"),
        begin("group", "school", relevant="${age} < 18"),
        ask("select_multiple town", "schools", required="yes"),
        end("group"),
        begin("repeat", "jobs", relevant="${age} > 15"),
        ask("select_one work or_other", "job"),
        ask("decimal", "wage", required="${job} != ''"),
        ask("calculate", "per_head", calculation="${wage} div ${people}", constraint=". < 900"),
        end("repeat"),
        ask("calculate", "earned", calculation="sum(${wage})"),
        ask("calculate", "first_wage", calculation="indexed-repeat(${wage}, ${jobs}, 1)"),
        ask("calculate", "older", calculation="if(${age} > ${people}, position(..), 0)"),
        end("repeat"),
        begin("repeat", "helpers"),
        ask("text", "helper"),
        ask("calculate", "burden", calculation="sum(${age})", constraint=". < 40"),
        end("repeat"),
        begin("repeat", "rooms", repeat_count="${people} - 1"),
        ask("decimal", "size", default="12"),
        ask("calculate", "number", calculation="position(..)"),
        begin("repeat", "beds", repeat_count="if(${size} > 10, 2, 1)"),
        ask("text", "sleeper", default="concat('房', position(../..), '床', position(..))"),
        end("repeat"),
        end("repeat"),
        ask("calculate", "beds_in_all", calculation="count(${beds})", constraint=". <= count-non-empty(${sleeper})"),
        ask("calculate", "second", calculation="indexed-repeat(${member}, ${members}, 2)"),
        ask("calculate", "all_wages", calculation="sum(/data/members/jobs/wage)"),
        ask("datetime", "seen_at", constraint=". <= today() + 1"),
        ask("rank town", "nearest", choice_filter="county = ${county} or ${county} = ''"),
        ask("range", "comfort", parameters="start=0 end=10 step=5"),
        ask("audio", "statement"),
        ask("file", "paper"),
        ask("barcode", "card"),
        ask("calculate", "known", calculation="pulldata('household', 'size')"),
        ask("calculate", "chosen", calculation="jr:choice-name(${county}, '${county}')"),
        ask("calculate", "key", calculation="uuid()"),
        ask("calculate", "ages", calculation="sum(${age}) + count(${members})"),
        ask("note", "told", label="${member} 共 ${ages} 岁", relevant="${ages} > 0"),
        ask("calculate", "first_seen", calculation="once(${name})"),
        ask("text", "identity", appearance="id-number"),
        ask("acknowledge", "agreed", readonly="${people} = 1"),
        ask("image", "photo"),
        ask("image", "sign", appearance="signature", required="yes"),
        ask("geopoint", "place"),
        ask("hidden", "origin", default="concat('today ', today())"),
        choices=PLACES,
    )
