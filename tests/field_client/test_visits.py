"""A visit from start to seal, offline, and its amendment after a return."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from field_client import (
    amendments,
    drafts,
    identification,
    media,
    overlay,
    receipts,
    sealing,
    standings,
    visit_view,
    visits,
)
from field_client.errors import FieldError
from sync.seal import verify
from sync.visit_shape import blob_hashes, shortcomings
from tests.field_client.conftest import (
    HEAD,
    HOUSEHOLD,
    SECOND_NAME,
    SECOND_STAFF,
    SON,
    STAFF_ID,
    VILLAGE,
    Hands,
    Phone,
    fill_visit,
    put_form,
)

Draw = Callable[..., bytes]
SMALL = (96, 72)  # Pictures without a face, which the detector need not search for long.
# All that may be said of an identity step outside the device; a distance, a vector or a photo is not among it.
TRAVELS = (
    "id",
    "person_id",
    "method",
    "outcome",
    "reasons",
    "consent",
    "engine",
    "model_version",
    "policy_version",
    "score_band",
    "liveness",
    "liveness_reasons",
    "tries",
    "at",
)


def start(phone: Phone, household: str = HOUSEHOLD) -> str:
    return visits.start(phone.store, phone.clock, phone.device, household).id


def seal(phone: Phone, visit: str) -> dict:
    return sealing.seal(phone.store, phone.clock, phone.device, visit)


def refused(code: str) -> object:
    return pytest.raises(FieldError, check=lambda error: error.code == code)


def task_state(phone: Phone) -> str:
    task = overlay.one(phone.store, "visit_task", "task-1")
    assert task
    return str(task.fields["state"])


def test_starting_links_the_task_and_begins_it(synced: Phone) -> None:
    visit = start(synced)
    assert drafts.get(synced.store, visit).document["task_id"] == "task-1"
    assert task_state(synced) == "started"


def test_a_household_that_is_not_here_is_refused(synced: Phone) -> None:
    with refused("household.unknown"):
        start(synced, "household-9")


def test_a_wrong_answer_keeps_none_of_the_answers(synced: Phone) -> None:
    visit = start(synced)
    with refused("answer.refused"):
        visits.answer(synced.store, synced.clock, visit, {"note": "好", "people": "两口"})
    assert drafts.get(synced.store, visit).document["answers"] == {}


def test_an_empty_answer_takes_the_answer_back(synced: Phone) -> None:
    visit = start(synced)
    visits.answer(synced.store, synced.clock, visit, {"people": "２"})
    assert drafts.get(synced.store, visit).document["answers"] == {"people": 2}
    visits.answer(synced.store, synced.clock, visit, {"people": ""})
    assert drafts.get(synced.store, visit).document["answers"] == {}


def test_a_draft_survives_closing_the_store(synced: Phone) -> None:
    visit = start(synced)
    visits.answer(synced.store, synced.clock, visit, {"people": "2"})
    synced.reopen()
    assert drafts.get(synced.store, visit).document["answers"] == {"people": 2}


def test_a_draft_keeps_the_form_version_that_it_began_with(synced: Phone) -> None:
    import forms

    visit = start(synced)
    put_form(
        synced.office, forms.Definition("short_visit", "2", "新表", items=(forms.Question("other", "text", "别的"),))
    )
    synced.sync()
    visits.answer(synced.store, synced.clock, visit, {"people": "2"})
    later = visits.start(synced.store, synced.clock, synced.device, "household-2")
    assert drafts.get(synced.store, visit).document["form"]["version"] == "1"
    assert later.document["form"]["version"] == "2"


def test_with_several_forms_one_must_be_chosen(synced: Phone) -> None:
    import forms

    put_form(synced.office, forms.Definition("long_visit", "1", "长表", items=(forms.Question("a", "text", "甲"),)))
    synced.sync()
    with refused("form.choose"):
        start(synced)
    chosen = visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD, form_id="long_visit")
    assert chosen.document["form"]["id"] == "long_visit"


def test_a_photo_is_kept_encrypted_and_named_by_its_hash(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    entry, is_blurred = visits.photo(synced.store, synced.clock, visit, picture(), kind="house", caption="正面")
    on_disk = (synced.home.media / entry["blob"]).read_bytes()
    assert b"\xff\xd8\xff" not in on_disk[:64]
    assert media.read(synced.store, entry["blob"]).startswith(b"\xff\xd8\xff")
    assert not is_blurred
    assert entry["source"] == "camera"


def test_the_same_photo_twice_is_one_photo(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    first, _ = visits.photo(synced.store, synced.clock, visit, picture(), kind="house")
    second, _ = visits.photo(synced.store, synced.clock, visit, picture(), kind="house")
    assert first == second
    assert len(drafts.get(synced.store, visit).document["evidence"]) == 1


def test_a_photo_that_is_none_changes_nothing(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    for source, code in (
        (b"no image", "photo.not_an_image"),
        (picture()[:-400], "photo.damaged"),
        (b"", "photo.empty"),
    ):
        with refused(code):
            visits.photo(synced.store, synced.clock, visit, source, kind="house")
    assert drafts.get(synced.store, visit).document["evidence"] == []
    assert list(synced.home.media.iterdir()) == []


def test_a_place_is_kept_in_whole_units(synced: Phone) -> None:
    visit = start(synced)
    draft = visits.place(synced.store, synced.clock, visit, visits.Place("28.84421", "-112.3546", 15, "gps", mock=True))
    place = draft.document["place"]
    assert (place["lat_e7"], place["lon_e7"], place["accuracy_m"], place["mock"]) == (288442100, -1123546000, 15, True)


def test_an_impossible_place_is_refused(synced: Phone) -> None:
    visit = start(synced)
    for place in (("91", "0", 1), ("0", "181", 1), ("north", "0", 1), ("NaN", "0", 1), ("0", "0", -1)):
        with refused("place.invalid"):
            visits.place(synced.store, synced.clock, visit, visits.Place(*place))


def test_an_investigator_signs_by_name_and_takes_part(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    signature = visits.sign(
        synced.store, synced.clock, visit, role="investigator", signer=SECOND_NAME, image=picture(format="PNG")
    )
    assert signature["signer_id"] == SECOND_STAFF
    participants = drafts.get(synced.store, visit).document["participants"]
    assert [(one["staff_id"], one["role"]) for one in participants] == [(STAFF_ID, "lead"), (SECOND_STAFF, "second")]


def test_signing_again_replaces_the_signature(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    for seed in (1, 2):
        image = picture(seed=seed, format="PNG")
        visits.sign(synced.store, synced.clock, visit, role="household", signer=HEAD, image=image)
    (signature,) = drafts.get(synced.store, visit).document["signatures"]
    assert signature["signer_id"] == HEAD


def test_a_stranger_cannot_sign_as_investigator(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    with refused("staff.unknown"):
        visits.sign(synced.store, synced.clock, visit, role="investigator", signer="路人", image=picture())


def test_an_investigator_cannot_refuse_to_sign(synced: Phone) -> None:
    visit = start(synced)
    with refused("signature.refused_by_investigator"):
        visits.sign(synced.store, synced.clock, visit, role="investigator", signer=STAFF_ID, refused_reason="忙")


def test_a_visit_without_the_second_investigator_cannot_be_sealed(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    visits.answer(synced.store, synced.clock, visit, {"people": "2"})
    identification.by_people(synced.store, synced.clock, visit, HEAD, method="id_card")
    for role, signer in (("investigator", STAFF_ID), ("household", HEAD)):
        visits.sign(synced.store, synced.clock, visit, role=role, signer=signer, image=picture(format="PNG"))
    with refused("visit.incomplete") as refusal:
        seal(synced, visit)
    assert "第二名调查人员" in refusal.value.message
    assert drafts.get(synced.store, visit)


def test_an_unanswered_question_keeps_a_visit_open(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    visits.answer(phone.store, phone.clock, visit, {"people": ""})
    found = sealing.check(phone.store, phone.clock, visit)
    assert not found["ready"]
    assert [(one["path"], one["code"]) for one in found["questions"]] == [("people", "missing")]


def test_a_household_may_refuse_to_sign_with_a_reason(ready: tuple[Phone, str]) -> None:
    phone, visit = ready

    def without(draft: drafts.Draft) -> None:
        draft.document["signatures"] = [s for s in draft.document["signatures"] if s["role"] != "household"]

    drafts.change(phone.store, phone.clock, visit, without)
    visits.sign(phone.store, phone.clock, visit, role="household", signer=HEAD, refused_reason="手受伤")
    assert sealing.check(phone.store, phone.clock, visit)["ready"]


def test_a_sealed_visit_holds_by_its_seal_and_its_shape(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    sealed = seal(phone, visit)
    record = overlay.one(phone.store, "visit", visit)
    assert record
    from field_client import keys

    public = bytes.fromhex(keys.read_keys(phone.store.get("keys")).public()[0])
    assert verify(record.fields, public).number == 1
    assert shortcomings(record.fields, min_investigators=2) == []
    assert sealed["revision"] == 1
    assert task_state(phone) == "sealed"


def test_a_visit_can_be_sealed_on_a_device_whose_clock_fell_back_to_1970(
    ready: tuple[Phone, str], hands: Hands
) -> None:
    phone, visit = ready
    hands.at, hands.boot = datetime(1970, 1, 1, tzinfo=UTC), "boot-2"  # An empty battery, and a start since.
    assert sealing.seal(phone.store, hands.clock(), phone.device, visit)["revision"] == 1


def test_a_visit_can_be_sealed_before_the_law_by_the_clock_and_without_ever_hearing_the_office_s_time(
    ready: tuple[Phone, str], hands: Hands
) -> None:
    phone, visit = ready
    hands.at, hands.boot = datetime(1970, 1, 1, tzinfo=UTC), "boot-2"
    phone.store.put("anchor", None)
    assert sealing.check(phone.store, hands.clock(), visit)["ready"]
    assert sealing.seal(phone.store, hands.clock(), phone.device, visit)["revision"] == 1


def test_a_clock_from_before_the_law_asks_for_as_many_investigators_as_the_first_law(
    ready: tuple[Phone, str], hands: Hands
) -> None:
    phone, visit = ready
    hands.at = datetime(1970, 1, 1, tzinfo=UTC)
    phone.store.put("anchor", None)
    drafts.change(phone.store, phone.clock, visit, lambda draft: draft.document["participants"].pop())
    codes = [one["code"] for one in sealing.check(phone.store, hands.clock(), visit)["missing"]]
    assert "visit.investigator_missing" in codes


def test_a_sealed_visit_cannot_be_changed(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    seal(phone, visit)
    with refused("visit.sealed"):
        visits.answer(phone.store, phone.clock, visit, {"people": "3"})


def test_the_seals_of_a_device_form_a_chain(ready: tuple[Phone, str], picture: Draw) -> None:
    phone, visit = ready
    seal(phone, visit)
    second = fill_visit(phone, picture, "household-2", "person-20")
    seal(phone, second)
    seals = [overlay.one(phone.store, "visit", one).fields["seal"] for one in (visit, second)]  # type: ignore[union-attr]
    assert [one["number"] for one in seals] == [1, 2]
    from sync.seal import Seal

    assert seals[1]["previous"] == Seal(**seals[0]).hash


def test_records_go_first_photos_after_and_the_receipt_names_every_photo(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    seal(phone, visit)
    summary = phone.sync()
    assert (summary.blobs_sent, summary.blobs_waiting) == (4, 0)
    receipt = receipts.show(phone.store, phone.device, visit)
    record = overlay.one(phone.store, "visit", visit)
    assert record
    assert receipt["blobs"] == blob_hashes(record.fields)
    assert visit_view.show(phone.store, phone.device, visit)["state_text"] == "已存证 4/4"


def test_a_receipt_of_another_office_counts_for_nothing(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    seal(phone, visit)
    phone.sync()
    forged = phone.office.fields(VILLAGE, "receipt", f"{visit}-1") | {"signature": "00" * 64}
    phone.office.put(VILLAGE, "receipt", f"{visit}-1", **forged)
    phone.sync()
    with refused("receipt.forged"):
        receipts.show(phone.store, phone.device, visit)


def returned(phone: Phone, visit: str) -> None:
    seal(phone, visit)
    phone.sync()
    comments = [{"id": "c1", "target": {"kind": "answer", "ref": "people"}, "text": "人数和户口本不一致"}]
    phone.office.put(
        VILLAGE,
        "review",
        "review-1",
        visit_id=visit,
        revision=1,
        verdict="returned",
        reason="请核对人数",
        comments=comments,
        decided_at="2026-07-02T00:00:00.000Z",
    )
    phone.sync()


def test_a_returned_visit_is_amended_under_the_same_chain(ready: tuple[Phone, str], picture: Draw) -> None:
    phone, visit = ready
    returned(phone, visit)
    lines = standings.listed(phone.store, phone.device, standings.RETURNED)
    assert [(line["id"], line["state"], line["reason"]) for line in lines] == [(visit, "returned", "请核对人数")]
    draft = amendments.open_draft(phone.store, phone.clock, phone.device, visit)
    assert [one["text"] for one in amendments.comments(phone.store, visit)] == ["人数和户口本不一致"]
    with refused("visit.incomplete"):
        seal(phone, visit)
    visits.answer(phone.store, phone.clock, visit, {"people": "3"})
    visits.photo(phone.store, phone.clock, visit, picture(seed=7), kind="paper")
    sealed = seal(phone, visit)
    assert (sealed["revision"], sealed["seal"]["number"]) == (2, 2)
    phone.sync()
    amendment = phone.office.fields(VILLAGE, "amendment", draft.id)
    assert amendment["answers"] == {"people": 3}
    assert amendment["visit_id"] == visit
    assert standings.listed(phone.store, phone.device, standings.RETURNED) == []
    assert receipts.show(phone.store, phone.device, visit)["revision"] == 2
    assert len(receipts.show(phone.store, phone.device, visit)["blobs"]) == 5


def test_opening_an_amendment_twice_is_one_amendment(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    returned(phone, visit)
    first = amendments.open_draft(phone.store, phone.clock, phone.device, visit)
    visits.answer(phone.store, phone.clock, visit, {"people": "3"})
    assert amendments.open_draft(phone.store, phone.clock, phone.device, visit).id == first.id


def test_a_draft_needs_no_amendment(synced: Phone) -> None:
    visit = start(synced)
    with refused("visit.not_sealed"):
        amendments.open_draft(synced.store, synced.clock, synced.device, visit)


def test_place_and_identity_are_not_amended(ready: tuple[Phone, str]) -> None:
    phone, visit = ready
    returned(phone, visit)
    amendments.open_draft(phone.store, phone.clock, phone.device, visit)
    with refused("amendment.field"):
        visits.place(phone.store, phone.clock, visit, visits.Place("1", "1", 1))
    with refused("amendment.field"):
        identification.by_people(phone.store, phone.clock, visit, HEAD, method="id_card")


# the identity step


def by_face(phone: Phone, visit: str, person: str = HEAD, **given: object) -> identification.Step:
    arguments = {"reference": None, "live": [], "consent": None, "confirmed": True, **given}
    return identification.by_face(phone.store, phone.clock, visit, person, **arguments)  # type: ignore[arg-type]


def test_no_face_is_compared_without_consent(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    with refused("identity.consent_missing"):
        by_face(synced, visit, reference=picture(size=SMALL), live=[picture(seed=2, size=SMALL)])
    assert drafts.get(synced.store, visit).document["identity"] == []


def test_a_decline_finishes_the_step_and_asks_for_no_reason(synced: Phone) -> None:
    visit = start(synced)
    entry = identification.declined(synced.store, synced.clock, visit, HEAD).entry
    assert (entry["outcome"], entry["consent"]["granted"]) == ("declined", False)
    missing = sealing.check(synced.store, synced.clock, visit)["missing"]
    assert "visit.identity_missing" not in [one["code"] for one in missing]


def test_three_tries_by_face_then_another_way(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    consent = b'{"granted": true}'
    for number in (1, 2, 3):
        step = by_face(
            synced, visit, reference=picture(size=SMALL), live=[picture(seed=2, size=SMALL)], consent=consent
        )
        assert (step.entry["outcome"], step.entry["tries"]) == ("not_possible", number)
    assert step.following.method == "id_card"
    with refused("identity.tries_used"):
        by_face(synced, visit, reference=picture(size=SMALL), live=[picture(seed=2, size=SMALL)], consent=consent)


def test_nothing_biometric_is_in_the_visit_and_no_face_photo_is_kept(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    step = by_face(
        synced, visit, reference=picture(size=SMALL), live=[picture(seed=2, size=SMALL)], consent=b'{"granted": true}'
    )
    assert sorted(step.entry) == sorted(TRAVELS)
    document = drafts.get(synced.store, visit).document
    assert "distance" not in json.dumps(document)
    assert blob_hashes(document) == []
    assert list(synced.home.media.iterdir()) == []


def test_a_signed_consent_is_kept_as_a_paper(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    step = by_face(
        synced, visit, reference=picture(size=SMALL), live=[picture(seed=2, size=SMALL)], consent=picture(seed=5)
    )
    (paper,) = drafts.get(synced.store, visit).document["evidence"]
    assert (paper["kind"], paper["blob"]) == ("consent", step.entry["consent"]["blob"])


def test_a_child_answers_through_the_guardian(synced: Phone, picture: Draw) -> None:
    visit = start(synced)
    step = by_face(
        synced, visit, SON, reference=picture(size=SMALL), live=[picture(seed=2, size=SMALL)], consent=picture(seed=5)
    )
    assert step.entry["consent"]["given_by"] == "guardian"


def test_a_person_of_another_household_is_refused(synced: Phone) -> None:
    visit = start(synced)
    with refused("person.other_household"):
        identification.by_people(synced.store, synced.clock, visit, "person-20", method="id_card")


def test_an_unknown_reason_is_refused_with_the_known_ones(synced: Phone) -> None:
    visit = start(synced)
    with refused("identity.reason_unknown") as refusal:
        identification.by_people(synced.store, synced.clock, visit, HEAD, method="witness", reason="lazy")
    assert "bedridden" in refusal.value.message
