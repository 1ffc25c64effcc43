"""Text from strangers (names of files and tensors, what a library raised) made fit for one line of a message."""


def printable(text: str) -> str:
    """Return the text with every character that is not printable as its escape: `\\x1b` in place of an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str, longest: int = 120) -> str:
    """Return the words of a text on one line, printable, at most `longest` characters, cut at the end."""
    known = text[: 10 * longest]  # it may hold a whole image
    safe = known if known.isprintable() else "".join(c if c.isprintable() else " " for c in known)
    words = " ".join(safe.split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def shown(text: str, longest: int = 60) -> str:
    """Return the text printable and at most `longest` characters long, cut in the middle."""
    half = (longest - 1) // 2
    cut = text if len(text) <= longest else f"{text[:half]}…{text[-half:]}"
    safe = printable(cut)
    return safe if len(safe) <= longest else f"{safe[:half]}…{safe[-half:]}"


def listed(names: list[str], room: int = 120) -> str:
    """Return up to five names with commas, in about `room` characters; `…` stands for those that are left."""
    texts = [shown(name, room // 3) for name in names[:5]]
    while len(texts) > 1 and sum(map(len, texts)) > room:
        texts.pop()
    return ", ".join(texts) + (", …" if len(texts) < len(names) else "")
