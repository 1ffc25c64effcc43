"""Answers what is asked about reasons."""

from dataclasses import replace

from explorer.engine import changed
from explorer.engine.aim import labels_of
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.task import Task
from explorer.features.reasons.explaining import Explaining
from explorer.features.reasons.messages import Explain, Explanation, ListClasses, Randomised, SanityCheck
from explorer.features.reasons.opening import opened
from explorer.features.reasons.sanity import rank_correlation, shuffled_copy, structural_similarity


@answers(Explain)
def explain(ask: Explain, bench: Bench, task: Task) -> Explanation:
    """Let the model of a forward run again, and tell why a class got its score."""
    held = changed.forward_of(ask, bench, task)
    node = None if ask.node is None else bench.node(ask.forward, ask.node)[1]
    with opened(held, ask, task) as network:
        return Explaining(network, ask.method, ask.settings, task, node).run()


@answers(Randomised)
def randomised(ask: Randomised, bench: Bench, task: Task) -> SanityCheck:
    """Explain the same class by the same method at the same layer, with the weights as loaded and with random ones."""
    held, asked = changed.forward_of(ask, bench, task), ask.asked
    before = explain(asked, bench, task)
    same = replace(asked, target=before.index, node=before.node)
    node = None if before.node is None else bench.node(ask.forward, before.node)[1]
    copy, said = shuffled_copy(held, held.model.module, held.device, ask.share, ask.weights_seed)
    copy.train(held.training)
    with opened(held, same, task, copy) as network:
        after = Explaining(network, same.method, same.settings, task, node).run()
    maps = before.heat.values, after.heat.values
    return SanityCheck(before, after, said, rank_correlation(*maps), structural_similarity(*maps))


@answers(ListClasses)
def list_classes(ask: ListClasses, bench: Bench, _task: Task) -> tuple[str, ...]:
    """Name all classes of a forward's answer."""
    return labels_of(bench.forward(ask.forward), ask.way)
