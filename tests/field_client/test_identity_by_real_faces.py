"""The identity step with real photographs: a match counts only when a person confirms it."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from field_client import drafts, identification, sealing, visits
from identity.engine import Unavailable, shared
from tests.field_client.conftest import HEAD, HOUSEHOLD, Phone

CONSENT = b'{"granted": true}'


@pytest.fixture(scope="module")
def portrait() -> Image.Image:
    if isinstance(shared(), Unavailable):
        pytest.skip("needs the face engine of requirements-face.txt")
    data = pytest.importorskip("skimage.data", reason="needs scikit-image of requirements-dev.txt")
    return Image.fromarray(np.asarray(data.astronaut()))


@pytest.fixture(scope="module")
def other() -> bytes:
    matplotlib = pytest.importorskip("matplotlib", reason="needs matplotlib of requirements-dev.txt")
    return (Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg").read_bytes()


def jpeg(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def live(portrait: Image.Image) -> bytes:
    """Photograph the portrait again: smaller, turned a little, in other light."""
    smaller = portrait.resize((430, 430)).rotate(3, expand=False)
    return jpeg(ImageEnhance.Brightness(smaller).enhance(1.12))


def step(phone: Phone, visit: str, portrait: Image.Image, photo: bytes, *, confirmed: bool) -> identification.Step:
    return identification.by_face(
        phone.store,
        phone.clock,
        visit,
        HEAD,
        reference=jpeg(portrait),
        live=[photo],
        consent=CONSENT,
        confirmed=confirmed,
    )


def identity_is_missing(phone: Phone, visit: str) -> bool:
    missing = sealing.check(phone.store, phone.clock, visit)["missing"]
    return "visit.identity_missing" in [one["code"] for one in missing]


def test_a_match_that_the_worker_confirms_finishes_the_step(synced: Phone, portrait: Image.Image) -> None:
    visit = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    taken = step(synced, visit, portrait, live(portrait), confirmed=True)
    assert taken.entry["outcome"] == "match"
    assert not identity_is_missing(synced, visit)
    assert taken.following.action == "finished"


def test_a_match_that_nobody_confirms_finishes_nothing(synced: Phone, portrait: Image.Image) -> None:
    visit = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    taken = step(synced, visit, portrait, live(portrait), confirmed=False)
    assert taken.entry["outcome"] == "inconclusive"
    assert identification.NOT_CONFIRMED in taken.entry["reasons"]
    assert identity_is_missing(synced, visit)


def test_another_person_is_no_match_even_if_confirmed(synced: Phone, portrait: Image.Image, other: bytes) -> None:
    visit = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id
    taken = step(synced, visit, portrait, other, confirmed=True)
    assert taken.entry["outcome"] == "no_match"
    assert identity_is_missing(synced, visit)
    assert drafts.get(synced.store, visit).document["evidence"] == []
