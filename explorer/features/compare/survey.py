"""What is to be seen of a network that sits nowhere: its cost, and its answers."""

from explorer.engine import compute
from explorer.engine.arguments import noise_for
from explorer.engine.bench import Bench
from explorer.engine.held import HeldForward
from explorer.engine.live import LiveModel
from explorer.engine.messages import Classify, Record
from explorer.engine.task import Task
from explorer.features.compare.facts import facts_of
from explorer.features.compare.messages import Survey, Surveyed
from explorer.forward import recorder
from explorer.forward.chance import RandomState
from explorer.forward.keeping import Keeping
from explorer.records.answers import Answer
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.images import PreparedImage


def surveyed(model: LiveModel, ask: Survey, bench: Bench, task: Task) -> Surveyed:
    """Run a network on the first input, or on noise, without keeping values, and plainly on each input.

    Raises:
        ExplorerError: An input is not open, or not of the kind that the network reads.
        CancelledError: It was cancelled.
    """
    name = model.spec.entry.full_name
    task.report(0, len(ask.keys) + 1, f"counting the cost of {name}")
    if ask.keys:
        prepared = bench.inputs.prepared(ask.keys[0], model.spec, None)
    else:
        prepared = tuple(PreparedImage(noise_for(slot).numpy(), None) for slot in model.spec.inputs)
    began = RandomState.now()
    with model.mode(False) as module:
        inputs, named = model.arguments(prepared)
        recording = recorder.record(module, inputs, task.check, None, named, Keeping(only=frozenset()))
    held = HeldForward(Record(0, ask.keys[0] if ask.keys else ""), model, prepared, recording, began)
    answers = []
    for done, key in enumerate(ask.keys, 1):
        task.report(done, len(ask.keys) + 1, f"asking {name}")
        answers.append(_answer(model, Classify(key, ask.top), bench, task))
    return Surveyed(model.loaded, facts_of(model.loaded, held), tuple(answers))


def _answer(model: LiveModel, ask: Classify, bench: Bench, task: Task) -> Answer:
    try:
        return compute.answer_of(model, ask, bench, task)
    except CancelledError:
        raise
    except ExplorerError as error:
        return Answer(ask.key, said="no answer", reason=str(error))
