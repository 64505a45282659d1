"""Replay a district and print its story: `python -m tests.simulation SEED [--districts N] [--steps N] [--clocks NAME]`."""

import argparse
import time

from tests.simulation.mutants import MUTANTS, judge
from tests.simulation.story import STEPS, play
from tests.simulation.violations import Violation


def main() -> None:
    """Tell the story of one seed; of several, only those that break a promise."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--districts", type=int, default=1, help="play this many seeds from SEED on")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--clocks", default="", help="the same story with other wall clocks")
    parser.add_argument("--mutant", choices=MUTANTS, help="find the first of these seeds that shows a known fault")
    asked = parser.parse_args()
    if asked.mutant:
        find(asked.mutant, range(asked.seed, asked.seed + asked.districts))
        return
    began, broken = time.monotonic(), 0
    for seed in range(asked.seed, asked.seed + asked.districts):
        told: list[str] = []
        try:
            play(seed, steps=asked.steps, clocks=asked.clocks, tell=print if asked.districts == 1 else told.append)
        except Violation as violation:
            broken += 1
            print(violation)
    if asked.districts == 1:
        raise SystemExit(broken > 0)
    took = time.monotonic() - began
    print(f"{asked.districts} districts, {broken} broken, {asked.districts / took:.2f} districts a second")
    raise SystemExit(broken > 0)


def find(name: str, seeds: range) -> None:
    """Print the first seed whose story shows a mutant."""
    for seed in seeds:
        try:
            judge(MUTANTS[name], seed)
        except Violation as violation:
            print(violation)
            return
    print(f"none of seeds {seeds.start} to {seeds.stop - 1} shows: {name}")


if __name__ == "__main__":
    main()
