"""The calls of modules that an operation ran in, as a person would nest them."""

from explorer.records.trace import Node

Around = tuple[str, int | None]
"""A module around an operation: its path, and how many calls of it came before; None if it was not called itself."""


def around(node: Node) -> list[Around]:
    """Return the calls around an operation, the outermost first.

    Containers between them that were not called themselves are among them.
    """
    found: list[Around] = []
    above = ""
    for path, call in node.calls or _presumed(node):
        if not above or path.startswith(f"{above}."):
            parts = path.split(".")
            first = above.count(".") + 1 if above else 0
            found += [(".".join(parts[:k]), None) for k in range(first + 1, len(parts))]
        found.append((path, call))
        above = path
    return found


def _presumed(node: Node) -> tuple[tuple[str, int], ...]:
    """Return the calls around an operation of which only its own module's is known: one of each module outside."""
    parts = node.module.split(".")
    outside = tuple((".".join(parts[:k]), 0) for k in range(1, len(parts)))
    return (*outside, (node.module, node.call)) if node.module else ()
