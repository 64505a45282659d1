"""Sealed visits: they arrive as they were sealed, their chains verify by a reading of our own, and tampering shows."""

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from server.models.ledger import Bucket
from server.services.proof import wrong_buckets
from sync.seal import verify_receipt
from sync.visit_shape import blob_hashes
from tests.simulation import deeds
from tests.simulation.log import held_work
from tests.simulation.sums import canonical
from tests.simulation.violations import require

if TYPE_CHECKING:
    from tests.simulation.district import District

NOT_THE_DEVICES = {"seal"} | deeds.office_only("visit") | deeds.office_only("amendment")


def evidence_holds(district: "District") -> None:
    """Check every sealed record: verbatim where it arrived; where not, whole among what was refused or held; in its chain."""
    live, refused = district.server.log.live(), _refused(district) | _held(district)
    chains: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for id, (phone, fields) in district.oracle.sealed.items():
        told = f"{phone} {district.nick(id)}"
        type = "visit" if "form" in fields else "amendment"
        there = live[type, id].fields if (type, id) in live else refused.get(id)
        require(district, "evidence", there is not None, f"{told} never arrived")
        assert there is not None
        differing = [name for name, value in fields.items() if there.get(name) != value]
        expected = ["answers"] if id in district.oracle.altered else []
        require(district, "evidence", differing == expected, f"{told} differs in {differing}")
        chains[phone].append(there)
        if (type, id) in live:
            verdict = "altered" if id in district.oracle.altered else "intact"
            require(district, "evidence", there["verdict"] == verdict, f"{told} is {there['verdict']}, not {verdict}")
            _review_stands(district, id, there)
    for phone, sealed in chains.items():
        faults = chain_faults(sealed, _public_key(district, phone))
        known = [fields["seal"]["number"] for fields in sealed if _is_altered(district, fields)]
        require(district, "evidence", faults == sorted(known), f"{phone}: seals {faults} do not hold, altered {known}")


def chain_faults(sealed: list[dict[str, Any]], key: bytes) -> list[int]:
    """List the numbers of one device's seals whose content, signature or place in the chain does not hold."""
    faults, previous = [], "0" * 64
    for number, fields in enumerate(sorted(sealed, key=lambda one: int(one["seal"]["number"])), start=1):
        stamp = fields["seal"]
        signed = {name: value for name, value in stamp.items() if name != "signature"}
        covered = {name: value for name, value in fields.items() if name not in NOT_THE_DEVICES}
        is_sound = stamp["content_hash"] == hashlib.sha256(canonical(covered)).hexdigest()
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(stamp["signature"]), canonical(signed))
        except InvalidSignature:
            is_sound = False
        if not is_sound or (stamp["number"], stamp["previous"]) != (number, previous):
            faults.append(stamp["number"])
        previous = hashlib.sha256(canonical(signed)).hexdigest()
    return faults


def receipts_hold(district: "District") -> None:
    """Check that each receipt's bytes are all there, and that every visit has the receipt of its newest revision."""
    log = district.server.log
    live = log.live()
    receipts = {
        (one.fields["visit_id"], one.fields["revision"]): one.fields
        for one in live.values()
        if one.type == "receipt" and one.fields
    }
    key = bytes.fromhex(next(iter(district.phones.values())).device.receipt_key)
    for (visit, revision), receipt in receipts.items():
        verify_receipt(receipt, key)
        told = f"{district.nick(visit)} revision {revision}"
        missing = [sha for sha in receipt["blobs"] if not _is_stored(district, sha)]
        require(district, "receipts", not missing, f"{told}: {missing} is not stored")
    for id, (_, fields) in district.oracle.sealed.items():
        if ("visit", id) in live:
            added = [
                one.fields
                for one in live.values()
                if one.type == "amendment" and one.fields and one.fields["visit_id"] == id
            ]
            named = {sha for one in (fields, *added) for sha in blob_hashes(one)}
            found = receipts.get((id, 1 + len(added)))
            told = f"{district.nick(id)} revision {1 + len(added)}"
            require(
                district, "receipts", found and set(found["blobs"]) == named, f"{told} has no receipt of all its blobs"
            )


def tampering_is_found(district: "District") -> None:
    """Change one byte of a visit in the office's database: sums and seal both say so."""
    log = district.server.log
    rows = log.rows("SELECT id, body FROM record WHERE type = 'visit' ORDER BY bucket, seq")
    mine = [row for row in rows if row["id"] in district.oracle.sealed and row["id"] not in district.oracle.altered]
    if not mine:
        return
    visit, body = mine[0]["id"], mine[0]["body"]
    at = body.index(b'"people":') + len(b'"people":')
    log.rows("UPDATE record SET body = ? WHERE id = ?", body[:at] + b"7" + body[at + 1 :], visit)
    log.commit()
    with district.server.app.app_context():
        found = district.server.read(
            lambda session: list(wrong_buckets(session, log.vault, session.query(Bucket).all()))
        )
    require(district, "evidence", len(found) == 1, f"a tampered byte was reported in {found}")
    fields = json.loads(log.rows("SELECT body FROM record WHERE id = ?", visit)[0]["body"])
    phone = district.oracle.sealed[visit][0]
    faults = chain_faults([fields], _public_key(district, phone))
    require(district, "evidence", faults, "a tampered visit still verifies")


def _review_stands(district: "District", id: str, there: dict[str, Any]) -> None:
    """A visit's state is the last verdict, unless an amendment came after it."""
    if "form" not in there:
        return
    amended = 1 + sum(
        one.type == "amendment" and (one.fields or {}).get("visit_id") == id
        for one in district.server.log.live().values()
    )
    verdicts = [(revision, verdict) for visit, revision, verdict in district.oracle.reviews if visit == id]
    last = verdicts[-1] if verdicts else (0, "pending")
    expected = last[1] if last[0] == amended else "pending"
    told = f"{district.nick(id)} is {there['review_state']}, not {expected}"
    require(district, "classes", there["review_state"] == expected, told)


def _refused(district: "District") -> dict[str, dict[str, Any]]:
    log, found = district.server.log, {}
    for row in log.rows("SELECT * FROM mutation_result WHERE offered IS NOT NULL"):
        bound = f"mutation/{row['device_id']}/{row['installation']}/{row['n']}"
        offered = json.loads(log.vault.open(row["offered"], bound))
        found[offered["id"]] = offered["fields"]
    return found


def _held(district: "District") -> dict[str, dict[str, Any]]:
    """Work that waits whole for a person, or was declined by one."""
    return {one["id"]: one["fields"] for one in held_work(district.server.log)}


def _is_altered(district: "District", fields: dict[str, Any]) -> bool:
    return any(district.oracle.sealed[id][1]["seal"] == fields["seal"] for id in district.oracle.altered)


def _is_stored(district: "District", sha: str) -> bool:
    path = district.server.blobs / sha[:2] / sha[2:4] / sha
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == sha


def _public_key(district: "District", phone: str) -> bytes:
    device = district.phones[phone].device_id
    return bytes.fromhex(district.server.log.rows("SELECT signing_key FROM device WHERE id = ?", device)[0][0])
