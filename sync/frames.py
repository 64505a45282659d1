"""What the office answers in one exchange: a sequence of lines, each one JSON frame.

A line without its end does not count, so an answer may be cut anywhere and what came before stays good.
docs/sync-protocol.md tells the why; this file is the only place of the form.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sync.canonical import again, dumps, loads
from sync.checked import is_short, is_whole, need, read_count, read_hash, read_hex, read_text
from sync.errors import Malformed, SyncError

REASONS = frozenset({"deleted", "moved", "merged", "out_of_scope"})


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
        need(is_whole(plain["n"]) and is_whole(plain.get("seq", 0)), "result.n")
        need(isinstance(plain["outcome"], str) and isinstance(bucket, str), "result.outcome")
        need(isinstance(fields, dict) and (problem is None or isinstance(problem, dict)), "result.fields")
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
                need(lease is None or isinstance(lease, dict), "welcome.lease")
                schema, office_key = read_count(plain.get("schema", 1)), read_text(plain.get("office_key", ""))
                return Welcome(read_text(plain["server_at"]), read_text(plain["epoch"]), lease, schema, office_key)
            case "acks":
                return _read_acks(plain)
            case "scope" if plain["same"] is True:
                return Scope(same=True)
            case "scope":
                buckets = plain["buckets"].items()
                return Scope(
                    same=False,
                    states={name: _state(values) for name, values in buckets},
                    keys={name: read_text(values[3]) for name, values in buckets if len(values) > 3},
                    gone=tuple(map(read_text, plain.get("gone", []))),
                )
            case "page":
                rows = tuple(_read_row(row) for row in plain["rows"])
                return Page(read_text(plain["bucket"]), read_count(plain["since"]), read_count(plain["upto"]), rows)
            case "differs":
                return Differs(read_text(plain["bucket"]), tuple(read_hex(one, 2) for one in plain["branches"]))
            case "mend":
                rows = tuple(_read_row(row) for row in plain["rows"])
                return Mend(read_text(plain["bucket"]), read_hex(plain["leaf"], 4), rows)
            case "end":
                lanes = tuple(map(read_text, plain["lanes"]))
                return End(
                    plain["more"] is True, read_count(plain["after_s"]), lanes, read_text(plain.get("install", ""))
                )
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
    need(is_short(record_type) and is_short(record_id) and is_whole(seq), "row")
    if body is None:
        return Row(record_type, record_id, seq, None, read_text(plain[4]))
    need(isinstance(body, dict), "row.body")
    return Row(record_type, record_id, seq, again(body))


def _acks_to_dict(acks: Acks) -> dict[str, Any]:
    plain: dict[str, Any] = {"frame": "acks", "applied_n": acks.applied_n, "durable_n": acks.durable_n}
    plain["results"] = [result.to_dict() for result in acks.results]
    seldom = {"running": acks.running, "installation": acks.installation, "renewed": acks.renewed}
    return plain | {name: value for name, value in seldom.items() if value}


def _read_acks(plain: Mapping[str, Any]) -> Acks:
    results = tuple(Result.from_dict(one) for one in plain["results"])
    return Acks(
        read_count(plain["applied_n"]),
        read_count(plain["durable_n"]),
        results,
        read_hash(plain.get("running", "")),
        read_count(plain.get("installation", 0)),
        read_count(plain.get("renewed", 0)),
    )


def _state(values: Any) -> BucketState:
    return BucketState(read_count(values[0]), read_count(values[1]), read_text(values[2]))


def _line(plain: dict[str, Any]) -> bytes:
    return dumps(plain) + b"\n"
