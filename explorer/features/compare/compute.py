"""Answers what is asked of two networks."""

from explorer.engine import recall
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.compute import answer_of
from explorer.engine.held import HeldForward
from explorer.engine.messages import Classify
from explorer.engine.task import Task
from explorer.features.compare import difference, representations, values
from explorer.features.compare.matching import match
from explorer.features.compare.messages import (
    AnswerTo,
    ByHand,
    Cka,
    CompareValues,
    DifferenceView,
    Match,
    Matching,
    MeasureCka,
    ValueComparison,
    ViewDifference,
)
from explorer.records.answers import Answer
from explorer.records.errors import ExplorerError


@answers(Match)
def match_networks(ask: Match, bench: Bench, _task: Task) -> Matching:
    """Match the operations of two forwards."""
    return _matched(ask.a, ask.b, ask.by_hand, bench)[2]


@answers(CompareValues)
def compare_values(ask: CompareValues, bench: Bench, task: Task) -> ValueComparison:
    """Compare the values of two forwards."""
    return values.compared(bench, *_matched(ask.a, ask.b, ask.by_hand, bench), task)


@answers(ViewDifference)
def view_difference(ask: ViewDifference, bench: Bench, task: Task) -> DifferenceView:
    """Draw two values and their difference."""
    one = _shown(ask.a, ask.node_a, ask.again, bench, task)
    two = _shown(ask.b, ask.node_b, ask.again, bench, task)
    return difference.view(one, two, ask.shared_scale, ask.aspect)


def _shown(number: int, node_id: int, again: bool, bench: Bench, task: Task) -> difference.Shown:
    forward, node = bench.node(number, node_id)
    if not node.outputs:
        raise ExplorerError(f"{node.person_name} gives no tensor; there is nothing to compare.")
    if again:
        recall.hold(bench, forward, (node.id,), task)
    return node.id, node.person_name, forward.recording.value(node.id), forward.fields.fields[node.id]


@answers(MeasureCka)
def measure_cka(ask: MeasureCka, bench: Bench, task: Task) -> Cka:
    """Compare what two networks make of the open images, or of the places of the one that each has run on."""
    a, b, matching = _matched(ask.a, ask.b, ask.by_hand, bench)
    if not ask.images:
        return representations.over_places(bench, a, b, matching, task)
    return representations.over_images(bench, a, b, matching, ask.images, task)


@answers(AnswerTo)
def answer_to(ask: AnswerTo, bench: Bench, task: Task) -> Answer:
    """Let the network of a forward answer to another input."""
    held = bench.forward(ask.forward)
    question = Classify(ask.key, size=held.size, seat=held.seat, way=ask.way, beside=ask.beside)
    return answer_of(held.model, question, bench, task)


def _matched(a: int, b: int, by_hand: ByHand, bench: Bench) -> tuple[HeldForward, HeldForward, Matching]:
    one, two = bench.forward(a), bench.forward(b)
    return one, two, match(one.trace, two.trace, by_hand)
