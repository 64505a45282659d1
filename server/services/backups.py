"""Backups: the database and every blob in a folder, proved before they count, and the way back.

A backup is a folder with the dump, the list of blobs and, written last, a manifest; without one it is none. Blobs lie beside
the backups, once each, whichever of them names them. When it is finished every installation's `durable_n` rises to what the
dump itself says was applied, and to nothing more: what a device forgets then is in it.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from server.adapters import dumps
from server.adapters.blobs import BlobStore
from server.adapters.postgresql_dumps import NO_ROOM
from server.adapters.vault import Vault
from server.domain.errors import BackupFailed, BackupUnsound, StorageFull
from server.models.blob import Blob
from server.models.device import Installation
from server.models.ledger import Bucket, Change, Deployment, FormerEpoch, Record
from server.queries import records
from server.services import proof
from server.services.staging import FULL

MANIFEST, BLOB_LIST, BLOBS = "manifest.json", "blobs.txt", "blobs"
COUNTED = (Record, Change, Blob)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Backup:
    """A finished backup: its folder and what its manifest says."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def database(self) -> Path:
        """The dump."""
        return self.folder / str(self.manifest["database"]["file"])


def create(engine: Engine, blobs: BlobStore, place: Path, *, now: datetime, progress: Progress) -> Backup:
    """Make a backup under a place, one at a time. What a crash leaves ends in `.partial`, counts for nothing, goes next time.

    Raises StorageFull, BackupFailed, BackupProgramMissing, and BackupUnsound when a photo is missing.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
        with _alone(place), _partial(place, f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}") as partial:
            return _made(engine, blobs, partial, now, progress)
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull(NO_ROOM) from None
        raise BackupFailed(f"{place}: {error.strerror}") from None


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Hold a place for one backup at a time; the lock ends with the process, however that ends."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupFailed(f"{place} 里正在做另一份备份, 请等它结束") from None
    finally:
        os.close(descriptor)


@contextmanager
def _partial(place: Path, name: str) -> Iterator[Path]:
    """Give a folder for a backup that is being made; clears what killed ones left, and itself when it fails."""
    for left in place.glob("*Z-*.partial"):
        shutil.rmtree(left)
    partial = place / f"{name}.partial"
    partial.mkdir()
    try:
        yield partial
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _made(engine: Engine, blobs: BlobStore, partial: Path, now: datetime, progress: Progress) -> Backup:
    """Fill a folder; it loses its `.partial` when everything in it is on the disk."""
    place, finished = partial.parent, partial.with_suffix("")
    with dumps.dumped(engine, partial) as seen:
        progress("数据库已导出")
        manifest = _described(seen, engine.dialect.name, partial, now)
        listed = [(row.sha256, row.size) for row in seen.execute(select(Blob.sha256, Blob.size).order_by(Blob.sha256))]
    for number, (sha256, _) in enumerate(listed, 1):
        _keep_blob(blobs, place / BLOBS, sha256)
        if number % 100 == 0 or number == len(listed):
            progress(f"照片 {number}/{len(listed)}")
    _write(partial / BLOB_LIST, "".join(f"{sha256} {size}\n" for sha256, size in listed).encode())
    manifest["blobs"] = {"count": len(listed), "sha256": _sha256(partial / BLOB_LIST)}
    _write(partial / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    partial.rename(finished)
    _flush(place)
    return Backup(finished, manifest)


def note_durable(session: Session, backup: Backup) -> None:
    """Let devices forget what a finished backup covers; of a database that was replaced meanwhile nothing is noted."""
    if records.epoch(session) != backup.manifest["epoch"]:
        return
    for device_id, number, applied_n in backup.manifest["installations"]:
        mine = (Installation.device_id == device_id, Installation.number == number, Installation.durable_n < applied_n)
        session.execute(update(Installation).where(*mine).values(durable_n=applied_n))


def find(place: Path, name: str | None) -> Backup:
    """Open a backup by its folder or name, else the newest of a place. Raises BackupUnsound when there is none."""
    if name is None:
        found = sorted(one.parent for one in place.glob(f"*Z-*/{MANIFEST}") if one.parent.suffix != ".partial")
        if not found:
            raise BackupUnsound("这里还没有完成的备份")
        folder = found[-1]
    else:
        folder = Path(name) if (Path(name) / MANIFEST).is_file() else place / name
    try:
        return Backup(folder, json.loads((folder / MANIFEST).read_bytes()))
    except (OSError, ValueError):
        raise BackupUnsound("这不是一份完成的备份") from None


def faults(backup: Backup, vault: Vault, *, progress: Progress) -> Iterator[str]:
    """Prove a backup from its own bytes: the dump and its sums and counts, every blob. Gives what is wrong."""
    described = backup.manifest["database"]
    if not backup.database.is_file() or _sha256(backup.database) != described["sha256"]:
        yield "数据库文件缺失或被改动"
    elif not dumps.is_sound(backup.database):
        yield "数据库文件打不开"
    elif described["kind"] == dumps.SQLITE:
        progress("核对数据库")
        yield from _database_faults(backup, vault)
    listed = backup.folder / BLOB_LIST
    if not listed.is_file() or _sha256(listed) != backup.manifest["blobs"]["sha256"]:
        yield "照片清单缺失或被改动"
        return
    for number, (sha256, _) in enumerate(blob_list(backup), 1):
        path = blob_path(backup, sha256)
        if not path.is_file() or _sha256(path) != sha256:
            yield f"照片缺失或损坏: {sha256[:12]}…"
        if number % 100 == 0:
            progress(f"照片 {number}/{backup.manifest['blobs']['count']}")


def restore(engine: Engine, blobs: BlobStore, backup: Backup, staging: Path, *, progress: Progress) -> str:
    """Put a proved backup in the place of the database and the missing blobs; gives the new epoch.

    Raises BackupUnsound for a dump of another kind of database or of another schema, BackupFailed while a server runs.
    """
    described = backup.manifest["database"]
    if described["kind"] != engine.dialect.name:
        raise BackupUnsound("备份来自另一种数据库")
    if described["schema"] != _schema(engine):
        raise BackupUnsound(f"备份的表结构是 {described['schema']}: 请用同一版本的程序恢复, 再升级")
    for number, (sha256, _) in enumerate(blob_list(backup), 1):
        if not blobs.has(sha256):
            staging.mkdir(parents=True, exist_ok=True)
            beside = staging / f"restore-{sha256}"
            shutil.copyfile(blob_path(backup, sha256), beside)
            blobs.put(sha256, beside)
        if number % 100 == 0:
            progress(f"照片 {number}/{backup.manifest['blobs']['count']}")
    epoch = secrets.token_hex(16)
    dumps.load(engine, backup.database, _statements(backup, _live_history(engine), epoch))
    progress("数据库已恢复")
    return epoch


def blob_list(backup: Backup) -> Iterator[tuple[str, int]]:
    """Read which blobs a backup holds, with their sizes."""
    with (backup.folder / BLOB_LIST).open(encoding="ascii") as lines:
        for line in lines:
            sha256, size = line.split()
            yield sha256, int(size)


def blob_path(backup: Backup, sha256: str) -> Path:
    """Say where a blob lies."""
    return backup.folder.parent / BLOBS / sha256[:2] / sha256


def _described(seen: Connection, kind: str, folder: Path, now: datetime) -> dict[str, Any]:
    """Say what a dump holds, by the dump itself."""
    file = folder / dumps.FILES[kind]
    columns = (Bucket.id, Bucket.head, Bucket.live, Bucket.checksum)
    installations = select(Installation.device_id, Installation.number, Installation.applied_n)
    former = select(FormerEpoch.epoch, FormerEpoch.bucket, FormerEpoch.head)
    return {
        "format": 1,
        "made_at": now.isoformat(),
        "epoch": seen.execute(select(Deployment.epoch)).scalar_one(),
        "database": {"kind": kind, "file": file.name, "sha256": _sha256(file), "schema": _schema_of(seen)},
        "buckets": {row.id: [row.head, row.live, row.checksum] for row in seen.execute(select(*columns))},
        "former": [list(row) for row in seen.execute(former)],
        "counts": _counts(seen),
        "installations": [list(row) for row in seen.execute(installations)],
    }


def _database_faults(backup: Backup, vault: Vault) -> Iterator[str]:
    with dumps.opened(backup.database) as connection, Session(connection) as session:
        if _schema_of(connection) != backup.manifest["database"]["schema"]:
            yield "表结构与清单不符"
            return
        if _counts(connection) != backup.manifest["counts"]:
            yield "记录数与清单不符"
        found = {row.id: row for row in session.scalars(select(Bucket))}
        told = {name: [row.head, row.live, row.checksum] for name, row in found.items()}
        if told != backup.manifest["buckets"]:
            yield "各村的计数与清单不符"
        yield from (f"校验和不符: {name}" for name in proof.wrong_buckets(session, vault, found.values()))


def _counts(seen: Connection) -> dict[str, int]:
    return {
        model.__tablename__: seen.execute(select(func.count()).select_from(model)).scalar_one() for model in COUNTED
    }


def _live_history(engine: Engine) -> tuple[str, dict[str, dict[str, int]]] | None:
    """Read the epoch that is about to end, and what it knows of the ones before; None where there is nothing to read."""
    try:
        with Session(engine) as session:
            former: dict[str, dict[str, int]] = {}
            for row in session.scalars(select(FormerEpoch)):
                former.setdefault(row.epoch, {})[row.bucket] = row.head
            return records.epoch(session), former
    except SQLAlchemyError:
        return None


def shared_heads(
    backup_epoch: str,
    heads: dict[str, int],
    known: set[str],
    live: tuple[str, dict[str, dict[str, int]]] | None,
) -> dict[str, dict[str, int]]:
    """Say for each epoch that ends, or ended since the backup, up to which seq of a bucket it and the backup are one.

    The backup's own epoch goes on from the backup itself. The epoch that is being replaced shares with it what its own
    beginning shared; what came between them likewise. Of any other epoch nothing is known, and nothing is said.
    """
    shared = {backup_epoch: heads}
    if live is None or live[0] == backup_epoch:
        return shared
    epoch, former = live
    common = {name: min(head, heads.get(name, 0)) for name, head in former.get(backup_epoch, {}).items()}
    shared[epoch] = common
    for other, marks in former.items():
        if other not in known and other != backup_epoch:
            shared[other] = {name: min(head, common.get(name, 0)) for name, head in marks.items()}
    return shared


def _statements(backup: Backup, live: tuple[str, dict[str, dict[str, int]]] | None, epoch: str) -> list[str]:
    """Word what makes a restored database another one: its epoch, what it shares with former ones, what is durable."""
    manifest = backup.manifest
    heads = {name: int(state[0]) for name, state in manifest["buckets"].items()}
    known = {str(row[0]) for row in manifest["former"]}
    rows = [
        f"INSERT INTO former_epoch (epoch, bucket, head) VALUES ({_quoted(former)}, {_quoted(name)}, {int(head)})"  # noqa: S608
        for former, marks in shared_heads(manifest["epoch"], heads, known, live).items()
        for name, head in sorted(marks.items())
    ]
    return [
        f"UPDATE deployment SET epoch = {_quoted(epoch)}",  # noqa: S608
        "UPDATE installation SET durable_n = applied_n",
        *rows,
    ]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _schema(engine: Engine) -> str:
    with engine.connect() as connection:
        return _schema_of(connection)


def _schema_of(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def _keep_blob(blobs: BlobStore, folder: Path, sha256: str) -> None:
    """Copy a blob beside the backups unless it is there; its name appears only when its bytes are proved."""
    target = folder / sha256[:2] / sha256
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".partial")
    try:
        with beside.open("wb") as file:
            for piece in blobs.open(sha256):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        raise BackupUnsound(f"照片文件缺失: {sha256[:12]}…, 请先运行 flask doctor") from None
    if _sha256(beside) != sha256:
        raise BackupUnsound(f"照片文件损坏: {sha256[:12]}…, 请先运行 flask doctor")
    beside.rename(target)
    _flush(target.parent)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
