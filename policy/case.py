"""A case as the kernel sees it: a household, its members and what is known of them; and its reading from plain dicts.

Absent facts stay None, so that a rule can name what it lacks. What is malformed is refused, all problems at once;
fields that are not understood are listed as ignored and never used. The input shape is described in docs/policy.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from policy.reader import CaseError, Log, ObjectReader, day, fen, flag, level, text, word
from policy.vocabulary import names, resolve

ZERO = Fraction(0)
MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Income:
    """Income of a member, in fen a month. A kind outside the vocabulary keeps its own word."""

    kind: str
    fen_per_month: Fraction


@dataclass(frozen=True)
class Deduction:
    """A rigid expense that may be deducted from income, in fen a month."""

    kind: str
    fen_per_month: Fraction


@dataclass(frozen=True)
class Disability:
    """A line of the disability certificate."""

    category: str
    level: int


@dataclass(frozen=True)
class Obligor:
    """Someone bound by law to support the member; `incapacity` is why they cannot, None if they can."""

    incapacity: str | None


@dataclass(frozen=True)
class Member:
    """A person of the household. `path` is where the input tells of them, to name missing facts."""

    id: str
    path: str
    birth_date: date | None
    exclusion: str | None
    incomes: tuple[Income, ...] | None
    is_employed: bool
    employment_cost: Fraction
    deductions: tuple[Deduction, ...]
    disabilities: tuple[Disability, ...]
    is_seriously_ill: bool
    self_care: Mapping[str, bool] | None
    self_care_lost_since: date | None
    dibao_class: str | None
    school: str | None
    relation: str | None
    is_dependent: bool | None
    receives: frozenset[str]
    obligors: tuple[Obligor, ...] | None


@dataclass(frozen=True)
class Asset:
    """Something that the household owns; `fen` where its worth is known, `is_necessary` what it lives and works with."""

    kind: str
    path: str
    fen: Fraction | None
    is_necessary: bool


@dataclass(frozen=True)
class RigidExpense:
    """What the household had to spend of one kind in twelve months, in fen, after insurance and aid."""

    kind: str
    fen: Fraction


@dataclass(frozen=True)
class FiledAlone:
    """That a person files without the family, on which ground, and since when they live apart."""

    ground: str
    since: date | None


@dataclass(frozen=True)
class Household:
    """The co-living members who count, those who by law do not, and what is known of the household as a whole."""

    area: str | None
    members: tuple[Member, ...]
    excluded: tuple[Member, ...]
    property_ok: Mapping[str, bool] | bool | None
    rigid_expense: Fraction | None
    filed_alone: FiledAlone | None = None
    assets: tuple[Asset, ...] | None = None
    rigid_expenses: tuple[RigidExpense, ...] = ()


@dataclass(frozen=True)
class Case:
    """A household, assumed parameter values, and the input fields that were not understood."""

    household: Household
    overrides: Mapping[str, object]
    ignored: tuple[str, ...]


def parse_case(raw: object) -> Case:
    """Read a case from plain dicts and lists, as JSON gives them.

    Raises CaseError with every problem found.
    """
    log = Log()
    reader = ObjectReader(raw, "", log)
    household = reader.nested("household", _household)
    if household is None:
        reader.problem("household", "必须填写")
    overrides = reader.optional("parameters", _mapping, dict[str, Any]())
    reader.close()
    if log.problems or household is None:
        raise CaseError(tuple(log.problems))
    return Case(household, overrides, tuple(log.ignored))


def _household(reader: ObjectReader) -> Household:
    members = reader.objects("members", _member) or ()
    identifiers = [member.id for member in members]
    if not members:
        reader.problem("members", "至少应有一名成员")
    elif len(set(identifiers)) < len(identifiers):
        reader.problem("members", "成员 id 重复")
    elif all(member.exclusion for member in members):
        reader.problem("members", "没有计入的共同生活成员")
    expenses = reader.objects("rigid_expenses", _rigid_expense)
    total = reader.optional("rigid_expense_yuan_12m", fen, None)
    if expenses is not None:
        listed = sum((expense.fen for expense in expenses), ZERO)
        if total not in (None, listed):
            reader.problem("rigid_expense_yuan_12m", "与各项刚性支出的合计不一致")
        total = listed
    return Household(
        area=reader.optional("area", word("area"), None),
        members=tuple(member for member in members if not member.exclusion),
        excluded=tuple(member for member in members if member.exclusion),
        property_ok=reader.optional("property_ok", _property, None),
        rigid_expense=total,
        filed_alone=reader.nested("filed_alone", _filed_alone),
        assets=reader.objects("assets", _asset),
        rigid_expenses=expenses or (),
    )


def _rigid_expense(reader: ObjectReader) -> RigidExpense:
    return RigidExpense(reader.required("kind", word("rigid"), ""), reader.required("yuan", fen, ZERO))


def _asset(reader: ObjectReader) -> Asset:
    return Asset(
        kind=reader.required("kind", word("asset"), ""),
        path=reader.path,
        fen=reader.optional("yuan", fen, None),
        is_necessary=reader.optional("necessary", flag, False),
    )


def _filed_alone(reader: ObjectReader) -> FiledAlone:
    return FiledAlone(reader.required("ground", word("alone"), ""), reader.optional("since", day, None))


def _member(reader: ObjectReader) -> Member:
    has_cost = reader.raw.get("employment_cost_yuan") is not None
    member = Member(
        id=reader.required("id", _identifier, ""),
        path=reader.path,
        birth_date=reader.optional("birth_date", day, None),
        exclusion=reader.optional("excluded", word("exclusion"), None),
        incomes=reader.objects("incomes", _income),
        is_employed=reader.optional("employed", flag, has_cost),
        employment_cost=reader.optional("employment_cost_yuan", fen, ZERO),
        deductions=reader.objects("deductions", _deduction) or (),
        disabilities=_disabilities(reader),
        is_seriously_ill=reader.optional("serious_illness", flag, False),
        self_care=reader.nested("self_care", _self_care),
        self_care_lost_since=reader.optional("self_care_lost_since", day, None),
        dibao_class=reader.optional("dibao_class", word("class"), None),
        school=reader.optional("in_school", _school, None),
        relation=reader.optional("relation", word("relation"), None),
        is_dependent=reader.optional("dependent", flag, None),
        receives=reader.optional("receives", _codes, frozenset()),
        obligors=reader.objects("support_obligors", _obligor),
    )
    if has_cost and not member.is_employed:
        reader.problem("employment_cost_yuan", "未就业的成员不应有就业成本")
    return member


def _income(reader: ObjectReader) -> Income:
    kind = reader.required("kind", text, "")
    return Income(resolve("income", kind) or kind, _monthly(reader))


def _deduction(reader: ObjectReader) -> Deduction:
    return Deduction(reader.required("kind", word("deduction"), ""), _monthly(reader))


def _monthly(reader: ObjectReader) -> Fraction:
    """Read an amount given by the month or, as farm income is, by the year."""
    if reader.raw.get("yuan_per_year") is not None:
        if reader.raw.get("yuan_per_month") is not None:
            reader.problem("yuan_per_month", "按月和按年只填一项")
        return reader.optional("yuan_per_year", fen, ZERO) / MONTHS_PER_YEAR
    return reader.required("yuan_per_month", fen, ZERO)


def _disabilities(reader: ObjectReader) -> tuple[Disability, ...]:
    """Read one certificate line, or the list of lines behind a multiple disability."""
    if isinstance(reader.raw.get("disability"), list):
        return reader.objects("disability", _disability) or ()
    single = reader.nested("disability", _disability)
    return (single,) if single else ()


def _disability(reader: ObjectReader) -> Disability:
    return Disability(reader.required("category", word("disability"), ""), reader.required("level", level, 4))


def _self_care(reader: ObjectReader) -> Mapping[str, bool]:
    """Read the items that are known; the rule names those it lacks."""
    items: dict[str, bool] = {}
    for name in reader.raw:
        code = resolve("self_care", name)
        if code is None:
            reader.problem(name, f"应为其中之一: {'、'.join(names('self_care'))}")
        elif (value := reader.optional(name, flag, None)) is not None:
            items[code] = value
    return items


def _obligor(reader: ObjectReader) -> Obligor:
    return Obligor(reader.optional("incapacity", word("incapacity"), None))


def _identifier(raw: object) -> str:
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else text(raw)


def _property(raw: object) -> Mapping[str, bool] | bool:
    if isinstance(raw, dict) and all(isinstance(value, bool) for value in raw.values()):
        return raw
    return flag(raw)


def _school(raw: object) -> str:
    """Keep a stage that is not in the vocabulary: only one rule needs it, and that rule asks."""
    if isinstance(raw, bool):
        return "unknown" if raw else "none"
    return resolve("school", text(raw)) or text(raw)


def _codes(raw: object) -> frozenset[str]:
    if not isinstance(raw, list):
        raise ValueError("应为列表")
    return frozenset(text(item) for item in raw)


def _mapping(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ValueError("应为对象")
    return raw
