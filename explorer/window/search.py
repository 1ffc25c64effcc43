"""What a person types into the filter, and whether a row answers to it."""

import re

_PAIRS = re.compile(r"\b(stride|dilation|padding|groups?)\s*[:= ]?\s*(\d+(?:x\d+)?)\b")

SEARCHED = "name, type, 3×3"
"""What may be typed, for a hint in the field."""
EXAMPLES = "a name, a class, “depthwise”, “3×3”, “stride 2”"
"""The same, for its tooltip."""


class Query:
    """Words that must all be found; `3x3` is `3×3`, and `stride 2` is one word.

    Attributes:
        text: As it was typed.
    """

    def __init__(self, text: str = "") -> None:
        self.text = text.strip()
        plain = self.text.lower().replace("×", "x")
        self._pairs = [f"{name.rstrip('s') + 's' if name.startswith('group') else name}={number}"
                       for name, number in _PAIRS.findall(plain)]  # fmt: skip
        self._words = _PAIRS.sub(" ", plain).split()

    def __bool__(self) -> bool:
        return bool(self.text)

    def finds(self, words: str) -> bool:
        """Tell whether all words stand in `words`; numbers of strides and the like must be whole."""
        return all(word in words for word in self._words) and set(self._pairs) <= set(words.split())
