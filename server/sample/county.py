"""The areas of the sample county: 沅江市 with six townships and their villages, read from areas.csv.

County and townships are the real ones with their statistical codes. The villages are invented: the last three digits of
their codes begin with 9, which no real village's do, so a list of real areas can be imported beside them.
"""

import csv
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Area:
    """A county, township or village; `level` is one of these words."""

    code: str
    name: str
    level: str
    parent_code: str | None


def rows(file_name: str) -> list[dict[str, str]]:
    """Read a table that lies beside this module; its first line names the columns."""
    with resources.files(__package__).joinpath(file_name).open(encoding="utf-8") as table:
        return list(csv.DictReader(table))


AREAS = tuple(Area(row["code"], row["name"], row["level"], row["parent_code"] or None) for row in rows("areas.csv"))
TOWNSHIPS = {area.code: area for area in AREAS if area.level == "township"}
VILLAGES = tuple(area for area in AREAS if area.level == "village")

# Four villages of each of the first two townships are well filled even in a small county, the others hold a few
# households: so a demonstration shows full lists on two devices, and villages that a third may not see.
CORE_VILLAGES = tuple(
    village for township in tuple(TOWNSHIPS)[:2] for village in [v for v in VILLAGES if v.parent_code == township][:4]
)
CORE_HOUSEHOLDS = 120


def spread(households: int) -> dict[str, int]:
    """Tell how many households each village gets, by code: the core villages first, then all of them in turn.

    Raises ValueError for a negative number.
    """
    if households < 0:
        raise ValueError("the number of households must not be negative")
    core = min(households, CORE_HOUSEHOLDS)
    counts = _dealt(households - core, VILLAGES)
    for code, count in _dealt(core, CORE_VILLAGES).items():
        counts[code] += count
    return counts


def _dealt(total: int, villages: tuple[Area, ...]) -> dict[str, int]:
    each, left = divmod(total, len(villages))
    return {village.code: each + (place < left) for place, village in enumerate(villages)}
