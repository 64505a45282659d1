"""flask faces: how many faces the devices keep, and second looks; flask face-policy: signing thresholds. No photograph here."""

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from identity.face_policy import read_signed
from identity.messages import RECHECK
from identity.policy_signing import SIGNATURE_SUFFIX, PolicyBroken, sign
from server.cli.output import OfficeGroup, as_json, say
from server.domain.days import day
from server.domain.errors import InputInvalid
from server.models.visit import FaceRecheck
from server.queries import visits
from server.services import face_filing, face_policies
from server.transaction import parts, reading
from sync.canonical import instant


@click.group(cls=OfficeGroup)
def faces() -> None:
    """人脸: 各设备留存人数与备案线, 办公室复核。只有人数和结论, 没有照片和特征。"""


@faces.command()
@as_json
@with_appcontext
def status(as_json: bool) -> None:
    """合计各设备留存了多少人的人脸参考数据, 离备案线还有多远。"""
    found = face_filing.filing(reading(), on=day(parts().clock()))
    state = "已开启" if parts().settings.face_recheck else "未开启 (ZSB_FACE_RECHECK)"
    data = found.to_dict() | {"recheck": bool(parts().settings.face_recheck)}
    say(data, as_json, lambda _: [*face_filing.lines(found), f"办公室复核: {state}"])


@faces.command()
@click.option("--differing", is_flag=True, help="只列出需要审核人员查看的。")
@as_json
@with_appcontext
def rechecks(differing: bool, as_json: bool) -> None:
    """列出办公室复核的结论, 新的在前; 不一致的请到走访的审核页面查看。"""
    rows = [_row(one) for one in visits.all_face_rechecks(reading(), differing=differing)]
    say(rows, as_json, lambda _: [_line(row) for row in rows] or ["还没有复核过"])


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
        face_policies.keep(parts().settings.data_dir, content, signature, policy.version)
    except PolicyBroken as error:
        raise InputInvalid(f"阈值文件不能用: {error}") from None
    target = file.with_suffix(SIGNATURE_SUFFIX)
    target.write_text(signature + "\n", encoding="ascii")
    said = {"version": policy.version, "match_at_most": policy.match_at_most, "signature": str(target)}
    say(said, as_json, lambda made: [f"已签名: {made['version']} → {made['signature']}"])


def _row(found: FaceRecheck) -> dict[str, Any]:
    return {
        "visit": found.visit_id,
        "entry": found.entry_id,
        "needs_review": found.needs_review,
        "reasons": found.reasons.split(),
        "at": instant(found.at),
    }


def _line(row: dict[str, Any]) -> str:
    said = "".join(RECHECK.get(code, code) for code in row["reasons"]) or "一致。"
    return f"{row['at']}  {row['visit']}  {said}"
