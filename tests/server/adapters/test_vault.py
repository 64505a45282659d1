"""The vault: one secret, a key for each purpose, and nothing sealed that can be opened elsewhere."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from server.adapters.vault import Vault

VAULT = Vault("s" * 32)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_sealed_opens_under_its_name(plain: bytes, name: str):
    assert VAULT.open(VAULT.seal(plain, name), name) == plain


def test_a_sealed_value_cannot_be_moved_to_another_record():
    with pytest.raises(InvalidTag):
        VAULT.open(VAULT.seal(b"990101194906010012", "person/1"), "person/2")


@given(st.integers(0, 45), st.integers(1, 255))
def test_a_changed_byte_is_found(at: int, flip: int):
    sealed = bytearray(VAULT.seal(b"990101194906010012", "person/1"))
    sealed[at] ^= flip
    with pytest.raises(InvalidTag):
        VAULT.open(bytes(sealed), "person/1")


def test_the_same_value_looks_different_each_time():
    assert len({VAULT.seal(b"same", "name") for _ in range(50)}) == 50


def test_another_secret_opens_nothing_and_looks_nothing_up():
    other = Vault("t" * 32)
    with pytest.raises(InvalidTag):
        other.open(VAULT.seal(b"x", "n"), "n")
    assert other.lookup_hash("990101194906010012") != VAULT.lookup_hash("990101194906010012")
    assert other.receipt_public_key != VAULT.receipt_public_key


def test_each_purpose_has_its_own_key():
    assert VAULT.token_key != VAULT.page_key


def test_after_a_restart_with_the_same_secret_everything_opens():
    again = Vault("s" * 32)
    assert again.open(VAULT.seal(b"x", "n"), "n") == b"x"
    assert again.lookup_hash("1") == VAULT.lookup_hash("1")
    assert again.receipt_public_key == VAULT.receipt_public_key
