"""Work that a stick carries arrives once, whole and with its photos, and the answer carries back what a sync would."""

import hashlib
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from field_client import blobs, lease, overlay, receipts
from field_client.errors import FieldError
from sync.clock import corrected, offset_ms
from sync.sealed_stream import CHUNK_BYTES
from tests.simulation.places import TOWNSHIPS, VILLAGES
from tests.sneakernet.conftest import HOUSEHOLD, Carrier, Office, answer_of, carry, enrolled


def remarks(carrier: Carrier, household: str = HOUSEHOLD) -> str:
    return carrier.store.value("SELECT json_extract(body, '$.remarks') FROM records WHERE id = ?", household)


def test_a_visit_with_its_photos_goes_by_stick_and_the_receipt_comes_back(office: Office, carrier: Carrier):
    visit = carrier.visit()
    carrier.edit("路修好了")
    file = carrier.export()
    told = office.import_bundle(file)
    assert (told["new"], told["outcomes"], told["blobs"]) == (2, {"applied": 2}, {"stored": 4})
    taken = carrier.take(answer_of(file))
    assert (taken.results, taken.photos_stored, carrier.waiting(), len(blobs.waiting(carrier.store))) == (2, 4, 0, 0)
    assert receipts.show(carrier.store, carrier.phone.device, visit)["verified"]
    assert remarks(carrier) == "路修好了"
    summary = carrier.sync()
    assert (summary.pushed, summary.pulled, summary.blobs_sent) == (0, 0, 0), "the line has nothing to add"
    for ours in summary.buckets:
        assert (ours["count"], ours["checksum"]) == (ours["server_count"], ours["server_checksum"])


def test_a_bundle_and_its_answer_may_come_twice(office: Office, carrier: Carrier):
    carrier.visit()
    file = carrier.export()
    first, again = office.import_bundle(file), office.import_bundle(file)
    assert (first["new"], again["new"], again["repeated"]) == (1, 0, 1)
    assert again["blobs"] == {"known": 4}
    assert again["outcomes"] == first["outcomes"], "a repeat gets the same results"
    for _ in range(2):
        carrier.take(answer_of(file))
    assert (carrier.waiting(), carrier.sync().pulled) == (0, 0)


def test_overlapping_bundles_may_come_in_the_wrong_order(office: Office, carrier: Carrier):
    carrier.edit("一")
    first = carrier.export()
    carrier.edit("二")
    second = carrier.export()
    assert office.import_bundle(second)["new"] == 2
    assert office.import_bundle(first)["repeated"] == 1
    late, early = carrier.take(answer_of(first)), carrier.take(answer_of(second))
    assert (late.is_late, early.is_late) == (False, True), "the first bundle was answered last, so its answer is newest"
    carrier.take(answer_of(second))
    summary = carrier.sync()
    assert (remarks(carrier), carrier.waiting(), summary.refused) == ("二", 0, 0)


def test_an_answer_older_than_the_last_sync_changes_nothing(office: Office, carrier: Carrier):
    file = carrier.export()
    office.import_bundle(file)
    carrier.edit("后来的")
    carrier.sync()
    before = list(carrier.store.db.query("SELECT * FROM buckets"))
    taken = carrier.take(answer_of(file))
    assert (taken.is_late, taken.results, taken.pulled) == (True, 0, 0)
    assert list(carrier.store.db.query("SELECT * FROM buckets")) == before
    assert remarks(carrier) == "后来的"


def test_answers_overlap_with_what_a_sync_brought_meanwhile(office: Office, carrier: Carrier, tmp_path: Path):
    other = enrolled(office, tmp_path, "丙", "worker2")
    file = carrier.export()
    other.edit("丙改的")
    other.sync()
    carrier.sync()
    other.edit("丙又改的")
    other.sync()
    office.import_bundle(file)
    assert carrier.take(answer_of(file)).pulled > 0
    assert remarks(carrier) == "丙又改的"
    assert carrier.sync().pulled == 0
    other.store.close()


def test_a_gap_says_what_is_missing_and_loses_nothing(office: Office, carrier: Carrier, tmp_path: Path):
    carrier.edit("一")
    carrier.edit("二")
    carrier.store.db.execute("UPDATE outbox SET outcome = 'applied' WHERE n = 1")  # as if an office had lost it since
    file = carrier.export()
    told = office.import_bundle(file, exit_code=1)
    assert (told["missing"], told["new"]) == ([1, 1], 0)
    assert "缺第 1 到 1 条" in office.run("import", str(file)).stdout
    carrier.take(answer_of(file))
    assert carrier.waiting() == 2, "both are offered again"
    carry(office, carrier)
    assert (remarks(carrier), carrier.waiting()) == ("二", 0)


def test_a_rehearsal_says_what_would_happen_and_changes_nothing(office: Office, carrier: Carrier):
    carrier.visit()
    file = carrier.export()
    before = {path: path.read_bytes() for path in office.folder.rglob("*") if path.is_file() and "db-" not in path.name}
    told = office.import_bundle(file, "--dry-run")
    assert (told["new"], told["outcomes"], told["blobs"], told["answer"]) == (1, {"applied": 1}, {"stored": 4}, None)
    assert not answer_of(file).exists()
    assert {p: p.read_bytes() for p in office.folder.rglob("*") if p.is_file() and "db-" not in p.name} == before
    real = office.import_bundle(file)
    assert {**real, "dry_run": True, "answer": None} == told


def test_a_bundle_cut_on_its_way_gives_what_was_whole_and_the_rest_follows(office: Office, carrier: Carrier):
    for number in range(230):
        carrier.edit(noise(number))
    carrier.visit()
    file = carrier.export()
    whole, cut = file.read_bytes(), file.with_name("cut.zsb")
    assert len(whole) > 3 * CHUNK_BYTES
    cut.write_bytes(whole[:-40])
    told = office.import_bundle(cut, exit_code=1)
    assert (told["damaged"], told["new"]) == (True, 200), "the first request was whole, the second was not"
    carrier.take(answer_of(cut))
    assert carrier.waiting() == 31
    told = office.import_bundle(file)
    assert (told["damaged"], told["new"], told["repeated"]) == (False, 31, 200)
    carrier.take(answer_of(file))
    assert (carrier.waiting(), len(blobs.waiting(carrier.store))) == (0, 0)


def test_a_flipped_bit_in_a_bundle_spoils_no_more_than_what_follows_it(office: Office, carrier: Carrier):
    for number in range(230):
        carrier.edit(noise(number))
    file = carrier.export()
    whole = bytearray(file.read_bytes())
    whole[-500] ^= 1
    file.write_bytes(whole)
    told = office.import_bundle(file, exit_code=1)
    assert (told["damaged"], told["outcomes"]) == (True, {"applied": 200})
    carrier.sync()
    assert (remarks(carrier), carrier.waiting()) == (noise(229), 0)


def test_a_cut_answer_is_kept_as_far_as_it_is_whole(office: Office, carrier: Carrier, tmp_path: Path):
    carrier.edit("一")
    file = carrier.export()
    office.import_bundle(file)
    whole = answer_of(file).read_bytes()
    for size in range(0, len(whole), 97):
        cut = tmp_path / "cut"
        cut.write_bytes(whole[:size])
        try:
            assert carrier.take(cut).is_damaged
        except FieldError as refusal:
            assert refusal.code in ("bundle.damaged", "bundle.unknown")
    carrier.take(answer_of(file))
    assert (remarks(carrier), carrier.waiting(), carrier.sync().pulled) == ("一", 0, 0)


def test_nobody_but_the_office_and_the_device_opens_them(office: Office, carrier: Carrier, tmp_path: Path):
    other = enrolled(office, tmp_path, "丙", "worker2")
    carrier.edit("一")
    file = carrier.export()
    office.import_bundle(file)
    for wrong in (file, answer_of(file)):
        with pytest.raises(FieldError, match=r"bundle\.not_ours"):
            other.take(wrong)
    with pytest.raises(FieldError, match=r"bundle\.not_ours"):
        carrier.take(file)
    refused = office.run("import", str(answer_of(file)))
    assert refused.exit_code == 1
    assert "不是给这里的" in refused.stderr
    other.store.close()


def test_another_device_cannot_speak_for_one(office: Office, carrier: Carrier, tmp_path: Path):
    other = enrolled(office, tmp_path, "丙", "worker2")
    mine, theirs = carrier.store.get("keys"), other.store.get("keys")
    carrier.store.put("keys", {**mine, "signing": theirs["signing"]})
    carrier.edit("冒名")
    refused = office.run("import", str(carrier.export()))
    assert (refused.exit_code, "签名不对" in refused.stderr) == (1, True)
    assert office.run("list", "--json").stdout.strip() == "[]"
    other.store.close()


def test_a_revoked_device_gets_no_answer_and_what_it_holds_is_left_as_it_is(office: Office, carrier: Carrier):
    carrier.edit("一")
    file = carrier.export()
    assert office.app.test_cli_runner().invoke(args=["devices", "revoke", carrier.phone.device_id]).exit_code == 0
    refused = office.run("import", str(file))
    assert (refused.exit_code, "已停用" in refused.stderr) == (1, True)
    assert not answer_of(file).exists()


def test_what_is_no_bundle_is_refused_with_a_sentence(office: Office, carrier: Carrier, tmp_path: Path):
    odd = tmp_path / "odd"
    odd.write_bytes(b"PK\3\4 something else")
    refused = office.run("import", str(odd))
    assert (refused.exit_code, refused.stdout, "不是掌上办的数据包" in refused.stderr) == (1, "", True)
    with pytest.raises(FieldError, match=r"bundle\.unknown"):
        carrier.take(odd)
    with pytest.raises(FieldError, match=r"file\.unreadable"):
        carrier.take(tmp_path / "missing")


def test_who_imported_what_is_in_the_log(office: Office, carrier: Carrier):
    carrier.edit("一")
    office.import_bundle(carrier.export())
    (row,) = json.loads(office.run("list", "--json").stdout)
    assert (row["device"], row["staff"], row["mutations"], row["new"]) == ("甲", "worker1", 1, 1)
    assert row["account"]
    assert "worker1的甲" in office.run("list").stdout
    assert office.app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0


def test_a_device_that_knows_no_key_of_the_office_says_so(carrier: Carrier):
    carrier.store.put("office_key", "")
    with pytest.raises(FieldError, match=r"bundle\.key_missing"):
        carrier.export()
    assert not list(carrier.folder.glob("*.zsb*"))


def test_a_photo_that_cannot_be_read_is_left_out_and_told(office: Office, carrier: Carrier):
    carrier.visit()
    first = blobs.waiting(carrier.store)[0]["sha256"]
    (carrier.phone.home.media / first).write_bytes(b"damaged")
    file = carrier.export()
    assert office.import_bundle(file)["blobs"] == {"stored": 3}
    carrier.take(answer_of(file))
    assert [row["sha256"] for row in blobs.waiting(carrier.store)] == [first]
    assert overlay.all_of(carrier.store, "receipt") == []


def test_records_may_go_without_their_photos(office: Office, carrier: Carrier):
    carrier.visit()
    file = carrier.export(records_only=True)
    assert office.import_bundle(file)["blobs"] == {}
    carrier.take(answer_of(file))
    assert (carrier.waiting(), len(blobs.waiting(carrier.store))) == (0, 4)


def test_many_changes_go_in_many_requests(office: Office, carrier: Carrier):
    for number in range(450):
        carrier.edit(f"第 {number} 次")
    file = carrier.export()
    assert office.import_bundle(file)["new"] == 450
    assert carrier.take(answer_of(file)).results == 450
    assert (remarks(carrier), carrier.waiting()) == ("第 449 次", 0)


@contextmanager
def disk_of(size_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a stick without room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_stick_without_room_keeps_the_file_that_was_there_and_no_half_of_a_new_one(carrier: Carrier):
    earlier = carrier.export()
    kept = earlier.read_bytes()
    for number in range(230):
        carrier.edit(noise(number))
    carrier.files -= 1
    exports = carrier.store.get("exports")
    with disk_of(100_000), pytest.raises(FieldError, match=r"storage\.full"):
        carrier.export()
    assert earlier.read_bytes() == kept
    assert [path.name for path in carrier.folder.iterdir() if path.is_file()] == [earlier.name]
    assert carrier.store.get("exports") == exports


def test_what_an_export_left_behind_when_the_power_went_is_cleared_by_the_next(carrier: Carrier):
    leftover, other = carrier.folder / ".bundle-甲-1.zsb.0a1b2c3d.part", carrier.folder / ".other.zsb.0a1b2c3d.part"
    leftover.write_bytes(b"half")
    other.write_bytes(b"of somebody else's")
    carrier.export()
    assert (leftover.exists(), other.exists()) == (False, True)


def test_a_stick_that_is_not_there_is_told_with_a_sentence(carrier: Carrier):
    carrier.folder = carrier.folder / "missing"
    with pytest.raises(FieldError, match=r"bundle\.not_written"):
        carrier.export()
    assert carrier.store.get("exports") is None


def test_an_office_without_room_for_the_answer_has_taken_the_bundle_all_the_same(office: Office, carrier: Carrier):
    carrier.edit("一")
    file = carrier.export()
    refused = office.run("import", str(file), "--answer", str(carrier.folder / "missing" / "answer.zsb"))
    assert (refused.exit_code, "--answer" in refused.stderr) == (1, True)
    assert office.import_bundle(file)["repeated"] == 1


def noise(number: int) -> str:
    """Make a text that no packing shrinks much."""
    return "".join(hashlib.sha256(f"{number}/{part}".encode()).hexdigest() for part in range(40))


def test_an_answer_brings_a_lease_that_counts_from_the_export_so_keeping_it_back_gains_nothing(
    office: Office, carrier: Carrier
):
    file = carrier.export()
    office.time.pass_by(hours=2)
    office.import_bundle(file)
    office.time.pass_by(days=10)
    carrier.take(answer_of(file))
    assert lease.observe(carrier.store, carrier.phone.device, carrier.phone.clock).days_left == 4
    office.time.pass_by(days=3)
    carrier.take(answer_of(file))
    assert lease.observe(carrier.store, carrier.phone.device, carrier.phone.clock).days_left == 1


def test_after_a_restart_an_answer_tells_the_time_as_far_as_the_journey_allows(office: Office, carrier: Carrier):
    carrier.phone.hands.reboot()
    carrier.phone.hands.ahead = timedelta(days=400)
    assert offset_ms(carrier.store.evidence(carrier.phone.clock)) is None
    file = carrier.export()
    office.time.pass_by(hours=5)
    office.import_bundle(file)
    office.time.pass_by(hours=7)
    carrier.take(answer_of(file))
    offset = offset_ms(carrier.store.evidence(carrier.phone.clock))
    assert abs(offset - timedelta(days=400) // timedelta(milliseconds=1)) < timedelta(hours=12, minutes=1) // timedelta(
        milliseconds=1
    )
    evidence = carrier.store.evidence(carrier.phone.clock)
    true_ms = int(office.time.at.timestamp() * 1000)
    found = corrected(evidence, received_ms=true_ms)
    assert found.at_ms - found.uncertainty_ms <= true_ms <= found.at_ms + found.uncertainty_ms


def test_a_sync_tells_the_time_better_than_any_answer(office: Office, carrier: Carrier):
    file = carrier.export()
    office.import_bundle(file)
    anchor = carrier.store.get("anchor")
    carrier.take(answer_of(file))
    assert carrier.store.get("anchor") == anchor


def moved(office: Office) -> None:
    """Give the worker the other township instead of this one."""
    done = office.app.test_cli_runner().invoke(
        args=["users", "move", "worker1", "--role", f"caseworker:{TOWNSHIPS[1]}"]
    )
    assert done.exit_code == 0, done.output


def held_buckets(carrier: Carrier) -> set[str]:
    held = {row["bucket"] for row in carrier.store.db.query("SELECT DISTINCT bucket FROM records")}
    return held | {row["id"] for row in carrier.store.db.query("SELECT id FROM buckets")}


def test_a_late_answer_brings_no_village_back_that_is_not_the_workers_any_more(office: Office, carrier: Carrier):
    file = carrier.export()
    office.import_bundle(file)
    moved(office)
    carrier.sync()
    assert not held_buckets(carrier) & set(VILLAGES[:2])
    assert carrier.take(answer_of(file)).is_late
    assert not held_buckets(carrier) & set(VILLAGES[:2])


def test_an_answer_tells_the_scope_of_the_day_on_which_it_was_written(office: Office, carrier: Carrier):
    file = carrier.export()
    moved(office)
    office.import_bundle(file)
    carrier.take(answer_of(file))
    assert held_buckets(carrier) == {"reference", "user:worker1", VILLAGES[2]}


def test_what_was_done_before_a_move_is_taken_in_by_stick_after_it(office: Office, carrier: Carrier):
    carrier.edit("搬走前写的")
    file = carrier.export()
    office.time.pass_by(days=1)
    moved(office)
    assert office.import_bundle(file)["outcomes"] == {"applied": 1}
    assert carrier.take(answer_of(file)).results == 1
