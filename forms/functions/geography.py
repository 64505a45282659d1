"""Distances and areas on the earth taken as a sphere, from points as `geopoint` stores them; altitude counts for nothing.

As the ODK XForms specification has them (#fn:distance, #fn:area): great circles on a sphere of the equator's size. There
are no questions that follow a track or draw a border, so the points are those of a part that repeats, or are given one by
one, as answers or as texts.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from itertools import pairwise
from typing import NamedTuple

from forms.functions.function import Function, Functions
from forms.functions.trigonometry import FINE, PI, acos, cos, sin
from forms.values import Value, as_number, as_text, flat

EARTH_RADIUS = Decimal(6_378_100)  # metres, of the equator, as ODK's programs take it
_CENTIMETRE = Decimal("0.01")
_LEAST_CORNERS = 3


class _Point(NamedTuple):
    """A point in radians."""

    latitude: Decimal
    longitude: Decimal


def _distance(*values: Value) -> Value:
    """The length in metres of the way from point to point; empty where one of them is no point."""
    points = _points(values)
    if not points:
        return None
    with localcontext(FINE):
        angle = sum((_arc(one, other) for one, other in pairwise(points)), Decimal(0))
        return (angle * EARTH_RADIUS).quantize(_CENTIMETRE)


def _area(*values: Value) -> Value:
    """The square metres within the border from point to point and back (Chamberlain and Duquette, JPL 2007)."""
    points = _points(values)
    if not points:
        return None
    if len(points) < _LEAST_CORNERS:
        return Decimal(0)
    with localcontext(FINE):
        strips = (_strip(one, other) for one, other in zip(points, (*points[1:], points[0]), strict=True))
        return (abs(sum(strips, Decimal(0))) * EARTH_RADIUS * EARTH_RADIUS).quantize(_CENTIMETRE)


def _strip(one: _Point, other: _Point) -> Decimal:
    """The area between a side of the border and the south pole, on a sphere of radius one; below zero towards the west."""
    return (other.longitude - one.longitude) * (2 + sin(one.latitude) + sin(other.latitude)) / 2


def _arc(one: _Point, other: _Point) -> Decimal:
    """The angle between two points, seen from the middle of the earth."""
    across = cos(one.latitude) * cos(other.latitude) * cos(one.longitude - other.longitude)
    cosine = sin(one.latitude) * sin(other.latitude) + across
    return acos(min(Decimal(1), max(Decimal(-1), cosine))) or Decimal(0)


def _points(values: tuple[Value, ...]) -> list[_Point]:
    """Read points, of which a text may hold several with semicolons between; none at all where one is no point."""
    texts = [text for value in flat(values) for text in as_text(value).strip(" ;").split(";")]
    points = [_point(text) for text in texts]
    return [point for point in points if point] if all(points) else []


def _point(text: str) -> _Point | None:
    numbers = [as_number(one) for one in text.split()[:2]]
    if len(numbers) < 2 or numbers[0] is None or numbers[1] is None:
        return None
    if abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        return None
    return _Point(*(FINE.divide(FINE.multiply(number, PI), Decimal(180)) for number in numbers if number is not None))


GEOGRAPHY: Functions = {
    "area": Function(1, None, _area),
    "distance": Function(1, None, _distance),
}
