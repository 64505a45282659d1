"""PostgreSQL's own programs: a dump by pg_dump, and the way back by pg_restore and psql. They are looked for on the PATH."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Engine, text

from server.domain.errors import BackupFailed, BackupProgramMissing, StorageFull

NO_ROOM = "备份或恢复没有做成, 数据库没有受影响; 请腾出空间再做"
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
)


def dump(url: URL, snapshot: str, target: Path) -> None:
    """Write what an exported snapshot sees into a file. Raises StorageFull, BackupFailed."""
    command = [_program("pg_dump"), "--format=custom", f"--snapshot={snapshot}", f"--file={target}", _place(url)]
    done = subprocess.run(command, env=_environment(url), check=False, capture_output=True)  # noqa: S603
    _must_have_ended_well("pg_dump", done.returncode, done.stderr)


def is_readable(file: Path) -> bool:
    """Tell whether a dump's table of contents can be read."""
    command = [_program("pg_restore"), "--list", str(file)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603


def load(engine: Engine, file: Path, statements: Sequence[str]) -> None:
    """Replace a database by a dump and run statements on it. Raises BackupFailed, StorageFull; then nothing was changed."""
    _must_be_alone(engine)
    reading = [_program("pg_restore"), "--clean", "--if-exists", "--no-owner", "--file=-", str(file)]
    writing = [_program("psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--file=-", _place(engine.url)]
    # The programs' complaints go to files: a pipe that nobody reads would stop them. What psql answers nobody needs.
    with tempfile.TemporaryFile() as odd, tempfile.TemporaryFile() as wrong:
        source = subprocess.Popen(reading, env=_environment(engine.url), stdout=subprocess.PIPE, stderr=odd)  # noqa: S603
        target = subprocess.Popen(  # noqa: S603
            writing, env=_environment(engine.url), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=wrong
        )
        try:
            was_read = _copied(source, target, statements)
        finally:
            target.communicate()
        _must_have_ended_well("psql", target.returncode, _read(wrong))
        _must_have_ended_well("pg_restore", was_read, _read(odd))


def _copied(source: "subprocess.Popen[bytes]", target: "subprocess.Popen[bytes]", statements: Sequence[str]) -> int:
    """Pass a script on and say how its source ended.

    Its COMMIT is the last that is written: whatever is killed before, the database undoes it all. psql's own
    --single-transaction would commit half a script whose writer was killed.
    """
    assert source.stdout
    assert target.stdin
    try:
        target.stdin.write(b"BEGIN;\n")
        shutil.copyfileobj(source.stdout, target.stdin)
        ended = source.wait()
        if ended == 0:
            # A dump's script leaves an empty search path behind.
            target.stdin.write("".join(f"{one};\n" for one in ("RESET search_path", *statements, "COMMIT")).encode())
        return ended
    except BrokenPipeError:  # psql has ended; its own end tells why.
        source.kill()
        return source.wait()
    finally:
        source.stdout.close()


def _must_be_alone(engine: Engine) -> None:
    """Refuse while a server is connected: it would be waited for without end, or write into what is being replaced."""
    with engine.connect() as connection:
        others = connection.execute(OTHERS).scalar_one()
    if others:
        raise BackupFailed(f"数据库还有 {others} 个连接: 请先停服务器再恢复; 什么都没有改动")


def _place(url: URL) -> str:
    """Word where a database is, without the password: a list of processes shows it to everybody."""
    more = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    place = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    return f"--dbname={make_conninfo('', **{**place, **more})}"


def _environment(url: URL) -> Mapping[str, str]:
    password = {"PGPASSWORD": url.password} if url.password else {}
    return {**os.environ, **password, "LC_ALL": "C"}  # So that a full disk is told in words that we know.


def _must_have_ended_well(name: str, code: int, told: bytes) -> None:
    """Raise StorageFull or BackupFailed for a program that failed; of what it told, no line that may quote a row."""
    if code == 0:
        return
    if b"No space left on device" in told or code == -signal.SIGXFSZ:
        raise StorageFull(NO_ROOM)
    mine = [line for line in told.decode(errors="replace").splitlines() if line.startswith(f"{name}: error:")]
    raise BackupFailed(f"{mine[0] if mine else f'{name} 以 {code} 退出'}; 数据库没有受影响")


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupProgramMissing(f"PATH 里没有 {name}, 请安装 PostgreSQL 的客户端程序")
    return found
