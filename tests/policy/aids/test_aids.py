"""Taper, temporary aid, medical aid and the price link: amounts by dated numbers, with reasons, to the fen."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.aids.medical import medical_aid, medical_class, premium_subsidy, rate_keeps_floor
from policy.aids.prices import PriceMonth, linked_months
from policy.aids.taper import TaperOutOfRange, taper_schedule
from policy.aids.temporary import may_pay_in_advance, suggest_temporary_aid
from policy.parameters import ParameterNotSet, load_parameters
from policy.reasons import FactsMissing
from tests.policy.law import law, real_law

FEN = st.integers(0, 10_000_000)
STATUSES = ["tekun", "orphan", "de_facto_unattended_child", "severe_disability", "dibao", "low_income_edge"]


def test_a_taper_starts_the_month_after_and_falls_as_the_region_says() -> None:
    """文件000 一(一); 57号文 第二十一条 for the month after."""
    schedule = taper_schedule(law(), date(2026, 11, 20), 5, Fraction(20_000))
    assert [month.month for month in schedule][:3] == [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    assert [month.amount.fen for month in schedule] == [20_000, 20_000, 20_000, 10_000, 10_000]
    assert "第 4 个月" in schedule[3].amount.reasons[0].text


def test_more_months_than_rates_stay_at_the_last() -> None:
    assert taper_schedule(law(), date(2026, 7, 1), 12, Fraction(20_000))[-1].amount.fen == 10_000


@pytest.mark.parametrize(
    ("region", "months"), [("430981", 13), ("430981", 0), ("530102", 5), ("530102", 13), ("110105", 7)]
)
def test_a_taper_outside_of_the_range_of_the_region_is_refused(region: str, months: int) -> None:
    """文件000 一(一): up to 12; 文件004 二(一): 6 to 12; 2022年通知 一(三): up to 6."""
    with pytest.raises(TaperOutOfRange):
        taper_schedule(law(region, taper__rates=["1"]), date(2026, 7, 1), months, Fraction(20_000))


def test_how_a_taper_falls_is_for_the_region_to_set() -> None:
    with pytest.raises(ParameterNotSet, match=r"taper\.rates"):
        taper_schedule(real_law(), date(2026, 7, 1), 6, Fraction(20_000))


def test_temporary_aid_is_suggested_from_four_factors() -> None:
    """文件004 二(三); 临时救助意见 二(三)."""
    found = suggest_temporary_aid(law(), people=3, kind="illness", degree="heavy", months=2)
    assert found.fen == 62_000 * 3 * Fraction(3, 2) * 2
    assert "620.00 元 × 3 人" in found.reasons[0].text
    assert "二(三)" in (found.reasons[0].clause or "")


def test_temporary_aid_stops_at_the_ceiling_and_the_longest_duration() -> None:
    assert suggest_temporary_aid(law(), people=9, kind="fire", degree="severe", months=6).fen == 2_000_000
    six, nine = (suggest_temporary_aid(law(), people=1, kind="other", degree="light", months=n).fen for n in (6, 9))
    assert six == nine


@given(people=st.integers(1, 9), months=st.integers(1, 12), more=st.integers(0, 5))
def test_more_people_or_a_longer_hardship_never_suggest_less(people: int, months: int, more: int) -> None:
    def fen(people: int, months: int) -> Fraction:
        return suggest_temporary_aid(law(), people=people, kind="illness", degree="light", months=months).fen

    assert fen(people, months) <= fen(people + more, months)
    assert fen(people, months) <= fen(people, months + more)


def test_a_kind_of_hardship_that_the_table_has_not_is_named() -> None:
    with pytest.raises(FactsMissing) as caught:
        suggest_temporary_aid(law(), people=1, kind="boredom", degree="light", months=1)
    assert caught.value.paths == ("temporary.kind",)


def test_the_weights_are_for_the_region_to_set() -> None:
    with pytest.raises(ParameterNotSet):
        suggest_temporary_aid(real_law(), people=1, kind="fire", degree="light", months=1)


@pytest.mark.parametrize(("fen", "holds"), [(100_000, True), (100_001, False)])
def test_a_small_amount_may_be_paid_before_the_papers(fen: int, holds: bool) -> None:
    """社会救助法 第五十条; the sample's limit is 1000 yuan."""
    found = may_pay_in_advance(law(), fen)
    assert (found.holds, found.reasons[0].threshold) == (holds, "1000.00")


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ({"tekun"}, "one"),
        ({"orphan", "dibao"}, "one"),
        ({"dibao"}, "two"),
        ({"relapse_monitored"}, "two"),
        ({"student"}, None),
        (set(), None),
    ],
)
def test_the_highest_class_wins(statuses: set[str], code: str | None) -> None:
    """文件000 一(四)."""
    found = medical_class(real_law(), statuses)
    assert (found[0] if found else None) == code
    assert found is None or found[1].clause == "一(四)"


def test_a_region_without_classes_is_told_so() -> None:
    with pytest.raises(ParameterNotSet, match=r"medical\.class_one"):
        medical_class(real_law("110105"), {"tekun"})


def test_medical_aid_is_a_share_up_to_what_is_left_of_the_year() -> None:
    """文件001 二(二)3 for the yearly limit; the sample's rates."""
    whole = medical_aid(law(), {"tekun"}, self_paid_fen=1_000_001, aided_this_year_fen=0)
    assert whole.fen == 1_000_001 * Fraction(9, 10)
    capped = medical_aid(law(), {"dibao"}, self_paid_fen=1_000_000, aided_this_year_fen=4_900_000)
    assert capped.fen == 100_000
    assert "年度限额" in capped.reasons[-1].text
    spent = medical_aid(law(), {"dibao"}, self_paid_fen=1_000_000, aided_this_year_fen=6_000_000)
    assert spent.fen == 0


@given(status=st.sampled_from(STATUSES), paid=FEN, more=FEN, aided=FEN)
def test_higher_expenses_never_get_less_and_never_pass_the_limit(status: str, paid: int, more: int, aided: int) -> None:
    less, greater = (
        medical_aid(law(), {status}, self_paid_fen=fen, aided_this_year_fen=aided).fen for fen in (paid, paid + more)
    )
    assert 0 <= less <= greater <= max(0, 5_000_000 - aided)


def test_who_is_in_no_class_gets_no_medical_aid_and_is_told_why() -> None:
    found = medical_aid(law(), set(), self_paid_fen=100, aided_this_year_fen=0)
    assert found.fen == 0 and found.reasons[0].clause


@pytest.mark.parametrize(("rate", "holds"), [("7/10", True), ("69/100", False)])
def test_a_rate_below_the_floor_is_found(rate: str, holds: bool) -> None:
    """文件001 二(二)3: not below 70 %."""
    found = rate_keeps_floor(law("340705", medical__rate__class_one=rate), "one")
    assert found is not None and found.holds is holds
    assert rate_keeps_floor(law(), "one") is None


def test_the_whole_premium_is_paid_in_tongling_for_key_groups() -> None:
    """文件001 二(二)3: 100 %; 社会救助暂行办法 第二十八条 for the groups."""
    assert premium_subsidy(real_law("340705"), {"dibao"}, premium_fen=38_000).fen == 38_000
    assert premium_subsidy(real_law("340705"), {"low_income_edge"}, premium_fen=38_000).fen == 0


def month(text: str, cpi: str, food: str) -> PriceMonth:
    return PriceMonth(date.fromisoformat(f"{text}-01"), Fraction(cpi), Fraction(food))


def test_either_index_starts_the_subsidy_at_exactly_its_trigger() -> None:
    """文件004 三(二): CPI or its food part."""
    months = [month("2026-01", "0.035", "0"), month("2026-02", "0.0349", "0.06"), month("2026-03", "0.0349", "0.0599")]
    found = linked_months(load_parameters(), "430981", months)
    assert [one.holds for one in found] == [True, True, False]
    assert found[2].reasons[1].text == "食品价格同比上涨 5.99%,没有达到 6%。"


def test_each_month_is_judged_by_the_trigger_of_its_time() -> None:
    """3.0 % from September 2022 to March 2023."""
    months = [month(text, "0.03", "0") for text in ("2022-08", "2022-09", "2023-03", "2023-04")]
    found = linked_months(load_parameters(), "430981", reversed(months))
    assert [one.holds for one in found] == [False, True, True, False]


def test_before_the_mechanism_there_is_no_answer() -> None:
    with pytest.raises(ParameterNotSet):
        linked_months(load_parameters(), "430981", [month("2016-07", "0.05", "0")])
