"""field_client/face_policies.py: a device compares by what its office signed, and by the release's thresholds else."""

from importlib import resources

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_client import face_policies
from field_client.errors import FieldError
from identity.face_policy import CURRENT
from identity.policy_signing import sign
from tests.field_client.conftest import Phone

TEXT = resources.files("identity.data").joinpath(f"face-policy.{CURRENT}.toml").read_bytes()
LOCAL = TEXT.replace(CURRENT.encode(), b"cn-430981-1").replace(b"match_at_most = 0.45", b"match_at_most = 0.40")


def test_the_release_decides_until_the_office_says_otherwise(synced: Phone) -> None:
    assert face_policies.current(synced.store).version == CURRENT


def test_what_the_office_signed_is_taken_and_given_back(synced: Phone) -> None:
    signature = sign(LOCAL, synced.office.receipt_key)
    assert face_policies.install(synced.store, synced.device, LOCAL, signature).version == "cn-430981-1"
    assert face_policies.current(synced.store).match_at_most == 0.40
    assert face_policies.reset(synced.store).version == CURRENT
    assert face_policies.current(synced.store).match_at_most == 0.45


def test_what_somebody_else_signed_is_refused(synced: Phone) -> None:
    with pytest.raises(FieldError, match=r"face_policy\.refused"):
        face_policies.install(synced.store, synced.device, LOCAL, sign(LOCAL, Ed25519PrivateKey.generate()))
    assert face_policies.current(synced.store).version == CURRENT


def test_a_policy_that_was_altered_on_the_device_is_not_used(synced: Phone) -> None:
    face_policies.install(synced.store, synced.device, LOCAL, sign(LOCAL, synced.office.receipt_key))
    kept = synced.store.get("face_policy")
    synced.store.put("face_policy", kept | {"policy": kept["policy"].replace("0.40", "0.90")})
    assert face_policies.current(synced.store).version == CURRENT
