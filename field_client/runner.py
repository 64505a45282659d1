"""Feeds events to `sync.session.step` and carries out its actions: one conversation with the office.

The protocol's decisions are all in `sync.session`, the network in `transport`, the keeping in `replica` and `outbox`. Each
frame is kept the moment it is whole, so whatever arrived stays when the line is cut.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping

from field_client import acceptance, incidents, kept_faces, lease, outbox, replica
from field_client.clock import Clock
from field_client.errors import NoConnection
from field_client.store import Store
from sync import session
from sync.errors import SyncError
from sync.frames import BucketState, Content, Differs, End, Mend, Page, Scope, frames, proof, tag
from sync.protocol import OFFICE_KEY, REPAIRS, Request

ANSWER_BYTES = 1 << 20  # At most so much in one answer, so that a slow line shows progress.


class Conversation:
    """One conversation's moving parts: the machine's state, and our own proofs, recomputed for what has changed.

    `exchange` sends a request's bytes and gives the answer's; it raises NoConnection when there is none.
    """

    def __init__(
        self,
        store: Store,
        exchange: Callable[[bytes], Iterator[bytes]],
        clock: Clock,
        *,
        bytes_left: Callable[[], int],
        report: Callable[[int, int], None],
    ) -> None:
        self.state = session.State()
        self._store, self._exchange, self._clock = store, exchange, clock
        self._bytes_left, self._report = bytes_left, report
        self._events: deque[session.Event] = deque()
        self._states: dict[str, BucketState] = {}
        self._deeper: dict[str, tuple[str, ...]] = {}  # branches of damaged buckets that the server told to differ
        self._repaired: dict[str, int] = {}  # damaged buckets whose sums were sent -> at which seq
        self._asked_ms = 0
        self._failure: NoConnection | None = None

    def run(self) -> None:
        """Speak until neither end has more, or the byte budget is used up.

        Raises NoConnection when the line was lost before that; `state` tells what was done until then.
        """
        self._events.append(session.Started())
        while self._events:
            self._take(self._events.popleft())
        if self._failure:
            raise self._failure

    def _take(self, event: session.Event) -> None:
        self.state, actions = session.step(self.state, event)
        for action in actions:
            self._carry_out(action)

    def _carry_out(self, action: session.Action) -> None:
        match action:
            case session.Gather():
                if self.state.rounds == 0 or self._bytes_left() > 0:
                    self._events.append(session.Gathered(self._request()))
            case session.Ask(request=request):
                self._events.append(self._ask(request))
            case session.Keep(frame=frame):
                replica.keep(self._store, frame, self._clock, asked_ms=self._asked_ms)
                self._outdate(frame)
            case session.Compare(server=server):
                self._compare(server)
            case session.GiveUp():
                self._failure = self._failure or _given_up(self.state.ended)

    def _request(self) -> Request:
        epoch = self._store.get("epoch", "")
        ours = self._our_states()
        return Request(
            installation=outbox.asking(self._store),
            epoch=epoch,
            have=replica.cursors(self._store),
            mutations=outbox.next_chunk(self._store),
            proof=proof(epoch, ours),
            tags={name: tag(epoch, name, state) for name, state in ours.items()},
            accepted=acceptance.claim(self._store, outbox.asking(self._store)),
            renew=outbox.must_renew(self._store),
            incidents=incidents.totals(self._store),
            faces=kept_faces.told(self._store),
            repair=self._sums(),
            clock=self._store.evidence(self._clock).to_dict(),
            lease=lease.held_since(self._store),
            asks=() if self._store.get("office_key") else (OFFICE_KEY,),
            limit_bytes=min(ANSWER_BYTES, max(1, self._bytes_left())),
        )

    def _ask(self, request: Request) -> session.Event:
        """Send a request and take in the answer frame by frame; gives how it ended."""
        self._asked_ms = self._clock.uptime_ms()
        try:
            for frame in frames(self._exchange(request.encode())):
                self._take(session.Arrived(frame))
                self._report(self.state.pushed, self.state.pulled)
        except NoConnection as failure:
            self._failure = failure
            return session.Lost()
        except SyncError:
            pass  # Bytes that are no frame: what came before them is good, the rest counts as cut.
        return session.Closed()

    def _outdate(self, frame: Content) -> None:
        """Forget the proof of a bucket that changed; where both ends' proofs were equal, ours is the server's word too."""
        if isinstance(frame, Page | Mend):
            self._states.pop(frame.bucket, None)
        elif isinstance(frame, Differs):
            self._deeper[frame.bucket] = frame.branches
        elif isinstance(frame, Scope):
            named = {*frame.states, *frame.gone}
            replica.agree(self._store, {name: state for name, state in self._states.items() if name not in named})

    def _sums(self) -> dict[str, dict[str, str]]:
        """Sum what is damaged, as deep as we know where."""
        damaged, cursors = replica.mending(self._store)[:REPAIRS], replica.cursors(self._store)
        self._repaired |= {name: cursors[name] for name in damaged}
        return {name: replica.sums(self._store, name, self._deeper.get(name, ("",))) for name in damaged}

    def _our_states(self) -> dict[str, BucketState]:
        held = replica.buckets(self._store)
        for bucket in held:
            if bucket not in self._states and (state := replica.state(self._store, bucket)):
                self._states[bucket] = state
        return {name: self._states[name] for name in held if name in self._states}

    def _compare(self, server: Mapping[str, BucketState]) -> None:
        """Hold our sums against what the office said just now; of a bucket that it no longer names it said nothing."""
        ours = self._our_states()
        for name, theirs in server.items():
            mine = ours.get(name)
            if mine and mine.head == theirs.head and mine != theirs:
                if (
                    self._repaired.get(name) == theirs.head
                ):  # All that repairing could do was done, or it is not known there.
                    replica.refetch(self._store, name)
                else:
                    replica.report_mismatch(self._store, name, mine, theirs, self._clock)
        for name in replica.mending(self._store):
            if name not in server or ours.get(name) == server[name]:
                replica.mended(self._store, name)


def _given_up(ended: End | None) -> NoConnection:
    """Say why a conversation ends early: the office is busy and named a time, or the line was cut."""
    if ended is not None and "records" not in ended.lanes:
        return NoConnection("server.busy", after_s=ended.after_s)
    return NoConnection("connection.cut")
