"""The messages of one exchange: what a device sends, and the frames that the server answers.

The answer is a sequence of lines, each one JSON frame; a line without its end does not count, so an answer may be cut
anywhere and what came before stays good. docs/sync-protocol.md tells the why; this file is the only place of the form.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sync.canonical import again, dumps, loads
from sync.digest import DIGITS
from sync.errors import Malformed, SyncError

PROTOCOL = 1
# Rises when a record type gains or changes fields. Every schema ever shipped may still send; rows may be refused to a
# client too old for them, with the version to install. What a newer schema sends is kept, known here or not.
SCHEMA = 1
OFFICE_KEY = "office_key"  # What a device may ask for beside its rows: the key that bundles are sealed to.
CHUNK = 200  # Mutations in one request.
REPAIRS = 16  # Buckets, and branches of each, that one request asks about; the rest follows in the next.
OPERATIONS = frozenset({"create", "update", "delete"})
_HASH = re.compile("([0-9a-f]{32}|[0-9a-f]{64})?")
REASONS = frozenset({"deleted", "moved", "merged", "out_of_scope"})


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
        _need(isinstance(plain, dict), "mutation")
        _need(_whole(plain.get("n")) and plain["n"] > 0, "mutation.n")
        _need(_whole(plain.get("base")), "mutation.base")
        for name in ("type", "id", "op", "bucket"):
            _need(_short(plain.get(name)), f"mutation.{name}")
        _need(plain["op"] in OPERATIONS, "mutation.op")
        _need(isinstance(plain.get("fields"), dict) and isinstance(plain.get("at"), dict), "mutation.fields")
        epoch = plain.get("epoch", "")
        _need(epoch == "" or _short(epoch), "mutation.epoch")
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
    found that its store is a copy; `incidents` counts what it found wrong, by kind.
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
        _need(isinstance(plain, dict), "request")
        _need(_whole(plain.get("protocol")) and plain["protocol"] == PROTOCOL, "request.protocol")
        _need(_whole(plain.get("installation")), "request.installation")
        _need(_whole(plain.get("schema")), "request.schema")
        have, tags = _read_have(plain.get("have", {}))
        mutations = plain.get("mutations", [])
        _need(isinstance(mutations, list) and len(mutations) <= CHUNK, "request.mutations")
        limit = plain.get("limit_bytes", 1 << 20)
        _need(_whole(limit) and limit > 0, "request.limit_bytes")
        clock, asks = plain.get("clock", {}), plain.get("asks", [])
        _need(isinstance(asks, list) and all(map(_short, asks)), "request.asks")
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
            repair=_read_repair(plain.get("repair", {})),
            clock=clock if isinstance(clock, dict) else {},
            lease=str(plain.get("lease", "")),
            asks=tuple(asks),
            limit_bytes=limit,
            schema=plain["schema"],
        )


@dataclass(frozen=True)
class Result:
    """What became of one mutation: applied, merged, held or refused; `seq` is where its change stands in the bucket."""

    n: int
    outcome: str
    bucket: str = ""
    seq: int = 0
    fields: Mapping[str, Any] = field(default_factory=dict)  # what was held, refused or merged, by field name
    problem: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the plain form that travels and that the server keeps to repeat it."""
        plain: dict[str, Any] = {"n": self.n, "outcome": self.outcome, "bucket": self.bucket, "seq": self.seq}
        if self.fields:
            plain["fields"] = dict(self.fields)
        if self.problem:
            plain["problem"] = dict(self.problem)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Result":
        """Read the plain form. Raises Malformed when it is no result."""
        bucket, fields, problem = plain.get("bucket", ""), plain.get("fields", {}), plain.get("problem")
        _need(_whole(plain["n"]) and _whole(plain.get("seq", 0)), "result.n")
        _need(isinstance(plain["outcome"], str) and isinstance(bucket, str), "result.outcome")
        _need(isinstance(fields, dict) and (problem is None or isinstance(problem, dict)), "result.fields")
        return cls(plain["n"], plain["outcome"], bucket, plain.get("seq", 0), fields, problem or None)


class Row(NamedTuple):
    """A record's latest state, or (body None) why it is no longer in the bucket."""

    type: str
    id: str
    seq: int
    body: bytes | None
    reason: str = ""


class BucketState(NamedTuple):
    """A bucket as one end holds it: highest seq, number of live records, their checksum."""

    head: int
    live: int
    checksum: str


@dataclass(frozen=True)
class Welcome:
    """Who answers, and when: the anchor for the device's clock. Another epoch means that the server was restored.

    `lease` is a new one, signed (`sync.lease`), when the device's own is due; `office_key` is told when asked for.
    """

    server_at: str
    epoch: str
    lease: Mapping[str, Any] | None = None
    schema: int = 1
    office_key: str = ""


@dataclass(frozen=True)
class Acks:
    """Up to where an installation's mutations are committed, up to where a backup covers them, and each result.

    `running` is the running hash at `applied_n`; `installation` says whose numbers these are (0: the asking one's);
    `renewed`, unless 0, is the number under which a copied store goes on.
    """

    applied_n: int
    durable_n: int
    results: tuple[Result, ...]
    running: str = ""
    installation: int = 0
    renewed: int = 0


@dataclass(frozen=True)
class Scope:
    """What the device's buckets are by the server's word, as far as the request's proof did not already say it.

    `states` are the buckets that differ from the device's tags, or all; `keys` the checksum keys of those for which no
    tag came; `gone` are buckets of the request that the user may not see (any more): they are to be dropped. Whatever
    the device holds and the frame does not name stands as its tag says. With `same` the whole proof was equal.
    """

    same: bool
    states: Mapping[str, BucketState] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """Rows of one bucket after `since`, in seq order; to be kept in one transaction together with the cursor `upto`."""

    bucket: str
    since: int
    upto: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Differs:
    """Which branches of a bucket differ at the same seq, two hex digits each; the device asks on for these. None: no sum
    of a branch differs, and the whole bucket is to be fetched anew.
    """

    bucket: str
    branches: tuple[str, ...]


@dataclass(frozen=True)
class Mend:
    """All live rows of one leaf of a bucket (four hex digits): they replace what the device has there, and nothing else."""

    bucket: str
    leaf: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class End:
    """The last frame: whether rows remain, when to come again, and which lanes are open.

    `install` names the version that the device needs before it gets rows again; what it sends is taken all the same.
    """

    more: bool
    after_s: int = 300
    lanes: tuple[str, ...] = ("records", "photos")
    install: str = ""


Content = Welcome | Acks | Scope | Page | Differs | Mend  # what a device keeps
Frame = Content | End


def proof(epoch: str, states: Mapping[str, BucketState]) -> str:
    """Digest all bucket states, so that two ends that agree need to send 32 characters."""
    return hashlib.blake2b(dumps([epoch, {k: list(v) for k, v in states.items()}]), digest_size=16).hexdigest()


def tag(epoch: str, name: str, state: BucketState) -> str:
    """Digest one bucket's state in 8 characters: enough to say which bucket differs where the whole proof does."""
    return proof(epoch, {name: state})[:8]


def encode(frame: Frame) -> bytes:
    """Write one frame as one line of canonical JSON. Rows' bodies are put in as they are: they are canonical already."""
    match frame:
        case Welcome():
            more: dict[str, Any] = {"lease": dict(frame.lease)} if frame.lease is not None else {}
            more |= {"schema": frame.schema} if frame.schema > 1 else {}  # The first one goes without saying.
            more |= {"office_key": frame.office_key} if frame.office_key else {}
            return _line({"frame": "welcome", "server_at": frame.server_at, "epoch": frame.epoch, **more})
        case Acks():
            return _line(_acks_to_dict(frame))
        case Scope(same=True):
            return _line({"frame": "scope", "same": True})
        case Scope():
            states = {
                n: [*state, frame.keys[n]] if n in frame.keys else list(state) for n, state in frame.states.items()
            }
            return _line({"frame": "scope", "same": False, "buckets": states, "gone": list(frame.gone)})
        case Page():
            cursors = dumps({"since": frame.since, "upto": frame.upto})[1:]
            return _rows({"bucket": frame.bucket, "frame": "page"}, frame.rows) + b"," + cursors + b"\n"
        case Differs():
            return _line({"frame": "differs", "bucket": frame.bucket, "branches": list(frame.branches)})
        case Mend():
            return _rows({"bucket": frame.bucket, "frame": "mend", "leaf": frame.leaf}, frame.rows) + b"}\n"
        case End():
            install = {"install": frame.install} if frame.install else {}
            lanes = list(frame.lanes)
            return _line({"frame": "end", "more": frame.more, "after_s": frame.after_s, "lanes": lanes, **install})


def decode(line: bytes) -> Frame:
    """Read one frame. Raises Malformed."""
    plain = loads(line)
    try:
        match plain["frame"]:
            case "welcome":
                lease = plain.get("lease")
                _need(lease is None or isinstance(lease, dict), "welcome.lease")
                schema, office_key = _count(plain.get("schema", 1)), _text(plain.get("office_key", ""))
                return Welcome(_text(plain["server_at"]), _text(plain["epoch"]), lease, schema, office_key)
            case "acks":
                return _read_acks(plain)
            case "scope" if plain["same"] is True:
                return Scope(same=True)
            case "scope":
                buckets = plain["buckets"].items()
                return Scope(
                    same=False,
                    states={name: _state(values) for name, values in buckets},
                    keys={name: _text(values[3]) for name, values in buckets if len(values) > 3},
                    gone=tuple(map(_text, plain.get("gone", []))),
                )
            case "page":
                rows = tuple(_read_row(row) for row in plain["rows"])
                return Page(_text(plain["bucket"]), _count(plain["since"]), _count(plain["upto"]), rows)
            case "differs":
                return Differs(_text(plain["bucket"]), tuple(_hex(one, 2) for one in plain["branches"]))
            case "mend":
                rows = tuple(_read_row(row) for row in plain["rows"])
                return Mend(_text(plain["bucket"]), _hex(plain["leaf"], 4), rows)
            case "end":
                lanes = tuple(map(_text, plain["lanes"]))
                return End(plain["more"] is True, _count(plain["after_s"]), lanes, _text(plain.get("install", "")))
    except SyncError:
        raise
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
        raise Malformed("frame", type(error).__name__) from None
    raise Malformed("frame.unknown")


def frames(chunks: Iterable[bytes]) -> Iterator[Frame]:
    """Read frames from a stream of bytes; what follows the last line end is dropped, for it may have been cut."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(decode, lines)


def _rows(before: dict[str, Any], rows: Sequence[Row]) -> bytes:
    """Begin an object with what stands before its rows by the order of the alphabet, and write the rows."""
    return dumps(before)[:-1] + b',"rows":[' + b",".join(map(_row, rows)) + b"]"


def _row(row: Row) -> bytes:
    head = dumps([row.type, row.id, row.seq])[:-1]
    if row.body is None:
        return head + b",null," + dumps(row.reason) + b"]"
    return head + b"," + row.body + b"]"


def _read_row(plain: list[Any]) -> Row:
    record_type, record_id, seq, body = plain[:4]
    _need(_short(record_type) and _short(record_id) and _whole(seq), "row")
    if body is None:
        return Row(record_type, record_id, seq, None, _text(plain[4]))
    _need(isinstance(body, dict), "row.body")
    return Row(record_type, record_id, seq, again(body))


def _acks_to_dict(acks: Acks) -> dict[str, Any]:
    plain: dict[str, Any] = {"frame": "acks", "applied_n": acks.applied_n, "durable_n": acks.durable_n}
    plain["results"] = [result.to_dict() for result in acks.results]
    seldom = {"running": acks.running, "installation": acks.installation, "renewed": acks.renewed}
    return plain | {name: value for name, value in seldom.items() if value}


def _read_acks(plain: Mapping[str, Any]) -> Acks:
    results = tuple(Result.from_dict(one) for one in plain["results"])
    return Acks(
        _count(plain["applied_n"]),
        _count(plain["durable_n"]),
        results,
        _hash(plain.get("running", "")),
        _count(plain.get("installation", 0)),
        _count(plain.get("renewed", 0)),
    )


def _read_accepted(plain: Any) -> tuple[int, str] | None:
    if plain is None:
        return None
    _need(isinstance(plain, list) and len(plain) == 2 and plain[1] != "", "request.accepted")
    return _count(plain[0]), _hash(plain[1])


def _read_incidents(plain: Any) -> dict[str, int]:
    _need(isinstance(plain, dict) and len(plain) <= 16, "request.incidents")
    _need(all(_short(kind) and len(kind) <= 16 and _whole(count) for kind, count in plain.items()), "request.incidents")
    return dict(plain)


def _read_repair(plain: Any) -> dict[str, dict[str, str]]:
    _need(isinstance(plain, dict) and len(plain) <= REPAIRS, "request.repair")
    for sums in plain.values():
        _need(isinstance(sums, dict) and len(sums) <= REPAIRS, "request.repair")
        for branch, text in sums.items():
            _need(branch == "" or _hex(branch, 2) == branch, "request.repair")
            _hex(text, 256 * DIGITS)
    return {name: dict(sums) for name, sums in plain.items()}


def _hex(value: Any, digits: int) -> str:
    _need(isinstance(value, str) and len(value) == digits and not set(value) - set("0123456789abcdef"), "hex")
    return str(value)


def _read_have(plain: Any) -> tuple[dict[str, int], dict[str, str]]:
    """Part what a device has into its cursors and its tags."""
    _need(isinstance(plain, dict), "request.have")
    have, tags = {}, {}
    for name, value in plain.items():
        seq, *rest = value if isinstance(value, list) and value else [value]
        _need(_whole(seq) and len(rest) <= 1, "request.have")
        have[name] = seq
        if rest:
            tags[name] = _text(rest[0])
    return have, tags


def _state(values: Any) -> BucketState:
    return BucketState(_count(values[0]), _count(values[1]), _text(values[2]))


def _line(plain: dict[str, Any]) -> bytes:
    return dumps(plain) + b"\n"


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise Malformed("protocol", what)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def _short(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 64 and "\0" not in value


def _text(value: Any) -> str:
    _need(isinstance(value, str), "text")
    return str(value)


def _hash(value: Any) -> str:
    _need(isinstance(value, str) and _HASH.fullmatch(value) is not None, "hash")
    return str(value)


def _count(value: Any) -> int:
    _need(_whole(value), "count")
    return int(value)
