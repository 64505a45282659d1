"""Stories of lost devices: the office asks for a wipe, the phone works on until it hears of it, and then takes its leave.

Over bad lines, with crashes: it hands over all that is unsent and wipes itself when the office holds it, not before.
"""

import json
import os
import shutil
import tempfile
from random import Random

from field_client import wiping
from field_client.errors import FieldError
from field_client.transport import Transport
from server.models.device import Device
from server.services import farewell, salvage
from server.transaction import parts, transact
from tests.simulation import deeds
from tests.simulation.desk import MANAGING
from tests.simulation.district import District
from tests.simulation.log import held_work
from tests.simulation.network import FAULTS, Line
from tests.simulation.oracle import words_in
from tests.simulation.phone import OFFICE, Phone, on_line
from tests.simulation.places import workplace
from tests.simulation.sizes import small_sizes
from tests.simulation.tap import Tap
from tests.simulation.violations import require

STEPS, CONTACTS = 25, 40
NAME = "甲"
WORK = (
    deeds.visit_at_once,
    deeds.visit_at_once,
    deeds.edit_household,
    deeds.start_visit,
    deeds.work_on_draft,
    deeds.seal,
)
CHECKS = frozenset({"handed over"})


def play_lost(seed: int) -> None:
    """Play one story of a lost device to its end. Raises Violation."""
    folder = tempfile.mkdtemp(prefix=f"lost-{seed}-", dir=workplace())
    with small_sizes():
        district = District(seed, workplace() / folder, clocks="", faults=FAULTS, tell=lambda line: None, checks=CHECKS)
        try:
            district.begin()
            phone = district.phones[NAME]
            for district.step in range(STEPS):
                chance = Random(f"{seed}/lost/{district.step}")
                _work(district, phone, chance)
                if chance.random() < 0.15:
                    district.sync(phone, chance, badness=0.4)
            _report_lost(district, phone)
            words, photos = _leave(district, phone)
            _all_is_there(district, phone, words, photos)
        finally:
            del district.phones[NAME]
            district.close()
            shutil.rmtree(folder)


def _work(district: District, phone: Phone, chance: Random) -> None:
    district.time.pass_by(minutes=chance.choice((5, 300)), seconds=chance.randrange(60))
    deed = chance.choice(WORK)(district, phone, chance)
    if deed is not None:
        phone.attempt(deed.run, crash_at=chance.randrange(200) if chance.random() < 0.1 else None)


def _report_lost(district: District, phone: Phone) -> None:
    now = district.time()
    with district.server.app.app_context():
        transact(
            lambda ledger: farewell.ask(ledger.session, MANAGING, phone.device_id, reason="遗失", now=now) and None
        )


def _leave(district: District, phone: Phone) -> tuple[set[str], set[str]]:
    """Let the phone try to reach the office until it is wiped, working on between; gives what it held unsent at last."""
    for contact in range(CONTACTS):
        chance = Random(f"{district.seed}/leaving/{contact}")
        district.time.pass_by(minutes=30)
        held = _unsent(phone)
        line = _line(district, phone, chance, badness=0.5 if contact < CONTACTS // 2 else 0)
        try:
            phone.attempt(lambda line=line: phone.sync(line, None), crash_at=_moment(chance))
        except FieldError as refusal:  # The power went after the point of no return: nothing can be opened any more.
            assert refusal.code == "device.wiped"
        if phone.home.wipe_file.exists():
            _finish(district, phone)
            return held
        _work(district, phone, Random(f"{district.seed}/late work/{contact}"))
    require(district, "handed over", holds=False, told=f"{NAME} is not wiped after {CONTACTS} contacts")
    return set(), set()


def _finish(district: District, phone: Phone) -> None:
    """Go on with a wipe as the next command does, and tell the office over a good line."""
    phone.store.close()
    wiping.resume(phone.home, os.environ)
    with on_line(Transport(OFFICE), _line(district, phone, Random(0), badness=0)) as transport:
        wiping.tell(phone.home, transport)


def _line(district: District, phone: Phone, chance: Random, *, badness: float) -> Line:
    ignored = lambda *_: None  # noqa: E731
    return Line(district.server, Tap(district, phone), chance, badness, badness, district.faults, ignored, ignored)


def _moment(chance: Random) -> int | None:
    return chance.randrange(60) if chance.random() < 0.4 else None


def _unsent(phone: Phone) -> tuple[set[str], set[str]]:
    """Give the words that no answer covers, drafts included, and the hashes of photos that wait."""
    fields = phone.store.rows("SELECT fields AS text FROM outbox WHERE outcome = ''")
    drafts = phone.store.rows("SELECT document AS text FROM drafts")
    photos = phone.store.rows("SELECT sha256 FROM blobs WHERE state = 'waiting'")
    return words_in([row["text"] for row in (*fields, *drafts)]), {row["sha256"] for row in photos}


def _all_is_there(district: District, phone: Phone, words: set[str], photos: set[str]) -> None:
    """Take up what was handed over: every word and photo is with the office, and nothing but a note on the phone."""
    server, now = district.server, district.time()
    with server.app.app_context():
        taken = transact(lambda ledger: salvage.take_up(ledger, parts().blobs, MANAGING, phone.device_id, now=now))
        device = server.read(lambda session: session.get(Device, phone.device_id))
    log = server.log
    there = words_in([one.fields for one in log.live().values()]) | words_in([one["fields"] for one in held_work(log)])
    there |= words_in(json.dumps(taken.drafts)) | _refused(district)
    stored = {row["sha256"] for row in log.rows("SELECT sha256 FROM blob")}
    require(district, "handed over", not taken.unreadable, f"{taken.unreadable} cannot be read")
    require(district, "handed over", words <= there, f"{sorted(words - there)} were wiped and are nowhere")
    require(district, "handed over", photos <= stored, f"{len(photos - stored)} photos were wiped and are nowhere")
    require(district, "handed over", device.wiped_at is not None, f"{NAME} did not say that it is wiped")
    left = sorted(str(path.relative_to(phone.home.path)) for path in phone.home.path.rglob("*") if path.is_file())
    require(district, "handed over", left == [phone.home.wipe_file.name], f"{NAME} still has {left}")


def _refused(district: District) -> set[str]:
    """Give the words of what the office refused, and of what lost against another value."""
    log, found = district.server.log, set[str]()
    for row in log.rows("SELECT * FROM mutation_result WHERE offered IS NOT NULL"):
        bound = f"mutation/{row['device_id']}/{row['installation']}/{row['n']}"
        found |= words_in(log.vault.open(row["offered"], bound))
    for row in log.rows("SELECT * FROM change"):
        bound = f"change/{row['type']}/{row['record_id']}"
        found |= words_in(log.vault.open(row["values"], bound) if row["is_sealed"] else row["values"])
    return found
