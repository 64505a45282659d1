"""Stories of copied stores: a phone's files are cloned, or put back from an old copy, or the office's from a backup.

What two copies share is in effect once, what each wrote alone is in effect once, and only what was in no other store when
one was overwritten is gone. The deeds are edits of a word each, over the same bad lines as in a district.
"""

import json
import shutil
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from field_client.settings import Home
from server.extensions import db
from server.services import backups
from server.transaction import parts, transact
from tests.simulation import deeds
from tests.simulation.district import District
from tests.simulation.log import Log, held_work
from tests.simulation.network import FAULTS
from tests.simulation.oracle import words_in
from tests.simulation.phone import Phone, opened
from tests.simulation.places import workplace
from tests.simulation.sizes import small_sizes
from tests.simulation.story import meanwhile
from tests.simulation.violations import require
from tests.simulation.watch_office import office_holds

STEPS, QUIET_ROUNDS, MOST_COPIES = 40, 10, 3
NAME = "甲"
DURABLE_DAYS = 365  # A device forgets what a backup covers, and nothing for its age.
# What the other watchers say supposes that a store, and the office's log, go on from where they were.
CHECKS = frozenset({"copies", "durable", "dense", "sums", "scope", "costs"})


@dataclass
class Copies:
    """The stores that live, the old copies in a drawer, and which word was last seen in which store."""

    district: District
    alive: list[Phone]
    drawer: list[Path] = field(default_factory=list)
    saved: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    covered: set[str] = field(default_factory=set)  # by a finished backup
    wrote: dict[Path, set[str]] = field(default_factory=lambda: defaultdict(set))  # in each store that lives

    def copy(self, phone: Phone) -> Path:
        """Copy a phone's files, as a careless backup does."""
        phone.store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        folder = self.district.folder / f"copy-{len(self.drawer)}"
        shutil.copytree(phone.home.path, folder)
        self.drawer.append(folder)
        return folder

    def clone(self, phone: Phone) -> None:
        """Let a copy live beside its original."""
        home = Home(self.copy(phone).with_name(f"clone-{len(self.alive)}"))
        shutil.copytree(self.drawer[-1], home.path)
        store, fuse = opened(home, phone.key)
        self.wrote[home.path] = set(self.wrote[phone.home.path])
        hands = replace(phone.hands, boot=phone.hands.boot + 100 * len(self.alive))
        self.alive.append(replace(phone, home=home, store=store, fuse=fuse, hands=hands))

    def put_back(self, phone: Phone, chance: Random) -> None:
        """Put an old copy in the place of a store; what only this one held is gone with it."""
        held = _kept_in(phone)  # What was answered as well: an office that was put back since may have lost it.
        phone.store.close()
        shutil.rmtree(phone.home.path)
        shutil.copytree(chance.choice(self.drawer), phone.home.path)
        phone.reopen()
        self.wrote[phone.home.path] = _kept_in(phone)
        self.gone |= held - set().union(*map(_kept_in, self.alive)) - self.arrived()

    def back_up(self) -> None:
        """Make a backup of the office, and let devices forget what it covers."""
        with self.district.server.app.app_context():
            made = backups.create(
                db.engine, parts().blobs, self._backups, now=self.district.time(), progress=lambda told: None
            )
            transact(lambda ledger: backups.note_durable(ledger.session, made))
        self.covered = self.arrived()

    def restore(self) -> None:
        """Put the newest backup in the place of the office; only what a store held that was overwritten may be gone."""
        server, before = self.district.server, self.arrived()
        server.log.close()
        with server.app.app_context():
            db.session.remove()
            newest = backups.find(self._backups, None)
            backups.restore(
                db.engine, parts().blobs, newest, self.district.folder / "staging", progress=lambda told: None
            )
        server.log = Log(server.log.file, server.log.vault)
        server.log.look("restored", self.district.step)
        self.district.watched = len(server.log.commits)
        self.gone |= before - self.arrived() - set().union(*map(_kept_in, self.alive))

    @property
    def has_backup(self) -> bool:
        """Tell whether there is a backup to restore."""
        return self._backups.is_dir()

    @property
    def _backups(self) -> Path:
        return self.district.folder / "backups"

    def waiting(self, phone: Phone) -> set[str]:
        """Give the words of a store that has no answer to them."""
        return words_in([row["fields"] for row in phone.store.rows("SELECT fields FROM outbox WHERE outcome = ''")])

    def keep_what_no_backup_covers(self) -> None:
        """Check that each store still holds what was written into it and what no backup covers."""
        for phone in self.alive:
            wrote = self.wrote[phone.home.path] = self.wrote[phone.home.path] | self.waiting(phone)
            lost = wrote - self.covered - _kept_in(phone)
            told = f"{phone.home.path.name} forgot {sorted(lost)}, which no backup covers"
            require(self.district, "durable", not lost, told)

    def arrived(self) -> set[str]:
        """Give every word that the office has, wherever."""
        return set().union(*_places(self.district).values())


def play_copies(seed: int, *, checks: frozenset[str] = CHECKS) -> None:
    """Play one story of copies to its quiet end under the named checkers. Raises Violation."""
    folder = Path(tempfile.mkdtemp(prefix=f"copies-{seed}-", dir=workplace()))
    with small_sizes():
        district = District(seed, folder, clocks="", faults=FAULTS, tell=lambda line: None, checks=checks)
        district.meanwhile = lambda phone, chance: meanwhile(district, phone, chance)
        district.server.set(durable_days=DURABLE_DAYS)
        district.begin()
        copies = Copies(district, [district.phones[NAME]])
        try:
            _live(copies)
            _settle(copies)
            _nothing_twice_nothing_lost(copies)
        finally:
            for phone in copies.alive[1:]:
                phone.store.close()
            district.close()
            shutil.rmtree(folder)


def _live(copies: Copies) -> None:
    district = copies.district
    for district.step in range(STEPS):
        chance = Random(f"{district.seed}/copies/{district.step}")
        district.time.pass_by(minutes=chance.choice((5, 300, 1500)), seconds=chance.randrange(60))
        phone, part = chance.choice(copies.alive), chance.random()
        if part < 0.1 and len(copies.alive) < MOST_COPIES:
            copies.clone(phone)
        elif part < 0.16:
            copies.copy(phone)
        elif part < 0.22 and copies.drawer:
            copies.put_back(phone, chance)
        elif part < 0.27:
            copies.back_up()
        elif part < 0.31 and copies.has_backup:
            copies.restore()
        elif part < 0.55:
            crash = chance.randrange(200) if chance.random() < 0.3 else None
            district.sync(phone, chance, badness=chance.choice((0, 0.3)), crash_at=crash)
        else:
            plan = chance.choice((deeds.edit_household, deeds.edit_household, deeds.propose, deeds.add_person))
            deed = plan(district, phone, chance)
            if deed is not None:
                phone.attempt(deed.run)
                copies.saved |= copies.waiting(phone)
        office_holds(district)
        copies.keep_what_no_backup_covers()


def _settle(copies: Copies) -> None:
    district, before = copies.district, -1
    district.step, district.late = STEPS, []
    for _ in range(QUIET_ROUNDS):
        for phone in copies.alive:
            district.quiet_sync(phone)
        if len(district.server.log.commits) == before and not any(map(copies.waiting, copies.alive)):
            break
        before = len(district.server.log.commits)
    office_holds(district)


def _nothing_twice_nothing_lost(copies: Copies) -> None:
    district, found = copies.district, _places(copies.district)
    for phone in copies.alive:
        left = copies.waiting(phone)
        require(district, "copies", not left, f"{phone.home.path.name} still waits with {sorted(left)}")
        alarms = {row["kind"] for row in phone.store.rows("SELECT kind FROM incidents")} - {"copied"}
        require(district, "copies", not alarms, f"{phone.home.path.name} raised {sorted(alarms)}")
    lost = copies.saved - copies.arrived() - copies.gone
    require(district, "copies", not lost, f"{sorted(lost)} were lost")
    # What stood first and lost later is in effect and lost; a third copy's share may be refused as being there already.
    for place in ("in effect", "held"):
        doubled = sorted(word for word, count in found[place].items() if count > 1)
        require(district, "copies", not doubled, f"{doubled} are {place} twice")


def _kept_in(phone: Phone) -> set[str]:
    """Give every word of a store's outbox, answered or not."""
    return words_in([row["fields"] for row in phone.store.rows("SELECT fields FROM outbox")])


def _places(district: District) -> dict[str, Counter[str]]:
    """Count each word where it can be: in effect, lost against another value, held, refused."""
    log, found = district.server.log, {place: Counter[str]() for place in ("in effect", "lost", "held", "refused")}
    written: dict[str, set[str]] = defaultdict(set)
    for row in log.rows("SELECT * FROM change WHERE type <> 'held_value'"):
        bound = f"change/{row['type']}/{row['record_id']}"
        plain = log.vault.open(row["values"], bound) if row["is_sealed"] else row["values"]
        for name, value in json.loads(plain).items():
            if name.endswith("!superseded"):
                found["lost"].update(words_in(value))
            elif not name.startswith("!"):
                found["in effect"].update(words_in(value[1]))
                written[row["record_id"]] |= words_in(value[1])
    first = {one.id: one for one in reversed(log.entries) if one.id in district.people}
    for one in first.values():  # A creation's values stand in the record itself, beside those of later lines.
        found["in effect"].update(words_in(one.fields) - written[one.id])
    for row in log.rows("SELECT * FROM held_value WHERE kind <> 'duplicate'"):
        found["held"].update(words_in(json.loads(log.vault.open(row["values"], f"held/{row['id']}"))["offered"]))
    for mutation in held_work(log):
        found["held"].update(words_in(mutation["fields"]))
    for row in log.rows("SELECT * FROM mutation_result WHERE offered IS NOT NULL"):
        bound = f"mutation/{row['device_id']}/{row['installation']}/{row['n']}"
        found["refused"].update(words_in(json.loads(log.vault.open(row["offered"], bound))["fields"]))
    return found
