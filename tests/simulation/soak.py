"""Play districts on every core for as long as asked: `python -m tests.simulation.soak --minutes 10`.

It ends early, and cleanly, on Ctrl+C. Every seed whose story broke a promise is named; `make sim SEED=n` tells that story.
"""

import argparse
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context

from tests.simulation.story import play

TELL_EVERY_S = 10


def main() -> None:
    """Play until the time is over, and say what was seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the first seed; by default a new one")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    seconds = asked.minutes * 60 + asked.seconds or 60
    print(f"from seed {asked.seed} for {seconds:.0f} s on {asked.workers} workers", flush=True)
    played, broken = soak(asked.seed, seconds=seconds, workers=asked.workers)
    print(f"{played} districts, {len(broken)} broken: {' '.join(map(str, sorted(broken))) or 'none'}")
    raise SystemExit(bool(broken))


def soak(first: int, *, seconds: float, workers: int) -> tuple[int, list[int]]:
    """Play seeds from the first one on; gives how many were played, and those that broke a promise."""
    began, told_at, played, seed = time.monotonic(), 0.0, 0, first
    broken: list[int] = []
    under_way: dict[Future[str], int] = {}
    with _interruptible() as is_stopped, _pool(workers) as pool:

        def goes_on() -> bool:
            return seed == first or not (is_stopped() or time.monotonic() - began > seconds)

        while under_way or goes_on():
            while len(under_way) < workers and goes_on():
                under_way[pool.submit(outcome, seed)] = seed
                seed += 1
            done, _ = wait(under_way, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                number, played = under_way.pop(future), played + 1
                if future.result():
                    broken.append(number)
                    print(f"BROKEN {future.result()}\n       make sim SEED={number}", flush=True)
            took = time.monotonic() - began
            if took - told_at >= TELL_EVERY_S:
                told_at = took
                print(f"{took:5.0f} s  {played} districts  {played / took:.2f} a second", flush=True)
    return played, broken


def outcome(seed: int) -> str:
    """Play one seed; gives what broke, or nothing."""
    try:
        play(seed)
    except Exception as error:  # noqa: BLE001  whatever it is, the seed is to be named
        return f"seed {seed}: {type(error).__name__}: {error}"
    return ""


def _pool(workers: int) -> ProcessPoolExecutor:
    ignore = (signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the stories under way come to their end.
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=signal.signal, initargs=ignore)


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    stopped: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: stopped.append(number))
    try:
        yield lambda: bool(stopped)
    finally:
        signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    main()
