"""Each promise's checker sees at least one known fault: a checker that never fails proves nothing."""

import pytest

from tests.simulation.mutants import MUTANTS, judge
from tests.simulation.violations import PROMISES, Violation

SEEDS = range(1, 41)  # A story shows a fault or not; a change of the product may move it to another seed.


def test_every_promise_has_a_mutant() -> None:
    assert {mutant.promise for mutant in MUTANTS.values()} == set(PROMISES)


@pytest.mark.filterwarnings("ignore")  # A faulty product may leave things open.
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught_by_the_checker_of_its_promise(name: str) -> None:
    mutant = MUTANTS[name]
    with pytest.raises(Violation) as found:
        for seed in (mutant.seed, *SEEDS):
            judge(mutant, seed)
    assert found.value.promise == mutant.promise
