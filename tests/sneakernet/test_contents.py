"""What lies in a bundle: what an exchange would carry, nothing biometric, no key of anybody's; outside of it nothing."""

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from field_client import identification, keys, sealing, visits
from identity.engine import Unavailable, shared
from server.transaction import parts
from sync.bundle import ANSWER, WORK, read
from sync.visit_shape import blob_hashes
from tests.schemas.make import picture
from tests.simulation.places import head_of
from tests.sneakernet.conftest import HOUSEHOLD, Carrier, Office, answer_of

Opened = list[tuple[str, dict[str, Any], bytes]]


def portrait() -> bytes:
    if isinstance(shared(), Unavailable):
        pytest.skip("needs the face engine of requirements-face.txt")
    data = pytest.importorskip("skimage.data", reason="needs scikit-image of requirements-dev.txt")
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(data.astronaut())).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def visit_by_face(carrier: Carrier, photo: bytes) -> str:
    store, clock, person = carrier.store, carrier.phone.clock, head_of(HOUSEHOLD)
    visit = visits.start(store, clock, carrier.phone.device, HOUSEHOLD).id
    visits.answer(store, clock, visit, {"people": "2"})
    visits.photo(store, clock, visit, picture(1), kind="house")
    identification.by_face(
        store, clock, visit, person, reference=photo, live=[photo], consent=b'{"granted": true}', confirmed=True
    )
    identification.by_people(store, clock, visit, person, method="id_card")  # This register tells nobody's age.
    signers = (("investigator", "worker1"), ("investigator", "worker2"), ("household", person))
    for number, (role, signer) in enumerate(signers, start=2):
        visits.sign(store, clock, visit, role=role, signer=signer, image=picture(number))
    sealing.seal(store, clock, carrier.phone.device, visit)
    return visit


def opened(office: Office, carrier: Carrier, file: Path) -> Opened:
    """Open a bundle to the office with the office's own key."""
    public = keys.read_keys(carrier.store.get("keys")).signing.public_key().public_bytes_raw()
    with office.app.app_context():
        key = parts().vault.sealing_key
    _, found = read(io.BytesIO(file.read_bytes()).read, key=key, purpose=WORK, signer=lambda sender: public)
    return [(part.name, dict(part.facts), b"".join(part.pieces)) for part in found]


def opened_answer(office: Office, carrier: Carrier, file: Path) -> Opened:
    own, office_key = keys.read_keys(carrier.store.get("keys")), bytes.fromhex(carrier.phone.device.receipt_key)
    _, found = read(
        io.BytesIO(file.read_bytes()).read, key=own.sealing, purpose=ANSWER, signer=lambda sender: office_key
    )
    return [(part.name, dict(part.facts), b"".join(part.pieces)) for part in found]


def secrets(office: Office, carrier: Carrier) -> list[bytes]:
    """List every key of either end, as bytes."""
    own = carrier.store.get("keys")
    known = [own["signing"], own["sealing"], carrier.store.get("media_key"), carrier.phone.key.hex()]
    known.append(carrier.phone.home.secret_file.read_bytes().hex())
    with office.app.app_context():
        vault = parts().vault
    known += [key.private_bytes_raw().hex() for key in (vault.receipt_key, vault.sealing_key)]
    known += [vault.token_key.hex() if isinstance(vault.token_key, bytes) else str(vault.token_key)]
    return [bytes.fromhex(one) if all(c in "0123456789abcdef" for c in one) else one.encode() for one in known]


def forms_of(data: bytes) -> list[bytes]:
    return [data, data.hex().encode(), base64.b64encode(data)]


def test_a_bundle_holds_what_was_sealed_and_nothing_biometric_and_no_key(office: Office, carrier: Carrier):
    photo = portrait()
    visit_by_face(carrier, photo)
    file = carrier.export()
    found = opened(office, carrier, file)
    assert {name for name, _, _ in found} == {"request", "blob"}
    (request,) = [json.loads(data) for name, _, data in found if name == "request"]
    (visit,) = [one["fields"] for one in request["mutations"] if one["type"] == "visit"]
    blobs = {facts["sha256"]: data for name, facts, data in found if name == "blob"}
    assert sorted(blobs) == sorted(blob_hashes(visit)), "every photo that the visit names, and no other bytes"
    assert all(hashlib.sha256(data).hexdigest() == sha256 for sha256, data in blobs.items())
    assert visit["identity"][0]["method"] == "face"
    everything = b"\n".join(data for _, _, data in found)
    for hidden in (photo[:200], photo[-200:], hashlib.sha256(photo).digest(), *secrets(office, carrier)):
        for form in forms_of(hidden):
            assert form not in everything
    assert "template" not in everything.decode(errors="ignore")
    assert all(abs(len(numbers)) < 64 for numbers in number_lists(request)), "no vector of a face"


def test_an_answer_holds_rows_and_no_key(office: Office, carrier: Carrier):
    carrier.visit()
    file = carrier.export()
    office.import_bundle(file)
    found = opened_answer(office, carrier, answer_of(file))
    assert [name for name, _, _ in found] == ["frames", "blobs"]
    frames = [json.loads(line) for line in found[0][2].splitlines()]
    scope = set(next(frame for frame in frames if frame["frame"] == "scope")["buckets"])
    assert {frame["bucket"] for frame in frames if frame["frame"] == "page"} <= scope
    assert scope == {row["id"] for row in carrier.store.db.query("SELECT id FROM buckets")}
    for hidden in secrets(office, carrier):
        for form in forms_of(hidden):
            assert form not in found[0][2]


def test_the_outside_of_a_bundle_names_nobody(office: Office, carrier: Carrier):
    carrier.edit("欧阳桂芝")
    file = carrier.export()
    office.import_bundle(file)
    for data in (file.read_bytes(), answer_of(file).read_bytes()):
        for known in ("欧阳桂芝", "worker1", "甲", carrier.phone.device_id, HOUSEHOLD, "430981"):
            assert known.encode() not in data


def number_lists(value: Any) -> list[list[Any]]:
    """Find every list of numbers in a JSON value."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    own = [value] if isinstance(value, list) and value and all(isinstance(one, int | float) for one in value) else []
    return [*own, *(found for one in inner for found in number_lists(one))]
