"""Any mix of bundles, exchanges, losses, repeats and late answers ends as exchanges alone would.

The two workers never touch the same field, so what must stand at the end follows from their deeds alone.
"""

import contextlib
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, rule, run_state_machine_as_test

from field_client import blobs, outbox, overlay, receipts, replica
from field_client.store import Store
from sync.frames import Page
from tests.simulation.places import workplace
from tests.sneakernet.conftest import HOUSEHOLD, OTHER_HOUSEHOLD, Carrier, Office, answer_of, enrolled

WHO = st.sampled_from(["甲", "丙"])
HOUSEHOLDS = {"甲": HOUSEHOLD, "丙": OTHER_HOUSEHOLD}


class Mix(RuleBasedStateMachine):
    """Two workers of one township, one office, a stick, and a line that is there at times."""

    files = Bundle("files")
    answers = Bundle("answers")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="mix-", dir=workplace()))
        self.office = Office(self.folder / "office")
        self.carriers = {
            name: enrolled(self.office, self.folder, name, user)
            for name, user in (("甲", "worker1"), ("丙", "worker2"))
        }
        self.words: dict[str, str] = {}
        self.visits: dict[str, list[str]] = {"甲": [], "丙": []}
        self.count = 0

    @rule(who=WHO)
    def edit(self, who: str) -> None:
        self.words[who] = f"{who}的第 {self._next()} 句"
        self.carriers[who].edit(self.words[who], HOUSEHOLDS[who])

    @rule(who=WHO)
    def visit(self, who: str) -> None:
        note, number = f"{who}的走访", self._next()
        self.visits[who].append(self.carriers[who].visit(note, HOUSEHOLDS[who], picture_number=number * 10))

    @rule(who=WHO)
    def sync(self, who: str) -> None:
        assert self.carriers[who].sync().failure is None

    @rule(who=WHO)
    def work_where_there_is_a_line(self, who: str) -> None:
        self.edit(who)
        self.sync(who)
        self.sync("丙" if who == "甲" else "甲")

    @rule(target=files, who=WHO, records_only=st.booleans())
    def export(self, who: str, records_only: bool) -> tuple[str, Path]:
        return who, self.carriers[who].export(records_only=records_only)

    @rule(target=answers, file=files)
    def bring(self, file: tuple[str, Path]) -> tuple[str, Path]:
        who, path = file
        self.office.import_bundle(path)
        kept = self.folder / f"answer-{self._next()}"
        shutil.move(answer_of(path), kept)
        return who, kept

    @rule(target=answers, file=files)
    def bring_in_the_very_moment_of_a_sync(self, file: tuple[str, Path]) -> tuple[str, Path]:
        """By the office's clock the answer is as new as what the line brought; by what it says it is older."""
        who, other = file[0], "丙" if file[0] == "甲" else "甲"
        self.edit(other)
        self.sync(other)
        found = self.bring(file)
        self.edit(other)
        for one in (other, who):
            assert self.carriers[one].sync(after_s=0).failure is None
        return found

    @rule(file=consumes(files))
    def lose(self, file: tuple[str, Path]) -> None:
        file[1].unlink()

    @rule(answer=answers)
    def take(self, answer: tuple[str, Path]) -> None:
        who, path = answer
        cursors = _cursors(self.carriers[who])
        self.carriers[who].take(path)
        after = _cursors(self.carriers[who])
        assert all(after[name] >= cursor for name, cursor in cursors.items()), "a late answer takes nobody back"

    @rule(answer=answers, kept=st.floats(0, 1))
    def take_a_damaged_one(self, answer: tuple[str, Path], kept: float) -> None:
        who, path = answer
        whole, cut = path.read_bytes(), path.with_name("cut")
        cut.write_bytes(whole[: 60 + int((len(whole) - 60) * kept)])
        try:
            self.carriers[who].take(cut)
        except Exception as refusal:  # noqa: BLE001
            assert str(refusal) == "bundle.damaged"

    def teardown(self) -> None:
        try:
            for carrier in (*self.carriers.values(), *self.carriers.values()):
                carrier.sync()
            for who, carrier in self.carriers.items():
                self._is_as_it_should_be(who, carrier)
        finally:
            for carrier in self.carriers.values():
                carrier.store.close()
            self.office.close()
            shutil.rmtree(self.folder)

    def _is_as_it_should_be(self, who: str, carrier: Carrier) -> None:
        store = carrier.store
        assert (outbox.waiting_count(store), blobs.waiting(store)) == (0, [])
        assert outbox.answered(store, "held") == outbox.answered(store, "refused") == []
        for name, word in self.words.items():
            assert overlay.one(store, "household", HOUSEHOLDS[name]).fields["remarks"] == word
        expected = sorted(visit for visits in self.visits.values() for visit in visits)
        assert sorted(one.id for one in overlay.all_of(store, "visit")) == expected
        for visit in expected:
            assert receipts.show(store, carrier.phone.device, visit)["verified"]
        for ours in carrier.sync().buckets:
            assert (ours["count"], ours["checksum"]) == (ours["server_count"], ours["server_checksum"])
        assert store.value("SELECT count(*) FROM incidents") == 0

    def _next(self) -> int:
        self.count += 1
        return self.count


def _cursors(carrier: Carrier) -> dict[str, int]:
    return {row["id"]: row["cursor"] for row in carrier.store.db.query("SELECT id, cursor FROM buckets")}


def answer_of_the_moment(mix: Mix) -> None:
    """Take an answer that is as new as the last sync, and knows less."""
    answer = mix.bring_in_the_very_moment_of_a_sync(mix.export("甲", records_only=True))
    mix.take(answer)
    mix.teardown()


def test_an_answer_of_the_very_moment_of_a_sync_takes_nobody_back():
    answer_of_the_moment(Mix())


def test_a_device_that_takes_every_page_would_be_found(monkeypatch: pytest.MonkeyPatch):
    """A known fault: without the rule of the cursor a page that is behind it takes the device back."""

    def careless(store: Store, page: Page) -> None:
        replica._keep_rows(store, page.bucket, page.rows)
        store.db.execute("UPDATE buckets SET cursor = ? WHERE id = ?", (page.upto, page.bucket))

    mix = Mix()
    monkeypatch.setattr(replica, "_keep_page", careless)
    with pytest.raises(AssertionError, match="takes nobody back"):
        answer_of_the_moment(mix)
    with contextlib.suppress(AssertionError):
        mix.teardown()


def test_any_mix_ends_as_exchanges_alone_would():
    run_state_machine_as_test(
        Mix,
        settings=settings(
            max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
