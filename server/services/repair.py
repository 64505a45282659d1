"""Finding the rows in which a device's copy of a bucket differs, and only those: 256 sums, 256 again, then the rows."""

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.queries import records
from sync.digest import branches, differing, leaf
from sync.frames import Differs, Mend, Row
from sync.protocol import REPAIRS

LEAVES = 64  # In one answer; what still differs is found again by the next.


def repair(session: Session, vault: Vault, key: str, bucket: str, told: Mapping[str, str]) -> Iterator[Differs | Mend]:
    """Answer a device's sums of a bucket at the same seq: with the branches that differ, or with the rows of their leaves."""
    held = list(records.whole(session, vault, bucket))
    if "" in told:
        found = differing(branches(bytes.fromhex(key), held), told[""])
        yield Differs(bucket, tuple(found[:REPAIRS]))
        return
    wrong = [
        branch + part
        for branch, sums in told.items()
        for part in differing(branches(bytes.fromhex(key), held, branch), sums)
    ]
    for place in wrong[:LEAVES]:
        yield Mend(bucket, place, tuple(Row(*one) for one in held if leaf(one[0], one[1]) == place))
