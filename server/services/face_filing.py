"""How many persons' faces all devices keep, against the number from which on an office must file with its regulator.

人脸识别技术应用安全管理办法 art. 15. Counts only: each device says how many, and of whom is known to it alone. A person who is
kept on two devices counts twice, and a device that was not heard of since counts as it last said; so the number is never
too small. The office itself stores no face.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from policy.parameters import load_parameters
from policy.registry import NATIONAL
from server.queries import devices

NEAR = 0.8  # of the threshold: our own early word, so that an office still has time to turn keeping off


@dataclass(frozen=True)
class Filing:
    """The count, the law's number, and within how many working days of reaching it an office must file."""

    persons: int
    devices: int
    threshold: int
    days: int
    source: str

    @property
    def is_reached(self) -> bool:
        """Tell whether the office must file."""
        return self.persons >= self.threshold

    @property
    def is_near(self) -> bool:
        """Tell whether it soon must."""
        return self.persons >= NEAR * self.threshold

    def to_dict(self) -> dict[str, Any]:
        """Give the figures that programs read."""
        return vars(self) | {"is_near": self.is_near, "is_reached": self.is_reached}


def filing(session: Session, *, on: date) -> Filing:
    """Count over all devices, by the law of a day."""
    threshold, days = (
        load_parameters().nearest(key, region=NATIONAL, on=on) for key in ("face.filing_threshold", "face.filing_days")
    )
    persons, kept_on = devices.faces_kept(session)
    return Filing(persons, kept_on, threshold.read(int), days.read(int), threshold.citation)


def lines(found: Filing) -> list[str]:
    """Word the count, with what to do where the threshold is near or reached."""
    said = [
        f"{found.devices} 台设备合计留存 {found.persons} 人的人脸参考数据 (备案线 {found.threshold} 人, {found.source})"
    ]
    if found.is_reached:
        said.append(f"已达到备案线: 须在 {found.days} 个工作日内向省级网信部门备案")
    elif found.is_near:
        said.append("接近备案线: 请准备备案, 或在设备上关闭留存 (field-client faces keep --off)")
    return said
