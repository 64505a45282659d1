"""Exchanges as they pass the line, made from the sample county, alike from the same seed: to train and to measure packing.

Only what is said is made up here (who visited whom); the messages are written by `sync.protocol` itself, the records
are the sample county's, and hashes, keys and ids are as random as real ones.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.sample.draft import Draft
from server.sample.households import generate
from server.sample.staff import STAFF
from sync import seal
from sync.canonical import dumps, instant
from sync.clock import Anchor, Evidence
from sync.frames import Acks, BucketState, End, Frame, Page, Result, Row, Scope, Welcome, encode, proof, tag
from sync.ids import new_id
from sync.protocol import Mutation, Request

ANSWERS = json.loads((Path(__file__).parents[1] / "demo" / "answers.json").read_text(encoding="utf-8"))
FIRST_DAY = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
DAY_MS = 24 * 3600 * 1000
NOTES = (
    "老人一人居住, 房屋漏雨, 建议安排修缮。",
    "户主外出务工未归, 由妻子接待, 情况与申报一致。",
    "孩子今年上初中, 学费由亲戚垫付, 需要教育救助。",
    "家中有慢性病人, 每月买药约六百元。",
    "住房为砖木结构, 一间卧室已不能住人。",
    "邻居反映生活确有困难, 经常靠子女接济。",
    "本人腿脚不便, 希望有人送餐。",
    "耕地两亩已流转, 每年租金八百元。",
)


@dataclass
class District:
    """A device's part of the county, and the chance that decides what happens in it."""

    seed: int
    households: int = 240
    chance: Random = field(init=False)
    drafts: list[Draft] = field(init=False)
    buckets: dict[str, BucketState] = field(init=False)
    key: Ed25519PrivateKey = field(init=False)
    epoch: str = field(init=False)
    device_id: str = field(init=False)
    at: datetime = FIRST_DAY
    n: int = 0
    last_seal: seal.Seal | None = None

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.drafts = list(generate(self.seed, self.households, date(2026, 7, 1)))
        villages = sorted({one.bucket for one in self.drafts if not one.bucket.startswith("user:")})[:12]
        user = f"user:{STAFF[self.chance.randrange(18)].id}"
        self.buckets = {name: self._state() for name in sorted([*villages, user, "reference"])}
        self.drafts = [one for one in self.drafts if one.bucket in self.buckets]
        self.key = Ed25519PrivateKey.from_private_bytes(self.chance.randbytes(32))
        self.epoch, self.device_id = self.chance.randbytes(16).hex(), self.id()

    def id(self) -> str:
        """Make an id as a device of that moment does."""
        return new_id(int(self.at.timestamp() * 1000), self.chance.randbytes(10))

    def sha(self) -> str:
        """Make a hash."""
        return self.chance.randbytes(32).hex()

    def now(self) -> str:
        """Tell the time, some minutes after it was last told."""
        self.at += timedelta(milliseconds=self.chance.randrange(20_000, 900_000))
        return instant(self.at)

    def evidence(self) -> dict[str, Any]:
        """Say what the device knows about time."""
        boot = str(hashlib.md5(self.at.date().isoformat().encode(), usedforsecurity=False).hexdigest())
        boot = f"{boot[:8]}-{boot[8:12]}-4{boot[13:16]}-9{boot[17:20]}-{boot[20:]}"
        anchor = Anchor(instant(self.at - timedelta(hours=3)), self.chance.randrange(DAY_MS), boot, 180)
        return Evidence(self.now(), self.chance.randrange(DAY_MS), boot, anchor).to_dict()

    def visit(self) -> Mutation:
        """Seal a home visit with three photos and three signatures."""
        household = self.chance.choice([one for one in self.drafts if one.type == "household"])
        investigators = self.chance.sample(STAFF[:18], 2)
        started = self.now()
        signers = [("investigator", one.id, one.display_name) for one in investigators]
        signers.append(("household", household.fields["head_id"], self._name(household.fields["head_id"])))
        fields: dict[str, Any] = {
            "household_id": household.id,
            "task_id": self.id(),
            "kind": self.chance.choice(["application", "recheck", "care"]),
            "mode": "on_site",
            "form": {"id": "home_visit", "version": "1", "hash": hashlib.sha256(b"home_visit").hexdigest()},
            "started_at": started,
            "answers": self._answers(),
            "participants": [
                {"staff_id": one.id, "name": one.display_name, "role": role}
                for one, role in zip(investigators, ("lead", "member"), strict=True)
            ],
            "evidence": [self._photo(kind) for kind in ("house", "room", self.chance.choice(["person", "paper"]))],
            "place": {
                "lat_e7": 288442000 + self.chance.randrange(500_000),
                "lon_e7": 1123546000 + self.chance.randrange(500_000),
                "accuracy_m": self.chance.randrange(4, 60),
                "at": self.now(),
                "source": "device",
                "mock": False,
            },
            "identity": [self._identity(household.fields["head_id"])],
            "signatures": [self._signature(*signer) for signer in signers],
            "sealed_at": self.now(),
            "clock": self.evidence(),
        }
        fields["seal"] = self._sealed(fields)
        return self.mutation("visit", self.id(), "create", household.bucket, fields)

    def mutation(self, type: str, id: str, op: str, bucket: str, fields: dict[str, Any]) -> Mutation:
        """Number a change."""
        self.n += 1
        return Mutation(self.n, type, id, op, bucket, self.buckets[bucket].head, fields, self.evidence())

    def edit(self) -> Mutation:
        """Change a household or a task a little."""
        household = self.chance.choice([one for one in self.drafts if one.type == "household"])
        fields: dict[str, Any] = self.chance.choice([
            {"remarks": self.chance.choice(NOTES)},
            {"address": household.fields.get("address", "一组") + "附1号"},
            {"tags": {self.chance.choice(["old", "ill", "watch", "alone"]): True}},
        ])  # fmt: skip
        return self.mutation("household", household.id, "update", household.bucket, fields)

    def request(self, mutations: list[Mutation]) -> Request:
        """Ask, as a device does that is up to date."""
        return Request(
            installation=1,
            epoch=self.epoch,
            have={name: state.head for name, state in self.buckets.items()},
            mutations=tuple(mutations),
            proof=proof(self.epoch, self.buckets),
            tags={name: tag(self.epoch, name, state) for name, state in self.buckets.items()},
            clock=self.evidence(),
        )

    def idle_answer(self) -> list[Frame]:
        """Answer that nothing changed."""
        return [Welcome(self.now(), self.epoch), Acks(self.n, self.n, ()), Scope(same=True), End(more=False)]

    def answer(self, mutations: list[Mutation], changed: list[Draft], *, is_first: bool = False) -> list[Frame]:
        """Answer mutations and bring changed records."""
        results = tuple(self._result(one) for one in mutations)
        touched = sorted({one.bucket for one in (*mutations, *changed)})
        before = {name: self.buckets[name].head for name in touched}
        pages = [Page(name, before[name], *self._rows(name, changed)) for name in touched]
        for name in touched:
            self.buckets[name] = self._state(next(page.upto for page in pages if page.bucket == name))
        keys = {name: self.chance.randbytes(16).hex() for name in touched} if is_first else {}
        scope = Scope(same=False, states={name: self.buckets[name] for name in touched}, keys=keys)
        return [Welcome(self.now(), self.epoch), Acks(self.n, self.n, results), scope, *pages, End(more=False)]

    def some(self, count: int) -> list[Draft]:
        """Choose records that changed."""
        return self.chance.sample(self.drafts, count)

    def _rows(self, bucket: str, changed: list[Draft]) -> tuple[int, tuple[Row, ...]]:
        mine = [one for one in changed if one.bucket == bucket]
        first = self.buckets[bucket].head + 1
        rows = tuple(Row(one.type, one.id, seq, dumps(one.fields)) for seq, one in enumerate(mine, first))
        return first - 1 + len(rows), rows

    def _result(self, one: Mutation) -> Result:
        outcome = self.chance.choices(["applied", "merged", "held"], [20, 2, 1])[0]
        fields = {}
        if outcome == "held":
            fields = {name: {"how": "held", "kind": "conflict", "now": "三组12号"} for name in one.fields}
        return Result(one.n, outcome, one.bucket, self.buckets[one.bucket].head + 1, fields)

    def _state(self, head: int | None = None) -> BucketState:
        head = self.chance.randrange(20, 4000) if head is None else head
        return BucketState(head, max(1, head // 2), self.chance.randbytes(16).hex())

    def _answers(self) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for path, typed in ANSWERS.items():
            if self.chance.random() < 0.15:
                continue
            answers[path] = str(self.chance.randrange(0, 3000)) if typed.isdigit() and len(typed) > 1 else typed
            if typed.isdigit() and len(typed) == 1:
                answers[path] = self.chance.randrange(0, 6)
        answers["health/illness"] = self.chance.choice(NOTES)
        answers["opinion/summary"] = "".join(self.chance.sample(NOTES, 2))
        return answers

    def _name(self, person_id: str) -> str:
        return next((str(one.fields["name"]) for one in self.drafts if one.id == person_id), "周桂珍")

    def _photo(self, kind: str) -> dict[str, Any]:
        facts = {"width": 1600, "height": 1200, "size": self.chance.randrange(90_000, 400_000), "caption": ""}
        made = {"id": self.id(), "blob": self.sha(), "kind": kind, "media_type": "image/jpeg", "taken_at": self.now()}
        return made | facts | {"source": "camera"}

    def _signature(self, role: str, signer_id: str, name: str) -> dict[str, Any]:
        who = {"id": self.id(), "role": role, "signer_id": signer_id, "signer_name": name}
        return who | {"blob": self.sha(), "refused_reason": None, "at": self.now()}

    def _identity(self, person_id: str) -> dict[str, Any]:
        method = self.chance.choice(["id_card", "face", "witness"])
        return {"id": self.id(), "person_id": person_id, "method": method, "outcome": "confirmed", "at": self.now()}

    def _sealed(self, fields: dict[str, Any]) -> dict[str, Any]:
        number = self.last_seal.number + 1 if self.last_seal else 1
        previous = self.last_seal.hash if self.last_seal else seal.FIRST
        self.last_seal = seal.seal(fields, self.key, device_id=self.device_id, number=number, previous=previous)
        return self.last_seal.to_dict()


def bodies(seed: int) -> Iterator[bytes]:
    """Give the bodies of one device's days: idle polls, small edits, visits, changes by others, and a first page."""
    district = District(seed)
    for number in range(12):
        yield district.request([]).encode()
        yield b"".join(map(encode, district.idle_answer()))
        deeds = [district.visit() for _ in range(number % 4)] + [district.edit() for _ in range(number % 3)]
        yield district.request(deeds).encode()
        yield b"".join(map(encode, district.answer(deeds, district.some(1 + number * 2), is_first=number % 6 == 0)))
