"""What does not grow, or little: ten changes out of a million records, and the memory of both ends at 100,000."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks.report import Row
from benchmarks.sync.field import new_device, peak_mib_of_sync
from benchmarks.sync.office import Office
from benchmarks.sync.processes import peak_mib
from benchmarks.sync.scene import Scene, at_most, say
from benchmarks.sync.small import ten_changes
from benchmarks.sync.workload import bodies
from sync.canonical import dumps
from sync.digest import add, as_text, record_digest

MARKS = b'{"*":[1,"",0,0]}'
SHORT = ("area_code", "poverty_cause", "monthly_income", "visited_on", "household_size")


def grown(scene: Scene) -> Iterator[Row]:
    """Ten changes out of few and out of very many records, by turns."""
    few, many = scene.plan.records, scene.plan.large
    with scene.fresh_office("few") as small, scene.fresh_office("many") as large:
        say(f"seeding {many:,} records")
        fill(small, few)
        fill(large, many)
        _verify(large)
        mine, other = [], []
        for _ in range(scene.plan.runs):
            other.append(ten_changes(scene, small, 6)[0])
            mine.append(ten_changes(scene, large, 6)[0])
    ours, less = sorted(mine)[len(mine) // 2], sorted(other)[len(other) // 2]
    yield at_most(f"10 changes of {many:,}", "ms", ours, less, f"of {few:,}", 1.3 * less, "≤ 1.3×")


def memory(scene: Scene) -> Iterator[Row]:
    """The most memory that a server's worker and a device hold while the device pulls everything."""
    count = scene.plan.memory
    with scene.fresh_office("memory") as office:
        fill(office, count, whole=True)
        say(f"pulling {count:,} records")
        with new_device(office) as (store, _):
            device = peak_mib_of_sync(store)
            assert store.value("SELECT count(*) FROM records") >= count
        worker = max(peak_mib(pid) for pid in office.workers)
    yield at_most(f"server's worker, {count:,} records pulled", "MiB", worker, None, None, 300, "< 300 MiB")
    yield at_most(f"device, {count:,} records pulled", "MiB", device, None, None, 150, "< 150 MiB")


def fill(office: Office, count: int, *, whole: bool = False) -> None:
    """Put records into the real schema by COPY, with the buckets' heads, counts and sums that the one door would give."""
    samples = [f for _, _, f in bodies(7, 200, (office.villages[0],))]
    if not whole:
        samples = [{name: f[name] for name in SHORT} for f in samples]
    packed = [dumps(f) for f in samples]
    each = count // len(office.villages)
    with psycopg.connect(office.database.replace("+psycopg", "")) as line, line.cursor() as cursor:
        sums = []
        columns = "type, id, bucket, seq, batch_end, body, marks"
        with cursor.copy(f"COPY record ({columns}) FROM STDIN WITH (FORMAT BINARY)") as copy:
            copy.set_types(["text", "text", "text", "int8", "int8", "bytea", "bytea"])
            for village in office.villages:
                key, total = secrets.token_hex(16), 0
                for seq in range(1, each + 1):
                    record_id, body = f"{village}-{seq:08d}", packed[seq % len(packed)]
                    total = add(total, record_digest(bytes.fromhex(key), "household", record_id, seq, body))
                    copy.write_row(("household", record_id, village, seq, seq, body, MARKS))
                sums.append((village, each, each, as_text(total), key))
        cursor.executemany(
            "INSERT INTO bucket (id, head, live, checksum, checksum_key) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (id) DO UPDATE SET head = excluded.head, live = excluded.live,"
            " checksum = excluded.checksum, checksum_key = excluded.checksum_key",
            sums,
        )
        line.commit()
        line.autocommit = True
        cursor.execute("ANALYZE record")


def _verify(office: Office) -> None:
    """Recompute the sums of two villages by the server's own proof."""
    from server.adapters.vault import Vault
    from server.app import create_app
    from server.extensions import db
    from server.queries import records
    from server.services.proof import wrong_buckets
    from server.settings import Settings

    vault = Vault("b" * 40)
    app = create_app(Settings("b" * 40, Path("var/bench/office/check").absolute(), database_url=office.database))
    with app.app_context():
        known = records.buckets(db.session(), office.villages[:2])
        assert not list(wrong_buckets(db.session(), vault, known.values())), "the seeded sums do not hold"
        db.session.remove()
        db.engine.dispose()
