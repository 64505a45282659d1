"""The tables, one file per noun: columns, constraints, relations; no behaviour. Importing this knows them all."""

from server.models import (
    audit,
    blob,
    cases,
    cases_advance,
    cases_after,
    cases_clock,
    cases_decision,
    cases_inquiry,
    checks,
    device,
    farewell,
    held_work,
    ledger,
    office,
    parameters,
    register,
    visit,
)
from server.models.base import Base

__all__ = [
    "Base",
    "audit",
    "blob",
    "cases",
    "cases_advance",
    "cases_after",
    "cases_clock",
    "cases_decision",
    "cases_inquiry",
    "checks",
    "device",
    "farewell",
    "held_work",
    "ledger",
    "office",
    "parameters",
    "register",
    "visit",
]
