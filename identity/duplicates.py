"""What two records of one person have in common: the key by which possible duplicates are found. A person decides.

The key is what is hashed with a secret for look-up (`server.adapters.vault`), so that a number is found without being
stored in the clear.
"""

import re

from identity.resident_id import check_digit, normalise


def number_key(text: str | None) -> str | None:
    """Return the one form of an id number, however it was typed; a number of the first generation as its successor.

    The 15 digits that ended in 2013 became 18 by the century and the check digit (GB 11643-1999), so both are one person's.

    >>> number_key("１１０１０５ 19491231 002x")
    '11010519491231002X'
    >>> number_key("110105491231002")
    '11010519491231002X'
    """
    number = normalise(text or "")
    if re.fullmatch("[0-9]{15}", number):
        first_17 = f"{number[:6]}19{number[6:]}"
        return first_17 + check_digit(first_17)
    return number or None
