"""What `arch-explorer compare` prints for a person: the facts as a table, each pair, the answers side by side."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from explorer.features.compare.facts import rows
from explorer.features.compare.messages import Facts, ValueComparison, Why
from explorer.records.answers import Answer, Prediction
from explorer.records.forward import Forward
from explorer.terminal import text

_MOST_NAMES = 8  # of operations in one line


@dataclass(frozen=True, eq=False)
class Ran:
    """A model in a seat of its own, its forward, and what is said of it."""

    seat: int
    forward: Forward
    facts: Facts


@dataclass(frozen=True, eq=False)
class Answered:
    """What the models answered to an image; or why it could not be opened."""

    file: str
    answers: tuple[Answer, ...] = ()
    complaint: str = ""

    @property
    def has_failed(self) -> bool:
        """True if a model could not run on it, or none had it."""
        return bool(self.complaint) or any(it.said == "no answer" for it in self.answers)


@dataclass(frozen=True, eq=False)
class Compared:
    """Two models and how far their values agree, with the relative error beyond which they part."""

    a: Ran
    b: Ran
    values: ValueComparison
    tolerance: float

    @cached_property
    def only_a(self) -> list[str]:
        """Names of the operations that only the one has."""
        return [self.a.forward.trace.nodes[it].name for it in self.values.matching.only_a]

    @cached_property
    def only_b(self) -> list[str]:
        """Names of the operations that only the other has."""
        return [self.b.forward.trace.nodes[it].name for it in self.values.matching.only_b]

    @property
    def parts_at(self) -> str | None:
        """Name of the first operation of the one whose value parts from its partner's; None if none does."""
        found = self.values.first_beyond(self.tolerance)
        return None if found is None else self.a.forward.trace.nodes[found.a].name

    @property
    def notes(self) -> list[str]:
        """What should be known before its numbers are read."""
        if self.values.inputs.identical or not self.values.agreements:
            return []
        names = " and ".join(it.facts.name for it in (self.a, self.b))
        return [
            f"{names} were given different inputs ({self.values.inputs.told}): their values differ from there"
        ]


def lines(ran: Sequence[Ran], pairs: Sequence[Compared], answers: Sequence[Answered]) -> Iterator[str]:
    """Yield all that is printed; the operations one by one for two models only."""
    yield from _facts(ran)
    for pair in pairs:
        yield ""
        yield from _pair(pair)
        if len(pairs) == 1 and pair.values.agreements:
            yield ""
            yield from _operations(pair)
    for answered in answers:
        if not answered.complaint:
            yield ""
            yield from _answers(answered, ran)


def _facts(ran: Sequence[Ran]) -> list[str]:
    header = ["", *(it.facts.name for it in ran)]
    table = [
        [
            row.what,
            *(
                f"{value}  {more}".rstrip()
                for value, more in zip(row.shown, row.shown_differences, strict=True)
            ),
        ]
        for row in rows([it.facts for it in ran])
        if any(value is not None for value in row.values)
    ]
    return text.table(header, table)


def _pair(pair: Compared) -> Iterator[str]:
    matching = pair.values.matching
    counts = Counter(it.why for it in matching.pairs)
    how = ", ".join(f"{counts[why]} by {why}" for why in (Why.NAME, Why.STRUCTURE) if counts[why])
    yield f"{pair.a.facts.name} and {pair.b.facts.name}"
    yield f"  {len(matching.pairs):,} operations matched" + (f": {how}" if how else "")
    changed = sum(bool(it.changes) for it in matching.pairs)
    if changed:
        what = Counter(change.what for it in matching.pairs for change in it.changes).most_common(4)
        yield f"  {changed:,} of them differ in " + ", ".join(f"{name} ({count:,})" for name, count in what)
    for ran, names in ((pair.a, pair.only_a), (pair.b, pair.only_b)):
        if names:
            yield f"  {len(names):,} only in {ran.facts.name}: {_some(names)}"
    if matching.pairs:
        yield f"  {_parting(pair)}"


def _parting(pair: Compared) -> str:
    agreements = pair.values.agreements
    found = pair.values.first_beyond(pair.tolerance)
    same = sum(it.identical for it in agreements)
    if found is None:
        return (
            "the values of all are bit for bit the same"
            if same == len(agreements)
            else (
                f"the values of all agree to a relative error of {pair.tolerance:g}; "
                f"{same:,} of {len(agreements):,} are bit for bit the same"
            )
        )
    return f"values first differ at {pair.parts_at} ({found.told})"


def _operations(pair: Compared) -> list[str]:
    nodes_a, nodes_b = pair.a.forward.trace.nodes, pair.b.forward.trace.nodes
    table = [
        (
            nodes_a[it.a].name,
            nodes_b[it.b].name,
            _number(it.cosine),
            _number(it.relative_error),
            "bit for bit the same" if it.identical else it.reason,
        )
        for it in pair.values.agreements
    ]
    header = (pair.a.facts.name, pair.b.facts.name, "cosine", "relative error", "")
    return text.table(header, table)


def _answers(answered: Answered, ran: Sequence[Ran]) -> list[str]:
    longest = max(len(it.predictions) for it in answered.answers)
    table = [
        [k + 1, *(_class(it.predictions[k]) if k < len(it.predictions) else "" for it in answered.answers)]
        for k in range(longest)
    ]
    unread = [
        f"  {it.facts.name}: {answer.reason}"
        for it, answer in zip(ran, answered.answers, strict=True)
        if not answer.predictions
    ]
    ties = [
        f"  {it.facts.name}: {answer.tie}, none comes first"
        for it, answer in zip(ran, answered.answers, strict=True)
        if answer.tie
    ]
    return [
        *text.table([answered.file, *(it.facts.name for it in ran)], table),
        *unread,
        *ties,
        *_agreement(answered),
    ]


def _agreement(answered: Answered) -> list[str]:
    """Return how many of all name the same class first; nothing where fewer than two name one."""
    firsts = [it.headline.label for it in answered.answers if it.predictions and it.headline is not None]
    if len(firsts) < 2:
        return []
    label, count = Counter(firsts).most_common(1)[0]
    if count == 1:
        return ["  each names another class first"]
    asked = len(answered.answers)
    return [f"  {'all' if count == asked else f'{count:,} of {asked:,}'} name {label} first"]


def _class(prediction: Prediction) -> str:
    share = prediction.probability
    return f"{f'{prediction.value:.4g}' if share is None else f'{share:.1%}'} {prediction.label}"


def _number(value: float) -> str | None:
    return None if value != value else f"{value:.6g}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
