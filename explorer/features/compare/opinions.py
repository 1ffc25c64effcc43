"""What two networks answer to the same inputs, as rows: the first class of each, and whether they agree."""

from dataclasses import dataclass

from explorer.records.answers import Answer, Prediction
from explorer.window import format as fmt
from explorer.window.scene import SceneImage

TOP = 5


@dataclass(frozen=True, eq=False)
class Opinion:
    """One input and what both say of it.

    Attributes:
        key, name: The window's name for the input, and a person's.
        a, b: The answers; None while they are not known.
        why_none: Why there is no answer of the second; empty if there is one, or it is on its way.
    """

    key: str
    name: str
    a: Answer | None
    b: Answer | None
    why_none: str = ""

    @property
    def firsts(self) -> tuple[Prediction | None, Prediction | None]:
        """The first class of each; None where there is none."""
        return tuple(it.headline if it is not None else None for it in (self.a, self.b))  # type: ignore[return-value]

    @property
    def agree(self) -> bool | None:
        """Whether both name the same class first; None where one names none.

        Classes are told by their names where both have some: two networks may number them differently.
        """
        a, b = self.firsts
        return None if a is None or b is None else _same(a, b)

    @property
    def shared(self) -> int | None:
        """How many of the first classes of one are among those of the other.

        None where one names none, or has more equals than are shown.
        """
        if self.a is None or self.b is None or not self.a.predictions or not self.b.predictions:
            return None
        if any(it.tied > len(it.predictions[:TOP]) for it in (self.a, self.b)):
            return None  # which of the equal are among the first five says nothing
        others = self.b.predictions[:TOP]
        return sum(any(_same(one, other) for other in others) for one in self.a.predictions[:TOP])

    @property
    def ties(self) -> tuple[str, ...]:
        """Of whose answer no class comes first: `A: all equal`."""
        both = zip("AB", (self.a, self.b), strict=True)
        return tuple(f"{letter}: {it.short_tie}" for letter, it in both if it is not None and it.tie)

    @property
    def verdict(self) -> str:
        """Whether they agree, for a person; a dash where it is not known."""
        if self.agree is None:
            return fmt.UNKNOWN
        return "= same" if self.agree else "≠ differ"


def _same(one: Prediction, other: Prediction) -> bool:
    if one.label and other.label and not (one.label.isdecimal() or other.label.isdecimal()):
        return one.label == other.label
    return one.index == other.index


def ranks(opinion: Opinion) -> tuple[tuple[Prediction | None, Prediction | None], ...]:
    """Return the first classes of both beside each other; None where one names fewer."""
    firsts = [(it.predictions[:TOP] if it is not None else ()) for it in (opinion.a, opinion.b)]
    length = max(map(len, firsts))
    a, b = ((*it, *(None,) * (length - len(it))) for it in firsts)
    return tuple(zip(a, b, strict=True))


def agreement(opinions: tuple[Opinion, ...]) -> str:
    """Return how many inputs both answer the same, for a person; empty while nothing is known."""
    known = [it for it in opinions if it.agree is not None]
    if not known:
        return ""
    same = sum(bool(it.agree) for it in known)
    return f"same first class: {same:,} of {len(known):,}"


def name_of(image: SceneImage) -> str:
    """Return what a person calls an input."""
    return image.source.name
