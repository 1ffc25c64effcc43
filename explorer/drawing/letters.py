"""How wide a text is where no font can be asked: as DejaVu Sans has it, the widest of the usual ones."""

from functools import lru_cache

NAME, SMALL = 12.0, 10.0
"""Sizes of letters in pixels: of names, and of all that is said beside them."""
_ROUNDING = 0.01  # pixels
_BOLD = 1.14  # of the width of thin letters
_LATIN, _OTHER = 0.65, 1.0  # of letters that are not listed, before and after the marks of the Latin scripts
_LISTED = {
    0.28: "'ijl",
    0.32: "IJ ,.",
    0.35: "/:;\\|f-",
    0.40: "()[]t!²r",
    0.50: '"*_`▸▾–',
    0.53: "sz?",
    0.58: "cLFk",
    0.62: "vxyPTYaoe",
    0.64: "ESbdghnpquΣ$0123456789{}",
    0.70: "KAVBRXZC",
    0.78: "UHNDGOQ&",
    0.84: "w#+<=>^~×−→M",
    1.00: "%mW@…",
}
_WIDTHS = {letter: width for width, letters in _LISTED.items() for letter in letters}


@lru_cache(1 << 14)
def width(text: str, size: float, bold: bool = False) -> float:
    """Return how many pixels wide a text is in letters of a size."""
    whole = sum(_WIDTHS.get(it, _LATIN if it < "\u0400" else _OTHER) for it in text)
    return whole * size * (_BOLD if bold else 1.0)


def cut(text: str, room: float, size: float) -> str:
    """Return a text cut at its end so that it has room in so many pixels."""
    if width(text, size) <= room + _ROUNDING:
        return text
    left = room - width("…", size)
    for count, letter in enumerate(text):
        left -= width(letter, size)
        if left < 0:
            return f"{text[:count].rstrip()}…"
    return text
