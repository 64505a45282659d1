"""Read the front of an identity card from a photograph, on this device: an optional help against typing.

Needs the extra `card` (rapidocr, whose models come in its package; nothing is fetched). Without it the answer is
Unavailable, and the worker types. The photograph is neither kept nor sent; what was read is a proposal.
"""

import importlib.util
from datetime import date
from functools import cache
from threading import Lock
from typing import Any

import numpy as np

from identity.card_text import Card, Line, read_front
from identity.decode import PhotoRefused, decode

LONG_SIDE = 1600  # pixels; the number's digits are then some 25 pixels high
_READING = Lock()


class CardUnreadable(Exception):
    """No card was read; `code` is one of `messages.CARD`, or of `messages.FINDINGS` for the photograph."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_available() -> bool:
    """Tell whether cards can be read here."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def read_card(photo: bytes, *, today: date) -> Card:
    """Read the front of a card; about a second. Raises CardUnreadable."""
    if not is_available():
        raise CardUnreadable("card_reader_missing")
    try:
        pixels = decode(photo, long_side=LONG_SIDE).pixels
    except PhotoRefused as refusal:
        raise CardUnreadable(refusal.code) from None
    with _READING:
        found = _reader()(np.ascontiguousarray(pixels[:, :, ::-1]))
    if found.txts is None:
        raise CardUnreadable("card_not_seen")
    lines = [
        Line(text, float(box[:, 0].min()), float(box[:, 1].min()), float(score))
        for text, box, score in zip(found.txts, found.boxes, found.scores, strict=True)
    ]
    card = read_front(lines, today=today)
    if not card.is_card:
        raise CardUnreadable("card_not_seen")
    return card


@cache
def _reader() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error"})
