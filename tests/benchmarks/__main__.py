"""Measure what the README promises and print it as a table.

Usage: python tests/benchmarks
       [rooms startup picker stepping live recording values budget catalogue families zoo fields switches graph compare]
"""

import importlib
import os
import platform
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

NAMES = (
    "rooms",
    "startup",
    "picker",
    "stepping",
    "live",
    "recording",
    "values",
    "budget",
    "catalogue",
    "families",
    "zoo",
    "fields",
    "switches",
    "graph",
    "compare",
)


def main() -> int:
    wanted = sys.argv[1:] or NAMES
    if unknown := set(wanted) - set(NAMES):
        print(
            f"no benchmark is named {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}",
            file=sys.stderr,
        )
        return 2
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| what | measured | target | reached |")
    print("| --- | --- | --- | --- |", flush=True)
    reached = True
    for name in wanted:
        start = time.perf_counter()
        for row in importlib.import_module(f"bench_{name}").rows():
            print(
                f"| {row.what} | {row.measured} | {row.target} | {'yes' if row.reached else '**no**'} |",
                flush=True,
            )
            reached &= row.reached
        print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
