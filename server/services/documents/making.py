"""One door for every document: put it together and note that it was made."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from server.documents.papers import Paper, Picture, VisitSheet
from server.services import audit
from server.services.casework.desk import Desk
from server.services.documents import letters, sheets
from server.services.documents.words import UNREADABLE


def gather(desk: Desk, kind: str, subject_id: str) -> Paper:
    """Put a document together: a letter of an application, or the sheet of a visit.

    Raises NotFound outside of the area, RelativeBarred for close kin, NotAllowed, DocumentNotYet.
    """
    is_sheet = kind == VisitSheet.kind
    paper = sheets.sheet(desk, subject_id) if is_sheet else letters.letter(desk, kind, subject_id)
    subject = "visit" if is_sheet else "application"
    audit.record(
        desk.session, desk.actor, "document.make", subject, subject_id, now=desk.now, purpose="case", kind=kind
    )
    return paper


def without(paper: Paper, unreadable: Collection[str]) -> Paper:
    """Say in place of pictures that nobody can read that it is so: a sheet never has an empty place without a reason."""
    if not isinstance(paper, VisitSheet) or not unreadable:
        return paper

    def told(found: Sequence[Picture]) -> list[Picture]:
        return [replace(one, instead=UNREADABLE) if one.sha256 in unreadable else one for one in found]

    return replace(paper, photos=told(paper.photos), signatures=told(paper.signatures))


def pictures(paper: Paper) -> list[str]:
    """Name the pictures that stand in a document, by their hashes."""
    if not isinstance(paper, VisitSheet):
        return []
    return sorted({one.sha256 for one in (*paper.photos, *paper.signatures) if not one.instead})
