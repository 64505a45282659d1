"""What the office held and decided, as its author sees it on the device."""

from typing import Any

from field_client import conflicts, households
from tests.field_client.conftest import HEAD, HOUSEHOLD, VILLAGE, Phone
from tests.field_client.test_sync import start


def propose(phone: Phone) -> int:
    visit = start(phone)
    n = households.propose(phone.store, phone.clock, HEAD, {"name": "欧阳桂枝"}, evidence=visit)
    phone.sync()
    return n


def hold(phone: Phone, n: int, **more: Any) -> None:
    """Let the office tell of what it held."""
    fields = {
        "kind": "proposal",
        "subject_type": "person",
        "subject_id": HEAD,
        "field": "name",
        "values": {"original": "欧阳桂芝", "current": "欧阳桂芝", "offered": "欧阳桂枝"},
        "staff_id": phone.device.staff_id,
        "device_id": phone.device.device_id,
        "n": n,
        "held_at": "2026-07-06T01:00:00.000Z",
        "state": "open",
        **more,
    }
    phone.office.put(VILLAGE, "held_value", f"held-{n}-{fields['field']}", **fields)
    phone.sync()


def mine(phone: Phone) -> list[dict[str, Any]]:
    return conflicts.mine(phone.store, phone.device)


def test_before_the_office_has_told_more_the_outbox_tells_it(synced: Phone) -> None:
    propose(synced)
    (one,) = mine(synced)
    assert (one["state"], one["kind"], one["about"], one["fields"]) == (
        "open", "proposal", "欧阳桂芝", {"name": "欧阳桂枝"},
    )  # fmt: skip


def test_each_held_value_is_listed_once_with_what_stood_and_what_was_written(synced: Phone) -> None:
    hold(synced, propose(synced))
    (one,) = mine(synced)
    assert one["id"]
    assert one["changes"] == [
        {"field": "name", "name": "姓名", "original": "欧阳桂芝", "mine": "欧阳桂枝", "theirs": "欧阳桂芝"}
    ]
    assert conflicts.counts(synced.store, synced.device) == (1, 0)


def test_the_decision_arrives_with_its_reason(synced: Phone) -> None:
    n = propose(synced)
    decided = {"reason": "与身份证一致", "decided_by": "审核员", "decided_at": "2026-07-07T01:00:00.000Z"}
    hold(synced, n, state="accepted", **decided)
    (one,) = mine(synced)
    assert (one["state_text"], one["reason"], one["decided_by"]) == ("已采纳", "与身份证一致", "审核员")
    assert conflicts.counts(synced.store, synced.device) == (0, 1)


def test_what_was_held_of_others_is_not_ours(synced: Phone) -> None:
    hold(synced, 900, staff_id="somebody")
    assert mine(synced) == []


def test_the_same_users_other_device_is_told_too_but_not_mixed_up(synced: Phone) -> None:
    n = propose(synced)
    hold(
        synced, n, device_id="another", field="sex", values={"original": "male", "current": "male", "offered": "female"}
    )
    assert sorted(field for one in mine(synced) for field in one["fields"]) == ["name", "sex"]


def test_where_no_value_was_told_the_devices_own_is_shown(synced: Phone) -> None:
    hold(synced, propose(synced), values={})
    assert mine(synced)[0]["fields"] == {"name": "欧阳桂枝"}


def test_an_edit_of_what_was_removed_is_listed_field_by_field(synced: Phone) -> None:
    values = {"original": None, "current": None, "offered": {"address": "三组", "remarks": "独居"}}
    gone = {"subject_type": "household", "subject_id": "gone"}
    hold(synced, 900, kind="removed", field="*", values=values, **gone)
    (one,) = mine(synced)
    assert (one["fields"], one["about"]) == ({"address": "三组", "remarks": "独居"}, "")
    assert one["kind_text"] == "这条记录已被移除"


def test_what_waits_comes_first(synced: Phone) -> None:
    hold(synced, 901, field="sex", state="refused", held_at="2026-07-09T01:00:00.000Z")
    hold(synced, 900, subject_id=HOUSEHOLD, subject_type="household", field="address", kind="conflict")
    assert [one["state"] for one in mine(synced)] == ["open", "refused"]


def test_id_numbers_are_masked_also_where_only_the_outbox_tells(synced: Phone) -> None:
    visit = start(synced)
    number = "990101194907010012"
    households.propose(synced.store, synced.clock, HEAD, {"id_number": number}, evidence=visit)
    synced.sync()
    assert mine(synced)[0]["fields"] == {"id_number": "990101********0012"}
