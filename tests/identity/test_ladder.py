"""identity/ladder.py: every outcome leads on, nobody is stuck, nobody is refused."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.ladder import (
    ACTIONS,
    LADDER,
    REASONS,
    RUNGS,
    Action,
    Attempt,
    Method,
    NextStep,
    Outcome,
    next_step,
    shortcomings,
)

MACHINE = (Outcome.MATCH, Outcome.NO_MATCH, Outcome.INCONCLUSIVE, Outcome.NOT_POSSIBLE)

attempts = st.lists(
    st.builds(
        Attempt, st.sampled_from(Method), st.sampled_from(Outcome), st.sampled_from([(), ("minor",), ("blind",)])
    ),
    max_size=8,
)


def after(*made, tries=3, allowed=True):
    return next_step([Attempt(*attempt) for attempt in made], face_tries_at_most=tries, face_allowed=allowed)


def test_the_alternatives_are_visible_before_the_first_try():
    assert after() == NextStep(Action.TRY, Method.FACE, (Method.ID_CARD, Method.GUARDIAN, Method.WITNESS))


def test_without_consent_or_engine_the_card_comes_first():
    assert after(allowed=False) == NextStep(Action.TRY, Method.ID_CARD, (Method.GUARDIAN, Method.WITNESS))


def test_a_match_is_confirmed_by_a_person():
    step = after((Method.FACE, Outcome.MATCH))
    assert (step.action, step.method) == (Action.CONFIRM_SIDE_BY_SIDE, Method.FACE)
    assert step.alternatives == (Method.ID_CARD, Method.GUARDIAN, Method.WITNESS)


def test_a_match_that_the_worker_rejects_leads_to_the_card():
    step = after((Method.FACE, Outcome.MATCH), (Method.FACE, Outcome.NOT_CONFIRMED))
    assert (step.action, step.method) == (Action.TRY, Method.ID_CARD)


@pytest.mark.parametrize("outcome", [Outcome.NO_MATCH, Outcome.INCONCLUSIVE, Outcome.NOT_POSSIBLE])
def test_the_face_is_tried_three_times_and_then_no_more(outcome):
    for made in range(3):
        assert after(*[(Method.FACE, outcome)] * made).method is Method.FACE
    assert after(*[(Method.FACE, outcome)] * 3).method is Method.ID_CARD


def test_a_decline_leads_to_the_card_at_once():
    assert after((Method.FACE, Outcome.DECLINED)).method is Method.ID_CARD


def test_another_photo_of_a_minor_is_not_asked_for():
    assert after((Method.FACE, Outcome.INCONCLUSIVE, ("minor",))).method is Method.ID_CARD


def test_the_ladder_goes_from_card_to_guardian_to_witnesses_to_the_reviewer():
    made = [(Method.FACE, Outcome.DECLINED)]
    for method in (Method.ID_CARD, Method.GUARDIAN, Method.WITNESS):
        step = after(*made)
        assert (step.action, step.method) == (Action.TRY, method)
        made.append((method, Outcome.NOT_POSSIBLE))
    assert after(*made).action is Action.LEAVE_TO_REVIEWER


@pytest.mark.parametrize("method", Method)
def test_a_confirmation_ends_the_ladder_on_every_rung(method):
    assert after((Method.FACE, Outcome.NO_MATCH), (method, Outcome.CONFIRMED)) == NextStep(Action.FINISHED, method, ())


def test_what_is_left_to_the_reviewer_may_still_be_tried_another_way():
    step = after((Method.ID_CARD, Outcome.UNRESOLVED))
    assert step.action is Action.LEAVE_TO_REVIEWER
    assert Method.WITNESS in step.alternatives


@pytest.mark.parametrize(("method", "outcome"), list(product(Method, Outcome)))
def test_every_outcome_of_every_way_has_a_next_step_with_words(method, outcome):
    step = after((method, outcome))
    assert ACTIONS[step.action] in step.message
    if step.action is Action.TRY:
        assert RUNGS[step.method].title in step.message


@given(attempts, st.integers(1, 3), st.booleans())
def test_no_sequence_of_attempts_is_a_dead_end(made, tries, allowed):
    step = next_step(made, face_tries_at_most=tries, face_allowed=allowed)
    if step.action is Action.TRY:
        assert step.method not in step.alternatives
        assert step.method is not Method.FACE or (
            allowed and sum(attempt.method is Method.FACE for attempt in made) < tries
        )
    if any(attempt.outcome is Outcome.CONFIRMED for attempt in made):
        assert step.action is Action.FINISHED


@given(
    st.lists(
        st.sampled_from([Outcome.NO_MATCH, Outcome.INCONCLUSIVE, Outcome.NOT_POSSIBLE, Outcome.DECLINED]), min_size=7
    )
)
def test_following_the_ladder_always_ends(outcomes):
    made = []
    for outcome in outcomes[:7]:
        step = next_step(made, face_tries_at_most=3)
        if step.action is Action.LEAVE_TO_REVIEWER:
            return
        made.append(Attempt(step.method, outcome))
    assert next_step(made, face_tries_at_most=3).action is Action.LEAVE_TO_REVIEWER


def test_the_machines_outcomes_are_those_of_a_verdict():
    assert [outcome.value for outcome in MACHINE] == ["match", "no_match", "inconclusive", "not_possible"]


def test_the_reasons_of_the_field_are_all_there():
    assert {"blind", "bedridden", "face_injury", "declined", "light", "device"} <= set(REASONS)


def test_every_way_has_one_rung():
    assert [rung.method for rung in LADDER] == list(Method)


@pytest.mark.parametrize(
    ("method", "present", "lacking"),
    [
        (Method.FACE, {"investigators": 1}, []),
        (Method.ID_CARD, {"investigators": 2}, []),
        (Method.ID_CARD, {"investigators": 1}, ["identity.investigator_missing"]),
        (Method.GUARDIAN, {"investigators": 1, "guardian": True}, []),
        (Method.GUARDIAN, {"investigators": 1}, ["identity.guardian_missing"]),
        (Method.WITNESS, {"investigators": 1, "witnesses": 2}, []),
        (Method.WITNESS, {"investigators": 1, "witnesses": 1}, ["identity.witness_missing"]),
        (Method.WITNESS, {"investigators": 0}, ["identity.investigator_missing", "identity.witness_missing"]),
    ],
)
def test_a_record_says_what_it_lacks(method, present, lacking):
    assert shortcomings(method, **present) == lacking


def test_an_attempt_becomes_plain_values():
    record = Attempt(Method.ID_CARD, Outcome.CONFIRMED, ("bedridden",)).record()
    assert record == {"method": "id_card", "outcome": "confirmed", "reasons": ["bedridden"]}
