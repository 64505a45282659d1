"""One district's story: a seed decides who does what, when the line fails and where the power goes; then all is quiet.

`play` is the whole of it. Two runs of one seed tell the same story; `clocks` gives the devices other wall clocks and
leaves everything else as it was.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from tests.simulation import deeds, desk, sticks
from tests.simulation.disk import ROOMS
from tests.simulation.district import District
from tests.simulation.network import FAULTS
from tests.simulation.oracle import words_in
from tests.simulation.phone import Phone
from tests.simulation.places import workplace
from tests.simulation.sizes import small_sizes
from tests.simulation.violations import ALL
from tests.simulation.watch_ends import at_the_end
from tests.simulation.watch_office import office_holds
from tests.simulation.watch_phones import deed_is_whole, is_waiting, phone_holds

STEPS = 80
QUIET_ROUNDS = 12
WORK = {
    deeds.edit_household: 16,
    deeds.tag: 6,
    deeds.propose: 6,
    deeds.add_person: 3,
    deeds.step_task: 8,
    deeds.start_visit: 10,
    deeds.work_on_draft: 8,
    deeds.seal: 14,
    deeds.visit_at_once: 12,
    deeds.amend: 22,
    deeds.poison: 6,
    deeds.alter_sealed: 4,
}
DESK = {
    desk.edit: 8,
    desk.move: 6,
    desk.remove: 2,
    desk.task: 7,
    desk.review: 16,
    desk.grant: 4,
    desk.decide_work: 4,
    desk.decide_value: 12,
    desk.ask_for_a_release: 2,
}


def play(
    seed: int,
    *,
    steps: int = STEPS,
    clocks: str = "",
    faults: Mapping[str, int] = FAULTS,
    tell: Callable[[str], None] = lambda line: None,
    checks: frozenset[str] = ALL,
    look: Callable[[District], Any] = lambda district: None,
) -> Any:
    """Play one district to its quiet end under the named checkers; gives what `look` sees there. Raises Violation."""
    folder = Path(tempfile.mkdtemp(prefix=f"story-{seed}-", dir=workplace()))
    with small_sizes():
        district = District(seed, folder, clocks=clocks, faults=faults, tell=tell, checks=checks)
        try:
            district.begin()
            _live(district, steps)
            _settle(district)
            seen = look(district)
            at_the_end(district)
            return seen
        except Exception as error:
            error.add_note(f"in step {district.step} of the story that `make sim SEED={seed}` tells")
            raise
        finally:
            district.close()
            shutil.rmtree(folder)


def meanwhile(district: District, phone: Phone, chance: Random) -> None:
    """Let somebody else be quicker, between a phone's commit and its answer."""
    others = [other for other in district.phones.values() if other is not phone]
    if chance.random() < 0.5:
        _desk(district, chance)
    else:
        district.sync(chance.choice(others), chance, badness=0, nested=True)


def _live(district: District, steps: int) -> None:
    district.meanwhile = lambda phone, chance: meanwhile(district, phone, chance)
    for district.step in range(steps):
        chance = Random(f"{district.seed}/{district.step}")
        wandering = Random(f"{district.seed}/{district.step}/{district.clocks}")
        for hands in district.devices.values():
            hands.wander(wandering)
        district.time.pass_by(minutes=chance.choice((1, 5, 40, 300, 1500, 6000)), seconds=chance.randrange(60))
        _deliver_late(district)
        part = chance.random()
        if part < 0.25:
            _desk(district, chance)
        elif part < 0.46:
            _sync_somehow(district, _phone(district, chance), chance)
        elif part < 0.49:
            _reboot(district, _phone(district, chance))
        elif part < 0.56:
            sticks.carry(district, chance)
        else:
            _work(district, _phone(district, chance), chance)
        office_holds(district)


def _settle(district: District) -> None:
    """Heal the line and let everybody sync until nothing waits and nothing changes."""
    district.step += 1
    district.late.clear()
    desk.let_all_releases_be(district)
    for _ in range(QUIET_ROUNDS):
        before = len(district.server.log.commits)
        for phone in district.phones.values():
            district.quiet_sync(phone)
        is_waiting_still = any(is_waiting(phone) for phone in district.phones.values())
        if len(district.server.log.commits) == before and not is_waiting_still:
            break
        if is_waiting_still:  # A photo that was set aside is tried again within a day.
            district.time.pass_by(days=2)
    office_holds(district)


def _sync_somehow(district: District, phone: Phone, chance: Random) -> None:
    """Sync over some line, with some budget, and now and then not to the end."""
    crash = chance.randrange(200) if chance.random() < 0.3 else None
    room = chance.choice(ROOMS) if chance.random() < 0.06 else None
    budget = chance.choice((None, None, 900, 2500, 6000))
    badness, pieces = chance.choice((0, 0.25, 0.5)), chance.choice((0, 0.3, 0.6))
    district.sync(phone, chance, badness=badness, pieces=pieces, crash_at=crash, room=room, max_bytes=budget)


def _reboot(district: District, phone: Phone) -> None:
    phone.hands.reboot()
    for other in district.phones.values():
        if other.hands is phone.hands:
            other.reopen()
    district.say(f"{phone.name} 重启")


def _phone(district: District, chance: Random) -> Phone:
    return district.phones[chance.choice(list(district.phones))]


def _work(district: District, phone: Phone, chance: Random) -> None:
    plans = chance.choices(list(WORK), list(WORK.values()), k=5)
    deed = next(filter(None, (plan(district, phone, chance) for plan in plans)), None)
    if deed is None:
        return
    crash = int(2 ** chance.uniform(0, 8)) if chance.random() < 0.2 else None
    room = chance.choice(ROOMS) if chance.random() < 0.08 else None
    ended = phone.attempt(deed.run, crash_at=crash, room=room)
    taken = district.oracle.take(phone, district.step, len(district.server.log.commits))
    for draft, word in deed.typed.items():
        drafted = phone.store.value("SELECT id FROM drafts WHERE document LIKE ?", f"%{word}%")
        sealed = next((one.id for one in taken if word in words_in(one.fields)), None)  # Under its draft's id.
        if drafted or sealed:
            district.oracle.typed(phone, draft or drafted or sealed or "", word)
    district.say(f"{phone.name} {deed.story} {ended} {[one.n for one in taken] or ''}")
    deed_is_whole(district, phone, deed, ended, taken)
    phone_holds(district, phone)
    if any(one.id in district.oracle.sealed for one in taken) and chance.random() < 0.4:
        _sync_somehow(district, phone, chance)


def _desk(district: District, chance: Random) -> None:
    district.say(f"办公室 {chance.choices(list(DESK), list(DESK.values()))[0](district, chance)}")


def _deliver_late(district: District) -> None:
    due = [one for one in district.late if one[0] <= district.step]
    district.late = [one for one in district.late if one[0] > district.step]
    for _, phone, letter in due:
        district.server.serve(letter.method, letter.path, letter.headers, letter.body)
        district.server.log.look(phone.name, district.step)
        district.say(f"{phone.name} 迟到的请求 {letter.method} {letter.path.split('/')[1]}")
