"""How long the event loop stands still while a second network is loaded, run and compared."""

from bench_stepping import tail
from table import Row, child

NETWORKS = ("resnet152", "vit_b_16")


def rows():
    runs = {name: child("comparing", name) for name in NETWORKS}
    for kind, words in (
        ("seating_gaps_ms", "a second network is loaded and run"),
        ("comparing_gaps_ms", "both are compared"),
    ):
        worst = max(NETWORKS, key=lambda name: tail(runs[name][kind])[0])
        p99, longest = tail(runs[worst][kind])
        yield Row(
            f"event-loop gap while {words}: p99, longest",
            f"{p99:.0f} ms, {longest:.0f} ms ({worst})",
            "≤ 33 ms, ≤ 100 ms",
            p99 <= 33 and longest <= 100,
        )
