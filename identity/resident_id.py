"""Resident id numbers (公民身份号码, GB 11643): check digit, birth date, sex, masking.

Leaves to others: encryption, the keyed hash for look-up, and any list of areas. The first six digits name the area of
the first registration, and areas are renamed and dissolved, so a number is never refused for its area.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Sex = Literal["male", "female"]

# ISO 7064 MOD 11-2 as GB 11643 writes it out.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
_RESIDENT_ID = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")

TEST_AREA = "99"  # No province has this number, so a made-up id under it cannot belong to a living person.

REFUSALS = {
    "empty": "请填写身份证号码。",
    "old_15_digits": "这是 15 位的旧号码，已停止使用，请按第二代居民身份证填写 18 位号码。",
    "wrong_length": "身份证号码应为 18 位，请检查是否多填或漏填。",
    "wrong_characters": "身份证号码前 17 位是数字，最后一位是数字或 X，请检查。",
    "impossible_birth_date": "号码中的出生日期不存在，请检查第 7 至 14 位。",
    "birth_date_in_future": "号码中的出生日期在今天之后，请检查第 7 至 14 位。",
    "wrong_check_digit": "号码的最后一位与前面各位不符，请对照证件逐位检查。",
}


@dataclass(frozen=True)
class ResidentId:
    """A number that passed every check. The number itself never appears in a log: `repr` leaves it out."""

    number: str = field(repr=False)
    born_on: date = field(repr=False)
    sex: Sex = field(repr=False)

    @property
    def masked(self) -> str:
        """The number as it may be shown."""
        return mask(self.number)


@dataclass(frozen=True)
class Refusal:
    """Why a text is no resident id: a stable code, and the sentence for the person who typed it."""

    code: str

    @property
    def message(self) -> str:
        """The sentence to show, in Chinese, with what to do."""
        return REFUSALS[self.code]


def parse(text: str, *, today: date) -> ResidentId | Refusal:
    """Read a resident id as people type it: full-width digits, spaces and a small x are accepted.

    >>> parse("11010519491231002x", today=date(2025, 1, 1)).masked
    '110105********002X'
    >>> parse("110105194912310021", today=date(2025, 1, 1)).code
    'wrong_check_digit'
    """
    number = normalise(text)
    shape = _refuse_shape(number)
    if shape:
        return Refusal(shape)
    born_on = _date(number[6:14])
    if born_on is None:
        return Refusal("impossible_birth_date")
    if born_on > today:
        return Refusal("birth_date_in_future")
    if number[17] != check_digit(number[:17]):
        return Refusal("wrong_check_digit")
    return ResidentId(number, born_on, "male" if int(number[16]) % 2 else "female")


def normalise(text: str) -> str:
    """Return a number in its one written form: ASCII, no spaces or dashes, capital X."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


def check_digit(first_17: str) -> str:
    """Return the 18th character for 17 ASCII digits (GB 11643, ISO 7064 MOD 11-2).

    >>> check_digit("44052418800101001")
    '4'
    """
    return CHECK_DIGITS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first_17, strict=True)) % 11]


def mask(number: str) -> str:
    """Hide the birth date: the first six and last four characters stay, as workers compare them with the card.

    For screens of people who may see the record. Public notices show no number at all. Whatever is not 18 characters
    long is hidden completely.
    """
    return f"{number[:6]}{'*' * 8}{number[14:]}" if len(number) == 18 else "*" * len(number)


def age_on(born_on: date, day: date) -> int:
    """Return the completed years (周岁) on a day; who was born on 29 February turns on 1 March of common years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def compose(area: str, born_on: date, serial: int) -> str:
    """Make a valid number for test and sample data that belongs to nobody.

    The area has six digits and begins with 99, which no province has; the serial is 0 to 999, odd for a man.
    Raises ValueError for anything else, so that no real number is made by accident.
    """
    if not re.fullmatch(TEST_AREA + "[0-9]{4}", area):
        raise ValueError(f"the area of a made-up number must be six digits that begin with {TEST_AREA}")
    if not 0 <= serial <= 999:
        raise ValueError("the serial must lie between 0 and 999")
    first_17 = f"{area}{born_on:%Y%m%d}{serial:03d}"
    return first_17 + check_digit(first_17)


def _refuse_shape(number: str) -> str | None:
    if not number:
        return "empty"
    if re.fullmatch("[0-9]{15}", number):
        return "old_15_digits"
    if len(number) != 18:
        return "wrong_length"
    return None if re.fullmatch("[0-9]{17}[0-9X]", number) else "wrong_characters"


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def veil(text: str) -> str:
    """Hide the birth date in every resident id within a text.

    >>> veil("户主 990101194906010012")
    '户主 990101********0012'
    """
    return _RESIDENT_ID.sub(lambda found: mask(found.group()), text)
