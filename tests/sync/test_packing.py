"""What is packed comes back, by every coding; no bytes make a reader fail in an unforeseen way or take much memory."""

import gzip
import hashlib
from importlib import resources

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sync import packing
from sync.errors import Malformed, SyncError
from sync.packing import CODINGS, OURS, pack, pack_pieces, unpack, unpack_pieces

CODING = st.sampled_from(CODINGS)
LIMIT = 1 << 20


@given(st.binary(max_size=5000), CODING)
def test_what_is_packed_comes_back(plain: bytes, coding: str):
    assert unpack(pack(plain, coding), coding, limit_bytes=LIMIT) == plain


@given(st.lists(st.binary(max_size=3000), max_size=6), CODING, st.integers(1, 700))
def test_a_stream_comes_back_in_whatever_pieces_it_arrives(pieces: list[bytes], coding: str, size: int):
    packed = b"".join(pack_pieces(pieces, coding))
    arriving = (packed[at : at + size] for at in range(0, len(packed), size))
    assert b"".join(unpack_pieces(arriving, coding, limit_bytes=LIMIT)) == b"".join(pieces)


@pytest.mark.parametrize("coding", CODINGS)
def test_what_was_given_out_before_a_cut_can_be_read(coding: str):
    lines = [bytes([65 + number]) * 2000 + b"\n" for number in range(5)]
    stream = pack_pieces(lines, coding)
    first = next(stream)
    found = b"".join(unpack_pieces([first], coding, limit_bytes=LIMIT))
    assert found.startswith(lines[0])


def test_a_reader_does_not_wait_for_more_than_it_was_given():
    lines = [b"x" * 2000, b"y" * 2000]
    coming = pack_pieces(lines, OURS[0])

    def one_at_a_time():
        yield next(coming)
        raise AssertionError("asked for more before giving out what it had")

    assert next(unpack_pieces(one_at_a_time(), OURS[0], limit_bytes=LIMIT))


@given(st.binary(max_size=80), CODING)
def test_any_bytes_are_read_or_refused(data: bytes, coding: str):
    try:
        found = unpack(data, coding, limit_bytes=LIMIT)
    except SyncError:
        return
    assert unpack(pack(found, coding), coding, limit_bytes=LIMIT) == found


@given(st.binary(min_size=1, max_size=300), CODING, st.data())
def test_a_damaged_body_is_read_or_refused(plain: bytes, coding: str, data: st.DataObject):
    packed = bytearray(pack(plain, coding))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        unpack(bytes(packed), coding, limit_bytes=LIMIT)
    except SyncError:
        return


@pytest.mark.parametrize("coding", [one for one in CODINGS if one != "identity"])
def test_a_bomb_is_refused_before_it_is_unpacked_whole(coding: str):
    bomb = pack(bytes(64 << 20), coding)
    taken = 0
    with pytest.raises(packing.TooLarge):
        for piece in unpack_pieces([bomb], coding, limit_bytes=LIMIT):
            taken += len(piece)
    assert taken <= LIMIT


@pytest.mark.parametrize("claimed", [1 << 30, 1 << 62])
def test_a_frame_that_claims_a_huge_content_takes_no_memory(claimed: int):
    head = b"\x28\xb5\x2f\xfd" + bytes([0b11100000]) + claimed.to_bytes(8, "little")  # one segment: window = content
    with pytest.raises(Malformed):
        unpack(head + b"\x01\x00\x00", "zstd", limit_bytes=LIMIT)


def test_a_frame_that_wants_a_huge_window_is_refused():
    parameters = zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
    frame = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = frame.compress(b"x" * 100) + frame.flush()
    with pytest.raises(Malformed):
        unpack(packed, "zstd", limit_bytes=LIMIT)


def test_a_dictionary_that_this_end_lacks_is_told_apart():
    with pytest.raises(packing.UnknownCoding):
        unpack(b"x", "zstd-0000000000000000", limit_bytes=LIMIT)
    with pytest.raises(packing.UnknownCoding):
        pack(b"x", "br")


def test_a_frame_of_another_dictionary_is_refused():
    other = zstandard.train_dictionary(2048, [b"abc%d" % (number % 97) * 20 for number in range(300)])
    with pytest.raises(Malformed):
        unpack(zstandard.ZstdCompressor(dict_data=other).compress(b"abc" * 50), OURS[0], limit_bytes=LIMIT)


def test_bytes_after_the_end_of_gzip_are_refused():
    with pytest.raises(Malformed):
        unpack(gzip.compress(b"{}") + b"more", "gzip", limit_bytes=LIMIT)


def test_every_dictionary_is_named_by_its_hash():
    folder = resources.files("sync").joinpath("dictionaries")
    files = {one.name.removesuffix(".zdict"): one.read_bytes() for one in folder.iterdir() if ".zdict" in one.name}
    assert set(files) == set(packing.DICTIONARIES)
    assert {name: hashlib.sha256(data).hexdigest() for name, data in files.items()} == dict(
        zip(files, files, strict=True)
    )


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", "identity"),
        ("br", "identity"),
        ("gzip, br", "gzip"),
        ("gzip, ZSTD;q=0.1", "zstd"),
        (f"gzip, {OURS[0]}", OURS[0]),
    ],
)
def test_the_best_coding_that_the_other_end_reads_is_chosen(accepted: str, chosen: str):
    assert packing.choose(accepted) == chosen
