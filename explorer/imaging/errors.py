"""The error of this package, and how text from strangers is put into it."""

from explorer.records.errors import ExplorerError


class ImageError(ExplorerError):
    """An image that cannot be used; one line that names the file, the cause and the next step."""


def one_line(text: str, longest: int = 120) -> str:
    """Return `text` fit for one line of a message: printable, at most `longest` characters.

    Names of files and texts inside of them come from strangers and may hold anything.
    """
    printable = "".join(character if character.isprintable() else " " for character in text)
    words = " ".join(printable.split())
    return words if len(words) <= longest else words[: longest - 1] + "…"
