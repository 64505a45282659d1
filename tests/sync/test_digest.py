"""A bucket's sum does not depend on order and shows every single change."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.digest import MODULUS, add, as_text, checksum, record_digest, remove
from tests.sync.values import TEXT

KEY = bytes(range(16))
RECORD = st.tuples(TEXT, TEXT, st.integers(0, 1 << 53), st.binary(max_size=20))
RECORDS = st.lists(RECORD, max_size=8)


@given(RECORDS, st.randoms())
def test_the_order_of_records_does_not_matter(records: list[Any], random: Any):
    shuffled = list(records)
    random.shuffle(shuffled)
    assert checksum(KEY, shuffled) == checksum(KEY, records)


@given(RECORDS, RECORD, st.integers(0, 3), st.data())
def test_every_change_of_one_record_shows(records: list[Any], record: Any, part: int, data: st.DataObject):
    other = list(record)
    other[part] = data.draw(RECORD)[part]
    if tuple(other) != record:
        assert checksum(KEY, [*records, tuple(other)]) != checksum(KEY, [*records, record])


@given(RECORDS, RECORD)
def test_a_record_more_or_less_or_doubled_shows_even_in_pairs(records: list[Any], record: Any):
    sums = {checksum(KEY, [*records, *[record] * times])[1] for times in range(4)}
    assert len(sums) == 4


@given(st.integers(0, MODULUS - 1), RECORD)
def test_taking_out_undoes_putting_in(total: int, record: Any):
    digest = record_digest(KEY, *record)
    assert remove(add(total, digest), digest) == total


@given(RECORDS)
def test_keeping_the_sum_record_by_record_equals_counting_anew(records: list[Any]):
    total = 0
    for record in records:
        total = add(total, record_digest(KEY, *record))
    assert checksum(KEY, records) == (len(records), as_text(total))


@given(RECORDS.filter(bool))
def test_another_bucket_has_another_sum(records: list[Any]):
    assert checksum(bytes(16), records) != checksum(KEY, records)
