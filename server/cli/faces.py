"""flask face-policy: the office's signature under thresholds that were calibrated locally. No photograph comes here."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from identity.face_policy import read_signed
from identity.policy_signing import SIGNATURE_SUFFIX, PolicyBroken, sign
from server.cli.output import OfficeGroup, as_json, say
from server.domain.errors import InputInvalid
from server.transaction import parts


@click.group("face-policy", cls=OfficeGroup)
def face_policy() -> None:
    """人脸比对阈值。"""


@face_policy.command("sign")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@with_appcontext
def sign_file(file: Path, as_json: bool) -> None:
    """用本办公室的密钥给校准好的阈值文件签名 (写成同名 .sig)。各设备用 field-client faces policy --install 装入。"""
    content, vault = file.read_bytes(), parts().vault
    signature = sign(content, vault.receipt_key)
    try:
        policy = read_signed(content, signature, [vault.receipt_public_key])
    except PolicyBroken as error:
        raise InputInvalid(f"阈值文件不能用: {error}") from None
    target = file.with_suffix(SIGNATURE_SUFFIX)
    target.write_text(signature + "\n", encoding="ascii")
    said = {"version": policy.version, "match_at_most": policy.match_at_most, "signature": str(target)}
    say(said, as_json, lambda made: [f"已签名: {made['version']} → {made['signature']}"])
