"""flask audit, openapi, doctor: whether everything is as it should be."""

import click
from flask import current_app
from flask.cli import with_appcontext

from server.cli.output import OfficeCommand, OfficeGroup, as_json, say
from server.domain.days import day
from server.models.ledger import Bucket
from server.queries import records
from server.services import audit as audit_service
from server.services import face_filing, incidents, proof
from server.sweeping import sweep
from server.transaction import parts, reading


@click.group(cls=OfficeGroup)
def audit() -> None:
    """办事与查询日志。"""


@audit.command()
@as_json
@with_appcontext
def verify(as_json: bool) -> None:
    """核对日志链: 少了或改了一行都会发现, 发现时以 1 退出。"""
    broken = [{"actor": actor, "n": n} for actor, n in audit_service.broken_links(reading())]
    result = {"intact": not broken, "broken": broken}
    say(result, as_json, lambda _: ["日志链完整"] if not broken else [f"断裂: {one}" for one in broken])
    if broken:
        raise SystemExit(1)


@click.command(cls=OfficeCommand)
@with_appcontext
def openapi() -> None:
    """打印接口说明 (OpenAPI 3.1)。"""
    say(current_app.test_client().get("/openapi.json").json, as_json=True)


def _left_over(counts: dict[str, int]) -> list[str]:
    """Word what lies about and does no harm."""
    lines = []
    if counts["unnoted"]:
        lines.append(f"没有登记的照片文件 {counts['unnoted']} 个 (存好后还没登记就断电; 设备再问一次就会登记)")
    if counts["expired"]:
        lines.append(f"过期的半截上传 {counts['expired']} 个: flask uploads expire")
    return lines


@click.command(cls=OfficeCommand)
@as_json
@with_appcontext
def doctor(as_json: bool) -> None:
    """体检: 数据库、每个村的校验和 (从每条记录重新计算)、照片文件、日志链。有问题以 1 退出。"""
    session = reading()
    faults: list[str] = []
    buckets = session.query(Bucket).order_by(Bucket.id).all()
    faults += [f"校验和不符: {name}" for name in proof.wrong_buckets(session, parts().vault, buckets)]
    faults += [f"照片文件缺失: {sha[:12]}…" for sha in proof.lost_blobs(session, parts().blobs)]
    faults += [f"日志链断裂: {actor} 第 {n} 行" for actor, n in audit_service.broken_links(session)]
    result = {"epoch": records.epoch(session), "buckets": len(buckets), "faults": faults}
    result["incidents"] = incidents.counts(session)
    left = sweep(dry_run=True)
    result["blobs"] = lying = {
        "unnoted": sum(1 for _ in proof.stray_blobs(session, parts().blobs)),
        "expired": left.files,
    }
    well = [f"一切正常: {len(buckets)} 个村或分区, 校验和、照片、日志链都相符"]
    noted = [f"设备异常 (详见 flask devices list): {one}" for one in incidents.lines(incidents.counts(session))]
    noted += _left_over(lying)
    filing = face_filing.filing(session, on=day(parts().clock()))
    result["faces_kept"] = filing.persons
    noted += face_filing.lines(filing) if filing.is_near else []
    say(result, as_json, lambda _: [*(faults or well), *noted])
    if faults:
        raise SystemExit(1)
