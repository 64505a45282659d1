"""A bundle comes back as it was to its receiver alone, and whatever happens to it on the way is noticed."""

import hashlib
import io
import itertools
import tracemalloc
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.bundle import ANSWER, HEADER_BYTES, PIECE_BYTES, WORK, Head, Part, read, write
from sync.errors import SyncError
from sync.sealed_stream import CHUNK_BYTES, TAG_BYTES
from tests.sync.values import OBJECT, TEXT

SEALED_BYTES = CHUNK_BYTES + TAG_BYTES
OFFICE, OTHER_OFFICE, OWN = (X25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))
DEVICE, OTHER_DEVICE = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (4, 5))
KNOWN = {"device-1": DEVICE.public_key().public_bytes_raw(), "device-2": OTHER_DEVICE.public_key().public_bytes_raw()}
Plain = tuple[str, Mapping[str, Any], bytes]
PARTS = st.lists(st.tuples(TEXT, OBJECT, st.binary(max_size=300)), max_size=4)


def sealed(parts: Iterable[Plain], *, sender: str = "device-1", by: Ed25519PrivateKey = DEVICE, **more: Any) -> bytes:
    out = io.BytesIO()
    head = Head(more.pop("purpose", WORK), sender, more.pop("facts", {}))
    made = (Part(name, facts, [data]) for name, facts, data in parts)
    keys = {"to": OFFICE.public_key().public_bytes_raw(), "own_key": OWN} | more
    write(out.write, made, head, signing=by, **keys)
    return out.getvalue()


def unsealed(data: bytes, *, key: X25519PrivateKey = OFFICE, purpose: str = WORK) -> tuple[Head, list[Plain]]:
    head, parts = read(io.BytesIO(data).read, key=key, purpose=purpose, signer=KNOWN.get)
    return head, [(part.name, part.facts, b"".join(part.pieces)) for part in parts]


def taken_until_fault(data: bytes) -> tuple[list[bytes], str]:
    """Give the pieces that were taken, and the code of what stopped the reading."""
    taken: list[bytes] = []
    try:
        _, parts = read(io.BytesIO(data).read, key=OFFICE, purpose=WORK, signer=KNOWN.get)
        for part in parts:
            taken.extend(part.pieces)
    except SyncError as error:
        return taken, error.code
    return taken, ""


def noise(size: int) -> bytes:
    """Make bytes that no packing shrinks."""
    return b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(size // 32 + 1))[:size]


LARGE = sealed([("blob", {}, noise(3 * CHUNK_BYTES)), ("request", {}, b"x" * 500)])


@given(PARTS, OBJECT)
def test_what_goes_in_comes_out_in_order(parts: list[Plain], facts: Mapping[str, Any]):
    head, found = unsealed(sealed(parts, facts=facts))
    assert (head.sender, head.facts) == ("device-1", facts)
    assert found == parts


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * PIECE_BYTES, 400_000])
@pytest.mark.parametrize("make", [noise, lambda size: b"a" * size], ids=["noise", "packs"])
def test_sizes_around_the_chunk_come_back(size: int, make: Any):
    assert unsealed(sealed([("blob", {}, make(size))]))[1] == [("blob", {}, make(size))]


@settings(max_examples=30)
@given(st.lists(st.binary(min_size=1, max_size=2000), max_size=5), st.integers(1, 700))
def test_it_does_not_matter_how_the_bytes_are_cut_on_either_side(pieces: list[bytes], at_most: int):
    out = io.BytesIO()
    write(out.write, [Part("p", {}, pieces)], Head(WORK, "device-1"), signing=DEVICE, own_key=OWN,
          to=OFFICE.public_key().public_bytes_raw())  # fmt: skip
    source = io.BytesIO(out.getvalue())
    _, parts = read(lambda size: source.read(min(size, at_most)), key=OFFICE, purpose=WORK, signer=KNOWN.get)
    assert [b"".join(part.pieces) for part in parts] == [b"".join(pieces)]


def test_a_part_that_nobody_takes_is_skipped():
    _, parts = read(io.BytesIO(LARGE).read, key=OFFICE, purpose=WORK, signer=KNOWN.get)
    assert [part.name for part in parts] == ["blob", "request"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(LARGE) - 1), st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_noticed_and_what_came_before_is_good(at: int, bit: int):
    flipped = bytearray(LARGE)
    flipped[at] ^= 1 << bit
    taken, fault = taken_until_fault(bytes(flipped))
    assert fault.startswith("bundle.")
    assert noise(3 * CHUNK_BYTES).startswith(b"".join(taken))


def test_every_bit_of_a_small_bundle_counts():
    small = sealed([("request", {}, b"{}")])
    for at, bit in itertools.product(range(len(small)), range(8)):
        flipped = bytearray(small)
        flipped[at] ^= 1 << bit
        assert taken_until_fault(bytes(flipped))[1]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(LARGE) - 1) | st.sampled_from([HEADER_BYTES + n * SEALED_BYTES for n in range(4)]))
def test_a_bundle_cut_anywhere_says_so_and_gives_what_was_whole(cut: int):
    taken, fault = taken_until_fault(LARGE[:cut])
    assert fault == ("bundle.unknown" if cut < 8 else "bundle.damaged")
    whole_chunks = max(0, cut - HEADER_BYTES) // SEALED_BYTES
    assert len(b"".join(taken)) >= (whole_chunks - 1) * CHUNK_BYTES - PIECE_BYTES
    assert noise(3 * CHUNK_BYTES).startswith(b"".join(taken))


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 0, 1, 2), (0, 2), (0, 1, 1, 2), (2, 1, 0)])
def test_chunks_moved_doubled_or_left_out_are_noticed(order: tuple[int, ...]):
    body = LARGE[HEADER_BYTES:]
    chunks = [body[start : start + SEALED_BYTES] for start in range(0, len(body), SEALED_BYTES)]
    mixed = LARGE[:HEADER_BYTES] + b"".join(chunks[n] for n in order) + b"".join(chunks[3:])
    assert taken_until_fault(mixed)[1] == "bundle.damaged"


def test_bytes_behind_the_end_are_noticed():
    assert taken_until_fault(LARGE + b"\0")[1] == "bundle.damaged"
    assert taken_until_fault(LARGE + LARGE)[1] == "bundle.damaged"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "bundle.unknown"),
        (b"PK\3\4" + b"\0" * 90, "bundle.unknown"),
        (LARGE[:8] + b"\x02" + LARGE[9:], "bundle.newer"),
        (sealed([], to=OTHER_OFFICE.public_key().public_bytes_raw()), "bundle.not_ours"),
        (sealed([], by=OTHER_DEVICE), "bundle.forged"),
        (sealed([], sender="device-2"), "bundle.forged"),
        (sealed([], sender="nobody"), "bundle.forged"),
        (sealed([], purpose=ANSWER), "bundle.forged"),
    ],
)
def test_what_is_not_for_us_or_not_by_its_sender_is_told_apart(data: bytes, code: str):
    assert taken_until_fault(data) == ([], code)


def test_an_answer_thrown_back_is_no_work():
    answer = sealed([], purpose=ANSWER)
    assert unsealed(answer, purpose=ANSWER)[0].purpose == ANSWER
    with pytest.raises(SyncError):
        unsealed(answer, purpose=WORK)


def test_a_head_cannot_be_put_before_another_bundles_parts():
    one, other = (X25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (6, 7))
    mine, theirs = sealed([("a", {}, b"1")], own_key=one), sealed([("b", {}, b"2")], own_key=other)
    assert taken_until_fault(mine[:HEADER_BYTES] + theirs[HEADER_BYTES:])[1] == "bundle.damaged"


def test_a_carrier_finds_nothing_in_it_and_cannot_tell_for_whom_it_is():
    facts = {"name": "欧阳桂芝"}
    data = sealed([("request", facts, "欧阳桂芝".encode() * 50)], facts=facts)
    assert "欧阳桂芝".encode() not in data
    for known in (b"device-1", OFFICE.public_key().public_bytes_raw(), *KNOWN.values()):
        assert known not in data
    again = sealed([("request", facts, b"")], own_key=X25519PrivateKey.from_private_bytes(b"\x09" * 32))
    assert data[9:HEADER_BYTES] != again[9:HEADER_BYTES], "the hint of one receiver differs with each bundle"


def test_a_bundle_of_the_first_version_is_read_for_ever():
    """The file was written by the first release; a release that cannot read it strands sticks that are under way."""
    written = bytes.fromhex((Path(__file__).parent / "bundle-version-1.hex").read_text())
    head, parts = unsealed(written)
    assert (head.sender, head.facts, head.id) == ("device-1", {"schema": 1}, "edb731e3ec5e86420528e4ba7fb3cd99")
    assert parts == [("request", {"n": 1}, b"{}"), ("blob", {"sha256": "00"}, noise(100)), ("text", {}, b"a" * 999)]


def test_large_bundles_take_little_memory_to_write_and_to_read(tmp_path: Path):
    piece, count = noise(256 * 1024), 200  # 50 MB
    to = OFFICE.public_key().public_bytes_raw()
    tracemalloc.start()
    with (tmp_path / "bundle").open("wb") as file:
        part = Part("blob", {}, itertools.repeat(piece, count), packs=False)
        write(file.write, [part], Head(WORK, "device-1"), signing=DEVICE, own_key=OWN, to=to)
    with (tmp_path / "bundle").open("rb") as file:
        _, parts = read(file.read, key=OFFICE, purpose=WORK, signer=KNOWN.get)
        taken = sum(len(piece) for part in parts for piece in part.pieces)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken == count * len(piece)
    assert peak < 4 * 1024 * 1024
