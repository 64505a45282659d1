"""Receiving an application: what is missing is asked for once, in one list; accepting it starts the statutory clock."""

from collections.abc import Mapping, Sequence

from server.domain.errors import InputInvalid, PaperNotToBeAsked
from server.models.cases import Application, Material
from server.queries import cases
from server.services.casework import steps
from server.services.casework.desk import Desk
from server.services.papers import require_blobs


def ask_for(desk: Desk, application_id: str, kinds: Sequence[str], *, seen_version: int) -> Application:
    """Ask for the papers that are missing, once (57号文第十条).

    Raises PaperNotToBeAsked for what the office can confirm by sharing (社会救助法第六十二条) and for what the programme does
    not ask; CaseStepRefused when a list went out before.
    """
    application = steps.take_up(desk, Application, application_id, "case.accept", seen_version=seen_version)
    known = {one.kind: one for one in cases.materials(desk.session, application.id)}
    for kind in kinds:
        if kind not in known or known[kind].status == "exempt_by_sharing":
            raise PaperNotToBeAsked("可以通过信息共享核实的, 或者本项救助不需要的材料, 不得要求提供", fields=["kinds"])
    steps.take(desk, application, "ask_missing", reason="、".join(kinds))
    for kind in kinds:
        known[kind].status = "asked"
    application.papers_asked_at = desk.now
    return application


def give(desk: Desk, application_id: str, papers: Sequence[Mapping[str, str]], *, seen_version: int) -> Application:
    """Take papers in: each with its picture, or pledged instead (证明事项告知承诺, 2022年通知).

    What was asked for is complete when nothing of the list is open any more; the application then goes on.
    """
    application = steps.take_up(
        desk, Application, application_id, "case.file", seen_version=seen_version, within=steps.FILING
    )
    require_blobs(desk.session, [one.get("blob") for one in papers])
    known = {one.kind: one for one in cases.materials(desk.session, application.id)}
    for one in papers:
        _give(desk, known, one)
    is_open = any(one.status == "asked" for one in known.values())
    if application.state == "returned" and not is_open:
        steps.take(desk, application, "complete")
    return application


def accept(desk: Desk, application_id: str, *, basis: str, seen_version: int) -> Application:
    """Accept an application on a basis of the region's list: hukou, residence permit, place of the emergency.

    The clock starts today (57号文第十五条、第二十二条).
    """
    application = steps.take_up(desk, Application, application_id, "case.accept", seen_version=seen_version)
    application.accept_basis, application.accepted_on = basis, desk.today
    application.handler_id = desk.actor.staff_id
    steps.take(desk, application, "accept", reason=basis)
    return application


def _give(desk: Desk, known: Mapping[str, Material], paper: Mapping[str, str]) -> None:
    material = known.get(paper["kind"])
    if material is None or material.status == "exempt_by_sharing":
        raise InputInvalid("本项申请不需要这项材料", fields=["papers"])
    material.status = "given" if paper.get("blob") else "pledged"
    material.blob = paper.get("blob") or None
    material.at, material.staff_id, material.device_id = desk.now, desk.actor.staff_id, desk.actor.device_id
