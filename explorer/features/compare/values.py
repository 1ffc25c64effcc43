"""The values of two forwards, pair by pair; what was let go is computed again, some pairs at a time."""

from collections.abc import Iterator, Sequence
from time import monotonic

from torch import Tensor

from explorer.engine import recall
from explorer.engine.bench import Bench
from explorer.engine.held import HeldForward
from explorer.engine.task import Task
from explorer.features.compare.agreement import agreement
from explorer.features.compare.messages import Agreement, MatchedPair, Matching, ValueComparison

_SHARE = 4  # of the memory for values, one part is for the pairs that are compared at a time
_PART_SECONDS = 0.3


def compared(bench: Bench, a: HeldForward, b: HeldForward, matching: Matching, task: Task) -> ValueComparison:
    """Compare the first outputs of all pairs, and of the first inputs; hand over what is known now and then.

    Raises:
        ExplorerError: A value that was let go does not come out as it was, or has no room.
        CancelledError: It was cancelled.
    """
    inputs = agreement(0, 0, a.recording.value(0), b.recording.value(0))
    found: list[Agreement] = []
    shown = monotonic()
    for pair, one, two in _values(bench, a, b, matching.pairs, task):
        task.check()
        task.report(len(found), len(matching.pairs), f"comparing {a.trace.nodes[pair.a].name}")
        found.append(agreement(pair.a, pair.b, one, two))
        if monotonic() - shown > _PART_SECONDS:
            task.part(ValueComparison(matching, inputs, tuple(found)))
            shown = monotonic()
    return ValueComparison(matching, inputs, tuple(found))


def held(bench: Bench, forward: HeldForward, nodes: Sequence[int], task: Task) -> list[Tensor]:
    """Return the first outputs of operations, computed again where they were let go."""
    recall.hold(bench, forward, nodes, task)
    return [forward.recording.value(node) for node in nodes]


def _values(
    bench: Bench, a: HeldForward, b: HeldForward, pairs: Sequence[MatchedPair], task: Task
) -> Iterator[tuple[MatchedPair, Tensor, Tensor]]:
    room = min(bench.budget.of(it.device) for it in (a, b)) // _SHARE
    for part in _parts(a, b, pairs, room):
        ones = held(bench, a, [it.a for it in part], task)
        # The values of `b` may take the place of those of `a`, which stay in hand.
        twos = held(bench, b, [it.b for it in part], task)
        yield from zip(part, ones, twos, strict=True)


def _parts(
    a: HeldForward, b: HeldForward, pairs: Sequence[MatchedPair], room: int
) -> Iterator[Sequence[MatchedPair]]:
    """Yield the pairs, as many at a time as there is room for the values of, held or not; one at least.

    Where all is held nothing has to be computed again, and all are one part.
    """
    operations = a.recording.operations, b.recording.operations
    has_gone = bool(a.recording.let_go() or b.recording.let_go())
    part: list[MatchedPair] = []
    sum_ = 0
    for pair in pairs:
        # What is held counts as well: it may not make room for what is computed again beside it.
        own = (recall.taken(its, (node,)) for its, node in zip(operations, (pair.a, pair.b), strict=True))
        size = sum(own) if has_gone else 0
        if part and sum_ + size > room:
            yield part
            part, sum_ = [], 0
        part.append(pair)
        sum_ += size
    if part:
        yield part
