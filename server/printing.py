"""A document as PDF: put together in one transaction, laid out after it, so that nothing waits while a page is made."""

from server.adapters.pdf import is_picture, make_pdf
from server.documents.pages import page
from server.domain.permissions import Actor
from server.services.documents import making
from server.transaction import at_desk, parts


def printed(actor: Actor, kind: str, subject_id: str) -> bytes:
    """Make a document. Raises as `making.gather`, and DocumentsUnavailable on a machine without the libraries."""
    paper = at_desk(actor, lambda desk: making.gather(desk, kind, subject_id), now=parts().clock())
    pictures = {sha256: b"".join(parts().blobs.open(sha256)) for sha256 in making.pictures(paper)}
    unreadable = {sha256 for sha256, content in pictures.items() if not is_picture(content)}
    return make_pdf(page(making.without(paper, unreadable)), pictures)
