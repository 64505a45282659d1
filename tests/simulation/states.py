"""A district's final state without what differs by chance or by wall clock, so that two runs of a seed can be compared."""

import json
from collections.abc import Callable
from typing import Any

from tests.simulation.district import District
from tests.simulation.network import FAULTS
from tests.simulation.story import STEPS, play
from tests.simulation.violations import Violation

# What a device's clock wrote as evidence, keys and signatures, and ids made anew in each run.
BY_CHANCE = frozenset({
    "id", "seal", "clock", "at", "started_at", "sealed_at", "taken_at", "signature", "visit_hash", "issued_at", "decided_at"
})  # fmt: skip


def compare_clocks(seed: int) -> None:
    """Play a seed under two sets of wall clocks and compare how it ends. Raises Violation with the first difference.

    A photo that somebody else's page refused waits by the wall clock, which changes nothing but when the line is asked;
    so there are no such pages in these stories.
    """
    faults = {name: weight for name, weight in FAULTS.items() if name != "portal"}
    nothing_else = frozenset({"clocks"})
    one, other = (
        play(seed, clocks=clocks, faults=faults, checks=nothing_else, look=final_state) for clocks in ("these", "those")
    )
    differing = sorted(set(one) ^ set(other))
    if differing:
        raise Violation("clocks", seed, STEPS, differing[0])


def final_state(district: District) -> list[str]:
    """Tell every live record, every value that waits or lost, and what became of each mutation, one line each."""
    log, names = district.server.log, {phone.device_id: phone.name for phone in district.phones.values()}
    lines = []
    for (type, id), one in log.live().items():
        told = id if type not in ("review", "receipt", "held_value") else ""
        lines.append((type, told, one.bucket, one.fields))
    for row in log.rows("SELECT * FROM held_value"):
        offered = json.loads(log.vault.open(row["values"], f"held/{row['id']}"))
        lines.append(("held", row["record_id"], row["field"], [row["kind"], offered]))
    for row in log.rows("SELECT * FROM change"):
        if not row["is_sealed"]:
            lost = {name: value for name, value in json.loads(row["values"]).items() if name.endswith("!superseded")}
            lines += [("lost", row["record_id"], row["bucket"], lost)] if lost else []
    for (phone, n), given in district.oracle.answers.items():
        lines.append(("answer", phone, str(n), given[0]["outcome"]))
    plain = _plainer(district, names)
    return sorted(json.dumps(plain(line), ensure_ascii=False, sort_keys=True) for line in lines)


def _plainer(district: District, names: dict[str, str]) -> Callable[[Any], Any]:
    """Make what drops everything that chance or a clock made, and names the rest alike in every run."""
    nicks = district.nicks | names

    def plain(value: Any) -> Any:
        match value:
            case dict():
                return {name: plain(one) for name, one in value.items() if name not in BY_CHANCE}
            case list() | tuple():
                return [plain(one) for one in value]
            case str():
                return nicks.get(value, value)
            case _:
                return value

    return plain
