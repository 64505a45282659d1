"""Guards of standards, funds and sanctions: each exists only where its document says so, and holds to the fen."""

from datetime import date
from fractions import Fraction

import pytest

from policy.checks.funds import purchase_within_cap, temporary_aid_budget
from policy.checks.sanctions import fraud_fine, refused_work_too_often
from policy.checks.standards import Standards, check_standards
from policy.parameters import ParameterNotSet
from tests.policy.law import law, real_law


def outcome(region: str, key: str, on: date = date(2026, 7, 15), **proposed: object) -> bool | None:
    found = dict(check_standards(real_law(region, on), Standards(**proposed)))  # type: ignore[arg-type]
    return found[key].holds


@pytest.mark.parametrize(("rural", "holds"), [(60_000, True), (59_999, False)])
def test_the_rural_standard_is_three_quarters_of_the_urban_one(rural: int, holds: bool) -> None:
    """文件000 二(十), from 2025."""
    assert outcome("430981", "dibao.rural_ratio_min", dibao_urban=80_000, dibao_rural=rural) is holds


def test_before_2025_the_rural_ratio_was_not_asked() -> None:
    keys = dict(check_standards(real_law("430981", date(2024, 12, 31)), Standards()))
    assert set(keys) == {"dibao.growth_guard"}


@pytest.mark.parametrize(("urban", "holds"), [(84_000, True), (83_999, False)])
def test_standards_grow_at_least_as_consumption_did(urban: int, holds: bool) -> None:
    """文件000 二(十): town and country both."""
    proposed = {
        "dibao_urban": urban,
        "dibao_rural": 63_000,
        "former_urban": 80_000,
        "former_rural": 60_000,
        "consumption_growth": Fraction(1, 20),
    }
    assert outcome("430981", "dibao.growth_guard", **proposed) is holds


@pytest.mark.parametrize(("basic", "holds"), [(100_000, True), (99_999, False)])
def test_tekun_is_sixty_percent_of_consumption_in_tongling(basic: int, holds: bool) -> None:
    """文件001 二(二)2: 20 000 yuan a year × 60 % / 12 = 1000.00."""
    key = "tekun.min_share_of_consumption"
    assert outcome("340705", key, tekun_basic=basic, consumption_year=2_000_000) is holds


@pytest.mark.parametrize(("basic", "holds"), [(91_000, True), (90_999, False)])
def test_tekun_is_one_point_three_times_urban_dibao_in_yunnan(basic: int, holds: bool) -> None:
    """文件004 三(二)."""
    assert outcome("530102", "tekun.min_multiple_urban", tekun_basic=basic, dibao_urban=70_000) is holds


def test_a_guard_that_lacks_a_figure_names_it() -> None:
    found = dict(check_standards(real_law("340705"), Standards(tekun_basic=1)))
    assert found["tekun.min_share_of_consumption"].holds is None
    assert found["tekun.min_share_of_consumption"].missing == ("standards.consumption_year",)


def test_a_region_without_guards_has_none() -> None:
    assert check_standards(real_law("110105"), Standards()) == ()


def test_the_guide_of_the_province_binds_once_it_is_set() -> None:
    """文件004 三(二)."""
    where = law("530102", dibao__provincial_guide="600.00")
    found = dict(check_standards(where, Standards(dibao_urban=70_000, dibao_rural=59_999)))
    assert found["dibao.provincial_guide"].holds is False
    assert "600.00" in found["dibao.provincial_guide"].reasons[0].text


@pytest.mark.parametrize(("spent", "holds"), [(2_000_000, True), (2_000_001, False)])
def test_services_may_cost_two_percent_of_the_relief_funds(spent: int, holds: bool) -> None:
    """文件000 二(九)."""
    found = purchase_within_cap(real_law(), spent_fen=spent, base_fen=100_000_000)
    assert found.holds is holds
    assert "当年困难群众救助资金总量" in found.reasons[0].text


def test_where_no_document_caps_it_asking_is_an_error() -> None:
    with pytest.raises(ParameterNotSet, match=r"purchase\.cap_ratio"):
        purchase_within_cap(real_law("530102"), spent_fen=1, base_fen=1)


def test_temporary_aid_is_budgeted_by_head_and_shared_half_and_half() -> None:
    """文件001 二(二)4: five yuan a head, city and county 5:5."""
    found = temporary_aid_budget(real_law("340705"), registered_people=300_001)
    assert (found.total, found.city, found.county) == (150_000_500, 75_000_250, 75_000_250)


@pytest.mark.parametrize(("times", "holds"), [(2, False), (3, True)])
def test_the_third_refusal_of_work_counts(times: int, holds: bool) -> None:
    """57号文 第三十四条."""
    found = refused_work_too_often(real_law(), times)
    assert found.holds is holds and "第三十四条" in (found.reasons[0].clause or "")


def test_a_fine_follows_the_law_of_the_day_of_the_act() -> None:
    """社会救助暂行办法 第六十八条 until June 2026; 社会救助法 第七十三条 after."""
    before, after = (fraud_fine(real_law(on=on), 10_000) for on in (date(2026, 6, 30), date(2026, 7, 1)))
    assert (before.least, before.most) == (10_000, 30_000)
    assert (after.least, after.most) == (0, 20_000)
