"""Answers what everything else stands on: models, inputs, forwards run and recorded, their values and fields."""

import time
from contextlib import suppress
from pathlib import Path

from torch import nn

from explorer import imaging, weights, zoo
from explorer.engine import answering, live, recall, values
from explorer.engine.arguments import Arguments, noise
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.held import HeldForward
from explorer.engine.messages import (
    AllowMemory,
    Classify,
    CloseImage,
    EmptySeat,
    ListModels,
    LoadModel,
    LocateField,
    LocateUnits,
    Measure,
    OpenArray,
    OpenImage,
    OpenNoise,
    ReadAnswer,
    ReadClassNames,
    Record,
    SwapSeats,
    ViewValue,
)
from explorer.engine.summaries import Summaries
from explorer.engine.task import Task
from explorer.forward import recorder, timing
from explorer.forward.chance import RandomState
from explorer.forward.gradients import without_gradients
from explorer.forward.makers import Makers
from explorer.forward.preserve import Preserved
from explorer.forward.returned import returned
from explorer.forward.sparse import dense
from explorer.records.answers import Answer
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.forward import Forward
from explorer.records.images import OpenedArray, OpenedImage
from explorer.records.measures import Measurement
from explorer.records.models import Catalogue, LoadedModel
from explorer.records.sizes import SizeRange
from explorer.records.values import FieldOfUnit, UnitsOfPixel, ValueView


@answers(ListModels)
def list_models(ask: ListModels, _bench: Bench, _task: Task) -> Catalogue:
    """List one source, or all, and tell of each model where its weights are."""
    listing = zoo.entries(ask.source, status=weights.status)
    return Catalogue(listing.entries, listing.notes)


@answers(LoadModel)
def load_model(ask: LoadModel, bench: Bench, task: Task) -> LoadedModel:
    """Load a model, and only then let go of the one in its seat."""
    model = live.load(ask, task)
    task.check()
    bench.seat(ask.seat, model)
    return model.loaded


@answers(EmptySeat)
def empty_seat(ask: EmptySeat, bench: Bench, _task: Task) -> None:
    """Let go of a model."""
    bench.empty(ask.seat)


@answers(SwapSeats)
def swap_seats(_ask: SwapSeats, bench: Bench, _task: Task) -> None:
    """Let two models take each other's place."""
    bench.swap()


@answers(OpenImage)
def open_image(ask: OpenImage, bench: Bench, _task: Task) -> OpenedImage:
    """Read an image, or take in a word."""
    return bench.inputs.open(ask.key, ask.source)


@answers(OpenArray)
def open_array(ask: OpenArray, bench: Bench, _task: Task) -> OpenedArray:
    """Read an array from a file."""
    return bench.inputs.open_array(ask.key, ask.path, imaging.read_array(Path(ask.path)))


@answers(OpenNoise)
def open_noise(ask: OpenNoise, bench: Bench, _task: Task) -> OpenedArray:
    """Draw noise; an array that does not fit into memory is refused in one line."""
    return bench.inputs.open_array(ask.key, "noise", noise(ask.shape, ask.vocabulary).numpy())


@answers(CloseImage)
def close_image(ask: CloseImage, bench: Bench, _task: Task) -> None:
    """Forget an image, a word or an array."""
    bench.inputs.close(ask.key)


@answers(Classify)
def classify(ask: Classify, bench: Bench, task: Task) -> Answer:
    """Run the model of the seat as it is, nothing recorded."""
    return answer_of(bench.model(ask.seat), ask, bench, task)


def answer_of(model: live.LiveModel, ask: Classify, bench: Bench, task: Task) -> Answer:
    """Return the answer of a model, whatever sits at the seat; raises what `Classify` raises."""
    prepared = bench.inputs.prepared(ask.key, model.spec, ask.size, ask.beside)
    task.report(0, 0, "classifying")
    task.check()
    what = f"{model.spec.entry.full_name} cannot run on this image"
    with live.one_line_for(what), model.mode(False) as module, timing.cancellable(task.check):
        found = without_gradients(lambda: _returned(module, model.arguments(prepared)))
    return answering.of_returned(model, ask.key, found, prepared, ask.way, ask.top)


@answers(ReadClassNames)
def read_class_names(ask: ReadClassNames, _bench: Bench, _task: Task) -> tuple[str, ...]:
    """Read the names of classes in a file."""
    return imaging.read_class_names(Path(ask.path))


def _returned(module: nn.Module, arguments: Arguments) -> answering.Returned:
    with Preserved(module.modules()) as preserved, Makers(preserved.before_write) as makers:
        output = module(*arguments.inputs, **arguments.named)
        # Copies: they may be the model's own, which is put back.
        return [(path, dense(tensor).clone(), makers.chain(tensor)) for path, tensor in returned(output)]


@answers(Record)
def record(ask: Record, bench: Bench, task: Task) -> Forward:
    """Record a forward, and hold it before the search for sizes, so that it can be looked into meanwhile."""
    model = bench.model(ask.seat)
    prepared = bench.inputs.prepared(ask.key, model.spec, ask.size, ask.beside)
    task.report(0, 0, "recording the forward")
    with model.mode(ask.training) as module:
        start = time.perf_counter()
        inputs, named = model.arguments(prepared)
        began, keeping = RandomState.now(), bench.keeping(model.loaded.device)
        recording = recorder.record(module, inputs, task.check, None, named, keeping, model.plans)
        milliseconds = (time.perf_counter() - start) * 1e3
    held = HeldForward(ask, model, prepared, recording, began)
    bench.hold(held)
    return Forward(
        number=ask.forward,
        key=ask.key,
        size=ask.size,
        trace=held.trace,
        answer=answering.of_forward(held, ask.way, ask.top),
        picture=prepared[0].picture,
        memory=held.memory,
        held_bytes=recording.held_bytes(),
        record_ms=milliseconds,
        characters=prepared[0].characters,
        sizes=_sizes(held, task),
        beside=ask.beside,
    )


def _sizes(held: HeldForward, task: Task) -> SizeRange | None:
    """Return the sizes that would have worked, where the forward on an image failed; None if cancelled."""
    if held.trace.error is None:
        return None
    task.report(0, 0, "looking for the sizes that work")
    with suppress(CancelledError):  # the forward is there all the same
        return live.other_sizes(held.model, held.trace.input_shape, task.check)
    return None


@answers(AllowMemory)
def allow_memory(ask: AllowMemory, bench: Bench, _task: Task) -> None:
    """Take another budget, and let go of what it has no room for."""
    bench.allow(ask.room)


@answers(ReadAnswer)
def read_answer(ask: ReadAnswer, bench: Bench, _task: Task) -> Answer:
    """Read an answer anew from what the network returned."""
    return answering.of_forward(bench.forward(ask.forward), ask.way, ask.top)


@answers(ViewValue)
def view_value(ask: ViewValue, bench: Bench, task: Task) -> ValueView:
    """Draw a value; the first look into a forward begins to summarise all its values ahead."""
    forward, node = bench.node(ask.forward, ask.node)
    summaries = forward.memo(Summaries)
    if not 0 <= ask.output < len(node.outputs):
        raise ExplorerError(
            f"{node.name} has no output {ask.output}: it has {len(node.outputs):,}, counted from 0."
        )
    if ask.again:
        recall.hold(bench, forward, (node.id,), task)
        summaries.catch_up(forward)
    first = ask.output == 0  # fields and summaries are those of first outputs
    return values.view(
        forward.recording.value(node.id, ask.output),
        node.id,
        node.person_name,
        forward.fields.fields[node.id] if first else None,
        ask.shared_scale,
        ask.aspect,
        summary=summaries.get(node.id) if first else None,
    )


@answers(LocateField)
def locate_field(ask: LocateField, bench: Bench, _task: Task) -> FieldOfUnit:
    """Look up what a unit sees."""
    forward, node = bench.node(ask.forward, ask.node)
    return forward.fields.of_unit(node.id, ask.unit)


@answers(LocateUnits)
def locate_units(ask: LocateUnits, bench: Bench, _task: Task) -> UnitsOfPixel:
    """Look up which units see a pixel."""
    forward, node = bench.node(ask.forward, ask.node)
    return forward.fields.of_pixel(node.id, ask.pixel)


@answers(Measure)
def measure(ask: Measure, bench: Bench, task: Task) -> Measurement:
    """Time the forward again, nothing recorded, and once more operation by operation."""
    forward = bench.forward(ask.forward)
    forward.background.finish(task.check)
    inputs, named = forward.arguments()
    with forward.model.mode(forward.training) as module:
        with live.one_line_for(f"{forward.trace.model} cannot be measured"):
            timed = timing.measure(
                module,
                inputs,
                forward.recording.operations,
                ask.runs,
                task.check,
                lambda done, total: task.report(done, total, "measuring"),
                named,
                forward.course.written,
            )
        if not forward.training:
            return Measurement(timed, forward.memory)
        with live.one_line_for(f"{forward.trace.model} cannot be trained"):
            inputs, named = forward.arguments()
            step = timing.train_steps(module, inputs, ask.runs, task.check, named, forward.course.written)
    return Measurement(timed, forward.memory, step)
