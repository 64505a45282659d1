"""python -m benchmarks [NAME…]: run all benchmarks, or those that are named."""

import importlib
import sys

from benchmarks.report import report

NAMES = ("forms", "policy", "face", "card", "field", "seed", "wire", "sync")


def main(names: list[str]) -> int:
    """Run and report; 2 for a name that there is not."""
    if unknown := set(names) - set(NAMES):
        print(f"没有这个基准: {', '.join(sorted(unknown))}; 有: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for name in names or NAMES:
        report(name, importlib.import_module(f"benchmarks.{name}").rows())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
