"""Whoever wrote it: every reader of what comes from outside reads it or refuses it in the protocol's own words."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync import bundle, canonical, clock, farewell, frames, lease, protocol, seal, sealed_stream
from sync.errors import SyncError, Untrusted
from tests.sync.test_bundle import KNOWN, OFFICE, sealed
from tests.sync.values import JSON, OBJECT

KEY = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
AT = "2026-07-06T01:00:00.000Z"
ORDER = farewell.order("device-1", AT, "ab" * 32, KEY).to_dict()
LEASE = {"issued_at": AT, "days": 14, "signature": KEY.sign(lease._signed("device-1", AT, 14)).hex()}
WIPED = farewell.sign_wiped("device-1", AT, KEY)
WHOLE = sealed([("request", {"n": 1}, b"work" * 20)])
HALF_A_CHARACTER = "\ud800"  # JSON can name it, and no bytes can hold it.

OF_BYTES: dict[str, Callable[[bytes], Any]] = {
    "canonical JSON": canonical.loads,
    "a frame": frames.decode,
    "frames": lambda data: list(frames.frames([data])),
    "a request": protocol.Request.decode,
    "a bundle": lambda data: _unsealed(data),
    "a sealed stream": lambda data: list(sealed_stream.opened(bytes(32), io.BytesIO(data).read)),
}
OF_OBJECTS: dict[str, Callable[[Any], Any]] = {
    "clock evidence": clock.Evidence.from_dict,
    "a lease": lambda plain: lease.verify(plain, "device-1", PUBLIC),
    "an order to wipe": lambda plain: farewell.read_order(plain, "device-1", PUBLIC),
    "a seal": lambda plain: seal.verify(plain, PUBLIC),
    "a receipt": lambda plain: seal.verify_receipt(plain, PUBLIC),
}


def _unsealed(data: bytes) -> list[tuple[str, bytes]]:
    _, parts = bundle.read(io.BytesIO(data).read, key=OFFICE, purpose=bundle.WORK, signer=KNOWN.get)
    return [(part.name, b"".join(part.pieces)) for part in parts]


@pytest.mark.parametrize("read", OF_BYTES.values(), ids=OF_BYTES)
@given(data=st.binary(max_size=120) | st.binary(max_size=60).map(lambda tail: WHOLE[:51] + tail))
def test_any_bytes_are_read_or_refused(read: Callable[[bytes], Any], data: bytes):
    with contextlib.suppress(SyncError):
        read(data)


@pytest.mark.parametrize("read", OF_OBJECTS.values(), ids=OF_OBJECTS)
@given(plain=OBJECT)
def test_any_object_is_read_or_refused(read: Callable[[Any], Any], plain: dict[str, Any]):
    with contextlib.suppress(SyncError):
        read(plain)


@pytest.mark.parametrize(
    ("read", "good"),
    [(OF_OBJECTS["a lease"], LEASE), (OF_OBJECTS["an order to wipe"], ORDER)],
    ids=["a lease", "an order to wipe"],
)
@given(data=st.data())
def test_a_signed_object_with_anything_else_in_any_place_is_untrusted(
    read: Callable[[Any], Any], good: dict[str, Any], data: st.DataObject
):
    assert read(good).to_dict() == good
    name, value = data.draw(st.sampled_from(sorted(good))), data.draw(JSON | st.just(HALF_A_CHARACTER))
    if value != good[name] or isinstance(value, bool):
        with pytest.raises(Untrusted):
            read({**good, name: value})


def test_the_offices_word_that_it_holds_everything_is_for_these_pieces_and_this_device_alone():
    names, key = ["ab" * 32, "cd" * 32], "ef" * 32
    word = farewell.confirm("device-1", names, key, KEY)
    farewell.check_confirmed("device-1", [*reversed(names)], key, word, PUBLIC)
    for device, held, last in (("device-2", names, key), ("device-1", names[:1], key), ("device-1", names, "00" * 32)):
        with pytest.raises(Untrusted):
            farewell.check_confirmed(device, held, last, word, PUBLIC)


@given(st.integers(0, len(WIPED) - 1), st.text(max_size=2))
def test_a_devices_word_that_it_wiped_is_its_own_or_untrusted(at: int, other: str):
    farewell.verify_wiped("device-1", AT, WIPED, PUBLIC)
    odd = WIPED[:at] + other + WIPED[at + 1 :]
    if odd.lower() != WIPED:
        with pytest.raises(Untrusted):
            farewell.verify_wiped("device-1", AT, odd, PUBLIC)
