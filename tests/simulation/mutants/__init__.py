"""Known faults, each put into the product for one story: the checker of the promise that it breaks must see it.

A mutant is a function that patches; `breaks` says which promise it breaks, and a seed whose story is tried first. Where
another story shows it now, `python -m tests.simulation 1 --districts 50 --mutant NAME` finds its seed. Agreement alone
proves little: all copies can lose the same photo.
"""

import pytest

from tests.simulation.copies import play_copies
from tests.simulation.founding import founded
from tests.simulation.lost import play_lost
from tests.simulation.mutants import answers, merging, office, phones, photos, seals
from tests.simulation.mutants.known import MUTANTS, Mutant
from tests.simulation.states import compare_clocks
from tests.simulation.story import play

__all__ = ["MUTANTS", "Mutant", "answers", "judge", "merging", "office", "phones", "photos", "seals"]


def judge(mutant: Mutant, seed: int) -> None:
    """Play a seed's story with a mutant, watched by the checker of its promise alone. Raises Violation when it is seen."""
    founded()
    with pytest.MonkeyPatch.context() as patch:
        mutant.put_in(patch)
        match mutant.promise:
            case "clocks":
                compare_clocks(seed)
            case "copies" | "durable":
                play_copies(seed, checks=frozenset({mutant.promise}))
            case "handed over":
                play_lost(seed)
            case promise:
                play(seed, checks=frozenset({promise}))
