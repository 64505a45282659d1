"""Photos and signatures: a blob is there exactly when its bytes are, little travels twice, and nothing is left behind."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync.visit_shape import blob_hashes
from tests.simulation.network import Letter
from tests.simulation.violations import require

if TYPE_CHECKING:
    from tests.simulation.district import District


@dataclass
class Carried:
    """Bytes of uploads that phones sent, by address, and of these the pieces that met a fault of the line."""

    sent: Counter[str] = field(default_factory=Counter)
    spoiled: Counter[str] = field(default_factory=Counter)

    def note(self, letter: Letter, fault: str) -> None:
        """Hear a request that leaves a phone, and what will happen to it."""
        if letter.method == "PATCH":
            self.sent[letter.path] += len(letter.body)
            self.spoiled[letter.path] += len(letter.body) if fault not in ("", "another first") else 0


def blobs_hold(district: "District") -> None:
    """Check a quiet district's blobs and uploads."""
    log = district.server.log
    stored = {row["sha256"]: row["size"] for row in log.rows("SELECT sha256, size FROM blob")}
    files = {path.name: path.read_bytes() for path in district.server.blobs.rglob("*") if path.is_file()}
    wrong = [name for name, data in files.items() if hashlib.sha256(data).hexdigest() != name]
    require(district, "blobs", not wrong, f"{wrong} are stored, and are other bytes")
    differing = {name for name, size in stored.items() if len(files.get(name, b"")) != size} | set(files) - set(stored)
    require(district, "blobs", not differing, f"{differing} are not what the database says")
    sealed = {sha for _, fields in district.oracle.sealed.values() for sha in blob_hashes(fields)}
    require(district, "blobs", set(stored) <= sealed, f"{set(stored) - sealed} belong to no sealed visit")
    for row in log.rows("SELECT id, sha256, size FROM upload"):
        address = f"/files/{row['id']}"
        sent, most = district.carried.sent[address], row["size"] + district.carried.spoiled[address]
        require(district, "blobs", row["sha256"] in stored, f"{address} was begun and never ended")
        require(district, "blobs", sent <= most, f"{address} took {sent} bytes, {most} were enough")
    staged = [path.name for path in district.server.uploads.glob("*.part")]
    require(district, "blobs", not staged, f"{staged} are left of uploads")
