"""identity/policy_signing.py: a threshold counts only with the signature of somebody who is trusted."""

from importlib import resources

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from identity.__main__ import main
from identity.face_policy import CURRENT, read_signed
from identity.policy_signing import PolicyBroken, read_key, release_signers, sign, write_new_key

POLICY = resources.files("identity.data").joinpath(f"face-policy.{CURRENT}.toml").read_bytes()
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw().hex()


def call(*arguments):
    return CliRunner().invoke(main, ["policy", *map(str, arguments)])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "local.toml"
    path.write_bytes(POLICY)
    return path


def test_the_policy_of_the_release_is_signed_by_a_known_key():
    signature = resources.files("identity.data").joinpath(f"face-policy.{CURRENT}.sig").read_text("ascii")
    assert read_signed(POLICY, signature, release_signers()).version == CURRENT


@given(st.integers(0, len(POLICY) - 1), st.integers(1, 255))
def test_a_single_altered_byte_is_noticed(place, change):
    altered = POLICY[:place] + bytes([POLICY[place] ^ change]) + POLICY[place + 1 :]
    with pytest.raises(PolicyBroken, match="trusted"):
        read_signed(altered, sign(POLICY, KEY), [PUBLIC])


@pytest.mark.parametrize("signature", ["", "00", "no hexadecimal", "0" * 128])
def test_what_is_no_signature_is_none(signature):
    with pytest.raises(PolicyBroken, match="trusted"):
        read_signed(POLICY, signature, [PUBLIC])


def test_a_signature_by_a_stranger_is_none():
    with pytest.raises(PolicyBroken, match="trusted"):
        read_signed(POLICY, sign(POLICY, KEY), release_signers())


def test_a_signature_over_the_bytes_without_their_purpose_is_none():
    with pytest.raises(PolicyBroken, match="trusted"):
        read_signed(POLICY, KEY.sign(POLICY).hex(), [PUBLIC])


@pytest.mark.parametrize("content", [b"\xff", b"version = ", POLICY.replace(b"0.45 ", b'"x"')])
def test_what_cannot_be_read_is_refused_whoever_signed_it(content):
    with pytest.raises(PolicyBroken):
        read_signed(content, sign(content, KEY), [PUBLIC])


def test_a_key_file_is_its_owners_alone_and_never_overwritten(tmp_path):
    path = tmp_path / "signing.key"
    public = write_new_key(path)
    assert path.stat().st_mode & 0o077 == 0
    assert read_key(path).public_key().public_bytes_raw().hex() == public
    with pytest.raises(FileExistsError):
        write_new_key(path)


def test_a_file_is_signed_and_verified_from_the_command_line(tmp_path, file):
    public = call("new-key", tmp_path / "signing.key").stdout.strip()
    assert call("sign", file, "--key", tmp_path / "signing.key").exit_code == 0
    verified = call("verify", file, "--signer", public)
    assert (verified.exit_code, "签名有效" in verified.stdout) == (0, True)
    assert call("verify", file).exit_code == 1
    file.write_bytes(POLICY + b"\n")
    assert call("verify", file, "--signer", public).exit_code == 1


def test_an_unsound_file_is_not_signed(tmp_path, file):
    call("new-key", tmp_path / "signing.key")
    file.write_bytes(b"version = 'x'")
    assert call("sign", file, "--key", tmp_path / "signing.key").exit_code == 1
    assert not file.with_suffix(".sig").exists()


def test_the_policy_is_shown_with_its_provenance():
    shown = call("show")
    assert shown.exit_code == 0
    assert "暂定" in shown.stdout and "not_covered" in shown.stdout
    assert call("show", "cn-none").exit_code == 1
