"""identity/consent.py: the notice says what the law wants told, and the answer is respected."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.consent import BLANKS, CURRENT_NOTICE, REFUSALS, answer, load_notice, refusal, who_answers, withdraw

HERE = {"agency": "示例乡人民政府", "contact": "0700-1234567"}
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
GUARDIAN_AGE = 14


@pytest.fixture
def notice():
    return load_notice(HERE)


def asked(consent, age=40, notice_version=CURRENT_NOTICE):
    return refusal(consent, age=age, guardian_age=GUARDIAN_AGE, notice_version=notice_version)


def test_the_notice_names_agency_contact_and_retention(notice):
    assert all(value in notice.text for value in HERE.values())
    assert "$" not in notice.text


@pytest.mark.parametrize("subject", ["为什么做", "怎么做", "保存多久", "您可以不同意", "您的权利"])
def test_the_notice_covers_what_the_law_wants_told(notice, subject):
    assert subject in {section.title for section in notice.sections}


@pytest.mark.parametrize("blank", sorted(BLANKS))
def test_a_notice_with_a_hole_is_never_shown(blank):
    with pytest.raises(ValueError, match=blank):
        load_notice(HERE | {blank: " "})


def test_an_unknown_notice_is_refused():
    with pytest.raises(ValueError, match="face-0"):
        load_notice(HERE, version="face-0")


def test_other_words_have_another_fingerprint(notice):
    assert notice.sha256 != load_notice(HERE | {"agency": "另一乡人民政府"}).sha256


def test_a_consent_allows_the_comparison(notice):
    assert asked(answer(notice, granted=True, given_by="self", at=NOW)) is None


def test_silence_is_no_consent():
    assert asked(None) == "consent_missing"


def test_a_decline_is_respected(notice):
    assert asked(answer(notice, granted=False, given_by="self", at=NOW)) == "consent_declined"


def test_a_withdrawal_ends_the_consent_and_the_first_one_counts(notice):
    withdrawn = withdraw(answer(notice, granted=True, given_by="self", at=NOW), at=NOW)
    assert asked(withdrawn) == "consent_withdrawn"
    assert withdraw(withdrawn, at=NOW + timedelta(days=1)) == withdrawn


def test_a_consent_to_other_words_does_not_count(notice):
    assert (
        asked(answer(notice, granted=True, given_by="self", at=NOW), notice_version="face-2") == "consent_other_notice"
    )


@given(st.integers(0, 120))
def test_below_the_age_of_the_parameter_the_guardian_answers(age):
    assert who_answers(age, guardian_age=GUARDIAN_AGE) == ("guardian" if age < GUARDIAN_AGE else "self")


def test_a_child_cannot_consent_alone_but_a_guardian_can(notice):
    assert asked(answer(notice, granted=True, given_by="self", at=NOW), age=13) == "consent_guardian_needed"
    assert asked(answer(notice, granted=True, given_by="guardian", at=NOW), age=13) is None


def test_an_answer_without_a_time_zone_is_refused(notice):
    with pytest.raises(ValueError, match="zone"):
        answer(notice, granted=True, given_by="self", at=NOW.replace(tzinfo=None))


def test_a_record_holds_the_answer_and_the_words_it_was_given_to(notice):
    record = answer(notice, granted=True, given_by="self", at=NOW).record()
    assert (record["notice_version"], record["notice_sha256"]) == (CURRENT_NOTICE, notice.sha256)
    assert (record["granted"], record["decided_at"], record["withdrawn_at"]) == (True, NOW.isoformat(), None)


def test_every_refusal_names_a_way_on():
    assert all("请" in text or "建议" in text for text in REFUSALS.values())
