"""How many files of the program a thing passes between a person's hand and the picture, in the window's process."""

from table import Row, child

WORDS = {"drop": ("a dropped image", 20), "layer": ("a selected layer", 12), "cell": ("a clicked cell", 6)}


def rows():
    found = child("rooms")
    for name, (words, most) in WORDS.items():
        count = len(found[name])
        yield Row(f"files that {words} passes", str(count), f"≤ {most}", 0 < count <= most)
