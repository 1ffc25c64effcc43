"""Answers what is asked of a network that reads words."""

from torch import Tensor

from explorer.engine import recall
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.task import Task
from explorer.features.words import search
from explorer.features.words.messages import FindNGrams
from explorer.records.ngrams import NGram


@answers(FindNGrams)
def find_ngrams(ask: FindNGrams, bench: Bench, task: Task) -> tuple[NGram, ...]:
    """Find each filter's strongest stretch of the word."""
    forward = bench.forward(ask.forward)

    def value(node: int) -> Tensor:
        if ask.again:
            recall.hold(bench, forward, (node,), task)
        return forward.recording.value(node)

    return search.find(forward.recording, forward.fields, forward.prepared[0].characters, value)
