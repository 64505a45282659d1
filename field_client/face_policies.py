"""Which thresholds this device compares by: those of the release, or newer ones that its own office signed.

A policy that was calibrated locally is accepted only with a signature of the office's key, known from enrolment; whatever
is wrong with it, the device goes on with the policy of the release.
"""

from field_client.errors import FieldError
from field_client.settings import Device
from field_client.store import Store
from identity.face_policy import FacePolicy, load_policy, read_signed
from identity.policy_signing import PolicyBroken

_FACT = "face_policy"


def current(store: Store) -> FacePolicy:
    """Give the policy in use."""
    kept = store.get(_FACT)
    if kept is None:
        return load_policy()
    try:
        return read_signed(kept["policy"].encode(), kept["signature"], [kept["signer"]])
    except PolicyBroken:
        return load_policy()


def install(store: Store, device: Device, policy: bytes, signature: str) -> FacePolicy:
    """Take a policy that the office signed. Raises FieldError("face_policy.refused"), with the one in use unchanged."""
    try:
        found = read_signed(policy, signature, [device.receipt_key])
    except PolicyBroken:
        raise FieldError("face_policy.refused") from None
    store.put(_FACT, {"policy": policy.decode(), "signature": signature.strip(), "signer": device.receipt_key})
    return found


def reset(store: Store) -> FacePolicy:
    """Go back to the policy of the release."""
    store.put(_FACT, None)
    return load_policy()
