"""Faults in what becomes of photos: their lanes, their uploads, their receipts."""

from dataclasses import replace
from typing import Any

import field_client.sealing
import field_client.syncing
import field_client.uploads
import server.api.files
import server.bundles
import server.queries.visits
import server.services.uploads
from tests.simulation.mutants.known import Patch, breaks

NEVER = 1 << 40  # No change's number is as high: nothing is let through between two pieces.


@breaks("drains", seed=20)
def waits_for_a_clock_that_was_put_back(patch: Patch) -> None:
    patch.setattr(field_client.uploads, "ASIDE_LONGEST", field_client.uploads.ASIDE_LONGEST * 10**5)


@breaks("drains")
def sends_photos_first(patch: Patch) -> None:
    real = field_client.syncing._records

    def late(errand: Any) -> Any:
        field_client.syncing._photos(errand, NEVER)
        return real(errand)

    patch.setattr(field_client.syncing, "_records", late)


@breaks("blobs", seed=11)
def believes_what_an_upload_is_called(patch: Patch) -> None:
    patch.setattr(server.api.files, "_checksum", lambda header: None)
    patch.setattr(server.services.uploads, "verify", lambda folder, upload: None)


@breaks("blobs", seed=8)
def begins_an_upload_again_after_a_cut(patch: Patch) -> None:
    real = server.services.uploads.standing

    def forgetful(session: Any, folder: Any, upload: Any) -> Any:
        found = real(session, folder, upload)
        if not found.is_complete:
            server.services.uploads.staged(folder, upload.id).unlink(missing_ok=True)
            return replace(found, offset=0)
        return found

    patch.setattr(server.services.uploads, "standing", forgetful)


@breaks("carried", seed=2)
def says_of_a_carried_photo_that_it_is_known(patch: Patch) -> None:
    patch.setattr(server.bundles, "_take_blob", lambda actor, part, now: [*part.pieces] and server.bundles.KNOWN)


@breaks("receipts")
def signs_for_photos_that_are_missing(patch: Patch) -> None:
    patch.setattr(server.queries.visits, "missing_blobs", lambda *a: [])
    patch.setattr(field_client.sealing.blobs, "release", lambda store, hashes: None)


@breaks("receipts")
def signs_only_the_first_revision(patch: Patch) -> None:
    real = server.queries.visits.has_receipt
    patch.setattr(server.queries.visits, "has_receipt", lambda s, visit, revision: revision > 1 or real(s, visit, 1))


@breaks("blobs", seed=11)
def takes_a_damaged_piece(patch: Patch) -> None:
    patch.setattr(server.api.files, "_checksum", lambda header: None)


@breaks("shed", seed=14)
def sends_photos_into_a_closed_lane(patch: Patch) -> None:
    real = field_client.syncing._records
    patch.setattr(field_client.syncing, "_records", lambda errand: (*real(errand), "photos"))
