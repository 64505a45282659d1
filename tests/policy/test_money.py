"""Money is exact: whole fen in, fractions inside, rounded once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.money import exact_yuan_text, parse_yuan, whole_fen, yuan_text


@pytest.mark.parametrize(
    ("text", "fen"), [("780.00", 78000), ("780", 78000), ("0.1", 10), ("0", 0), (780, 78000), (Decimal("780.5"), 78050)]
)
def test_an_amount_in_yuan_is_whole_fen(text: object, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize("text", ["-1", "1.005", "1e3", "", " 1", "1,000", "一百", "１", 0.1, True, None, [], "9" * 13])
def test_anything_else_is_no_amount(text: object) -> None:
    with pytest.raises(ValueError):
        parse_yuan(text)


@given(st.integers(0, 10**12))
def test_fen_survive_the_way_to_text_and_back(fen: int) -> None:
    assert parse_yuan(yuan_text(fen)) == fen


@given(st.fractions(0, 10**9))
def test_rounding_is_at_most_half_a_fen(amount: Fraction) -> None:
    assert abs(whole_fen(amount) - amount) <= Fraction(1, 2)


@given(amount=st.fractions(0, 10**9), line=st.integers(0, 10**9))
def test_what_is_below_a_line_reads_below_it(amount: Fraction, line: int) -> None:
    shown = Decimal(exact_yuan_text(amount))
    assert (amount < line) == (shown < Decimal(yuan_text(line)))
