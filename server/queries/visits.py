"""Visits as the office asks for them: the review queue, one visit with all its revisions, its blobs and receipts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from server.adapters.vault import Vault
from server.domain.errors import NotFound
from server.domain.permissions import Actor
from server.models.blob import Blob
from server.models.office import Area, Staff
from server.models.visit import Amendment, FaceRecheck, Receipt, Review, Visit, VisitBlob, VisitInvestigator
from server.queries import households, records, scope
from server.queries.many import among, run
from sync.canonical import moment
from sync.visit_shape import PREVIEW_BYTES, previews

STATES = ("pending", "returned", "approved", "refused")
OPEN_STATES = ("pending", "returned")  # Somebody still has to do something.


@dataclass(frozen=True)
class Dossier:
    """A visit with everything that belongs to it, oldest first; `fields` are the sealed ones, never overwritten."""

    visit: Visit
    fields: dict[str, Any]
    amendments: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    receipts: list[dict[str, Any]]
    blobs_missing: list[str]
    previews: Mapping[str, str]  # of photos that have not come: the small picture that has, by the photo's hash
    face_rechecks: Mapping[str, FaceRecheck] = field(default_factory=dict)  # by the entry of the identity step

    @property
    def revision(self) -> int:
        """The newest revision: 1 as sealed, one more with each amendment."""
        return 1 + len(self.amendments)

    @property
    def versions(self) -> list[dict[str, Any]]:
        """The answers as they stood at each revision, as sealed first; null in an amendment withdraws an answer."""
        versions = [dict(self.fields.get("answers") or {})]
        for amendment in self.amendments:
            merged = {**versions[-1], **(amendment.get("answers") or {})}
            versions.append({path: value for path, value in merged.items() if value is not None})
        return versions

    @property
    def answers(self) -> dict[str, Any]:
        """The answers as they stand after all amendments."""
        return self.versions[-1]

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """All photos and papers, with the revision that brought each."""
        return self._all("evidence")

    @property
    def signatures(self) -> list[dict[str, Any]]:
        """All signatures, with the revision that brought each."""
        return self._all("signatures")

    def _all(self, name: str) -> list[dict[str, Any]]:
        found = [{**item, "revision": 1} for item in self.fields.get(name) or ()]
        for amendment in self.amendments:
            found += [{**item, "revision": amendment["revision"]} for item in amendment.get(name) or ()]
        return found


@dataclass(frozen=True)
class Waiting:
    """A visit in a list, with the names by which people know it, and how many of its blobs are here."""

    visit: Visit
    village: str
    head: str
    workers: tuple[str, ...]
    blobs_here: int
    blobs_all: int


def get(session: Session, visit_id: str, *, visible_to: Actor, deed: str = "case.read") -> Visit:
    """Find a visit. Raises NotFound also when it lies outside of the actor's area."""
    statement = select(Visit).where(Visit.id == visit_id, scope.in_areas(visible_to, deed, Visit.bucket))
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("没有这次走访")
    return found


def dossier(session: Session, vault: Vault, visit_id: str, *, visible_to: Actor) -> Dossier:
    """Read a visit whole. Raises NotFound."""
    visit = get(session, visit_id, visible_to=visible_to)
    fields = records.fields_of(session, vault, "visit", visit_id) or {}
    amendments = amendments_of(session, vault, visit_id)
    missing = missing_blobs(session, visit_id)
    return Dossier(
        visit,
        fields,
        amendments,
        _belonging(session, vault, "review", Review, visit_id, Review.decided_at),
        _belonging(session, vault, "receipt", Receipt, visit_id, Receipt.revision),
        missing,
        _previews_of(session, [fields, *amendments], missing),
        {one.entry_id: one for one in face_rechecks(session, visit_id)},
    )


def amendments_of(session: Session, vault: Vault, visit_id: str) -> list[dict[str, Any]]:
    """Read a visit's amendments in the order of their revisions."""
    return _belonging(session, vault, "amendment", Amendment, visit_id, Amendment.revision)


def face_rechecks(session: Session, visit_id: str) -> Sequence[FaceRecheck]:
    """List what second looks at a visit's comparisons found."""
    statement = select(FaceRecheck).where(FaceRecheck.visit_id == visit_id).order_by(FaceRecheck.at)
    return session.scalars(statement).all()


def all_face_rechecks(session: Session, *, differing: bool) -> Sequence[FaceRecheck]:
    """List what all second looks found, the newest first, or only those at which a person should look."""
    statement = select(FaceRecheck).order_by(FaceRecheck.at.desc(), FaceRecheck.visit_id)
    return session.scalars(statement.where(FaceRecheck.needs_review) if differing else statement).all()


def _previews_of(session: Session, documents: Iterable[Mapping[str, Any]], missing: list[str]) -> dict[str, str]:
    named = {blob: preview for one in documents for blob, preview in previews(one).items() if blob in missing}
    here = set(session.scalars(select(Blob.sha256).where(Blob.sha256.in_(named.values()), Blob.size <= PREVIEW_BYTES)))
    return {blob: preview for blob, preview in named.items() if preview in here}


def queue(
    session: Session,
    actor: Actor,
    *,
    state: str,
    limit: int,
    form_verdict: str = "",
    after: tuple[str, str] | None = None,
) -> Sequence[Visit]:
    """List visits of a review state in the actor's area, or those of a verdict on the answers; `after` is the last row's key.

    Open ones come longest waiting first, decided ones newest first.
    """
    key = tuple_(Visit.sealed_at, Visit.id)
    oldest_first = state in OPEN_STATES
    order = (Visit.sealed_at, Visit.id) if oldest_first else (Visit.sealed_at.desc(), Visit.id.desc())
    within = scope.in_areas(actor, "case.read", Visit.bucket)
    statement = select(Visit).where(Visit.review_state == state, within).order_by(*order).limit(limit)
    if form_verdict:
        statement = statement.where(Visit.form_verdict == form_verdict)
    if after:
        last = tuple_(literal(moment(after[0]), Visit.sealed_at.type), literal(after[1]))
        statement = statement.where(key > last if oldest_first else key < last)
    return session.scalars(statement).all()


def waiting(
    session: Session,
    actor: Actor,
    *,
    state: str,
    limit: int,
    form_verdict: str = "",
    after: tuple[str, str] | None = None,
) -> list[Waiting]:
    """List visits as `queue` does, with what a list of them shows: five statements, however long the list."""
    rows = queue(session, actor, state=state, limit=limit, form_verdict=form_verdict, after=after)
    ids = [row.id for row in rows]
    heads = households.head_names(session, [row.household_id for row in rows], visible_to=actor)
    villages = area_names(session, {row.bucket for row in rows})
    workers, blobs = _workers(session, ids), _blob_counts(session, ids)
    return [
        Waiting(
            row,
            villages.get(row.bucket, row.bucket),
            heads.get(row.household_id) or "",
            tuple(workers.get(row.id, ())),
            *blobs.get(row.id, (0, 0)),
        )
        for row in rows
    ]


def area_names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Give the names of areas by code."""
    return {area.code: area.name for area in session.scalars(select(Area).where(Area.code.in_(codes)))}


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """Count the actor's visits by review state."""
    statement = (
        select(Visit.review_state, func.count().label("visits"))
        .where(scope.in_areas(actor, "case.read", Visit.bucket))
        .group_by(Visit.review_state)
    )
    return dict.fromkeys(STATES, 0) | {row.review_state: row.visits for row in session.execute(statement)}


def form_counts(session: Session, actor: Actor, *, state: str) -> dict[str, int]:
    """Count the actor's visits of a review state by what judging their answers again found."""
    statement = (
        select(Visit.form_verdict, func.count().label("visits"))
        .where(Visit.review_state == state, scope.in_areas(actor, "case.read", Visit.bucket))
        .group_by(Visit.form_verdict)
    )
    return {str(row.form_verdict): row.visits for row in session.execute(statement)}


def of_household(session: Session, household_id: str, *, visible_to: Actor) -> Sequence[Visit]:
    """List a household's visits, newest first."""
    statement = (
        select(Visit)
        .where(Visit.household_id == household_id, scope.in_areas(visible_to, "case.read", Visit.bucket))
        .order_by(Visit.sealed_at.desc())
    )
    return session.scalars(statement).all()


def revision(session: Session, visit_id: str) -> int:
    """Give a visit's newest revision."""
    newest = session.scalar(select(func.max(Amendment.revision)).where(Amendment.visit_id == visit_id))
    return newest or 1


def missing_blobs(session: Session, visit_id: str) -> list[str]:
    """List the blobs of a visit whose bytes are not here yet."""
    statement = (
        select(VisitBlob.sha256)
        .outerjoin(Blob, Blob.sha256 == VisitBlob.sha256)
        .where(VisitBlob.visit_id == visit_id, Blob.sha256.is_(None))
        .distinct()
    )
    return list(session.scalars(statement))


def incomplete(session: Session, visit_ids: Iterable[str]) -> set[str]:
    """Name those of some visits of which a blob is missing."""
    asked = """
SELECT DISTINCT visit_id FROM visit_blob LEFT JOIN blob ON blob.sha256 = visit_blob.sha256
WHERE visit_id IN ({ids}) AND blob.sha256 IS NULL"""
    return {row[0] for row in run(session, asked, ids=among(sorted(visit_ids)))}


def blobs_upto(session: Session, visit_id: str, revision: int) -> list[str]:
    """List the blobs on which a visit rests at a revision."""
    statement = select(VisitBlob.sha256).where(VisitBlob.visit_id == visit_id, VisitBlob.revision <= revision)
    return sorted(set(session.scalars(statement)))


def has_blob(session: Session, visit_id: str, sha256: str) -> bool:
    """Tell whether a blob belongs to a visit."""
    statement = select(VisitBlob.sha256).where(VisitBlob.visit_id == visit_id, VisitBlob.sha256 == sha256)
    return session.scalars(statement.limit(1)).first() is not None


def visits_resting_on(session: Session, sha256: str) -> list[str]:
    """List the visits that name a blob."""
    return list(session.scalars(select(VisitBlob.visit_id).where(VisitBlob.sha256 == sha256).distinct()))


def has_receipt(session: Session, visit_id: str, revision: int) -> bool:
    """Tell whether a revision has its receipt."""
    statement = select(Receipt.id).where(Receipt.visit_id == visit_id, Receipt.revision == revision)
    return session.scalars(statement.limit(1)).first() is not None


def investigated_by(session: Session, visit_id: str, staff_id: str) -> bool:
    """Tell whether a member of staff took part in a visit."""
    return session.get(VisitInvestigator, (visit_id, staff_id)) is not None


def _workers(session: Session, visit_ids: Sequence[str]) -> dict[str, list[str]]:
    statement = (
        select(VisitInvestigator.visit_id, Staff.display_name)
        .join(Staff, Staff.id == VisitInvestigator.staff_id)
        .where(VisitInvestigator.visit_id.in_(visit_ids))
        .order_by(VisitInvestigator.visit_id, Staff.username)
    )
    found: dict[str, list[str]] = {}
    for visit_id, name in session.execute(statement):
        found.setdefault(visit_id, []).append(name)
    return found


def _blob_counts(session: Session, visit_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    statement = (
        select(
            VisitBlob.visit_id,
            func.count(Blob.sha256.distinct()).label("here"),
            func.count(VisitBlob.sha256.distinct()).label("named"),
        )
        .outerjoin(Blob, Blob.sha256 == VisitBlob.sha256)
        .where(VisitBlob.visit_id.in_(visit_ids))
        .group_by(VisitBlob.visit_id)
    )
    return {row.visit_id: (row.here, row.named) for row in session.execute(statement)}


def _belonging(
    session: Session, vault: Vault, record_type: str, model: Any, visit_id: str, order: Any
) -> list[dict[str, Any]]:
    ids = list(session.scalars(select(model.id).where(model.visit_id == visit_id).order_by(order, model.id)))
    found = records.stored(session, vault, [(record_type, one) for one in ids])
    return [{**found[record_type, one].fields, "id": one} for one in ids if (record_type, one) in found]
