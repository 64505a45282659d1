"""The running hash over what the office accepted of us: it proves at each exchange that nothing was dropped or altered.

Each end carries its own on (`sync.digest.carried_on`). A difference is an incident on both ends and changes nothing else;
from then on ours goes on from the office's, so that the next difference is seen as well.
"""

from collections.abc import Callable, Sequence

from field_client import incidents
from field_client.clock import Clock
from field_client.store import Store
from sync.digest import NOTHING, carried_on
from sync.frames import Acks


def claim(store: Store, installation: int) -> tuple[int, str] | None:
    """Give the highest number that we believe taken, with its running hash; None before the first answer."""
    rows = store.rows("SELECT * FROM accepted WHERE installation = ? ORDER BY number DESC LIMIT 1", installation)
    return (rows[0]["number"], rows[0]["running"]) if rows else None


def carry_on(
    store: Store, installation: int, acks: Acks, digests: Callable[[int], Sequence[bytes]], clock: Clock
) -> None:
    """Carry our running hash on to what the office has taken, and hold it against the office's.

    `digests` gives the digests of our changes after a number. A restored office has taken less: we go back with it.
    """
    if acks.renewed:
        return  # Another store of ours wrote under these numbers: that is told already.
    store.db.execute("DELETE FROM accepted WHERE installation = ? AND number > ?", (installation, acks.applied_n))
    after, running = claim(store, installation) or (0, NOTHING)
    found = digests(after)
    for number, digest in enumerate(found, after + 1):
        running = carried_on(running, digest)
        _put(store, installation, number, running)
    if acks.running not in ("", running):
        if after + len(found) == acks.applied_n:  # Else we do not know all of it, as in a store of an older release.
            facts = {"installation": installation, "n": acks.applied_n, "ours": running, "theirs": acks.running}
            incidents.note(store, "running", facts, clock)
        _put(store, installation, acks.applied_n, acks.running)
    store.db.execute("DELETE FROM accepted WHERE installation = ? AND number < ?", (installation, acks.durable_n))


def forget(store: Store) -> None:
    """Claim nothing of what is offered again: the office may have taken another store's changes under these numbers."""
    store.db.execute(
        "DELETE FROM accepted WHERE number >"
        " coalesce((SELECT durable_n FROM installations WHERE installations.number = accepted.installation), 0)"
    )


def _put(store: Store, installation: int, number: int, running: str) -> None:
    store.db.execute(
        "INSERT OR REPLACE INTO accepted (installation, number, running) VALUES (?, ?, ?)",
        (installation, number, running),
    )
