"""Id and phone numbers as they may be shown: only their ends, and for whoever must tell two apart, where they differ."""

from collections.abc import Iterable
from typing import Any


def mask(number: str) -> str:
    """Hide the middle of an id or phone number; of a short one, all but the last two digits.

    >>> mask("990101194906010012"), mask("19900001234"), mask("1234")
    ('990101********0012', '199****1234', '**34')
    """
    if len(number) >= 15:
        return number[:6] + "*" * (len(number) - 10) + number[-4:]
    if len(number) >= 11:
        return number[:3] + "*" * (len(number) - 7) + number[-4:]
    return "*" * max(len(number) - 2, 0) + number[-2:]


def mask_beside(number: str, other: str) -> str:
    """Mask a number, but for the digits in which it differs from another of the same length.

    >>> mask_beside("990101194906010012", "990101194907010012")
    '990101*****6**0012'
    """
    if len(number) != len(other):
        return mask(number)
    pairs = zip(number, other, mask(number), strict=True)
    return "".join(one if one != beside else shown for one, beside, shown in pairs)


def without_secrets(fields: dict[str, Any], secrets: Iterable[str]) -> dict[str, Any]:
    """Mask the secret ones of some fields.

    >>> without_secrets({"name": "王桂花", "phone": "19900001234"}, {"phone"})
    {'name': '王桂花', 'phone': '199****1234'}
    """
    hidden = set(secrets)
    return {name: mask(str(value)) if name in hidden and value else value for name, value in fields.items()}


def beside(one: dict[str, Any], other: dict[str, Any], secrets: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Mask the secret ones of two sets of fields that are compared; the digits that differ stay.

    >>> beside({"phone": "19900001234"}, {"phone": "19900101234"}, {"phone"})
    ({'phone': '199**0*1234'}, {'phone': '199**1*1234'})
    """
    one, other = dict(one), dict(other)
    for name in secrets:
        left, right = str(one.get(name) or ""), str(other.get(name) or "")
        if left:
            one[name] = mask_beside(left, right)
        if right:
            other[name] = mask_beside(right, left)
    return one, other
