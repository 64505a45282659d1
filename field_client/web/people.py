"""The people of a visit's household, as the pages of the identity step find them."""

from typing import Any

from flask import abort

from field_client import households
from field_client.web.desk import store
from field_client.web.work import Work


def of(loaded: Work) -> list[dict[str, Any]]:
    """List the household's people, ids masked."""
    return households.members(store(), loaded.document["household_id"])


def member(loaded: Work, person_id: str) -> dict[str, Any]:
    """Find one of them; a page that does not exist for anybody else."""
    found = next((person for person in of(loaded) if person["id"] == person_id), None)
    if found is None:
        abort(404)
    return found
