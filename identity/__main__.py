"""`python -m identity`: compare photographs, measure the engine, calibrate and sign thresholds, from the command line.

Data goes to stdout, messages to stderr; exit code 0 done, 1 failed, 2 wrong usage. A comparison that ends in any
outcome is done; it fails only when what was given is no photograph.
"""

import csv
import json
from dataclasses import asdict
from datetime import datetime
from importlib import resources
from pathlib import Path

import click

from identity import bench as measuring
from identity import calibration
from identity.card import CardUnreadable, read_card
from identity.compare import Verdict
from identity.compare import compare as compare_photos
from identity.decode import MAX_BYTES
from identity.engine import Unavailable, shared
from identity.face_policy import CURRENT, load_policy
from identity.messages import CARD, CARD_FIELDS, FINDINGS, LIVENESS, OUTCOMES, REASONS, RECHECK, SEXES
from identity.policy_commands import policy
from identity.rates import upper_bound
from identity.recheck import recheck as second_look

NOT_COVERED = "这些数字只说明所给的照片，不代表儿童、高龄老人或照片里没有的人群；阈值须用本地征得同意的照片校准。"

EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(
    help="人脸比对：在本机比较证件照与现场照，照片不离开本机。结果供工作人员当面确认，任何结果都不影响继续办理。"
)
def main() -> None:
    """Hold the commands."""


@main.command(
    help="把 REFERENCE（证件照）与一张或多张 LIVE（现场照）比对。\n\n"
    "多张现场照时自动选质量最好的一张。支持 JPEG、PNG、WebP，每张不超过 20 MB、4000 万像素。\n\n"
    "结果：match 相符，no_match 不相符，inconclusive 不能确定，not_possible 不能比对。"
)
@click.argument("reference", type=click.Path(path_type=Path))
@click.argument("live", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--minor", is_flag=True, help="本人未成年：不由机器下结论。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def compare(reference: Path, live: tuple[Path, ...], minor: bool, as_json: bool) -> None:
    """Compare and print the verdict."""
    verdict = compare_photos(_read(reference), [_read(path) for path in live], minor=minor)
    click.echo(json.dumps(verdict.as_dict(), ensure_ascii=False, indent=2) if as_json else _sentences(verdict))
    unreadable = [finding for finding in verdict.findings if finding.code.startswith("photo_")]
    files = {"reference": reference} | {f"live_{number}": path for number, path in enumerate(live, start=1)}
    for finding in unreadable:
        click.echo(f"{files[finding.picture]}：{finding.advice}", err=True)
    if verdict.distance is None and unreadable:
        raise SystemExit(1)


@main.command(
    help="用配对表 PAIRS.csv（列 file_a,file_b,same，same 为 1 或 0）测量误差、速度和内存。\n\n"
    "比率均为小数。误识率 fmr：不同的人被判相符；拒真率 fnmr：同一人没有判为相符。"
)
@click.argument("pairs", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--images", required=True, type=EXISTING_FOLDER, help="照片所在的文件夹。")
@click.option(
    "--scores", type=click.Path(path_type=Path), help="把每对的距离（没有照片和向量）另存为 CSV，供 calibrate 使用。"
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def bench(pairs: Path, images: Path, scores: Path | None, as_json: bool) -> None:
    """Measure and print the figures."""
    engine = shared()
    if isinstance(engine, Unavailable):
        raise click.ClickException(REASONS[engine.reason])
    try:
        with pairs.open(encoding="utf-8-sig", newline="") as lines:
            listed = measuring.read_pairs(lines)
    except (measuring.PairsBroken, UnicodeDecodeError) as error:
        raise click.ClickException(f"配对表不能用：{error}") from error
    measured = measuring.run(listed, lambda name: _read(images / name), engine, load_policy())
    if scores:
        with scores.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([measuring.SCORES, *measured.scores()])
    click.echo(json.dumps(measured.as_dict(), indent=2) if as_json else _table(measured))


@main.command(
    help="由本地征得同意的比对分数 SCORES.csv 校准阈值，写成新的阈值文件 OUT（再用 policy sign 签名）。\n\n"
    "SCORES.csv 的列：distance,same,group,person_a,person_b；只有距离和代号，没有照片。可由 bench --scores 生成。\n\n"
    "每组同一人至少 300 对、不同人约 3,900 对；误识率上限 0.1%，由最差的一组决定。数据不够时不给出阈值，退出码 1。"
)
@click.argument("scores", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--version", required=True, help="新阈值的版本名，例如 cn-430981-1。")
@click.option("--source", required=True, help="数据来源：哪里、什么时候、多少人、怎样征得同意。")
@click.option("--not-covered", required=True, help="数据没有覆盖的人群，如实写明。")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="校准日期，默认今天。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def calibrate(
    scores: Path, out: Path, version: str, source: str, not_covered: str, day: datetime | None, as_json: bool
) -> None:
    """Find thresholds and write them down."""
    try:
        with scores.open(encoding="utf-8-sig", newline="") as lines:
            found = calibration.calibrate(calibration.read_scores(lines))
        base = resources.files("identity.data").joinpath(f"face-policy.{CURRENT}.toml").read_text(encoding="utf-8")
        on = (day or datetime.now().astimezone()).date()
        text = calibration.policy_text(base, found, version=version, source=source, not_covered=not_covered, on=on)
    except (calibration.ScoresBroken, UnicodeDecodeError) as error:
        raise click.ClickException(f"没有校准：{error}") from error
    out.write_text(text, encoding="utf-8")
    click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2) if as_json else _calibrated(found, out))


@main.command(
    help="认出身份证正面 PHOTO 上的字，供工作人员逐项核对后使用（需要附加组件 card）。照片不离开本机，也不保存。\n\n"
    "号码带校验，出生日期和性别以号码为准；doubtful 列出要再看一眼的项。没认出时退出码 1。"
)
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def card(photo: Path, as_json: bool) -> None:
    """Read a card and print its fields."""
    try:
        found = read_card(_read(photo), today=datetime.now().astimezone().date())
    except CardUnreadable as error:
        raise click.ClickException(CARD.get(error.code) or FINDINGS[error.code]) from error
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return
    for name, label in CARD_FIELDS.items():
        value = getattr(found, name)
        click.echo(
            f"{label}：{SEXES.get(value, value) or '没有认出'}{'（请再核对）' if name in found.doubtful else ''}"
        )


@main.command(
    help="复核：由两张照片重新比对一次，看和走访记录里的结果是否一致。只用于本人另外单独同意上传复核的照片。\n\n"
    "ENTRY 是走访中那条身份核验记录（JSON）。一致退出码 0，不一致或不能比对 1；不会改动任何记录。"
)
@click.argument("entry", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("reference", type=click.Path(path_type=Path))
@click.argument("live", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def recheck(entry: Path, reference: Path, live: Path, as_json: bool) -> None:
    """Compare again and tell what differs."""
    try:
        recorded = json.loads(entry.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{entry} 不是 JSON 文件。") from error
    if not isinstance(recorded, dict):
        raise click.ClickException(f"{entry} 不是一条身份核验记录。")
    found = second_look(recorded, _read(reference), _read(live))
    lines = [RECHECK[reason] for reason in found.reasons] or ["复核结果与现场一致。"]
    click.echo(json.dumps(found.record(), ensure_ascii=False, indent=2) if as_json else "\n".join(lines))
    if found.needs_review:
        raise SystemExit(1)


main.add_command(policy)


def _read(path: Path) -> bytes:
    """Read a file, but never more of it than shows that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise click.ClickException(f"读不到文件 {path}，请检查文件名和权限。") from error


def _sentences(verdict: Verdict) -> str:
    lines = [OUTCOMES[verdict.outcome]]
    lines += [REASONS[reason] for reason in verdict.reasons if reason in REASONS]
    if verdict.advice:
        lines.append(f"建议：{verdict.advice}")
    if verdict.distance is not None:
        lines.append(
            f"距离 {verdict.distance:.3f}（不大于 {verdict.threshold:.2f} 为相符），使用第 {verdict.live_used} 张现场照。"
        )
    lines.append(LIVENESS[verdict.liveness])
    lines.append(
        f"阈值版本 {verdict.policy_version}，模型 {verdict.model_version}，用时 {verdict.milliseconds:.0f} 毫秒。"
    )
    return "\n".join(lines)


def _calibrated(found: calibration.Calibration, out: Path) -> str:
    lines = [
        f"相符：距离不大于 {found.match_at_most:g}；不相符：大于 {found.no_match_above:g}（由“{found.worst_group}”组决定）"
    ]
    lines += [
        f"{one.group}：{one.persons} 人，同一人 {one.genuine} 对，不同人 {one.impostor} 对；"
        f"误识 {one.false_matches:.3%}（上限 {one.false_matches_upper:.3%}），"
        f"拒真 {one.false_non_matches:.1%}（上限 {one.false_non_matches_upper:.1%}）"
        for one in found.groups
    ]
    return "\n".join([*lines, f"已写入 {out}。请核对后签名：python -m identity policy sign {out} --key 密钥文件"])


def _table(measured: measuring.Measured) -> str:
    lines = [f"{name}: {value}" for name, value in measured.as_dict().items()]
    for name, distances in (("fmr", measured.impostor), ("fnmr", measured.genuine)):
        rate = measured.as_dict()[f"{name}_at_match_threshold"]
        if rate is not None:
            bound = upper_bound(rate, len(distances))
            lines.append(f"{name} 的 95% 上限（按各对独立计，偏乐观）: {bound:.4f}，共 {len(distances)} 对")
    return "\n".join([*lines, NOT_COVERED])


if __name__ == "__main__":
    main(prog_name="python -m identity")
