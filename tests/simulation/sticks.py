"""Bundles on sticks between a phone and the office: lost, doubled, late, out of order, or damaged on the way."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from field_client import bundles
from server import bundles as office_bundles
from server.cli.office import OPERATOR
from server.domain.errors import DomainError
from sync.frames import Acks
from tests.simulation.disk import ROOMS
from tests.simulation.phone import Phone
from tests.simulation.server import TRIP_MS, Crash
from tests.simulation.violations import require
from tests.simulation.watch_lease import came_with_a_lease
from tests.simulation.watch_lines import answers_hold
from tests.simulation.watch_phones import phone_holds

if TYPE_CHECKING:
    from tests.simulation.district import District

CRASH_WITHIN = 150  # statements of one import


@dataclass(frozen=True)
class Stick:
    """One file on its way: a phone's work, or with `said` the office's answer to it."""

    phone: Phone
    file: Path
    changes: tuple[int, ...]
    photos: tuple[str, ...]
    said: Acks | None = None


def carry(district: "District", chance: Random) -> None:
    """Let one stick of those on their way arrive, the last one most often, or a phone write another one."""
    if district.sticks and chance.random() < 0.7:
        stick = district.sticks[-1] if chance.random() < 0.6 else chance.choice(district.sticks)
        if chance.random() < 0.7:  # The others stay in a pocket and arrive once more, late.
            district.sticks.remove(stick)
        if chance.random() < 0.15:
            return  # Lost.
        data = _as_it_arrives(stick.file.read_bytes(), chance)
        (_to_office if stick.said is None else _to_phone)(district, stick, data, chance)
    else:
        _export(district, district.phones[chance.choice(list(district.phones))], chance)
        for _ in range(chance.choice((0, 0, 2))):  # Somebody is on their way to the office and back this very day.
            carry(district, chance)


def _export(district: "District", phone: Phone, chance: Random) -> None:
    file = district.folder / f"stick-{len(list(district.folder.glob('stick-*')))}"
    changes = tuple(row["n"] for row in phone.store.rows("SELECT n FROM outbox WHERE outcome = '' ORDER BY n"))
    photos = tuple(row["sha256"] for row in phone.store.rows("SELECT sha256 FROM blobs WHERE state = 'waiting'"))
    crash = chance.randrange(80) if chance.random() < 0.1 else None
    room = chance.choice(ROOMS) if chance.random() < 0.05 else None
    ended = phone.attempt(
        lambda: bundles.export(phone.store, phone.device, phone.clock, file), crash_at=crash, room=room
    )
    district.say(f"{phone.name} 导出 {list(changes)} 照片 {len(photos)} {ended}")
    phone_holds(district, phone)
    if file.exists():
        phone.sent_upto = max([phone.sent_upto, *changes])
        district.sticks.append(Stick(phone, file, changes, photos))


def _to_office(district: "District", stick: Stick, data: bytes, chance: Random) -> None:
    server, phone = district.server, stick.phone
    server.time.pass_by(milliseconds=TRIP_MS)
    told = f"{phone.name} 的 {stick.file.name} 到办公室"
    crash = chance.randrange(CRASH_WITHIN) if chance.random() < 0.2 else None

    def look(*_: object) -> None:
        server.log.look(phone.name, district.step)

    try:
        with server.app.app_context(), server.dying_at(crash):
            done = office_bundles.take_in(BytesIO(data).read, OPERATOR, now=district.time(), report=look)
            look()
            answer = BytesIO()
            office_bundles.answer(done, answer.write, X25519PrivateKey.generate(), now=district.time())
    except Crash:
        look()
        district.say(f"{told}, 断电")
        return
    except DomainError as refusal:
        district.say(f"{told} {refusal.code}")
        return
    district.say(f"{told}, 收下 {done.mutations} 条")
    if done.is_complete:
        applied, stored = server.log.applied.get(phone.device_id, 0), _stored(district)
        require(district, "carried", all(n <= applied for n in stick.changes), f"{told}: taken up to {applied}")
        require(district, "carried", set(stick.photos) <= stored, f"{told}: photos are missing")
    file = stick.file.with_name(f"{stick.file.name}-answer-{len(district.sticks)}")
    file.write_bytes(answer.getvalue())
    (said,) = done.acks.values()  # No store of these stories is a copy: there is one installation.
    district.sticks.append(Stick(phone, file, stick.changes if done.is_complete else (), stick.photos, said))


def _to_phone(district: "District", stick: Stick, data: bytes, chance: Random) -> None:
    phone, said, taken = stick.phone, stick.said, []
    assert said is not None, "only an answer goes to a phone"
    stick.file.with_name("arrived").write_bytes(data)
    answers_hold(district, phone, said)
    crash = chance.randrange(100) if chance.random() < 0.2 else None
    room = chance.choice(ROOMS) if chance.random() < 0.05 else None

    def run() -> None:
        taken.append(bundles.take_in(phone.store, phone.device, phone.clock, stick.file.with_name("arrived")))

    ended = phone.attempt(run, crash_at=crash, room=room)
    if phone.store.get("lease")["issued_at"] != phone.leased[0]:
        came_with_a_lease(phone, 0)
    district.say(f"{phone.name} 收回执 {stick.file.name} {ended} {'迟' if taken and taken[0].is_late else ''}")
    phone_holds(district, phone)
    if taken and not taken[0].is_late and not taken[0].is_damaged:
        waiting = {row["n"] for row in phone.store.rows("SELECT n FROM outbox WHERE outcome = ''")}
        left = waiting & set(stick.changes)
        require(district, "carried", not left, f"{phone.name} still waits for answers to {sorted(left)}")


def _as_it_arrives(data: bytes, chance: Random) -> bytes:
    """Cut a file now and then: near its head, where nothing of it counts, or at its last byte, where nearly all does."""
    return data[: chance.choice((40, len(data) - 1))] if chance.random() < 0.1 else data


def _stored(district: "District") -> set[str]:
    return {row["sha256"] for row in district.server.log.rows("SELECT sha256 FROM blob")}
