"""Who writes a letter: the township that handles the case, or the county that decides it."""

from server.documents.papers import Letterhead
from server.queries import visits
from server.services.casework.desk import Desk

COUNTY, TOWNSHIP = 6, 9
NUMBER_DIGITS = 12


def of(desk: Desk, area_code: str, subject_id: str, *, level: str = "township") -> Letterhead:
    """Give the letterhead of an office over an area, dated today, numbered after what the letter is about."""
    code = area_code[: COUNTY if level == "county" else TOWNSHIP]
    name = visits.area_names(desk.session, [code]).get(code, code)
    hotline = desk.law(area_code).find("hotline.numbers")
    return Letterhead(
        office=_office(name, level),
        number=subject_id.replace("-", "")[-NUMBER_DIGITS:].upper(),
        on=desk.today,
        hotline="、".join(hotline.read(tuple)) if hotline else "",
    )


def _office(name: str, level: str) -> str:
    if level == "county":
        return f"{name}民政局"
    return f"{name}办事处" if name.endswith("街道") else f"{name}人民政府"
