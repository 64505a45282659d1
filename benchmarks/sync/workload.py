"""The records that are pushed and pulled: 15 fields and about 1 KB of JSON, mostly Chinese text, as a survey has them.

The same fields go to every peer. Here they are a household's, because a sealed visit carries two signatures of ours
besides (its own row says what that costs); fields that this release does not know are kept like the others.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from sync.canonical import dumps
from sync.ids import new_id
from sync.protocol import CHUNK, Mutation

FIRST_MS = 1_780_000_000_000
WORDS = [
    "屋顶漏雨, 已联系村委会修缮",
    "老人独居, 子女在外务工, 每月寄回生活费",
    "家中有慢性病人, 需长期服药",
    "孩子在镇上读书, 寄宿",
    "去年种植水稻六亩, 收成一般",
    "养鸡二十只, 自用为主",
    "低保金按月到账",
    "医保已缴",
    "房屋为砖木结构, 建于九十年代",
    "饮水正常",
    "道路已硬化",
    "邻居反映情况属实",
    "建议继续保障并加强走访",
    "行动不便, 需要上门服务",
    "残疾证已过期, 提醒换证",
]


def fields(random: Random, village: str) -> dict[str, Any]:
    """Make one record's fields."""

    def text(count: int) -> str:
        return "; ".join(random.choices(WORDS, k=count))

    return {
        "area_code": village,
        "address": f"湖南省沅江市草尾镇幸福村第{random.randint(1, 12)}村民小组{random.randint(1, 99)}号",
        "poverty_cause": random.choice(["因病", "因残", "缺劳力", "因学", "因灾"]),
        "remarks": text(8),
        "tags": {"重点户": random.random() < 0.2, "独居": random.random() < 0.5},
        "dwelling": {"area": random.randint(30, 140), "built": random.randint(1975, 2015), "state": "一般"},
        "form_version": "2026.1",
        "visited_on": f"2026-{random.randint(1, 9):02d}-{random.randint(10, 28)}",
        "household_size": random.randint(1, 7),
        "monthly_income": random.randint(200, 4000),
        "income_source": random.choice(["务农", "务工", "养殖", "政府补助"]),
        "medical_cost": random.randint(0, 30000),
        "findings": text(5),
        "suggestion": text(3),
        "needs": ["上门服务", "换证"][: random.randint(0, 2)],
    }


def bodies(seed: int, count: int, villages: tuple[str, ...]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Make (id, village, fields) of so many records, dealt over the villages a chunk at a time."""
    random = Random(seed)
    for n in range(count):
        village = villages[n // CHUNK % len(villages)]
        yield new_id(FIRST_MS + n, random.randbytes(10)), village, fields(random, village)


def mutations(seed: int, count: int, villages: tuple[str, ...], *, first: int = 1) -> list[Mutation]:
    """Make the same records as a device's changes, numbered from `first`."""
    at = {"wall": "2026-07-01T08:00:00.000Z", "uptime_ms": 90_000, "boot": "bench"}
    return [
        Mutation(first + n, "household", record_id, "create", village, 0, record, at)
        for n, (record_id, village, record) in enumerate(bodies(seed, count, villages))
    ]


def plain(seed: int, count: int) -> list[bytes]:
    """Give only the records' bytes, for the physical limits."""
    return [dumps(record) for _, _, record in bodies(seed, count, ("430981001901",))]
