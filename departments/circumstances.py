"""What the stand-in knows of a person: invented, and drawn from the id number alone, so that it never changes."""

import hashlib
from collections.abc import Mapping
from random import Random
from typing import Any

AS_OF, YEAR_FROM, YEAR_TO = "2026-06-30", "2025-07-01", "2026-06-30"

OFTEN = {
    "household_register": 1.0,
    "banks": 0.9,
    "social_insurance": 0.7,
    "payment_institutions": 0.6,
    "employment": 0.5,
}
SELDOM = 0.12
"""How often a source knows something of a person."""


def told(source: str, subject: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give what a source knows of a person, often nothing."""
    chance = Random(  # noqa: S311  for invention, no secret
        hashlib.sha256(f"{source}/{subject['id_number']}".encode()).digest()
    )
    if chance.random() >= OFTEN.get(source, SELDOM):
        return []
    return [{"person": subject["ref"], **_KNOWN[source](chance)}]


def _yuan(chance: Random, low: int, high: int) -> str:
    return f"{chance.randint(low, high)}.{chance.randint(0, 99):02d}"


def _asset(kind: str, low: int, high: int) -> Any:
    return lambda chance: {"kind": "asset", "asset": kind, "value_yuan": _yuan(chance, low, high), "as_of": AS_OF}


_KNOWN: Mapping[str, Any] = {
    "household_register": lambda chance: {
        "kind": "register_entry",
        "register_area": "示例县示例镇",
        "relation": "户主",
    },
    "deaths": lambda chance: {"kind": "death", "died_on": "2026-01-15"},
    "tax": lambda chance: {
        "kind": "tax",
        "tax": "个人所得税",
        "amount_yuan": _yuan(chance, 10, 900),
        "from_on": YEAR_FROM,
        "to_on": YEAR_TO,
    },
    "social_insurance": lambda chance: {
        "kind": "contribution",
        "scheme": "城乡居民基本养老保险",
        "base_yuan": "0.00",
        "amount_yuan": _yuan(chance, 8, 60),
        "from_on": YEAR_FROM,
    },
    "real_estate": lambda chance: {
        "kind": "real_estate",
        "use": "住宅",
        "area_m2": chance.randint(45, 130),
        "registered_on": "2012-05-18",
    },
    "companies": lambda chance: {
        "kind": "company",
        "company": "示例小卖部(个体工商户)",
        "role": "经营者",
        "status": "存续",
    },
    "housing_fund": lambda chance: {
        "kind": "contribution",
        "scheme": "住房公积金",
        "base_yuan": _yuan(chance, 2000, 5000),
        "amount_yuan": _yuan(chance, 100, 500),
        "from_on": YEAR_FROM,
    },
    "vehicles": lambda chance: {
        "kind": "vehicle",
        "vehicle": chance.choice(("motorcycle", "tractor", "car")),
        "registered_on": "2019-03-02",
    },
    "public_payroll": lambda chance: {
        "kind": "income",
        "income": "wage",
        "amount_yuan": _yuan(chance, 20000, 60000),
        "from_on": YEAR_FROM,
        "to_on": YEAR_TO,
    },
    "disability": lambda chance: {"kind": "disability", "category": "physical", "level": chance.randint(1, 4)},
    "employment": lambda chance: {
        "kind": "employment",
        "employment": chance.choice(("employed", "unemployed")),
        "since_on": "2025-03-01",
    },
    "banks": _asset("deposit", 20, 30000),
    "insurers": _asset("insurance", 1000, 20000),
    "internet_finance": _asset("internet_finance", 10, 5000),
    "securities": _asset("securities", 1000, 50000),
    "payment_institutions": _asset("payment_balance", 0, 3000),
}
