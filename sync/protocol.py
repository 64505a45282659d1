"""What a device sends in one exchange: its changes and what it holds. The answer's frames are in `sync.frames`.

docs/sync-protocol.md tells the why; this file and that one are the only places of the form.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.canonical import dumps, loads
from sync.checked import is_short, is_whole, need, read_count, read_hash, read_hex, read_text
from sync.digest import DIGITS

PROTOCOL = 1
# Rises when a record type comes, or gains or changes fields. Every schema ever shipped may still send; rows may be refused to a
# client too old for them, with the version to install. What a newer schema sends is kept, known here or not.
SCHEMA = 2  # 2: leads, and the files of forms
OFFICE_KEY = "office_key"  # What a device may ask for beside its rows: the key that bundles are sealed to.
CHUNK = 200  # Mutations in one request.
REPAIRS = 16  # Buckets, and branches of each, that one request asks about; the rest follows in the next.
OPERATIONS = frozenset({"create", "update", "delete"})


@dataclass(frozen=True)
class Mutation:
    """One change that a device made: `n` counts its installation's changes; `base` is the bucket seq that it had seen, in
    the `epoch` of the server that told it (empty: as in the request, of a device that does not say it).
    """

    n: int
    type: str
    id: str
    op: str
    bucket: str
    base: int
    fields: Mapping[str, Any]
    at: Mapping[str, Any]
    epoch: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give the plain form that travels."""
        epoch = {"epoch": self.epoch} if self.epoch else {}
        return epoch | {
            "n": self.n,
            "type": self.type,
            "id": self.id,
            "op": self.op,
            "bucket": self.bucket,
            "base": self.base,
            "fields": dict(self.fields),
            "at": dict(self.at),
        }

    @classmethod
    def from_dict(cls, plain: Any) -> "Mutation":
        """Read the plain form. Raises Malformed when it is no mutation; whether it is allowed is another question."""
        need(isinstance(plain, dict), "mutation")
        need(is_whole(plain.get("n")) and plain["n"] > 0, "mutation.n")
        need(is_whole(plain.get("base")), "mutation.base")
        for name in ("type", "id", "op", "bucket"):
            need(is_short(plain.get(name)), f"mutation.{name}")
        need(plain["op"] in OPERATIONS, "mutation.op")
        need(isinstance(plain.get("fields"), dict) and isinstance(plain.get("at"), dict), "mutation.fields")
        epoch = plain.get("epoch", "")
        need(epoch == "" or is_short(epoch), "mutation.epoch")
        names = ("n", "type", "id", "op", "bucket", "base", "fields", "at")
        return cls(**{name: plain[name] for name in names}, epoch=epoch)

    def digest(self) -> bytes:
        """Hash the content, so that the same number with other content is noticed."""
        return hashlib.sha256(dumps(self.to_dict())).digest()


@dataclass(frozen=True)
class Request:
    """What a device sends. `have` holds its cursors, `tags` a short proof of each bucket of which it knows the key, and
    `proof` covers all of them, so that the answer names only buckets that differ. `accepted` is the highest number that
    the device believes taken, with its running hash; `renew` asks for another installation number, because the device
    found that its store is a copy; `incidents` counts what it found wrong, by kind; `faces` is of how many persons it keeps a
    face, where that was ever turned on: a number, for the office that must file from some number on.
    """

    installation: int
    epoch: str
    have: Mapping[str, int]
    mutations: tuple[Mutation, ...] = ()
    proof: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    accepted: tuple[int, str] | None = None
    renew: bool = False
    incidents: Mapping[str, int] = field(default_factory=dict)
    faces: int | None = None
    repair: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # bucket -> branch ("" is all) -> 256 sums
    clock: Mapping[str, Any] = field(default_factory=dict)
    lease: str = ""  # when the lease that the device holds was given
    asks: tuple[str, ...] = ()
    limit_bytes: int = 1 << 20
    protocol: int = PROTOCOL
    schema: int = SCHEMA

    def encode(self) -> bytes:
        """Write the request's body."""
        seldom: dict[str, Any] = {"accepted": list(self.accepted)} if self.accepted else {}
        seldom |= {"renew": True} if self.renew else {}
        seldom |= {"incidents": dict(self.incidents)} if self.incidents else {}
        seldom |= {"faces": self.faces} if self.faces is not None else {}
        seldom |= {"repair": {name: dict(sums) for name, sums in self.repair.items()}} if self.repair else {}
        seldom |= {"lease": self.lease} if self.lease else {}
        seldom |= {"asks": list(self.asks)} if self.asks else {}
        return dumps(
            seldom
            | {
                "protocol": self.protocol,
                "schema": self.schema,
                "installation": self.installation,
                "epoch": self.epoch,
                "have": {name: [seq, self.tags[name]] if name in self.tags else seq for name, seq in self.have.items()},
                "proof": self.proof,
                "clock": dict(self.clock),
                "limit_bytes": self.limit_bytes,
                "mutations": [mutation.to_dict() for mutation in self.mutations],
            }
        )

    @classmethod
    def decode(cls, body: bytes) -> "Request":
        """Read a request. Raises Malformed; a mutation that is malformed alone spoils the request, as it has no number."""
        plain = loads(body)
        need(isinstance(plain, dict), "request")
        need(is_whole(plain.get("protocol")) and plain["protocol"] == PROTOCOL, "request.protocol")
        need(is_whole(plain.get("installation")), "request.installation")
        need(is_whole(plain.get("schema")), "request.schema")
        have, tags = _read_have(plain.get("have", {}))
        mutations = plain.get("mutations", [])
        need(isinstance(mutations, list) and len(mutations) <= CHUNK, "request.mutations")
        limit = plain.get("limit_bytes", 1 << 20)
        need(is_whole(limit) and limit > 0, "request.limit_bytes")
        clock, asks = plain.get("clock", {}), plain.get("asks", [])
        need(isinstance(asks, list) and all(map(is_short, asks)), "request.asks")
        return cls(
            installation=plain["installation"],
            epoch=str(plain.get("epoch", "")),
            have=have,
            mutations=tuple(Mutation.from_dict(one) for one in mutations),
            proof=str(plain.get("proof", "")),
            tags=tags,
            accepted=_read_accepted(plain.get("accepted")),
            renew=plain.get("renew") is True,
            incidents=_read_incidents(plain.get("incidents", {})),
            faces=plain["faces"] if is_whole(plain.get("faces")) else None,
            repair=_read_repair(plain.get("repair", {})),
            clock=clock if isinstance(clock, dict) else {},
            lease=str(plain.get("lease", "")),
            asks=tuple(asks),
            limit_bytes=limit,
            schema=plain["schema"],
        )


def _read_accepted(plain: Any) -> tuple[int, str] | None:
    if plain is None:
        return None
    need(isinstance(plain, list) and len(plain) == 2 and plain[1] != "", "request.accepted")
    return read_count(plain[0]), read_hash(plain[1])


def _read_incidents(plain: Any) -> dict[str, int]:
    need(isinstance(plain, dict) and len(plain) <= 16, "request.incidents")
    need(
        all(is_short(kind) and len(kind) <= 16 and is_whole(count) for kind, count in plain.items()),
        "request.incidents",
    )
    return dict(plain)


def _read_repair(plain: Any) -> dict[str, dict[str, str]]:
    need(isinstance(plain, dict) and len(plain) <= REPAIRS, "request.repair")
    for sums in plain.values():
        need(isinstance(sums, dict) and len(sums) <= REPAIRS, "request.repair")
        for branch, text in sums.items():
            need(branch == "" or read_hex(branch, 2) == branch, "request.repair")
            read_hex(text, 256 * DIGITS)
    return {name: dict(sums) for name, sums in plain.items()}


def _read_have(plain: Any) -> tuple[dict[str, int], dict[str, str]]:
    """Part what a device has into its cursors and its tags."""
    need(isinstance(plain, dict), "request.have")
    have, tags = {}, {}
    for name, value in plain.items():
        seq, *rest = value if isinstance(value, list) and value else [value]
        need(is_whole(seq) and len(rest) <= 1, "request.have")
        have[name] = seq
        if rest:
            tags[name] = read_text(rest[0])
    return have, tags
