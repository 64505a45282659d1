"""The files beside captions — pictures, recordings, films: what may be given for a cell that names one.

Their SHA-256 stand in the definition, and so in its hash: what a version shows can change no more than what it asks. What a
file is, its first bytes say and not its name; only what the browsers of phones show is taken.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from forms.problems import FormProblem, problem

MAX_FILE_BYTES = 300 * 1024
MAX_BYTES = 2 * 2**20
MAX_FILES = 100
"""Bounds of a file, of all files of a form, and of their number: they travel ahead of the households of a village."""

Find = Callable[[str], bytes | None]
"""Gives the bytes of a file by its name, or None where there is no such file."""

_KINDS = {"image": "image/", "big-image": "image/", "audio": "audio/", "video": "video/"}
_ADVICE = {"image/": "jpg、png、webp 或 gif", "audio/": "mp3、m4a、ogg 或 wav", "video/": "mp4 或 webm"}
_SIGNS = tuple(
    (re.compile(sign, re.DOTALL), media_type)
    for sign, media_type in (
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF....WEBP", "image/webp"),
        (rb"ID3|\xff[\xfb\xf3\xf2]", "audio/mpeg"),
        (rb"....ftypM4A ", "audio/mp4"),
        (rb"OggS", "audio/ogg"),
        (rb"RIFF....WAVE", "audio/wav"),
        (rb"....ftyp(?:isom|iso[2-9]|mp4[12]|avc1|M4V |dash)", "video/mp4"),
        (rb"\x1a\x45\xdf\xa3", "video/webm"),
    )
)
"""How files begin, and their media types."""


@dataclass(frozen=True, slots=True)
class Named:
    """A cell that names a file, by its heading as the author wrote it."""

    sheet: str
    row: int
    column: str
    kind: str
    name: str


def media_type(content: bytes) -> str:
    """Tell by its beginning what a file is; empty for what is no picture, recording or film that a phone shows.

    >>> media_type(b"GIF89a..."), media_type(b"MZ")
    ('image/gif', '')
    """
    return next((media_type for sign, media_type in _SIGNS if sign.match(content)), "")


def hashes(files: Mapping[str, bytes]) -> tuple[tuple[str, str], ...]:
    """Return the SHA-256 of files by name, as a definition keeps them."""
    return tuple(sorted((name, hashlib.sha256(content).hexdigest()) for name, content in files.items()))


@dataclass
class Gathered:
    """The files that a form names, as they are found; guards their bounds."""

    find: Find
    files: dict[str, bytes] = field(default_factory=dict)

    def gather(self, cells: Iterable[Named]) -> Iterator[FormProblem]:
        """Take what the cells name; yields a problem for each cell whose file is missing, unfit or too much."""
        for cell in cells:
            content = self.files.get(cell.name) or self.find(cell.name)
            if fault := self._fault(cell, content):
                yield fault
            elif content:
                self.files[cell.name] = content

    def _fault(self, cell: Named, content: bytes | None) -> FormProblem | None:
        def at(code: str, **blanks: object) -> FormProblem:
            return problem(code, cell.sheet, cell.row, cell.column, value=cell.name, **blanks)

        if not content:
            return at("media.missing")
        if len(content) > MAX_FILE_BYTES:
            return at("media.large", limit=MAX_FILE_BYTES // 1024)
        wanted = _KINDS[cell.kind]
        if not media_type(content).startswith(wanted):
            return at("media.type", known=_ADVICE[wanted])
        others = [one for name, one in self.files.items() if name != cell.name]
        if len(others) >= MAX_FILES or sum(map(len, others)) + len(content) > MAX_BYTES:
            return at("media.many", count=MAX_FILES, limit=MAX_BYTES // 2**20)
        return None
