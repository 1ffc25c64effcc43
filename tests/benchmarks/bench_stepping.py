"""From the wish to the painted picture of another operation; and how long the event loop stood still meanwhile."""

import numpy as np
from table import Row, child

NETWORKS = ("resnet152", "vgg19", "vit_b_16")
STEPS = 40


def rows():
    runs = {name: child("stepping", name, str(STEPS)) for name in NETWORKS}
    for kind, words in (("forward_ms", "a step onward"), ("jumps_ms", "a jump anywhere")):
        worst = max(NETWORKS, key=lambda name: np.percentile(runs[name][kind], 95))
        median, p95 = np.percentile(runs[worst][kind], [50, 95])
        yield Row(
            f"{words}, click to painted, p95",
            f"{p95:.0f} ms (median {median:.0f}; {worst})",
            "≤ 33 ms",
            p95 <= 33,
        )
    for kind, words in (("loading_gaps_ms", "loading, running, recording"), ("stepping_gaps_ms", "stepping")):
        worst = max(NETWORKS, key=lambda name: runs[name][kind][0])
        p99, longest = tail(runs[worst][kind])
        yield Row(
            f"event-loop gap while {words}: p99, longest",
            f"{p99:.0f} ms, {longest:.0f} ms ({worst})",
            "≤ 33 ms, ≤ 100 ms",
            p99 <= 33 and longest <= 100,
        )


def tail(gaps):
    """Return the 99th percentile and the maximum; `gaps` holds the longest fiftieth, sorted, and the number of all."""
    longest, count = gaps[:-1], gaps[-1]
    return longest[min(len(longest) - 1, count // 100)], longest[0]
