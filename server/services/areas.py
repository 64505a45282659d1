"""Areas: counties, townships and villages by statistical code; the table that scopes ask, and the record devices show."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from server.domain.errors import InputInvalid
from server.models.office import Area
from server.queries.scope import REFERENCE
from server.services.changes import Ledger
from server.services.staged import office
from server.services.store import bulk_upsert
from sync.records.fields import WORD

LEVELS = {6: "county", 9: "township", 12: "village"}


class AreaLike(Protocol):
    """What is known of an area."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


def put(ledger: Ledger, areas: Iterable[AreaLike], *, now: datetime) -> int:
    """Import areas by code; one that is known takes the new name. Gives how many were new or changed.

    Raises InputInvalid for a code that is no county, township or village code, or a name that is empty or too long.
    """
    changed = 0
    rows = []
    for area in areas:
        code, name = area.code.strip(), area.name.strip()
        if not (code.isdigit() and len(code) in LEVELS and name and WORD.holds(name)):
            raise InputInvalid(f"行政区划代码或名称不对: {code or '(空)'} {name or '(空)'}")
        parent = code[: {6: 4, 9: 6, 12: 9}[len(code)]]
        fields = {"code": code, "name": name, "level": LEVELS[len(code)], "parent_code": parent}
        rows.append({**fields, "valid_from": None, "valid_to": None})
        known = ledger.get("area", code)
        if known is None:
            ledger.create("area", code, REFERENCE, fields, office(now))
        elif known.fields != fields:
            ledger.update("area", code, fields, office(now))
        changed += known is None or known.fields != fields
    bulk_upsert(ledger.session, Area, rows)
    return changed
