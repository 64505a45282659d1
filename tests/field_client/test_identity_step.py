"""The identity step's people: guardians, minors, withdrawals, witnesses, and what happens when the machine cannot."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import resources
from io import BytesIO

import pytest
import skimage.data
from PIL import Image, ImageEnhance

from field_client import drafts, face_policies, further_consents, identification, kept_faces, lease, sealing, visits
from field_client.errors import FieldError
from field_client.face_consents import Guardian
from identity.face_policy import CURRENT
from identity.ladder import Action, Method
from identity.policy_signing import sign
from tests.field_client.conftest import HEAD, HOUSEHOLD, SON, VILLAGE, Hands, Phone, fill_visit

GRANTED = b'{"granted": true}'
MOTHER = Guardian("欧阳桂芝", "祖母")


@pytest.fixture(scope="module")
def card() -> bytes:
    return jpeg(Image.fromarray(skimage.data.astronaut()))


@pytest.fixture(scope="module")
def live() -> bytes:
    smaller = Image.fromarray(skimage.data.astronaut()).resize((430, 430)).rotate(3)
    return jpeg(ImageEnhance.Brightness(smaller).enhance(1.12))


def jpeg(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


@pytest.fixture
def visit(synced: Phone) -> str:
    return visits.start(synced.store, synced.clock, synced.device, HOUSEHOLD).id


@pytest.fixture
def face(synced: Phone, visit: str, card: bytes, live: bytes) -> Callable[..., identification.Step]:
    """Compare a face; what is not given is as it should be."""

    def compare(person: str = HEAD, **given: object) -> identification.Step:
        arguments = {"reference": card, "live": [live], "consent": GRANTED, "confirmed": True, **given}
        return identification.by_face(synced.store, synced.clock, visit, person, **arguments)  # type: ignore[arg-type]

    return compare


def by_people(phone: Phone, visit: str, method: str, *people: Guardian, confirmed: bool = True) -> identification.Step:
    return identification.by_people(
        phone.store, phone.clock, visit, HEAD, method=method, people=people, confirmed=confirmed
    )


def code_of(refused: pytest.ExceptionInfo[FieldError]) -> str:
    return refused.value.code


# consent


def test_a_child_cannot_consent_alone(face: Callable[..., identification.Step]) -> None:
    for consent in (GRANTED, b'{"granted": true, "given_by": "self"}', b'{"granted": true, "given_by": "guardian"}'):
        with pytest.raises(FieldError) as refused:
            face(SON, consent=consent)
        assert code_of(refused) == "identity.consent_guardian_needed"


def test_a_guardian_consents_by_name_and_a_minor_is_left_to_people(face: Callable[..., identification.Step]) -> None:
    step = face(SON, guardian=MOTHER)
    assert step.entry["consent"]["guardian"] == {"name": MOTHER.name, "relation": MOTHER.relation}
    assert (step.entry["outcome"], step.entry["reasons"]) == ("inconclusive", ["minor"])
    assert step.following.method is Method.ID_CARD


def test_a_minor_above_the_guardians_age_is_left_to_people_too(
    synced: Phone, face: Callable[..., identification.Step]
) -> None:
    synced.office.put(VILLAGE, "person", HEAD, name="欧阳明", birth_date="2010-03-01")
    synced.sync()
    assert face().entry["outcome"] == "inconclusive"


def test_an_unknown_age_is_left_to_people(synced: Phone, face: Callable[..., identification.Step]) -> None:
    synced.office.put(VILLAGE, "person", HEAD, name="欧阳明")
    synced.sync()
    step = face()
    assert (step.entry["outcome"], step.entry["reasons"]) == ("inconclusive", ["age_unknown"])


def test_the_age_is_read_from_the_id_number_where_no_birth_date_is_known(
    synced: Phone, face: Callable[..., identification.Step]
) -> None:
    synced.office.put(VILLAGE, "person", HEAD, name="欧阳明", id_number="440524188001010014")
    synced.sync()
    assert face().entry["outcome"] == "match"


@pytest.mark.parametrize(
    ("consent", "code"),
    [
        (b'{"granted": false}', "identity.consent_declined"),
        (b'{"granted": true, "notice_version": "face-0"}', "identity.consent_other_notice"),
        (b'{"granted": true, "withdrawn_at": "2026-07-01"}', "identity.consent_withdrawn"),
        (b'{"granted": true, "purpose": "face_keep"}', "identity.consent_missing"),
        (b'{"granted": "yes"}', "identity.consent_unreadable"),
        (b"{", "identity.consent_unreadable"),
    ],
)
def test_what_is_no_consent_allows_nothing(
    face: Callable[..., identification.Step], synced: Phone, visit: str, consent: bytes, code: str
) -> None:
    with pytest.raises(FieldError) as refused:
        face(consent=consent)
    assert code_of(refused) == code
    assert drafts.get(synced.store, visit).document["identity"] == []


def test_a_consent_that_was_taken_back_allows_nothing_more(
    synced: Phone, visit: str, face: Callable[..., identification.Step]
) -> None:
    face()
    assert identification.withdraw(synced.store, synced.clock, HEAD, visit)
    with pytest.raises(FieldError) as refused:
        face(consent=None)
    assert code_of(refused) == "identity.consent_missing"
    (entry,) = drafts.get(synced.store, visit).document["identity"]
    assert entry["consent"]["withdrawn_at"]
    assert not identification.withdraw(synced.store, synced.clock, HEAD, visit)


# keeping


def test_a_reference_is_kept_only_with_its_own_consent_and_used_instead_of_the_card(
    synced: Phone, face: Callable[..., identification.Step]
) -> None:
    kept_faces.allow(synced.store, 24)
    assert "kept" not in face().entry
    assert kept_faces.kept_until(synced.store, HEAD) is None
    step = face(keep=b'{"granted": true, "purpose": "face_keep", "notice_version": "face-keep-1"}')
    assert step.entry["kept"] is True and step.entry["keep_consent"]["purpose"] == "face_keep"
    assert face(reference=None).entry["outcome"] == "match"


def test_a_consent_to_compare_is_none_to_keep(synced: Phone, face: Callable[..., identification.Step]) -> None:
    kept_faces.allow(synced.store, 24)
    with pytest.raises(FieldError) as refused:
        face(keep=b'{"granted": true, "purpose": "face_compare", "notice_version": "face-1"}')
    assert code_of(refused) == "identity.consent_missing"


def test_taking_consent_back_forgets_what_was_kept(synced: Phone, face: Callable[..., identification.Step]) -> None:
    kept_faces.allow(synced.store, 24)
    face(keep=GRANTED)
    assert identification.withdraw(synced.store, synced.clock, HEAD)
    with pytest.raises(FieldError) as refused:
        face(reference=None)
    assert code_of(refused) == "identity.photos_missing"


def test_a_match_that_waits_is_kept_only_after_the_workers_word(
    synced: Phone, visit: str, face: Callable[..., identification.Step]
) -> None:
    kept_faces.allow(synced.store, 24)
    entry = face(confirmed=False, keep=GRANTED).entry
    assert kept_faces.kept_until(synced.store, HEAD) is None
    identification.settle(synced.store, synced.clock, visit, entry["id"], is_same=True)
    assert kept_faces.kept_until(synced.store, HEAD) is not None


def test_a_childs_face_is_never_kept(synced: Phone, face: Callable[..., identification.Step]) -> None:
    kept_faces.allow(synced.store, 24)
    keep = b'{"granted": true, "guardian": {"name": "x"}, "given_by": "guardian"}'
    assert face(SON, guardian=MOTHER, keep=keep).entry["kept"] is False
    assert not further_consents.may_ask(synced.store, synced.clock, SON, VILLAGE)


# the other ways


def test_two_witnesses_are_named_in_the_record(synced: Phone, visit: str) -> None:
    entry = by_people(synced, visit, "witness", Guardian("王五", "邻居"), Guardian("赵六", "村干部")).entry
    assert [one["name"] for one in entry["people"]] == ["王五", "赵六"]
    assert (entry["outcome"], entry["lacking"]) == ("confirmed", [])


@pytest.mark.parametrize(
    ("method", "people", "lacking"),
    [
        ("witness", (), ["identity.witness_missing"]),
        ("witness", (Guardian("王五"), Guardian(" ")), ["identity.witness_missing"]),
        ("guardian", (), ["identity.guardian_missing"]),
        ("guardian", (MOTHER,), []),
        ("id_card", (), []),
    ],
)
def test_what_a_record_lacks_is_noted_and_stops_nothing(
    synced: Phone, visit: str, method: str, people: tuple[Guardian, ...], lacking: list[str]
) -> None:
    step = by_people(synced, visit, method, *people)
    assert step.entry["lacking"] == lacking
    assert step.following.action is Action.FINISHED


# every path ends, and the visit can be sealed


def test_the_policy_of_the_office_decides_the_tries(
    synced: Phone, visit: str, face: Callable[..., identification.Step], card: bytes
) -> None:
    text = resources.files("identity.data").joinpath(f"face-policy.{CURRENT}.toml").read_bytes()
    text = text.replace(b"face_tries_at_most = 3", b"face_tries_at_most = 1").replace(CURRENT.encode(), b"cn-local-1")
    face_policies.install(synced.store, synced.device, text, sign(text, synced.office.receipt_key))
    assert face(live=[b"no photo"]).entry["policy_version"] == "cn-local-1"
    with pytest.raises(FieldError) as refused:
        face()
    assert code_of(refused) == "identity.tries_used"


def test_a_clock_in_1970_changes_nobodys_age(hands: Hands, face: Callable[..., identification.Step]) -> None:
    hands.at = datetime(1970, 1, 2, tzinfo=UTC)
    assert face().entry["outcome"] == "match"  # The office's day, heard at the last sync, still says how old one is.


def test_a_clock_from_before_the_law_leaves_it_to_people(
    synced: Phone, hands: Hands, face: Callable[..., identification.Step]
) -> None:
    hands.at = datetime(1970, 1, 2, tzinfo=UTC)
    synced.store.put("anchor", None)
    assert face().entry["outcome"] == "inconclusive"


def test_a_clock_that_runs_years_ahead_makes_no_child_an_adult(
    synced: Phone, hands: Hands, face: Callable[..., identification.Step], picture: Callable[..., bytes]
) -> None:
    hands.move(timedelta(days=20 * 365))
    lease.observe(synced.store, synced.device, synced.clock)
    step = face(SON)
    assert (step.entry["outcome"], step.entry["reasons"]) == ("inconclusive", ["age_unknown"])
    assert step.following.method is Method.ID_CARD


ENDINGS = {
    "match": {},
    "not a photo": {"live": [b"\xff\xd8nothing"]},
    "half a photo": {"live": ["half"]},
    "not confirmed": {"confirmed": False},
    "a minor": {"person": SON, "guardian": MOTHER},
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_the_face_gave_the_visit_can_be_sealed(
    synced: Phone,
    ending: str,
    picture: Callable[..., bytes],
    card: bytes,
    live: bytes,
) -> None:
    given = dict(ENDINGS[ending])
    person = str(given.pop("person", HEAD))
    if given.get("live") == ["half"]:
        given["live"] = [live[: len(live) // 2]]
    visit = fill_visit(synced, picture)
    arguments = {"reference": card, "live": [live], "consent": GRANTED, "confirmed": True, **given}
    step = identification.by_face(synced.store, synced.clock, visit, person, **arguments)  # type: ignore[arg-type]
    assert step.following.message
    assert sealing.seal(synced.store, synced.clock, synced.device, visit)["seal"]


def test_a_comparison_that_is_cancelled_leaves_no_entry_and_the_next_one_works(
    synced: Phone, visit: str, face: Callable[..., identification.Step], card: bytes
) -> None:
    class Cancelled(bytes):
        """A photograph during which somebody presses Ctrl-C."""

        def __bool__(self) -> bool:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        face(live=[Cancelled(card)])
    assert drafts.get(synced.store, visit).document["identity"] == []
    assert face().entry["outcome"] == "match"


def test_the_entry_is_plain_json_and_names_no_distance(
    face: Callable[..., identification.Step],
) -> None:
    step = face()
    assert step.verdict is not None
    text = json.dumps(step.entry)
    assert str(step.verdict.distance) not in text
    assert step.entry["score_band"] == "near"
