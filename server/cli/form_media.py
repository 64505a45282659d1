"""The folder of pictures and recordings beside a workbook: read when a form is published, written when it is exported."""

from collections.abc import Mapping
from pathlib import Path

import click

from forms.files import MAX_FILE_BYTES, Find
from server.domain.errors import InputInvalid

media_option = click.option(
    "--media",
    type=click.Path(file_okay=False, path_type=Path),
    help="图片、录音的文件夹; 不写就是工作簿旁边的 工作簿名-media",
)


def folder_of(workbook: Path, given: Path | None) -> Path:
    """Give the folder that was named, else the one beside the workbook that XLSForm programs use. Raises InputInvalid."""
    if given is not None and not given.is_dir():
        raise InputInvalid(f"没有文件夹 {given}")
    return given or workbook.with_name(f"{workbook.stem}-media")


def finder(folder: Path) -> Find:
    """Give what reads a folder's files by name; of a file that is too large, no more than shows that it is."""

    def find(name: str) -> bytes | None:
        path = folder / name
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)

    return find


def write_all(folder: Path, files: Mapping[str, bytes], *, force: bool) -> None:
    """Write files into a folder. Raises InputInvalid with nothing written where another file is in the way."""
    strangers = [name for name, content in files.items() if _differs(folder / name, content)]
    if strangers and not force:
        raise InputInvalid(f"文件夹 {folder} 里已有不同的 {strangers[0]}, 没有覆盖; 换一个文件夹, 或加 --force")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _differs(path: Path, content: bytes) -> bool:
    return path.exists() and (not path.is_file() or path.read_bytes() != content)
