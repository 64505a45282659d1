"""How long the kernel takes for a household with all its reasons, and its twin for a new standard over a million.

The peer keeps money as a rules engine such as OpenFisca does by default: float32 yuan a person, summed over the household
by `numpy.bincount`, divided and stored as float32 again. Both start from the same persons and end with the same two
answers (dibao with its amount, low-income edge). Households whose income is exactly at the line show what it costs.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Row, median_ms
from policy.assessment import assess
from policy.forecast.population import YES, Population
from policy.forecast.twin import Forecast, forecast
from policy.money import yuan_text
from policy.parameters import Parameters, load_parameters

HOUSEHOLDS, ON_THE_LINE, KERNEL_HOUSEHOLDS = 1_000_000, 20_000, 200
ON, REGION = date(2026, 7, 1), "430981"
STANDARD_FEN = 78_050
GOAL_KERNEL_US, GOAL_TWIN_MS = 3000.0, 1000.0
PEER = "float32"


@dataclass(frozen=True)
class People:
    """Persons with a monthly income in fen, one household after the other."""

    household: NDArray[np.int64]
    income_fen: NDArray[np.int64]
    size: NDArray[np.int64]
    starts: NDArray[np.int64]


def people(seed: int) -> People:
    """Draw a million households of one to six; the first of them have exactly the standard a head."""
    draw = np.random.default_rng(seed)
    size = draw.integers(1, 7, HOUSEHOLDS)
    starts = np.concatenate(([0], np.cumsum(size)[:-1]))
    income = draw.integers(0, 2 * STANDARD_FEN, int(size.sum()))
    head = np.add.reduceat(income, starts) - income[starts]
    line = STANDARD_FEN * size - head
    exact = np.flatnonzero(line >= 0)[:ON_THE_LINE]
    income[starts[exact]] = line[exact]
    return People(np.repeat(np.arange(HOUSEHOLDS), size), income, size, starts)


def summed(found: People) -> NDArray[np.int64]:
    """Each household's income in whole fen."""
    upto = np.concatenate(([0], np.cumsum(found.income_fen)))
    return upto[found.starts + found.size] - upto[found.starts]


def twin(found: People, parameters: Parameters, supplements: bool = False) -> Forecast:
    """Our way: whole fen, from persons to answers."""
    size = found.size
    yes, none = np.full(len(size), YES, np.int8), np.zeros(len(size), np.int64)
    groups = {("A", frozenset[str]()): size // 3, (None, frozenset({"elder"})): size // 2} if supplements else {}
    population = Population(
        area=np.zeros(len(size), np.int8),
        people=size,
        net=summed(found),
        scale=1,
        alone=yes,
        property_dibao=yes,
        property_edge=yes,
        severe=size // 4 if supplements else none,
        groups=groups,
    )
    return forecast(population, on=ON, region=REGION, parameters=parameters)


def float32(found: People, income_yuan: NDArray[np.float32]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The peer's way; what it stores between two formulas is float32."""
    standard = STANDARD_FEN / 100
    total = np.bincount(found.household, weights=income_yuan).astype(np.float32)
    per_person = (total / found.size).astype(np.float32)
    dibao = per_person < standard
    edge = ~dibao & (per_person < 1.5 * standard)
    amount = np.where(dibao, standard * found.size - total, 0).astype(np.float32)
    return dibao, edge, np.round(amount, 2)


def case(run: int) -> dict[str, Any]:
    """A household of three for the kernel, another one each time."""
    incomes = [
        {"kind": "wage", "yuan_per_month": yuan_text(40_000 + run)},
        {"kind": "transfer", "yuan_per_year": "1200"},
    ]
    worker = {
        "id": "a",
        "birth_date": "1980-01-01",
        "incomes": incomes,
        "employed": True,
        "employment_cost_yuan": "100",
    }
    parent = {"id": "b", "birth_date": "1950-01-01", "incomes": [], "support_obligors": [{}], "dibao_class": "A"}
    child = {"id": "c", "birth_date": "2015-01-01", "incomes": [], "support_obligors": [{}], "in_school": "primary"}
    return {"household": {"area": "urban", "property_ok": True, "members": [worker, parent, child]}}


def rows() -> list[Row]:
    """Measure the kernel, the twin beside the peer, and count the peer's mistakes."""
    parameters = load_parameters().with_overrides(
        {"dibao.standard": yuan_text(STANDARD_FEN), "single_person.ratio": "4/5", "supplement.elder": "1/10"}
    )
    found = people(seed=7)
    income_yuan = (found.income_fen / 100).astype(np.float32)
    kernel_ms = median_ms(lambda run: assess(case(run), on=ON, region=REGION, parameters=parameters), KERNEL_HOUSEHOLDS)
    twin_ms = median_ms(lambda _: twin(found, parameters), 5)
    whole_ms = median_ms(lambda _: twin(found, parameters, supplements=True), 5)
    peer_ms = median_ms(lambda _: float32(found, income_yuan), 5)
    ours, (theirs, _, their_yuan) = twin(found, parameters), float32(found, income_yuan)
    income = summed(found)
    due = np.maximum(0, STANDARD_FEN * found.size - income)
    exact = income == STANDARD_FEN * found.size
    wrong = [int(answers[exact].sum()) for answers in (ours.dibao == YES, theirs)]
    off = [int((fen != due).sum()) for fen in (ours.dibao_fen, np.round(their_yuan.astype(np.float64) * 100))]
    return [
        _timed("a household with every reason", "µs", kernel_ms * 1000, None, GOAL_KERNEL_US),
        _timed("a million households, a new standard", "ms", twin_ms, peer_ms, GOAL_TWIN_MS),
        _timed("the same with supplements and single persons", "ms", whole_ms, None, GOAL_TWIN_MS),
        _counted(f"wrongly eligible of {int(exact.sum())} exactly on the line", *wrong),
        _counted("amounts that are not right to the fen", *off),
    ]


def _timed(what: str, unit: str, ours: float, other: float | None, goal: float) -> Row:
    name = None if other is None else PEER
    return Row(what, unit, ours, other, name, f"< {goal:g} {unit}", ours < goal)


def _counted(what: str, ours: int, other: int) -> Row:
    return Row(what, "", ours, other, PEER, "0", ours == 0)
