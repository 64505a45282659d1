"""Read the front of an identity card from a photograph, on this device: an optional help against typing.

Needs the extra `card` (rapidocr, whose models come in its package; nothing is fetched). Without it the answer is
Unavailable, and the worker types. The photograph is neither kept nor sent; what was read is a proposal.
"""

import importlib.util
from collections.abc import Sequence
from datetime import date
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from identity.card_text import Card, Line, read_front
from identity.decode import PhotoRefused, decode

LONG_SIDE = 1200  # pixels; the number's digits are then some 25 pixels high where the card fills the picture
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
        pixels = decode(photo, long_side=LONG_SIDE, at_most=LONG_SIDE).pixels
    except PhotoRefused as refusal:
        raise CardUnreadable(refusal.code) from None
    with _READING:
        found = _reader()(np.ascontiguousarray(pixels[:, :, ::-1]))
    if found.txts is None:
        raise CardUnreadable("card_not_seen")
    card = read_front(_upright(found.txts, np.asarray(found.boxes), found.scores), today=today)
    if not card.is_card:
        raise CardUnreadable("card_not_seen")
    return card


def _upright(texts: Sequence[str], boxes: NDArray[np.float64], confidences: Sequence[float]) -> list[Line]:
    """Turn the corners of the pieces of text as if the card lay straight: askew, a short label would stand a row too low.

    `boxes` are four corners each, from the upper left on clockwise. The longest pieces tell how the card lies.
    """
    along = boxes[:, 1] - boxes[:, 0]
    lengths = np.hypot(along[:, 0], along[:, 1])
    longest = along[lengths >= np.median(lengths)]
    angle = float(np.median(np.arctan2(longest[:, 1], longest[:, 0])))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    straight = boxes @ turn
    lefts, tops = straight[:, :, 0].min(axis=1), straight[:, :, 1].min(axis=1)
    heights = straight[:, :, 1].max(axis=1) - tops
    return [
        Line(text, float(left), float(top), float(confidence), float(height))
        for text, left, top, confidence, height in zip(texts, lefts, tops, confidences, heights, strict=True)
    ]


@cache
def _reader() -> Any:
    from rapidocr import RapidOCR

    # One thread: on an old phone's cores more of them wait for each other, and cost a third more in all.
    return RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1})
