"""A conversation always ends, never asks after its end, and compares only after a whole answer."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.frames import Acks, BucketState, End, Page, Result, Row, Scope, Welcome
from sync.protocol import CHUNK, Mutation, Request
from sync.session import (
    PATIENCE,
    RENEWALS,
    Action,
    Arrived,
    Ask,
    Closed,
    Compare,
    Event,
    Gather,
    Gathered,
    GiveUp,
    Keep,
    Lost,
    Started,
    State,
    step,
)

SCOPE = Scope(same=False, states={"b": BucketState(3, 1, "c")}, keys={"b": "k"})
ROW = Row("t", "i", 1, b"{}")
FRAMES = st.sampled_from([
    Welcome("2026-07-01T00:00:00.000Z", "e"),
    Acks(0, 0, ()),
    Acks(1, 1, (Result(1, "applied"), Result(2, "held"), Result(3, "refused"))),
    SCOPE,
    Scope(same=True),
    Page("b", 0, 1, (ROW,)),
    Page("b", 1, 1, ()),
    End(more=False),
    End(more=True),
])  # fmt: skip


def asking(count: int) -> Request:
    return Request(1, "", {}, tuple(Mutation(n, "t", "i", "create", "b", 0, {}, {}) for n in range(1, count + 1)))


EVENTS = st.lists(
    st.one_of(
        st.just(Started()),
        st.sampled_from([0, 1, CHUNK]).map(asking).map(Gathered),
        FRAMES.map(Arrived),
        st.just(Closed()),
        st.just(Lost()),
    ),
    max_size=30,
)


def play(events: list[Event], state: State | None = None) -> list[tuple[State, Event, list[Action], State]]:
    """Run events through the machine; give each step with the states around it."""
    steps, before = [], state or State()
    for event in events:
        after, actions = step(before, event)
        steps.append((before, event, actions, after))
        before = after
    return steps


@given(EVENTS)
def test_after_its_end_a_conversation_does_nothing_until_it_is_started_again(events: list[Event]):
    for before, event, actions, _ in play([Started(), *events]):
        if before.finished and not isinstance(event, Started):
            assert actions == []


@given(EVENTS)
def test_it_ends_exactly_with_comparing_or_giving_up(events: list[Event]):
    for _, event, actions, after in play([Started(), *events]):
        ended = any(isinstance(action, Compare | GiveUp) for action in actions)
        assert not ended or after.finished
        assert not (ended and len(actions) > 1)
        assert isinstance(event, Started) is False or not after.finished


@given(EVENTS)
def test_copies_are_compared_only_after_a_whole_answer_that_left_nothing_open(events: list[Event]):
    complete = False
    for before, event, actions, _ in play([Started(), *events]):
        match event:
            case Started() | Gathered():
                complete = complete and before.finished and isinstance(event, Gathered)
            case Arrived(frame=End(more=more)) if not before.finished:
                complete = not more
        assert complete or not any(isinstance(action, Compare) for action in actions)


@given(EVENTS)
def test_every_frame_of_content_is_kept_and_counted(events: list[Event]):
    for before, event, actions, after in play([Started(), *events]):
        if isinstance(event, Arrived) and not before.finished:
            kept = [action.frame for action in actions if isinstance(action, Keep)]
            assert kept == ([] if isinstance(event.frame, End) else [event.frame])
            pushed = len(event.frame.results) if isinstance(event.frame, Acks) else 0
            pulled = len(event.frame.rows) if isinstance(event.frame, Page) else 0
            assert (after.pushed - before.pushed, after.pulled - before.pulled) == (pushed, pulled)


@pytest.mark.parametrize("frames", [(), (Welcome("t", "e"), Acks(0, 0, ()), SCOPE), (Page("b", 5, 5, ()),)])
def test_it_gives_up_after_some_cuts_that_brought_nothing(frames: tuple[Welcome | Acks | Scope | Page, ...]):
    one_round: list[Event] = [Gathered(asking(0)), *map(Arrived, frames), Closed()]
    steps = play([Started(), *one_round * PATIENCE])
    endings = [actions for _, event, actions, _ in steps if isinstance(event, Closed)]
    assert endings == [*[[Gather()]] * (PATIENCE - 1), [GiveUp()]]


def test_a_cut_that_brought_something_counts_patience_anew():
    nothing: list[Event] = [Gathered(asking(0)), Closed()]
    something: list[Event] = [Gathered(asking(0)), Arrived(Page("b", 0, 1, (ROW,))), Closed()]
    steps = play([Started(), *nothing * (PATIENCE - 1), *something, *nothing * (PATIENCE - 1)])
    assert not steps[-1][3].finished


def test_a_server_that_always_says_more_and_brings_nothing_is_not_hammered():
    steps = play([Started(), Gathered(asking(0)), Arrived(SCOPE), Arrived(End(more=True)), Closed()])
    assert steps[-1][2] == [GiveUp()]


def test_a_server_that_always_gives_another_number_is_not_hammered():
    renewed: list[Event] = [Gathered(asking(1)), Arrived(Acks(1, 1, (), renewed=2)), Arrived(End(more=False)), Closed()]
    endings = [
        actions for _, event, actions, _ in play([Started(), *renewed * (RENEWALS + 1)]) if isinstance(event, Closed)
    ]
    assert endings == [*[[Gather()]] * RENEWALS, [GiveUp()]]


def test_a_page_that_moves_no_cursor_is_no_progress():
    ends: list[Event] = [Gathered(asking(0)), Arrived(Page("b", 5, 5, ())), Arrived(End(more=True)), Closed()]
    assert play([Started(), *ends])[-1][2] == [GiveUp()]


def test_a_full_chunk_is_followed_by_the_next():
    acks = Acks(1, 1, (Result(1, "applied"),))
    steps = play([Started(), Gathered(asking(CHUNK)), Arrived(acks), Arrived(End(more=False)), Closed()])
    assert steps[-1][2] == [Gather()]


def test_the_servers_word_is_held_against_the_copy_at_the_end():
    steps = play([Started(), Gathered(asking(0)), Arrived(SCOPE), Arrived(End(more=False, after_s=60)), Closed()])
    assert steps[-1][2] == [Compare(dict(SCOPE.states))]
    assert steps[-1][3].after_s == 60


@dataclass
class Honest:
    """A server with finitely many mutations to take and rows to give, over a link that fails as it is told."""

    mutations: int
    rows: int
    luck: list[str] = field(default_factory=list)

    def events(self, request: Request) -> list[Event]:
        luck = self.luck.pop() if self.luck else "whole"
        if luck == "lost":
            return [Lost()]
        taken = min(len(request.mutations), self.mutations)
        self.mutations -= taken
        acks = Acks(0, 0, tuple(Result(n, "applied") for n in range(1, taken + 1)))
        if luck == "cut":
            return [Arrived(Welcome("t", "e")), Closed()]  # The mutations were taken, the answer never came.
        page = min(self.rows, 2)
        self.rows -= page
        came: list[Event] = [Arrived(acks), Arrived(SCOPE), Arrived(Page("b", 0, page, (ROW,) * page))]
        return [*came, Closed()] if luck == "half" else [*came, Arrived(End(more=self.rows > 0)), Closed()]


@given(
    st.integers(0, 3 * CHUNK),
    st.integers(0, 9),
    st.lists(st.sampled_from(["lost", "cut", "half", "whole"]), max_size=20),
)
def test_with_an_honest_server_and_any_link_a_conversation_ends(mutations: int, rows: int, luck: list[str]):
    server, state, rounds = Honest(mutations, rows, luck), State(), 0
    events: list[Event] = [Started()]
    while events:
        state, actions = step(state, events.pop(0))
        for action in actions:
            if isinstance(action, Gather):
                events.append(Gathered(asking(min(CHUNK, server.mutations))))
            elif isinstance(action, Ask):
                rounds += 1
                events.extend(server.events(action.request))
        assert rounds <= len(luck) + 3 * PATIENCE + 10
    assert state.finished
