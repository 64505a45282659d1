"""Dated parameters: the most specific region in force on the day wins, and what is not set is an error."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.parameters import ParameterNotSet, load_parameters, region_chain
from policy.registry import AREAS

PARAMETERS = load_parameters()
SAMPLE = load_parameters(sample=True)
DAYS = st.dates(date(2010, 1, 1), date(2032, 12, 31))
KEYS = st.sampled_from(sorted(PARAMETERS.registry.keys))
COUNTIES = st.sampled_from(["430981", "340705", "530102", "650102", "110105"])


def test_a_visit_needs_two_investigators_by_article_sixteen() -> None:
    """民发〔2021〕57号 第十六条."""
    found = PARAMETERS.value("visit.min_investigators", region="430981102", on=date(2026, 7, 1))
    assert (found.value, found.region) == (2, "00")
    assert found.citation == "《最低生活保障审核确认办法》(民发〔2021〕57号)第十六条"


@pytest.mark.parametrize(
    ("region", "days", "clause"),
    [("430981", 25, "二(七)"), ("430921", 30, "四(一)"), ("340705", 30, "四(一)")],
)
def test_the_county_document_wins_over_the_nation(region: str, days: int, clause: str) -> None:
    """文件000 二(七) sets 25 working days, 2022年通知 四(一) sets 30 elsewhere."""
    found = PARAMETERS.value("deadline.decision_days", region=region, on=date(2023, 1, 1))
    assert (found.value, found.clause) == (days, clause)


@pytest.mark.parametrize(
    ("region", "months"), [("430981", 12), ("530102", 12), ("110105", 6)], ids=["沅江", "云南", "elsewhere"]
)
def test_the_taper_lasts_as_long_as_the_region_says(region: str, months: int) -> None:
    """文件000 一(一), 文件004 二(一), 2022年通知 一(三)."""
    assert PARAMETERS.value("taper.max_months", region=region, on=date(2023, 1, 1)).value == months


def test_asking_before_the_first_date_is_an_error_that_names_what_is_asked() -> None:
    with pytest.raises(ParameterNotSet) as caught:
        PARAMETERS.value("edge.multiple", region="110105", on=date(2021, 6, 30))
    assert (caught.value.key, caught.value.region, caught.value.on) == ("edge.multiple", "110105", date(2021, 6, 30))
    assert PARAMETERS.value("edge.multiple", region="110105", on=date(2021, 7, 1)).value == Fraction(3, 2)


@pytest.mark.parametrize(
    "key", sorted(key for key, found in PARAMETERS.registry.keys.items() if found.is_set_by_region)
)
def test_a_number_that_no_document_gives_is_never_assumed(key: str) -> None:
    with pytest.raises(ParameterNotSet, match=key):
        PARAMETERS.value(key, region="430981", on=date(2026, 7, 1), area="urban")


def test_a_temporary_value_ends_and_the_older_one_returns() -> None:
    """价格联动: 3.0 % from 2022-09 to 2023-03, 3.5 % before and after."""
    days = [date(2022, 8, 31), date(2022, 9, 1), date(2023, 3, 31), date(2023, 4, 1)]
    found = [PARAMETERS.value("price.trigger_cpi", region="00", on=day).value for day in days]
    assert found == [Fraction(7, 200), Fraction(3, 100), Fraction(3, 100), Fraction(7, 200)]


def test_the_fine_for_fraud_follows_the_day_of_the_act() -> None:
    """社会救助暂行办法 第六十八条 until June 2026, 社会救助法 第七十三条 from July."""
    before = PARAMETERS.value("fraud.fine_max_multiple", region="430981", on=date(2026, 6, 30))
    after = PARAMETERS.value("fraud.fine_max_multiple", region="430981", on=date(2026, 7, 1))
    assert (before.value, before.clause, after.value, after.clause) == (3, "第六十八条", 2, "第七十三条")


def test_the_sample_figures_are_loaded_only_on_request_and_say_what_they_are() -> None:
    found = SAMPLE.value("dibao.standard", region="430981102", on=date(2026, 7, 1), area="rural")
    assert (found.value, found.clause) == (62000, "示例")
    assert "示例" in found.citation
    assert PARAMETERS.find("dibao.standard", region="430981102", on=date(2026, 7, 1), area="rural") is None


def test_town_and_country_have_their_own_standard() -> None:
    urban = SAMPLE.value("dibao.standard", region="430981", on=date(2025, 12, 31), area="urban")
    rural = SAMPLE.value("dibao.standard", region="430981", on=date(2025, 12, 31), area="rural")
    assert (urban.value, rural.value) == (78000, 60000)
    with pytest.raises(ParameterNotSet):
        SAMPLE.value("dibao.standard", region="430981", on=date(2025, 12, 31))


def test_a_value_for_the_area_goes_before_a_newer_one_for_both() -> None:
    rural = SAMPLE.value("dibao.standard", region="430981", on=date(2026, 7, 1), area="rural")
    both = replace(rural, area=None, value=1, valid_from=date(2026, 6, 1))
    parameters = replace(SAMPLE, by_place={("dibao.standard", "430981"): (rural, both)})
    asked = {
        area: parameters.value("dibao.standard", region="430981", on=date(2026, 7, 1), area=area) for area in AREAS
    }
    assert asked == {"rural": rural, "urban": both}


def test_an_unknown_key_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        PARAMETERS.value("no.such_key", region="00", on=date(2026, 7, 1))


@pytest.mark.parametrize("region", ["", "4309811", "430981abc", "四三"])
def test_a_malformed_region_is_refused(region: str) -> None:
    with pytest.raises(ValueError, match="地区代码"):
        PARAMETERS.value("notice.days", region=region, on=date(2026, 7, 1))


def test_assumed_values_say_that_they_are_assumed() -> None:
    assumed = PARAMETERS.with_overrides({"dibao.standard": "780.00"})
    found = assumed.value("dibao.standard", region="430981", on=date(2026, 7, 1))
    assert (found.value, found.citation) == (78000, "随案例给出的取值")
    assert PARAMETERS.find("dibao.standard", region="430981", on=date(2026, 7, 1)) is None


def test_loading_again_costs_nothing() -> None:
    assert load_parameters(sample=False) is load_parameters(sample=False)


def test_the_version_tells_the_rules_apart() -> None:
    assert PARAMETERS.version != SAMPLE.version


@given(key=KEYS, county=COUNTIES, on=DAYS, area=st.sampled_from([None, "urban", "rural"]))
def test_a_township_inherits_what_its_county_has(key: str, county: str, on: date, area: str | None) -> None:
    asked = [
        SAMPLE.find(key, region=region, on=on, area=area) for region in (county, county + "102", county + "102201")
    ]
    assert asked[0] == asked[1] == asked[2]


@given(key=KEYS, county=COUNTIES, on=DAYS, area=st.sampled_from([None, "urban", "rural"]))
def test_what_is_found_is_in_force_and_as_specific_as_can_be(key: str, county: str, on: date, area: str | None) -> None:
    """Against a search without our look-up: filter every entry, then take the longest region code."""
    in_force = [
        entry
        for entry in SAMPLE.registry.entries
        if entry.key == key
        and entry.region in region_chain(county)
        and entry.valid_from <= on <= (entry.valid_to or date.max)
        and entry.area in (None, area)
    ]
    found = SAMPLE.find(key, region=county, on=on, area=area)
    if found is None:
        assert not in_force
    else:
        ranks = {(entry.region != "00", len(entry.region)): entry.region for entry in in_force}
        assert found.region == ranks[max(ranks)]
        same_place = [entry for entry in in_force if (entry.region, entry.area) == (found.region, found.area)]
        assert found.valid_from == max(entry.valid_from for entry in same_place)


@given(key=KEYS, county=COUNTIES, on=DAYS)
def test_a_value_without_an_end_stays_until_something_newer(key: str, county: str, on: date) -> None:
    found = PARAMETERS.find(key, region=county, on=on)
    if found and found.valid_to is None:
        assert PARAMETERS.find(key, region=county, on=on + timedelta(days=1)) is not None


@pytest.mark.parametrize(
    ("on", "clause"),
    [(date(1970, 1, 1), "第六十八条"), (date(2026, 6, 30), "第六十八条"), (date(2099, 1, 1), "第七十三条")],
)
def test_for_a_clock_that_is_wrong_the_nearest_law_is_given(on: date, clause: str) -> None:
    assert PARAMETERS.nearest("fraud.fine_max_multiple", region="430981", on=on).clause == clause


def test_after_the_last_day_of_the_last_value_that_value_is_the_nearest() -> None:
    rural = SAMPLE.value("dibao.standard", region="430981", on=date(2025, 12, 31), area="rural")
    ended = replace(rural, valid_to=date(2026, 1, 31))
    parameters = replace(SAMPLE, by_place={("dibao.standard", "430981"): (ended,)})
    assert parameters.nearest("dibao.standard", region="430981", on=date(2030, 1, 1), area="rural") == ended


def test_a_value_that_nobody_ever_set_has_no_nearest_one() -> None:
    with pytest.raises(ParameterNotSet):
        PARAMETERS.nearest("face.retention_hours", region="430981", on=date(2026, 7, 1))
