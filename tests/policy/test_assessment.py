"""Laws of the kernel that hold for every household, and the shape of its answer."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.assessment import assess
from policy.case import parse_case
from policy.features import last_day_of_minor_support
from policy.law import Law
from policy.money import yuan_text
from policy.parameters import load_parameters
from policy.reader import CaseError

PARAMETERS = load_parameters()
FEN = st.integers(0, 150_000)
ASSUMED = {"dibao.standard": "780.00", "single_person.ratio": "4/5"}
PROGRAMMES = ["dibao", "low_income_edge", "dibao_single_person", "tekun", "rigid_expenditure"]
KINDS = st.sampled_from(["wage", "business", "property", "transfer", "other", "scholarship", "found on the road"])


@st.composite
def incomes(draw: st.DrawFn) -> dict[str, str]:
    return {"kind": draw(KINDS), "yuan_per_month": yuan_text(draw(FEN))}


@st.composite
def members(draw: st.DrawFn) -> dict[str, Any]:
    member: dict[str, Any] = {
        "birth_date": draw(st.dates(date(1930, 1, 1), date(2026, 6, 30))).isoformat(),
        "incomes": draw(st.lists(incomes(), max_size=3)),
        "deductions": [{"kind": "illness", "yuan_per_month": yuan_text(draw(FEN))}] * draw(st.integers(0, 1)),
        "serious_illness": draw(st.booleans()),
        "support_obligors": [],
    }
    if draw(st.booleans()):
        member |= {"employed": True, "employment_cost_yuan": yuan_text(draw(FEN))}
    if draw(st.booleans()):
        category = draw(st.sampled_from(["visual", "hearing", "speech", "physical", "intellectual", "mental"]))
        member["disability"] = {"category": category, "level": draw(st.integers(1, 4))}
    if draw(st.booleans()):
        member["dibao_class"] = draw(st.sampled_from("ABC"))
    return member


@st.composite
def households(draw: st.DrawFn) -> dict[str, Any]:
    found = draw(st.lists(members(), min_size=1, max_size=4))
    return {
        "area": "urban",
        "property_ok": True,
        "members": [{"id": f"m{index}", **member} for index, member in enumerate(found)],
    }


def results(household: dict[str, Any], *, region: str = "340705", on: date = date(2026, 7, 1)) -> dict[str, Any]:
    case = {"household": household, "parameters": ASSUMED}
    answer = assess(case, on=on, region=region, parameters=PARAMETERS)
    return {result["programme"]: result for result in answer["results"]}


def monthly(result: dict[str, Any]) -> Decimal:
    return Decimal(result["monthly_yuan"])


def replaced(household: dict[str, Any], member: dict[str, Any]) -> dict[str, Any]:
    return {**household, "members": [member, *household["members"][1:]]}


@given(household=households(), more=st.integers(1, 100_000))
def test_more_income_never_gives_more_dibao(household: dict[str, Any], more: int) -> None:
    """社会救助暂行办法 第十二条."""
    first = household["members"][0]
    richer = {**first, "incomes": [*first["incomes"], {"kind": "other", "yuan_per_month": yuan_text(more)}]}
    assert monthly(results(replaced(household, richer))["dibao"]) <= monthly(results(household)["dibao"])


@given(household=households(), more=st.integers(1, 100_000))
def test_more_income_never_makes_anybody_tekun(household: dict[str, Any], more: int) -> None:
    """特困人员认定办法 第六条."""
    first = household["members"][0]
    richer = {**first, "incomes": [*first["incomes"], {"kind": "other", "yuan_per_month": yuan_text(more)}]}
    before, after = results(household)["tekun"], results(replaced(household, richer))["tekun"]
    assert set(after["members"]) <= set(before["members"])


@given(household=households(), kind=KINDS, total=FEN, share=st.fractions(0, 1))
def test_splitting_an_income_changes_nothing(household: dict[str, Any], kind: str, total: int, share: Fraction) -> None:
    first, part = household["members"][0], int(total * share)
    whole = {**first, "incomes": [*first["incomes"], {"kind": kind, "yuan_per_month": yuan_text(total)}]}
    pieces = [{"kind": kind, "yuan_per_month": yuan_text(piece)} for piece in (part, total - part)]
    split = {**first, "incomes": [*first["incomes"], *pieces]}
    assert results(replaced(household, whole)) == results(replaced(household, split))


@given(household=households(), total=FEN, share=st.fractions(0, 1))
def test_splitting_a_deduction_changes_nothing(household: dict[str, Any], total: int, share: Fraction) -> None:
    first, part = household["members"][0], int(total * share)
    whole = {**first, "deductions": [{"kind": "illness", "yuan_per_month": yuan_text(total)}]}
    pieces = [{"kind": "illness", "yuan_per_month": yuan_text(piece)} for piece in (part, total - part)]
    split = {**first, "deductions": pieces}
    assert results(replaced(household, whole)) == results(replaced(household, split))


@given(household=households(), shuffled=st.randoms(use_true_random=False))
def test_the_order_of_the_members_does_not_matter(household: dict[str, Any], shuffled: Any) -> None:
    order = list(household["members"])
    shuffled.shuffle(order)
    before, after = results(household), results({**household, "members": order})
    for programme in PROGRAMMES:
        one, other = before[programme], after[programme]
        assert (one["outcome"], one["monthly_yuan"]) == (other["outcome"], other["monthly_yuan"])
        assert sorted(one["members"]) == sorted(other["members"])


@given(household=households())
def test_dibao_is_the_difference_on_the_totals_plus_the_supplements(household: dict[str, Any]) -> None:
    """An oracle written anew, in Decimal and without the kernel's parts; 文件001 二(二)1 for the supplements."""
    net, people = Fraction(0), household["members"]
    for member in people:
        counted = [income for income in member["incomes"] if income["kind"] != "scholarship"]
        wage = sum(Fraction(income["yuan_per_month"]) for income in counted if income["kind"] == "wage")
        net += sum(Fraction(income["yuan_per_month"]) for income in counted)
        net -= min(wage, Fraction(member.get("employment_cost_yuan", "0")))
    net = max(Fraction(0), net - sum(Fraction(d["yuan_per_month"]) for m in people for d in m["deductions"]))
    difference = 780 * len(people) - net
    rates = {"A": Fraction(3, 10), "B": Fraction(1, 5)}
    extra = sum(rates.get(member.get("dibao_class", "C"), Fraction(0)) for member in people) * difference / len(people)
    result = results(household)["dibao"]
    if difference <= 0:
        assert (result["outcome"], result["monthly_yuan"]) == ("not_eligible", "0.00")
    else:
        assert result["outcome"] == "eligible"
        assert abs(Fraction(result["monthly_yuan"]) - difference - extra) <= Fraction(1, 200)


@given(household=households())
def test_a_household_is_in_one_band_at_most(household: dict[str, Any]) -> None:
    found = results(household)
    bands = [found[programme]["outcome"] for programme in ("dibao", "low_income_edge")]
    assert bands.count("eligible") <= 1
    if found["dibao_single_person"]["outcome"] == "eligible":
        assert found["low_income_edge"]["outcome"] == "eligible"


@given(household=households())
def test_the_answer_is_json_with_a_reason_for_everything(household: dict[str, Any]) -> None:
    found = results(household)
    assert json.loads(json.dumps(found)) == found
    for result in found.values():
        assert result["reasons"]
        for reason in result["reasons"]:
            assert reason["text"] and "{" not in reason["text"] and "None" not in reason["text"]
            assert reason["clause"] or reason["text"].startswith(("还缺少", "地区", "当地没有"))


def test_the_answer_says_that_it_is_a_suggestion_and_by_which_rules() -> None:
    """个人信息保护法 第二十四条, 社会救助法 第四十四条."""
    case = {"household": {"members": [{"id": "a"}]}}
    answer = assess(case, on=date(2026, 7, 1), region="430981", parameters=PARAMETERS)
    assert "不是决定" in answer["notice"]
    assert (answer["on"], answer["region"], answer["rules"]) == ("2026-07-01", "430981", PARAMETERS.version)
    assert [result["programme"] for result in answer["results"]] == PROGRAMMES


def test_a_programme_appears_only_from_its_first_day() -> None:
    household = {"area": "urban", "property_ok": True, "members": [{"id": "a", "incomes": []}]}
    assert "rigid_expenditure" not in results(household, on=date(2024, 12, 31))
    assert "rigid_expenditure" in results(household, on=date(2025, 1, 1))


def test_the_past_is_judged_by_the_law_of_its_day() -> None:
    """Before 2021-07-01 no document read says which income is exempt, and that is named."""
    household = {"area": "urban", "property_ok": True, "members": [{"id": "a", "incomes": []}]}
    assert results(household, on=date(2021, 6, 30))["dibao"]["missing"] == ["parameters.income.exempt"]
    assert results(household, on=date(2021, 7, 1))["dibao"]["outcome"] == "eligible"


def test_the_law_of_2026_is_cited_only_from_its_first_day() -> None:
    household = {"area": "urban", "property_ok": True, "members": [{"id": "a", "incomes": []}]}
    for on, is_cited in ((date(2026, 6, 30), False), (date(2026, 7, 1), True)):
        clauses = [reason["clause"] or "" for reason in results(household, on=on)["dibao"]["reasons"]]
        assert any("社会救助法》第十八条" in clause for clause in clauses) is is_cited


def test_a_local_document_is_cited_only_at_home() -> None:
    household = {"area": "urban", "property_ok": True, "members": [{"id": "a", "incomes": []}]}
    for region, is_cited in (("430981102", True), ("110105", False)):
        clauses = [reason["clause"] or "" for reason in results(household, region=region)["dibao"]["reasons"]]
        assert any("文件000" in clause for clause in clauses) is is_cited


def test_the_area_is_named_when_the_standard_depends_on_it() -> None:
    case = {"household": {"property_ok": True, "members": [{"id": "a", "incomes": []}]}}
    answer = assess(case, on=date(2026, 7, 1), region="430981", parameters=load_parameters(sample=True))
    assert answer["results"][0]["missing"] == ["household.area"]


def test_the_sample_county_shows_that_its_numbers_are_a_sample() -> None:
    case = {"household": {"area": "rural", "property_ok": True, "members": [{"id": "a", "incomes": []}]}}
    answer = assess(case, on=date(2026, 7, 1), region="430981", parameters=load_parameters(sample=True))
    assert answer["results"][0]["monthly_yuan"] == "620.00"
    assert any("示例" in (reason["clause"] or "") for reason in answer["results"][0]["reasons"])


def test_income_outside_the_catalogue_counts_and_is_pointed_out() -> None:
    """民发〔2021〕57号 第十三条(五)."""
    stray = [{"kind": "found on the road", "yuan_per_month": "100.00"}]
    household = {"area": "urban", "property_ok": True, "members": [{"id": "a", "incomes": stray}]}
    result = results(household, region="110105")["dibao"]
    assert result["monthly_yuan"] == "680.00"
    assert any("不在收入目录中" in reason["text"] for reason in result["reasons"])


def test_a_malformed_region_is_refused() -> None:
    with pytest.raises(ValueError, match="地区代码"):
        results({"area": "urban", "property_ok": True, "members": [{"id": "a", "incomes": []}]}, region="沅江")


def test_a_grown_child_who_supports_themselves_is_not_of_the_household() -> None:
    """57号文 第七条(三): a student up to the bachelor is, one with a job and a home is not."""
    parent = {"id": "a", "incomes": []}
    child = {"id": "b", "relation": "child", "dependent": False, "birth_date": "2008-07-01", "incomes": []}
    household = {"area": "urban", "property_ok": True, "members": [parent, child]}
    with pytest.raises(CaseError) as caught:
        results(household)
    assert caught.value.problems[0].path == "household.members[1].relation"
    for other in ({"birth_date": "2008-07-02"}, {"dependent": True}, {"in_school": "higher"}, {"relation": "spouse"}):
        assert results({**household, "members": [parent, {**child, **other}]})["dibao"]["outcome"] == "eligible"


@pytest.mark.parametrize(
    ("born", "last"), [("2010-07-01", date(2028, 6, 30)), ("2008-02-29", date(2026, 2, 28)), (None, None)]
)
def test_the_last_day_of_a_minors_support_is_known_beforehand(born: str | None, last: date | None) -> None:
    """文件000 一(二): 可继续享有救助供养待遇至18周岁."""
    member = parse_case({"household": {"members": [{"id": "a", "birth_date": born}]}}).household.members[0]
    assert last_day_of_minor_support(member, Law(PARAMETERS, "430981", date(2026, 1, 1), "rural")) == last


def test_a_minor_is_told_how_long_support_goes_on() -> None:
    """文件000 一(二)."""
    child = {"id": "a", "birth_date": "2011-02-28", "incomes": [], "support_obligors": []}
    found = results({"area": "urban", "property_ok": True, "members": [child]}, region="430981")["tekun"]
    assert [reason["value"] for reason in found["reasons"] if "可以享受到" in reason["text"]] == ["2029-02-27"]
