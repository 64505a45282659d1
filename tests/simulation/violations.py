"""The promises by name, and how a broken one is told.

The design of the sync numbers its invariants: 1 is acknowledged; 2 repeats, once; 3 dense, cursor; 4 atomic, acknowledged;
5 whole pages; 6 sums, equal, alarms; 7 kept; 8 classes, held; 9 scope; 10 drains; 11 costs, idle; 12 clocks; 13 carried, and
all that must hold at the end of a story with bundles in it; 14 blobs; 15 evidence, receipts. Copied stores, and
an office put back from its backup, have stories of their own: copies, durable. So have lost devices: handed over.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.district import District

PROMISES = {
    "acknowledged": "what was answered as applied is committed, and stays",
    "repeats": "a repeat gets the same result",
    "once": "a change takes effect exactly once",
    "dense": "a bucket's seqs have no hole and are given once",
    "sums": "a bucket's count and checksum are those of its records",
    "cursor": "a cursor at k means the bucket's state at k, and never goes back",
    "whole pages": "a cursor stands at the end of a transaction, and a row is what was committed",
    "atomic": "a change and its outbox entry, a seal and all that goes with it, are one",
    "kept": "no value that a user saved vanishes",
    "classes": "server_owned takes no device's value, write_once never changes, stepwise never goes back",
    "held": "what is held or superseded met a real concurrent difference, and nothing unseen is overwritten",
    "scope": "no byte outside of a user's scope is sent, and none is left after it ended",
    "carried": "what a whole bundle brought is in the office, and its answer settles it on the phone",
    "copies": "what any store holds takes effect once, whether stores were copied or the office restored, and all go on",
    "decided": "what somebody decided stands as decided, and is told to everybody who sees the record",
    "shed": "a busy office takes what phones send, and a phone sends no photo while their lane is closed",
    "releases": "a client too old for rows delivers its work, gets none, and is told what to install",
    "lease": "a phone without the office shows the register until its lease is over, not longer, and then again after a sync",
    "durable": "a store keeps what it sent until a backup covers it",
    "handed over": "a lost device wipes itself when the office holds all that was unsent, not before, and leaves nothing",
    "drains": "the outbox and the photos drain, whatever poison is in them, and no photo goes before a change",
    "equal": "in a quiet network every replica equals the office byte for byte, and the checksums agree",
    "alarms": "there is no false alarm; a damaged row is found at the next exchange and repaired within three",
    "evidence": "a sealed visit arrives as it was sealed, its chain verifies, and a tampered byte is reported",
    "receipts": "a receipt means that every byte is stored, and every visit gets one",
    "blobs": "a blob is there exactly when its bytes are, little of it travels twice, and no upload is left behind",
    "costs": "an exchange costs what changed, not what is stored",
    "idle": "an idle exchange is one small request",
    "clocks": "the final state does not depend on the devices' wall clocks",
}
ALL = frozenset(PROMISES)


class Violation(AssertionError):
    """A promise that does not hold in a district."""

    def __init__(self, promise: str, seed: int, step: int, told: str) -> None:
        super().__init__(f"{promise}: {told} (seed {seed}, step {step}; {PROMISES[promise]})")
        self.promise = promise


def require(district: "District", promise: str, holds: object, told: str) -> None:
    """Raise Violation unless a promise holds, or nobody asked about it."""
    if not holds and promise in district.checks:
        raise Violation(promise, district.seed, district.step, told)
