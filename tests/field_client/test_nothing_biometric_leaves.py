"""Nothing biometric is anywhere but in the sealed reference: every record type, log, error, support file and bundle is searched.

The real engine compares real faces, with a burst and a kept reference, so that there is something to be found. Searched
for are the vectors (as numbers of each width, and as text), the photographs, and the distance.
"""

import base64
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from PIL import Image

from benchmarks.face import heads
from field_client import bundles, drafts, identification, kept_faces, keys, sealing, support
from field_client.errors import FieldError
from identity.burst import Burst, Frame
from identity.engine import FaceEngine, Portrait, shared
from identity.liveness import Challenge, Turn
from sync import bundle
from sync.records import REGISTRY, terms
from tests.field_client.conftest import HEAD, SON, Phone, fill_visit

BIOMETRIC_NAMES = (
    "face",
    "vector",
    "template",
    "embedding",
    "descriptor",
    "landmark",
    "biometric",
    "distance",
    "photo_live",
)
KEEP = b'{"granted": true, "purpose": "face_keep", "notice_version": "face-keep-1"}'


@dataclass(frozen=True)
class Traces:
    """What must not be found: bytes in every form in which somebody might have written them."""

    needles: dict[str, bytes]

    def found_in(self, haystack: bytes) -> list[str]:
        return [name for name, needle in self.needles.items() if needle in haystack]


@dataclass(frozen=True)
class Compared:
    """A device on which a face was compared, and the traces of that face."""

    phone: Phone
    visit: str
    traces: Traces


def photo(quality: int = 90) -> bytes:
    buffer = BytesIO()
    Image.fromarray(skimage.data.astronaut()).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def film() -> Burst:
    angles = heads.swing(30, 12, first_left=True)
    frames = heads.burst(Image.fromarray(skimage.data.astronaut()), np.array([222.5, 126.5]), 87.0, angles, heads.head)
    return Burst(
        tuple(Frame(one, 300 * number) for number, one in enumerate(frames)), Challenge((Turn.LEFT, Turn.RIGHT), "")
    )


def forms_of(name: str, data: bytes) -> dict[str, bytes]:
    piece = data[len(data) // 2 :][:24]
    return {
        name: piece,
        f"{name}, hexadecimal": piece.hex().encode(),
        f"{name}, base64": base64.b64encode(data[(len(data) // 6) * 3 :][:24]),
    }


def traces_of(vector: np.ndarray, photos: list[bytes], distance: float) -> Traces:
    needles: dict[str, bytes] = {"distance": str(distance).encode()}
    for width in ("<f2", "<f4", "<f8"):
        needles |= forms_of(f"vector {width}", vector.astype(width).tobytes())
    needles |= {f"number {index}": str(float(vector[index]))[:9].encode() for index in (0, 60, 127)}
    for number, data in enumerate(photos):
        needles |= forms_of(f"photograph {number}", data)
    return Traces(needles)


@pytest.fixture
def compared(synced: Phone, picture, caplog: pytest.LogCaptureFixture) -> Iterator[Compared]:  # type: ignore[no-untyped-def]
    caplog.set_level(logging.DEBUG)
    kept_faces.allow(synced.store, 24)
    visit = fill_visit(synced, picture)
    burst, card = film(), photo()
    again = photo(quality=70)
    step = identification.by_face(
        synced.store,
        synced.clock,
        visit,
        HEAD,
        reference=card,
        live=[again],
        burst=burst,
        consent=b'{"granted": true}',
        keep=KEEP,
        confirmed=True,
    )
    assert step.entry["outcome"] == "match" and step.entry["kept"] is True and step.verdict is not None
    assert step.verdict.distance
    engine = shared()
    assert isinstance(engine, FaceEngine)
    portrait = engine.look(card)
    assert isinstance(portrait, Portrait)
    photos = [card, *(frame.photo for frame in burst.frames[:3])]
    yield Compared(synced, visit, traces_of(engine.encode(portrait), photos, step.verdict.distance))


def test_the_search_finds_what_is_there(compared: Compared) -> None:
    assert compared.traces.found_in(b"..." + photo() + b"...")
    assert compared.traces.found_in(base64.b64encode(b"..." + photo() + b"..."))


@pytest.mark.parametrize("name", REGISTRY)
def test_no_record_type_has_a_field_for_a_face(name: str) -> None:
    assert not [field for field in REGISTRY[name].fields if any(word in field for word in BIOMETRIC_NAMES)]


def test_no_table_of_the_device_holds_a_face_but_the_sealed_reference(compared: Compared) -> None:
    store = compared.phone.store
    tables = [row["name"] for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert {"drafts", "outbox", "records", "meta"} <= set(tables)
    for table in tables:
        for row in store.rows(f"SELECT * FROM {table}"):
            text = repr(row).encode() + b"".join(value for value in row.values() if isinstance(value, bytes))
            assert not compared.traces.found_in(text), table


def test_no_record_of_any_type_holds_a_face_before_or_after_the_seal(compared: Compared) -> None:
    phone = compared.phone
    document = repr(drafts.get(phone.store, compared.visit).document).encode()
    assert not compared.traces.found_in(document)
    sealing.seal(phone.store, phone.clock, phone.device, compared.visit)
    sent = repr(phone.store.rows("SELECT * FROM outbox")).encode()
    assert HEAD.encode() in sent and not compared.traces.found_in(sent)
    phone.sync()
    arrived = repr({name: bucket.rows for name, bucket in phone.office.buckets.items()}).encode()
    assert compared.visit.encode() in arrived and not compared.traces.found_in(arrived)


def test_no_file_of_the_device_holds_a_face_in_the_clear(compared: Compared) -> None:
    files = [path for path in compared.phone.home.path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert not compared.traces.found_in(path.read_bytes()), path.name


def test_neither_the_support_file_nor_the_log_holds_a_face(
    compared: Compared, caplog: pytest.LogCaptureFixture
) -> None:
    phone = compared.phone
    report = repr(support.report(phone.store, phone.device, phone.clock)).encode()
    assert b"face/" not in report and b"face_key/" not in report
    assert not compared.traces.found_in(report + caplog.text.encode())


def test_no_photograph_of_a_face_is_named_for_the_journey(compared: Compared) -> None:
    phone = compared.phone
    kinds = {row["kind"] for row in phone.store.rows("SELECT kind FROM blobs")}
    assert {"house", "signature"} <= kinds <= {"house", "signature", "preview"}
    assert not any(word in kind for kind in terms.PHOTO_KINDS for word in ("face", "live", "reference"))


def test_errors_name_codes_and_never_a_face(compared: Compared) -> None:
    phone = compared.phone
    refusals = []
    for given in ({"consent": b'{"granted": true}', "live": []}, {"consent": b"{", "live": [photo()]}):
        with pytest.raises(FieldError) as refused:
            identification.by_face(
                phone.store, phone.clock, compared.visit, SON, reference=photo(), confirmed=True, **given
            )
        refusals.append(repr(refused.value) + refused.value.message + repr(refused.value.details))
    assert not compared.traces.found_in("".join(refusals).encode())


def test_a_bundle_for_the_office_holds_no_face(compared: Compared, tmp_path: Path) -> None:
    phone = compared.phone
    sealing.seal(phone.store, phone.clock, phone.device, compared.visit)
    office_key = X25519PrivateKey.generate()
    phone.store.put("office_key", office_key.public_key().public_bytes_raw().hex())
    file = tmp_path / "out.zsb"
    assert bundles.export(phone.store, phone.device, phone.clock, file).photos
    public = keys.read_keys(phone.store.get("keys")).signing.public_key().public_bytes_raw()
    _, parts = bundle.read(
        BytesIO(file.read_bytes()).read, key=office_key, purpose=bundle.WORK, signer=lambda _: public
    )
    opened = b"".join(repr(part.facts).encode() + b"".join(part.pieces) for part in parts)
    assert HEAD.encode() in opened and not compared.traces.found_in(opened)
