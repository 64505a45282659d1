"""What the office's database must be after every commit: seqs, sums, and the merge classes that bind everybody."""

from typing import TYPE_CHECKING, Any

from sync.records import REGISTRY, Merge
from tests.simulation.log import Commit, Entry
from tests.simulation.oracle import STEPS, words_in
from tests.simulation.sums import checksum
from tests.simulation.violations import require

if TYPE_CHECKING:
    from tests.simulation.district import District


def office_holds(district: "District") -> None:
    """Check every commit since the last time."""
    log = district.server.log
    for commit in log.commits[district.watched :]:
        _seqs_are_dense(district, commit)
        for entry in commit.entries:
            _classes_hold(district, commit, entry)
    if district.watched < len(log.commits):
        _sums_hold(district)
    district.watched = len(log.commits)


def _seqs_are_dense(district: "District", commit: Commit) -> None:
    for bucket, (since, head) in commit.heads.items():
        given = sorted(one.seq for one in commit.entries if one.bucket == bucket)
        told = f"{bucket} went from {since} to {head} with {given}"
        require(district, "dense", given == list(range(since + 1, head + 1)), told)


def _sums_hold(district: "District") -> None:
    live = district.server.log.live()
    for bucket in district.server.log.rows("SELECT * FROM bucket"):
        rows = [(one.type, one.id, one.seq, one.text) for one in live.values() if one.bucket == bucket["id"]]
        found = checksum(bucket["checksum_key"], rows)
        require(
            district, "sums", found == (bucket["live"], bucket["checksum"]), f"{bucket['id']} holds {found[0]} rows"
        )


def _classes_hold(district: "District", commit: Commit, entry: Entry) -> None:
    if entry.fields is None or entry.type not in REGISTRY:
        return
    past = [one for one in district.server.log.of(entry.type, entry.id) if one.commit < commit.index and one.fields]
    before: dict[str, Any] = (past[-1].fields or {}) if past else {}
    by_office = commit.by in ("office", "founding")
    for name, known in REGISTRY[entry.type].fields.items():
        value, stood = entry.fields.get(name), before.get(name)
        told = f"{entry.type} {entry.id}.{name}: {stood!r} -> {value!r} by {commit.by}"
        match known.merge:
            case Merge.SERVER_OWNED if (entry.type, name) != ("held_value", "values"):  # It quotes what was offered.
                # A word in an office's own field is the office's, whoever's request brought the row about.
                theirs = {word for word in words_in(value) if district.oracle.words.get(word) != "office"}
                require(district, "classes", not theirs, told)
            case Merge.WRITE_ONCE if stood is not None and not by_office:
                require(district, "classes", value == stood, told)
            case Merge.STEPWISE if stood is not None:
                require(district, "classes", value in STEPS and STEPS.index(value) >= STEPS.index(stood), told)
