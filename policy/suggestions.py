"""What to look at next when a programme is refused or ends (文件003 二(七); 特困人员认定办法 第二十七条)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from policy.catalogue import catalogue


def next_programmes(answer: Mapping[str, Any], refused: str) -> tuple[str, ...]:
    """Return the codes to suggest after a refusal, best first, given what `assess` answered for the household.

    Programmes that the assessment excludes are left out; those that it leaves open or does not know are kept.
    Raises KeyError for a programme that does not exist.
    """
    programmes = {programme.code: programme for programme in catalogue()}
    on = date.fromisoformat(answer["on"])
    excluded = {result["programme"] for result in answer["results"] if result["outcome"] == "not_eligible"}
    return tuple(code for code in programmes[refused].next if code not in excluded and programmes[code].is_active(on))
