"""The legal shape of a home visit, checked alike on the device before sealing and on the server on arrival.

最低生活保障审核确认办法 (民发〔2021〕57号) art. 16: at least two investigators, who sign, and a household member who signs or
the reason why not. The number is a parameter (`visit.min_investigators`), so it is an argument here.
"""

from collections.abc import Mapping
from typing import Any

MODES = frozenset({"on_site", "phone", "video"})
PREVIEW_BYTES = 12 * 1024  # At most; a photo's small copy travels ahead of it, and must not be one more photo.
IDENTITY_METHODS = frozenset({"face", "id_card", "guardian", "witness"})
# An identity step is finished when some way ended it; no outcome of the face alone blocks a visit (product.md's ladder).
IDENTITY_FINISHED = frozenset({"match", "confirmed", "declined", "unresolved"})


def shortcomings(visit: Mapping[str, Any], *, min_investigators: int) -> list[str]:
    """List the codes of what a visit still lacks before it may be sealed; an empty list means that it has its shape."""
    found: list[str] = []
    investigators = {_text(one, "staff_id") for one in _objects(visit, "participants")} - {""}
    signatures = _objects(visit, "signatures")
    signed = {_text(s, "signer_id") for s in signatures if s.get("role") == "investigator" and s.get("blob")}
    if len(investigators) < min_investigators:
        found.append("visit.investigator_missing")
    if len(signed & investigators) < min_investigators:
        found.append("visit.investigator_signature_missing")
    household = [s for s in signatures if s.get("role") == "household"]
    if not any(s.get("blob") or s.get("refused_reason") for s in household):
        found.append("visit.household_signature_missing")
    if not any(_finished(check) for check in _objects(visit, "identity")):
        found.append("visit.identity_missing")
    if _text(visit, "mode") not in MODES:
        found.append("visit.mode_unknown")
    return found


def blob_hashes(record: Mapping[str, Any]) -> list[str]:
    """Name every blob that a visit or an amendment rests on: photos, papers and signatures, each once, in order."""
    named = [_text(item, "blob") for part in ("evidence", "signatures") for item in _objects(record, part)]
    return list(dict.fromkeys(filter(None, named)))


def previews(record: Mapping[str, Any]) -> dict[str, str]:
    """Give the preview of each photo that has one, by the photo's hash. A preview is no evidence: nothing rests on it."""
    return {
        _text(item, "blob"): _text(item, "preview")
        for item in _objects(record, "evidence")
        if _text(item, "blob") and _text(item, "preview")
    }


def _finished(check: Mapping[str, Any]) -> bool:
    return _text(check, "method") in IDENTITY_METHODS and _text(check, "outcome") in IDENTITY_FINISHED


def _objects(record: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    """Give a part's entries; what a stranger's device put there in another form counts as not there."""
    found = record.get(part)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list | tuple) else []


def _text(entry: Mapping[str, Any], name: str) -> str:
    found = entry.get(name)
    return found if isinstance(found, str) else ""
