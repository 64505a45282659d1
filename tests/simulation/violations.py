"""The promises by name, and how a broken one is told."""

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
    "drains": "the outbox and the photos drain, whatever poison is in them",
    "equal": "in a quiet network every replica equals the office byte for byte, and the checksums agree",
    "alarms": "there is no false alarm; a damaged row is found at the next exchange and repaired within three",
    "evidence": "a sealed visit arrives as it was sealed, its chain verifies, and a tampered byte is reported",
    "receipts": "a receipt means that every byte is stored, and every visit gets one",
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
