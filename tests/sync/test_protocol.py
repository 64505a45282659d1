"""Messages come back as they were, may be cut anywhere, and no bytes make a reader fail in an unforeseen way."""

import contextlib
import itertools
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.canonical import dumps
from sync.errors import SyncError
from sync.frames import (
    Acks,
    BucketState,
    Differs,
    End,
    Frame,
    Mend,
    Page,
    Result,
    Row,
    Scope,
    Welcome,
    decode,
    encode,
    frames,
    proof,
)
from sync.protocol import CHUNK, OPERATIONS, Mutation, Request
from tests.sync.values import INSTANT, JSON, OBJECT, TEXT

COUNT = st.integers(0, (1 << 53) - 1)
NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
MUTATIONS = st.builds(
    Mutation, st.integers(1, 1 << 52), NAME, NAME, st.sampled_from(sorted(OPERATIONS)), NAME, COUNT, OBJECT, OBJECT
)
HAVE = st.dictionaries(TEXT, COUNT, max_size=3)
REQUESTS = st.builds(
    Request,
    installation=COUNT,
    epoch=TEXT,
    have=st.shared(HAVE, key="have"),
    tags=st.shared(HAVE, key="have").map(lambda have: dict.fromkeys(list(have)[1:], "0a1b2c3d")),
    accepted=st.none() | st.tuples(COUNT, st.sampled_from(["0" * 32, "1f" * 16, "ab" * 32])),
    renew=st.booleans(),
    repair=st.dictionaries(NAME, st.just({"": "0" * 4096}) | st.just({"0a": "f" * 4096, "1b": "0" * 4096}), max_size=2),
    incidents=st.dictionaries(st.sampled_from(["running", "checksum"]), COUNT),
    mutations=st.lists(MUTATIONS, max_size=3).map(tuple),
    proof=TEXT,
    clock=OBJECT,
    limit_bytes=st.integers(1, 1 << 40),
    schema=COUNT,
    asks=st.lists(NAME, max_size=2).map(tuple),
)
OUTCOMES = st.sampled_from(["applied", "merged", "held", "refused"])
PROBLEM = st.none() | st.dictionaries(TEXT, JSON, min_size=1, max_size=2)
RESULTS = st.builds(Result, COUNT, OUTCOMES, TEXT, COUNT, OBJECT, PROBLEM)
ROWS = st.builds(Row, NAME, NAME, COUNT, OBJECT.map(dumps), st.just("")) | st.builds(
    Row, NAME, NAME, COUNT, st.none(), st.sampled_from(["deleted", "moved"])
)
STATES = st.dictionaries(NAME, st.builds(BucketState, COUNT, COUNT, TEXT), max_size=3)
FRAMES = st.one_of(
    st.builds(Welcome, INSTANT, TEXT, st.none() | OBJECT, st.integers(1, 1 << 52), TEXT),
    st.builds(
        Acks,
        COUNT,
        COUNT,
        st.lists(RESULTS, max_size=3).map(tuple),
        st.sampled_from(["", "0" * 32, "ab" * 32]),
        COUNT,
        COUNT,
    ),
    st.just(Scope(same=True)),
    st.builds(
        lambda states, gone: Scope(same=False, states=states, keys=dict.fromkeys(list(states)[1:], "ab"), gone=gone),
        STATES,
        st.lists(NAME, max_size=2).map(tuple),
    ),
    st.builds(Page, NAME, COUNT, COUNT, st.lists(ROWS, max_size=3).map(tuple)),
    st.builds(Differs, NAME, st.lists(st.sampled_from(["00", "a1", "ff"]), max_size=2).map(tuple)),
    st.builds(Mend, NAME, st.sampled_from(["0000", "a1b2"]), st.lists(ROWS, max_size=3).map(tuple)),
    st.builds(End, st.booleans(), COUNT, st.lists(TEXT, max_size=2).map(tuple), TEXT),
)


@given(FRAMES)
def test_every_frame_comes_back_as_it_was(frame: Frame):
    line = encode(frame)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line) == frame


@settings(max_examples=40)
@given(REQUESTS)
def test_every_request_comes_back_as_it_was(request: Request):
    assert Request.decode(request.encode()) == request


@given(RESULTS)
def test_every_result_comes_back_as_it_was(result: Result):
    assert Result.from_dict(json.loads(dumps(result.to_dict()))) == result


@given(MUTATIONS)
def test_every_mutation_comes_back_as_it_was(mutation: Mutation):
    assert Mutation.from_dict(json.loads(dumps(mutation.to_dict()))) == mutation


@given(FRAMES.map(encode) | REQUESTS.map(Request.encode), st.dictionaries(TEXT.map("x".__add__), JSON, max_size=2))
def test_what_a_newer_end_adds_to_a_message_is_passed_over(message: bytes, more: dict[str, Any]):
    plain = json.loads(message)
    read = decode if "frame" in plain else Request.decode
    assert read(dumps({**plain, **more})) == read(message)


@settings(max_examples=40)
@given(st.lists(FRAMES, max_size=3))
def test_an_answer_cut_at_any_byte_gives_what_came_whole_before(sent: list[Frame]):
    data = b"".join(map(encode, sent))
    for cut in range(len(data) + 1):
        assert list(frames([data[:cut]])) == sent[: data[:cut].count(b"\n")]


@given(st.lists(FRAMES, max_size=3), st.lists(st.integers(0, 400), max_size=5))
def test_it_does_not_matter_in_which_pieces_an_answer_comes(sent: list[Frame], at: list[int]):
    data = b"".join(map(encode, sent))
    edges = [0, *sorted(min(one, len(data)) for one in at), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    assert list(frames(pieces)) == sent


@settings(max_examples=30)
@given(MUTATIONS, MUTATIONS)
def test_the_same_number_with_other_content_is_noticed(one: Mutation, other: Mutation):
    assert (one.digest() == other.digest()) == (dumps(one.to_dict()) == dumps(other.to_dict()))


@given(STATES, STATES, TEXT, TEXT)
def test_the_proof_covers_every_bucket_and_the_epoch(
    one: dict[str, BucketState], other: dict[str, BucketState], epoch: str, restored: str
):
    assert (proof(epoch, one) == proof(restored, other)) == ((epoch, one) == (restored, other))


@given(st.binary(max_size=60))
@example(b'{"frame":["welcome"]}')
@example(b"[]")
@example(b"null")
def test_no_bytes_make_a_reader_fail_in_another_way(data: bytes):
    """What is read all the same is a message: written again it is read as the same."""
    for read, write in ((decode, encode), (Request.decode, Request.encode)):
        with contextlib.suppress(SyncError):
            found: Any = read(data)
            assert read(write(found)) == found
    with contextlib.suppress(SyncError):
        whole = list(frames([data]))
        assert list(frames(map(encode, whole))) == whole


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Name every place of a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, one in inner for deeper in paths(one, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Give a JSON value with another one put in at a place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], new)
    return copy


@given(st.data())
def test_a_message_with_one_odd_place_is_read_or_refused_and_what_is_read_has_the_right_types(data: st.DataObject):
    message, read = data.draw(st.tuples(FRAMES.map(encode), st.just(decode)) | st.tuples(
        REQUESTS.map(Request.encode), st.just(Request.decode)))  # fmt: skip
    plain = json.loads(message)
    odd = changed(plain, data.draw(st.sampled_from(paths(plain))), data.draw(JSON))
    try:
        found = read(json.dumps(odd).encode())
    except SyncError:
        return
    again = found.encode() if isinstance(found, Request) else encode(found)
    assert read(again) == found


@pytest.mark.parametrize(
    "odd",
    [
        {"op": ["create"]},
        {"op": "drop"},
        {"n": 0},
        {"n": True},
        {"n": 1 << 60},
        {"base": -1},
        {"id": ""},
        {"id": "x" * 65},
        {"id": "a\0"},
        {"bucket": 5},
        {"fields": []},
        {"at": None},
    ],
)
def test_what_is_no_mutation_is_refused(odd: dict[str, Any]):
    whole = {"n": 1, "type": "t", "id": "i", "op": "create", "bucket": "b", "base": 0, "fields": {}, "at": {}}
    assert Mutation.from_dict(whole).to_dict() == whole
    with pytest.raises(SyncError):
        Mutation.from_dict({**whole, **odd})


@pytest.mark.parametrize(
    "odd",
    [{"protocol": 2}, {"protocol": True}, {"have": {"a": -1}}, {"have": []}, {"limit_bytes": 0}, {"schema": None}],
)
def test_what_is_no_request_is_refused(odd: dict[str, Any]):
    whole = json.loads(Request(1, "e", {}).encode())
    with pytest.raises(SyncError):
        Request.decode(dumps({**whole, **odd}))


def test_more_mutations_than_a_chunk_are_refused():
    mutations = tuple(Mutation(n, "t", "i", "create", "b", 0, {}, {}) for n in range(1, CHUNK + 2))
    assert len(Request.decode(Request(1, "", {}, mutations[:CHUNK]).encode()).mutations) == CHUNK
    with pytest.raises(SyncError):
        Request.decode(Request(1, "", {}, mutations).encode())
