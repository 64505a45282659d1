"""Working days: the announced tables, the rules of the Civil Code, and an honest answer where no table exists."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.calendar import DueDay, add_days, add_months, add_working_days, is_announced, is_working_day, load_calendar

CALENDAR = load_calendar()
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
ANNOUNCED = st.dates(FIRST, date(2026, 11, 30))


def test_every_announced_day_agrees_with_an_independent_table() -> None:
    days = [FIRST + timedelta(days=count) for count in range((LAST - FIRST).days + 1)]
    assert [day for day in days if is_working_day(day, CALENDAR) != chinese_calendar.is_workday(day)] == []


def test_the_first_day_is_not_counted() -> None:
    """民法典 第二百零一条."""
    monday = date(2026, 7, 6)
    assert add_working_days(monday, 1, CALENDAR) == DueDay(date(2026, 7, 7), False)


def test_a_weekend_that_is_worked_counts() -> None:
    """2026-09-20 is a Sunday worked for the National Day holiday."""
    friday = date(2026, 9, 18)
    assert add_working_days(friday, 1, CALENDAR).on == date(2026, 9, 20)


def test_a_holiday_week_does_not_count() -> None:
    assert add_working_days(date(2026, 9, 30), 1, CALENDAR).on == date(2026, 10, 8)


def test_a_notice_that_ends_on_a_holiday_runs_to_the_next_working_day() -> None:
    """民法典 第二百零三条."""
    assert add_days(date(2026, 9, 25), 7, CALENDAR).on == date(2026, 10, 8)
    assert add_days(date(2026, 7, 6), 7, CALENDAR).on == date(2026, 7, 13)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2025, 11, 20), 6, date(2026, 5, 20)),
        (date(2025, 6, 30), 12, date(2026, 6, 30)),
        (date(2025, 10, 1), 6, date(2026, 4, 1)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(start: date, months: int, end: date) -> None:
    """民法典 第二百零二条; 2026-02-28 is a Saturday that is worked."""
    assert add_months(start, months, CALENDAR).on == end


def test_a_period_into_a_year_without_a_table_says_so() -> None:
    assert add_working_days(date(2026, 12, 21), 10, CALENDAR) == DueDay(date(2027, 1, 4), True)
    assert add_days(date(2026, 12, 28), 7, CALENDAR).provisional
    assert add_months(date(2026, 12, 1), 6, CALENDAR).provisional


def test_the_last_week_of_the_last_table_may_still_move() -> None:
    assert is_announced(date(2026, 12, 24), CALENDAR)
    assert not is_announced(date(2026, 12, 25), CALENDAR)
    assert is_announced(date(2025, 12, 31), CALENDAR)


@pytest.mark.parametrize("add", [add_working_days, add_days, add_months])
def test_a_period_has_at_least_one_unit(add: object) -> None:
    with pytest.raises(ValueError, match="不小于 1"):
        add(date(2026, 7, 6), 0, CALENDAR)  # type: ignore[operator]


@given(start=ANNOUNCED, count=st.integers(1, 60))
def test_the_due_day_is_worked_and_exactly_so_many_lie_between(start: date, count: int) -> None:
    due = add_working_days(start, count, CALENDAR)
    between = [start + timedelta(days=n) for n in range(1, (due.on - start).days + 1)]
    assert is_working_day(due.on, CALENDAR)
    assert sum(is_working_day(day, CALENDAR) for day in between) == count


@given(start=ANNOUNCED, first=st.integers(1, 20), second=st.integers(1, 20))
def test_two_periods_end_to_end_are_one(start: date, first: int, second: int) -> None:
    middle = add_working_days(start, first, CALENDAR).on
    assert add_working_days(middle, second, CALENDAR).on == add_working_days(start, first + second, CALENDAR).on
