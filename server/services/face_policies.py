"""The thresholds that this office signed for its devices, kept so that a second look judges by those of then.

Files in a folder of the server's data, each with its signature beside it; one that was changed since is none.
"""

import re
from pathlib import Path

from identity.face_policy import FacePolicy, load_policy, read_signed
from identity.policy_signing import SIGNATURE_SUFFIX, PolicyBroken

FOLDER = "face-policies"
_VERSION = re.compile("[0-9A-Za-z][0-9A-Za-z.-]{0,63}")  # A version names a file here.


def keep(data_dir: Path, content: bytes, signature: str, version: str) -> None:
    """Keep a policy that was just signed. Raises PolicyBroken for a version that cannot name a file."""
    target = _file(data_dir, version)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    target.with_suffix(SIGNATURE_SUFFIX).write_text(signature + "\n", encoding="ascii")


def find(data_dir: Path, version: str, signer: str) -> FacePolicy:
    """Give a policy of the release, or one that `signer` (a public key, hexadecimal) signed here. Raises PolicyBroken."""
    try:
        return load_policy(version)
    except PolicyBroken:
        pass
    target = _file(data_dir, version)
    try:
        signature = target.with_suffix(SIGNATURE_SUFFIX).read_text(encoding="ascii")
        return read_signed(target.read_bytes(), signature, [signer])
    except OSError:
        raise PolicyBroken(f"this office never signed a face policy {version}") from None


def _file(data_dir: Path, version: str) -> Path:
    if not _VERSION.fullmatch(version):
        raise PolicyBroken("the version of a face policy is letters, digits, dots and dashes")
    return data_dir / FOLDER / f"{version}.toml"
