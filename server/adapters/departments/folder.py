"""A way by files: a folder that both sides see, as an SFTP server gives one.

requests/ID.json is ours, written whole or not at all; answers/ID.json is theirs. An answer that cannot be used goes to
set-aside/ with its reason beside it, and the department may put another. File names are ids and tell nothing of a person.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.adapters.departments.connector import Answer, Fault, Query
from server.adapters.departments.envelope import pack, unpack
from server.adapters.whole_file import writing

REQUESTS, ANSWERS, SET_ASIDE = "requests", "answers", "set-aside"
STILL_WRITTEN_S = 60  # Not every SFTP server renames into place: half a file may be one that is still arriving.


@dataclass(frozen=True)
class FolderConnector:
    """The folder, the key that is shared with the department, and a clock."""

    folder: Path
    key: bytes
    clock: Callable[[], datetime]

    def send(self, query: Query) -> None:
        """Put a query into the folder; one that lies there already is put there again, the same."""
        try:
            (self.folder / REQUESTS).mkdir(parents=True, exist_ok=True)
            with writing(self._path(REQUESTS, query.id)) as file:
                file.write(pack(query.message(), self.key))
        except OSError:
            raise Fault("unreachable", may_pass=True) from None

    def collect(self, waiting: Collection[str]) -> Iterator[Answer | tuple[str, Fault]]:
        """Give the answers that lie there; what cannot be used is set aside."""
        if not self.folder.is_dir():
            raise Fault("unreachable", may_pass=True)
        for query_id in sorted(waiting):
            path = self._path(ANSWERS, query_id)
            if not path.is_file() or path.is_symlink():
                continue
            try:
                yield self._read(path, query_id)
            except Fault as fault:
                if fault.code == "malformed" and self._may_be_arriving(path):
                    continue
                self.set_aside(query_id, fault)
                yield query_id, fault

    def lying(self) -> list[str]:
        """Name the answers that lie there by an id; what has another name is not ours to touch."""
        return sorted(path.stem for path in (self.folder / ANSWERS).glob("*.json") if _is_id(path.stem))

    def set_aside(self, query_id: str, fault: Fault) -> None:
        """Move an answer out of the way, with its reason beside it."""
        folder = self.folder / SET_ASIDE
        folder.mkdir(exist_ok=True)
        self._path(ANSWERS, query_id).replace(self._path(SET_ASIDE, query_id))
        with writing(folder / f"{query_id}.reason") as file:
            file.write(f"{fault.code}\n".encode())

    def discard(self, query_id: str) -> None:
        """Remove everything that lies there of a query."""
        for name in (REQUESTS, ANSWERS):
            self._path(name, query_id).unlink(missing_ok=True)
        for path in (self.folder / SET_ASIDE).glob(f"{query_id}.*"):
            path.unlink(missing_ok=True)

    def _read(self, path: Path, query_id: str) -> Answer:
        answer = Answer.of(unpack(path.read_bytes(), self.key))
        if answer.query_id != query_id:
            raise Fault("foreign")
        return answer

    def _may_be_arriving(self, path: Path) -> bool:
        return self.clock().timestamp() - path.stat().st_mtime < STILL_WRITTEN_S

    def _path(self, name: str, query_id: str) -> Path:
        assert _is_id(query_id), "an id of our own making"
        return self.folder / name / f"{query_id}.json"


def _is_id(text: str) -> bool:
    return text.isascii() and text.replace("-", "").isalnum()
