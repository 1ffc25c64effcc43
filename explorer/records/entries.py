"""Objects of JSON from strangers: one may say a key twice, of which Python keeps the last without a word."""

from collections import Counter
from typing import Any

from explorer.records.text import one_line


class RepeatedError(ValueError):
    """An object says a key twice, with different values; said as what a file does."""

    def __init__(self, key: str) -> None:
        super().__init__(f"says {one_line(key, 40)!r} twice, with different values")


class Entries(dict[str, Any]):
    """An object of JSON; `repeated` is the first key that it says twice. To be an `object_pairs_hook`."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        seen = Counter(key for key, _ in pairs) if len(self) < len(pairs) else {}
        self.repeated = next((key for key, times in seen.items() if times > 1), None)


def said_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; to be an `object_pairs_hook`.

    Raises:
        RepeatedError: It says a key twice, with different values.
    """
    held = dict(pairs)
    if len(held) < len(pairs):
        for key, value in pairs:
            if held[key] != value:
                raise RepeatedError(key)
    return held
