"""Money as whole fen and exact fractions of fen; text only at the edge.

A calculation carries fractions from the first income to the last supplement and is rounded once, by `whole_fen`.
"""

import re
from decimal import Decimal
from fractions import Fraction

FEN_PER_YUAN = 100
_YUAN = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)


def parse_yuan(text: object) -> int:
    """Return the fen of a non-negative amount in yuan: "780.00", 780 or Decimal("780.5").

    Raises ValueError for anything else; binary floats are refused, because 0.1 yuan is not a float.
    """
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        raise ValueError(text)
    written = str(text)
    if not _YUAN.fullmatch(written):
        raise ValueError(text)
    return int(Decimal(written) * FEN_PER_YUAN)


def whole_fen(amount: Fraction) -> int:
    """Round once to whole fen, half a fen up. No document read sets a rounding; banks cannot pay less than a fen.

    >>> whole_fen(Fraction(1, 2)), whole_fen(Fraction(1, 3))
    (1, 0)
    """
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def yuan_text(fen: int) -> str:
    """Write whole fen as yuan with two decimals.

    >>> yuan_text(78000), yuan_text(1)
    ('780.00', '0.01')
    """
    return f"{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02d}"


def exact_yuan_text(fen: Fraction) -> str:
    """Write a fraction of fen as yuan: two decimals when exact, else four, cut off and never rounded up.

    Cutting keeps the order against any threshold of at most four decimals: a sum below the line reads below the line.

    >>> exact_yuan_text(Fraction(78000)), exact_yuan_text(Fraction(233999, 3))
    ('780.00', '779.9966')
    """
    if fen.denominator == 1:
        return yuan_text(fen.numerator)
    hundredths = fen.numerator * 100 // fen.denominator
    return f"{hundredths // 10_000}.{hundredths % 10_000:04d}"


def percent_text(ratio: Fraction) -> str:
    """Write a ratio as a percentage, two decimals at most, cut off as amounts are.

    >>> percent_text(Fraction(7, 200)), percent_text(Fraction(-1, 3))
    ('3.5%', '-33.33%')
    """
    hundredths = int(ratio * 10_000)
    return f"{hundredths / 100:g}%"


def ratio_text(ratio: Fraction) -> str:
    """Write a ratio as a decimal where it is one, else as a fraction.

    >>> ratio_text(Fraction(3, 2)), ratio_text(Fraction(1, 3))
    ('1.5', '1/3')
    """
    thousandths = ratio * 1000
    return f"{float(ratio):g}" if thousandths.denominator == 1 else str(ratio)
