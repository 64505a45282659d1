"""One conversation of a device with the server, as a state machine without I/O: events in, actions out.

The runner carries the actions out and reports what happened; nothing here touches a socket, a disk or a clock. A
conversation gathers what waits, asks, keeps each frame as it comes, and goes on until neither end has more; then the two
ends' proofs are compared. Whatever was kept stays kept when the line is cut; asking again is always safe.
"""

from dataclasses import dataclass, field, replace

from sync.frames import Acks, BucketState, Content, Differs, End, Frame, Mend, Page, Scope
from sync.protocol import CHUNK, Request

PATIENCE = 3  # Times that an answer may bring nothing at all before the conversation gives up for now.
RENEWALS = 8  # Other installation numbers in one conversation: more copies of one store than anybody makes in a day.


@dataclass(frozen=True)
class State:
    """Where the conversation stands, and what it has done so far."""

    sent_full_chunk: bool = False
    was_renewed: bool = False
    renewals: int = 0
    is_repairing: bool = False
    progressed: bool = False
    ended: End | None = None
    fruitless: int = 0
    rounds: int = 0
    pushed: int = 0
    pulled: int = 0
    held: int = 0
    refused: int = 0
    after_s: int = 300
    server: dict[str, BucketState] = field(default_factory=dict)
    finished: bool = False


# Events: what the runner reports.


@dataclass(frozen=True)
class Started:
    """The user, a timer or a connection asks for a sync."""


@dataclass(frozen=True)
class Gathered:
    """The request that the store made of what waits and what it has."""

    request: Request


@dataclass(frozen=True)
class Arrived:
    """One whole frame came."""

    frame: Frame


@dataclass(frozen=True)
class Closed:
    """The answer is over, whether or not it came to its end."""


@dataclass(frozen=True)
class Lost:
    """No answer at all: no network, or the server is down."""


Event = Started | Gathered | Arrived | Closed | Lost


# Actions: what the runner has to do, in this order.


@dataclass(frozen=True)
class Gather:
    """Make the next request from the outbox and the cursors."""


@dataclass(frozen=True)
class Ask:
    """Send a request."""

    request: Request


@dataclass(frozen=True)
class Keep:
    """Keep a frame's content in one transaction of the local store."""

    frame: Content


@dataclass(frozen=True)
class Compare:
    """Compute the local counts and checksums and hold them against the server's."""

    server: dict[str, BucketState]


@dataclass(frozen=True)
class GiveUp:
    """Stop for now; nothing is lost, what waits goes on waiting."""


Action = Gather | Ask | Keep | Compare | GiveUp


def step(state: State, event: Event) -> tuple[State, list[Action]]:
    """Take one event; give the next state and the actions that follow from it. After its end only a start counts."""
    if state.finished and not isinstance(event, Started):
        return state, []
    match event:
        case Started():
            return State(), [Gather()]
        case Gathered(request=request):
            count = len(request.mutations)
            asking = replace(
                state,
                sent_full_chunk=count == CHUNK,
                was_renewed=False,
                is_repairing=False,
                progressed=False,
                ended=None,
                rounds=state.rounds + 1,
            )
            return asking, [Ask(request)]
        case Arrived(frame=frame):
            return _arrived(state, frame)
        case Closed():
            return _closed(state)
        case Lost():
            return replace(state, finished=True), [GiveUp()]


def _arrived(state: State, frame: Frame) -> tuple[State, list[Action]]:
    if isinstance(frame, End):
        return replace(state, ended=frame, after_s=frame.after_s), []
    return _kept(state, frame), [Keep(frame)]


def _kept(state: State, frame: Content) -> State:
    match frame:
        case Acks(results=results, renewed=renewed) if results or renewed:
            return replace(
                state,
                progressed=True,
                was_renewed=renewed > 0,
                renewals=state.renewals + (renewed > 0),
                pushed=state.pushed + len(results),
                held=state.held + sum(result.outcome == "held" for result in results),
                refused=state.refused + sum(result.outcome == "refused" for result in results),
            )
        case Page(rows=rows):
            moved = frame.upto > frame.since
            return replace(state, progressed=state.progressed or moved, pulled=state.pulled + len(rows))
        case Mend():
            return replace(state, progressed=True, is_repairing=True)
        case Differs(branches=branches) if branches:
            return replace(state, progressed=True, is_repairing=True)
        case Scope(same=False, states=states):
            return replace(state, server=dict(states))
        case _:
            return state


def _closed(state: State) -> tuple[State, list[Action]]:
    if state.ended is None:  # Cut: what came is kept, so ask for the rest, but not for ever.
        fruitless = 0 if state.progressed else state.fruitless + 1
        if fruitless >= PATIENCE:
            return replace(state, finished=True, fruitless=fruitless), [GiveUp()]
        return replace(state, fruitless=fruitless), [Gather()]
    if "records" not in state.ended.lanes and not state.sent_full_chunk:
        return replace(state, finished=True), [
            GiveUp()
        ]  # The server is busy: what we brought is taken, rows come later.
    if state.ended.more or state.sent_full_chunk or state.was_renewed or state.is_repairing:
        if state.progressed and state.renewals <= RENEWALS:
            return replace(state, fruitless=0), [Gather()]
        return replace(state, finished=True), [GiveUp()]  # More, yet nothing comes: a fault not to be hammered.
    return replace(state, finished=True), [Compare(state.server)]
