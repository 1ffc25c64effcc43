"""Memory after 300 model switches with an image open."""

from table import Row, child

SWITCHES = 300


def rows():
    memory = child("switches", str(SWITCHES))
    for key, words, limit in (("engine_mb", "engine", 100), ("window_mb", "window", 30)):
        first, last = memory[key][0], memory[key][-1]
        yield Row(
            f"memory of the {words} after {SWITCHES} model switches",
            f"{last - first:+.0f} MB (of {first:.0f})",
            f"± {limit} MB",
            abs(last - first) <= limit,
        )
