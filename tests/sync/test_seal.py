"""Evidence: a byte changed anywhere is found, visits chain up, and a receipt cannot be made up."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sync.canonical import dumps, loads
from sync.errors import Malformed, Untrusted
from sync.records import REGISTRY, Merge
from sync.seal import FIRST, NOT_SEALED, Seal, content_hash, seal, sign_receipt, verify, verify_receipt
from tests.sync.values import JSON, OBJECT

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
CONTENT = {
    "household_id": "h1",
    "answers": {"income/monthly": 320, "note": "三间瓦房"},
    "evidence": [{"id": "e1", "blob": "ab" * 32, "size": 5}],
    "place": {"lat_e7": 288000000, "lon_e7": 1123000000},
    "sealed_at": "2026-07-06T00:50:00.000Z",
}
RECEIPT = {"visit_id": "v1", "revision": 2, "visit_hash": "c" * 64, "blobs": ["a", "b"], "issued_at": "2026"}


def sealed(fields: dict[str, Any], *, number: int = 1, previous: str = FIRST) -> dict[str, Any]:
    made = seal(fields, KEY, device_id="d1", number=number, previous=previous)
    return {**fields, "seal": made.to_dict()}


@given(OBJECT.filter(lambda fields: not set(fields) & NOT_SEALED))
def test_a_seal_holds_for_whatever_was_sealed(fields: dict[str, Any]):
    assert verify(sealed(fields), PUBLIC).content_hash == content_hash(fields)


SEALED = dumps(sealed(CONTENT))


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_no_byte_of_a_sealed_record_can_be_changed_unseen(at: int, flip: int):
    altered = SEALED[:at] + bytes([SEALED[at] ^ flip]) + SEALED[at + 1 :]
    try:
        fields = loads(altered)
    except Malformed:
        return
    assume(fields != loads(SEALED))
    with pytest.raises(Untrusted):
        verify(fields, PUBLIC)


@pytest.mark.parametrize("name", sorted(CONTENT))
def test_no_field_can_be_left_out(name: str):
    fields = sealed(CONTENT)
    del fields[name]
    with pytest.raises(Untrusted, match="altered"):
        verify(fields, PUBLIC)


def test_no_field_can_be_added():
    with pytest.raises(Untrusted, match="altered"):
        verify({**sealed(CONTENT), "remarks": "后加的"}, PUBLIC)


def test_the_offices_own_fields_are_not_the_devices_to_seal():
    assert verify({**sealed(CONTENT), "review_state": "approved", "verdict": "intact", "remarks": None}, PUBLIC)


def test_another_devices_key_does_not_fit():
    with pytest.raises(Untrusted, match="forged"):
        verify(sealed(CONTENT), STRANGER)


@settings(max_examples=50)
@given(st.fixed_dictionaries({"seal": JSON | st.fixed_dictionaries(
    dict.fromkeys(["device_id", "number", "previous", "content_hash", "signature"], JSON))}))  # fmt: skip
def test_a_seal_of_any_form_is_untrusted_and_never_a_fault(fields: dict[str, Any]):
    with pytest.raises(Untrusted):
        verify({**CONTENT, **fields}, PUBLIC)


@pytest.mark.parametrize(
    "odd",
    [{"number": "1"}, {"number": 0}, {"number": True}, {"number": 1 << 31}, {"device_id": 5}, {"more": 1}],
)
def test_a_seal_is_well_formed_even_when_the_device_signed_something_else(odd: dict[str, Any]):
    plain = {**seal(CONTENT, KEY, device_id="d1", number=1, previous=FIRST).to_dict(), **odd}
    claimed = {name: plain[name] for name in ("device_id", "number", "previous", "content_hash")}
    plain["signature"] = KEY.sign(dumps(claimed)).hex()
    with pytest.raises(Untrusted):
        verify({**CONTENT, "seal": plain}, PUBLIC)


def test_a_signature_has_one_written_form():
    fields = sealed(CONTENT)
    for other in (fields["seal"]["signature"].upper(), " " + fields["seal"]["signature"]):
        with pytest.raises(Untrusted):
            verify({**fields, "seal": {**fields["seal"], "signature": other}}, PUBLIC)


def test_each_seal_names_the_one_before_and_a_missing_one_shows():
    first = verify(sealed(CONTENT), PUBLIC)
    second = verify(sealed(CONTENT, number=2, previous=first.hash), PUBLIC)
    assert second.previous == first.hash
    assert len({FIRST, first.hash, second.hash}) == 3


@pytest.mark.parametrize(
    "odd", [{"device_id": "d2"}, {"number": 2}, {"previous": "1" * 64}, {"content_hash": "1" * 64}]
)
def test_the_name_of_a_seal_covers_all_that_it_says(odd: dict[str, Any]):
    plain = sealed(CONTENT)["seal"]
    assert Seal(**{**plain, **odd}).hash != Seal(**plain).hash


def test_a_receipt_holds():
    verify_receipt({**RECEIPT, "signature": sign_receipt(RECEIPT, KEY)}, PUBLIC)


@pytest.mark.parametrize("name", sorted(RECEIPT))
@settings(max_examples=20)
@given(value=JSON)
def test_nothing_of_a_receipt_can_be_changed(name: str, value: Any):
    receipt = {**RECEIPT, "signature": sign_receipt(RECEIPT, KEY)}
    assume(value != receipt[name])
    with pytest.raises(Untrusted):
        verify_receipt({**receipt, name: value}, PUBLIC)


@given(JSON)
def test_a_receipt_needs_a_signature_whatever_stands_there(signature: Any):
    with pytest.raises(Untrusted):
        verify_receipt({**RECEIPT, "signature": signature}, PUBLIC)


def test_a_strangers_receipt_is_none():
    with pytest.raises(Untrusted):
        verify_receipt({**RECEIPT, "signature": sign_receipt(RECEIPT, KEY)}, STRANGER)


@pytest.mark.parametrize("record_type", ["visit", "amendment", "lead"])
def test_a_seal_covers_what_the_device_wrote_and_nothing_of_the_office(record_type: str):
    """What the office adds on arrival must not look like tampering to whoever verifies the record as it is stored."""
    fields = REGISTRY[record_type].fields
    assert {name for name, one in fields.items() if one.merge is Merge.SERVER_OWNED} == NOT_SEALED & set(fields) - {
        "seal"
    }
