"""How models are named: `NAME`, `SOURCE:NAME` or `path/to/file.py:callable`."""

import re

DEFAULT_MODEL = "zoo:efficientnet_lite0"
"""What is loaded where nobody has chosen a model; its weights come with the program."""


def split_file(name: str) -> tuple[str, str] | None:
    """Split `path/to/file.py:callable` into its two parts; None if `name` names no Python file.

    The callable is empty if it was left out. A drive letter's colon belongs to the path.
    """
    found = re.fullmatch(r"(.+\.py)(?::(.*))?", name)
    return (found[1], found[2] or "") if found else None


def plain(text: str) -> str:
    """Return a text as the window shows it: a network of the zoo by its short name, `resnet18` for `zoo:resnet18`."""
    return re.sub(r"\bzoo:(?=\w)", "", text)
