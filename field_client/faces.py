"""All that this device holds of faces, on one timer and with one way to take it back at once."""

from field_client import face_rechecks, kept_faces
from field_client.clock import Clock
from field_client.store import Store


def purge(store: Store, clock: Clock) -> int:
    """Destroy what is over its time; gives how many. Runs whenever the program is opened."""
    return kept_faces.purge(store, clock) + face_rechecks.purge(store, clock)


def forget(store: Store, person_id: str) -> bool:
    """Destroy whatever lies here of a person, at once; tells whether there was something."""
    was_kept, has_waited = kept_faces.forget(store, person_id), face_rechecks.forget(store, person_id)
    return was_kept or has_waited
