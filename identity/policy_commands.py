"""`python -m identity policy`: show, check and sign files of thresholds."""

from pathlib import Path

import click

from identity.face_policy import CURRENT, FacePolicy, load_policy, read_signed
from identity.policy_signing import SIGNATURE_SUFFIX, PolicyBroken, read_key, release_signers, sign, write_new_key

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(help="比对阈值文件：查看、核对签名、签名。没有可信签名的阈值不会被使用。")
def policy() -> None:
    """Hold the commands."""


@policy.command(help="查看程序自带的阈值：版本、分界、来源、没有覆盖的人群。")
@click.argument("version", default=CURRENT)
def show(version: str) -> None:
    """Print a policy of this release."""
    try:
        click.echo("\n".join(_lines(load_policy(version))))
    except PolicyBroken as error:
        raise click.ClickException(f"没有这个版本的阈值，或签名不对：{version}") from error


@policy.command("new-key", help="新建签名密钥，写入 KEY 文件（只有本人可读），输出公钥。密钥文件请离线保管。")
@click.argument("key", type=click.Path(path_type=Path))
def new_key(key: Path) -> None:
    """Make a key file."""
    try:
        click.echo(write_new_key(key))
    except OSError as error:
        raise click.ClickException(f"密钥文件 {key} 已存在或不能写，没有改动任何文件。") from error


@policy.command("sign", help="用 KEY 给阈值文件 FILE 签名，写成 FILE 同名的 .sig 文件。文件内容不对的不签。")
@click.argument("file", type=FILE)
@click.option("--key", required=True, type=FILE, help="new-key 生成的密钥文件。")
def sign_file(file: Path, key: Path) -> None:
    """Sign a file that is sound."""
    try:
        private = read_key(key)
    except (ValueError, OSError) as error:
        raise click.ClickException(f"{key} 不是签名密钥文件。") from error
    content = file.read_bytes()
    signature = sign(content, private)
    _read(content, signature, private.public_key().public_bytes_raw().hex())
    target = file.with_suffix(SIGNATURE_SUFFIX)
    target.write_text(signature + "\n", encoding="ascii")
    click.echo(str(target))


@policy.command(help="核对阈值文件 FILE 和同名 .sig 签名。不给 --signer 时用程序自带的公钥。")
@click.argument("file", type=FILE)
@click.option("--signer", help="签名人的公钥（十六进制）。")
def verify(file: Path, signer: str | None) -> None:
    """Check a file and its signature."""
    beside = file.with_suffix(SIGNATURE_SUFFIX)
    if not beside.is_file():
        raise click.ClickException(f"找不到签名文件 {beside}。")
    signature = beside.read_text(encoding="ascii", errors="replace")
    found = _read(file.read_bytes(), signature, *((signer,) if signer else release_signers()))
    click.echo("\n".join(["签名有效。", *_lines(found)]))


def _read(content: bytes, signature: str, *trusted: str) -> FacePolicy:
    try:
        return read_signed(content, signature, trusted)
    except PolicyBroken as error:
        raise click.ClickException(f"阈值文件不能用：{error}") from error


def _lines(found: FacePolicy) -> list[str]:
    state = "暂定，须用本地数据校准" if found.provisional else "已校准"
    bands = f"距离不大于 {found.match_at_most:g} 为相符，大于 {found.no_match_above:g} 为不相符"
    return [f"{found.version}（{state}）", bands, *(f"{name}: {text}" for name, text in found.provenance.items())]
