"""恢复上次内容: the way back to what was being worked on when the program was cut off by a flat battery, a crash, a kill.

Everything that was entered is in the store by then: this only remembers where the worker was. That the program runs is
told by an empty file beside the store; one that is still there at the next start says that it never ended.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from field_client import drafts, visit_view
from field_client.errors import FieldError
from field_client.files import write_whole
from field_client.settings import Home
from field_client.store import Store

_PLACE = "last_place"


@dataclass(frozen=True)
class Place:
    """Where the worker was: the page's path, and the visit's line as lists show it."""

    path: str
    line: dict[str, Any]


def begin(home: Home) -> bool:
    """Note that the program runs; tell whether it was cut off the last time."""
    was_cut = home.running_file.exists()
    with suppress(FieldError):  # A full disk keeps nobody from looking at what there is.
        write_whole(home.running_file, b"")
    return was_cut


def end(home: Home) -> None:
    """Note that the program ended as it should."""
    home.running_file.unlink(missing_ok=True)


def remember(store: Store, visit_id: str, path: str) -> None:
    """Remember the page on which something of a visit was just saved; written only where it is another one."""
    place = [visit_id, path]
    if store.get(_PLACE) != place:
        with store.bookkeeping():
            store.put(_PLACE, place)


def interrupted(store: Store) -> Place | None:
    """Give where the worker was, while that visit is still in work."""
    visit_id, path = store.get(_PLACE, ["", ""])
    draft = drafts.find(store, visit_id)
    if draft is None:
        return None
    line = {"household_id": draft.document["household_id"], "updated_at": draft.updated_at}
    return Place(path, visit_view.named(store, line))
