"""Several at once: nothing is done twice, nothing falls between two, and nobody gets an error for being second."""

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from server.models.ledger import Change, HeldValue
from server.transaction import reading
from sync.canonical import loads
from sync.protocol import Request
from tests.server.api.serving import create, patch
from tests.server.office import PASSWORD, VILLAGES, Office, an_id, blob_of, sha_of

AT_ONCE = 4


def at_once(deed: Callable[[int], Any]) -> list[Any]:
    """Do a deed from several threads that start together."""
    found: list[Any] = [None] * AT_ONCE
    start = threading.Barrier(AT_ONCE)

    def run(number: int) -> None:
        start.wait()
        found[number] = deed(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_when_the_last_photos_of_a_visit_arrive_together_there_is_one_receipt(office: Office):
    device, visit_id = office.device(), an_id()
    device.exchange()
    names = [str(number) for number in range(AT_ONCE)]
    fields = {name: value for name, value in office.visit(device).items() if name != "seal"}
    fields["evidence"] = [{"id": an_id(), "blob": sha_of(name)} for name in names]
    fields["signatures"] = [{**one, "blob": sha_of("0")} for one in fields["signatures"]]
    device.exchange([device.mutation("visit", visit_id, "create", VILLAGES[0], device.sealed(fields))])
    places = [create(device.client, device.token, blob_of(name)).headers["Location"] for name in names]

    def send(number: int) -> int:
        client = office.app.test_client()
        return int(patch(client, device.token, places[number], 0, blob_of(names[number])).status_code)

    assert at_once(send) == [204] * AT_ONCE
    device.exchange()
    receipts = [loads(body) for key, (_, body) in device.rows.items() if key[1] == "receipt"]
    assert [one["visit_id"] for one in receipts] == [visit_id]
    assert len(receipts[0]["blobs"]) == AT_ONCE


def test_the_same_upload_begun_together_is_one_upload(office: Office):
    token = office.device().token
    answers = at_once(lambda _: create(office.app.test_client(), token, blob_of("photo")))
    assert [answer.status_code for answer in answers] == [201] * AT_ONCE
    assert len({answer.headers["Location"] for answer in answers}) == 1


def test_one_persons_first_sign_ins_at_once_all_succeed(office: Office):
    body = {"username": "reviewer1", "password": PASSWORD}
    answers = at_once(lambda _: office.app.test_client().post("/api/v1/sessions", json=body))
    assert [answer.status_code for answer in answers] == [200] * AT_ONCE


def test_the_same_exchange_sent_together_is_applied_once(office: Office):
    device = office.device()
    device.exchange()
    edit = device.mutation("household", office.households[VILLAGES[0]], "update", VILLAGES[0], {"remarks": "记"})

    def send(_: int) -> Any:
        return device.post(Request(1, device.epoch, {}, (edit,))).data.splitlines()[1]

    answers = set(at_once(send))
    assert len(answers) == 1
    device.exchange()
    assert device.own_state(VILLAGES[0]) == device.states[VILLAGES[0]]


def test_of_devices_that_create_one_visit_at_once_one_is_first_and_none_is_a_fault(office: Office):
    """As the copies of a cloned store do, each enrolled anew: the others are told that it is there already."""
    devices = [office.device() for _ in range(AT_ONCE)]
    for device in devices:
        device.exchange()
    visits = [an_id() for _ in range(5)]

    def send(number: int) -> list[Any]:
        device, found = devices[number], []
        for visit_id in visits:
            fields = office.visit(device)
            (result,) = device.exchange([device.mutation("visit", visit_id, "create", VILLAGES[0], fields)]).results
            found.append((result.outcome, (result.problem or {}).get("code")))
        return found

    for answers in zip(*at_once(send), strict=True):
        assert sorted(answers, key=str) == [("applied", None), *[("refused", "record.exists")] * (AT_ONCE - 1)]
    for device in devices:
        device.exchange()
        assert device.own_state(VILLAGES[0]) == device.states[VILLAGES[0]]


def test_of_devices_that_create_one_person_at_once_one_is_first_and_none_is_a_fault(office: Office):
    """A person of the same number lives here, so that each of them is looked for in the register and noted as a double."""
    devices = [office.device() for _ in range(AT_ONCE)]
    for device in devices:
        device.exchange()
    persons = [an_id() for _ in range(8)]

    def send(number: int) -> list[Any]:
        device, found = devices[number], []
        for person in persons:
            fields = {"name": "王桂华", "id_number": "990101194906010012"}
            (result,) = device.exchange([device.mutation("person", person, "create", VILLAGES[0], fields)]).results
            found.append((result.outcome, (result.problem or {}).get("code")))
        return found

    for answers in zip(*at_once(send), strict=True):
        assert sorted(answers, key=str) == [("applied", None), *[("refused", "record.exists")] * (AT_ONCE - 1)]


def test_persons_of_one_number_created_at_once_are_all_noticed(office: Office):
    devices = [office.device() for _ in range(AT_ONCE)]
    for device in devices:
        device.exchange()

    def send(number: int) -> str:
        made = devices[number].mutation(
            "person", an_id(), "create", VILLAGES[0], {"name": f"李{number}", "id_number": "990101196008030034"}
        )
        return str(devices[number].exchange([made]).results[0].outcome)

    assert at_once(send) == ["applied"] * AT_ONCE
    with office.app.app_context():
        pairs = reading().scalars(select(HeldValue.id).where(HeldValue.kind == "duplicate")).all()
    assert len(pairs) == AT_ONCE * (AT_ONCE - 1) // 2


def test_of_two_reviewers_at_once_one_decides(office: Office):
    device, visit_id = office.device(), an_id()
    device.exchange()
    device.exchange([device.mutation("visit", visit_id, "create", VILLAGES[0], office.visit(device))])
    bearers = [office.bearer(name) for name in ("reviewer1", "county1")]
    body = {"verdict": "returned", "reason": "补拍", "seen_revision": 1}

    def decide(number: int) -> int:
        client = office.app.test_client()
        answer = client.post(f"/api/v1/visits/{visit_id}/reviews", json=body, headers=bearers[number % 2])
        return int(answer.status_code)

    assert sorted(at_once(decide)) == [201, 409, 409, 409]
    found = device.client.get(f"/api/v1/visits/{visit_id}", headers=bearers[0]).json
    assert len(found["reviews"]) == 1


def test_many_devices_of_one_village_lose_nothing_double_nothing_and_all_end_with_the_same(office: Office):
    """Every exchange is a request of its own thread and connection; each device is held against the office after each."""
    devices = [office.device(name) for name in ("caseworker1", "caseworker3", "caseworker1", "caseworker3")]
    for device in devices:
        device.exchange()
    shared, made = office.households[VILLAGES[0]], [[an_id() for _ in range(4)] for _ in devices]

    def work(number: int) -> list[Any]:
        device, results = devices[number], []
        for record_id in made[number]:
            fields = {"area_code": VILLAGES[0], "remarks": record_id}
            create = device.mutation("household", record_id, "create", VILLAGES[0], fields)
            tag = device.mutation("household", shared, "update", VILLAGES[0], {"tags": {f"标签{number}": True}})
            sent = (create, tag, create, tag)  # As a device does that heard no answer, in one message.
            results += device.exchange(sent[:2]).results
            assert device.own_state(VILLAGES[0]) == device.states[VILLAGES[0]]
            again = device.exchange(sent[2:]).results
            assert again == tuple(results[-2:])
        return results

    results = at_once(work)
    assert {result.outcome for each in results for result in each} <= {"applied", "merged"}
    for device in devices:
        device.exchange()
        assert device.own_state(VILLAGES[0]) == device.states[VILLAGES[0]]
        assert device.rows.items() >= {key: row for key, row in devices[0].rows.items() if key[0] in VILLAGES}.items()
    rows = {key[2]: loads(body) for key, (_, body) in devices[0].rows.items() if key[0] == VILLAGES[0]}
    assert {record_id for each in made for record_id in each} <= rows.keys()
    assert rows[shared]["tags"] == {f"标签{number}": True for number in range(AT_ONCE)}
    with office.app.app_context():
        history = reading().scalars(select(Change.seq).where(Change.bucket == VILLAGES[0]).order_by(Change.seq)).all()
    assert list(history) == list(range(1, devices[0].states[VILLAGES[0]].head + 1))
