"""Changes that are tried on an input: what a run that meets one operation costs, and how fast the window follows."""

import numpy as np
from bench_stepping import tail
from table import Row, child

MOVES = 60
NETWORK = "zoo:efficientnet_lite0"


def rows():
    for name in ("resnet50", "vit_b_16", "mobilenet_v2"):
        found = child("again", name, program="children_live.py")
        yield Row(
            f"{name}, one operation met: with all that is put back around it",
            f"{found['around']:.3f}x of {found['plain']:.0f} ms (the run alone {found['inside']:.3f}x)",
            "≤ 1.03x",
            found["around"] <= 1.03,
        )
    found = child("drag", NETWORK, str(MOVES), program="children_live.py")
    plain = found["plain"]
    for kind, words in (("single", "move by move"), ("stream", "60 moves a second")):
        median, p95 = np.percentile(found[f"{kind}_ms"], [50, 95])
        yield Row(
            f"dragging a patch, {words}: move to painted maps and answer, p95",
            f"{p95:.0f} ms (median {median:.0f}; plain forward {plain:.0f})",
            "≤ plain + 16 ms",
            p95 <= plain + 16,
        )
    p99, longest = tail(found["stream_gaps_ms"])
    yield Row(
        "event-loop gap while dragging: p99, longest", f"{p99:.0f} ms, {longest:.0f} ms", "≤ 33 ms", p99 <= 33
    )
    yield Row(
        "changes answered a second, of 60 moves",
        f"{found['frames']:.0f}",
        "nothing queues",
        found["frames"] > 0,
    )
