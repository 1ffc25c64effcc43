"""Answers what everything else stands on: models, inputs, forwards run and recorded, their values and fields."""

import time
from contextlib import suppress

import torch

from explorer import weights, zoo
from explorer.engine import live, values
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.held import HeldForward
from explorer.engine.live import LiveModel
from explorer.engine.messages import (
    Classify,
    CloseImage,
    ListModels,
    LoadModel,
    LocateField,
    LocateUnits,
    Measure,
    OpenImage,
    Record,
    ViewValue,
)
from explorer.engine.summaries import Summaries
from explorer.engine.task import Task
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward import recorder, timing, trace
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.forward import Forward
from explorer.records.images import Answer, OpenedImage, PreparedImage
from explorer.records.measures import Measurement
from explorer.records.models import Catalogue, LoadedModel, SizeRange
from explorer.records.values import FieldOfUnit, UnitsOfPixel, ValueView


@answers(ListModels)
def list_models(_ask: ListModels, _bench: Bench, _task: Task) -> Catalogue:
    """List all sources, and tell of each model where its weights are."""
    listing = zoo.entries(status=weights.status)
    return Catalogue(listing.entries, listing.notes)


@answers(LoadModel)
def load_model(ask: LoadModel, bench: Bench, task: Task) -> LoadedModel:
    """Load a model, and only then let go of the one in its seat."""
    model = live.load(ask, task)
    task.check()
    bench.seat(ask.seat, model)
    return model.loaded


@answers(OpenImage)
def open_image(ask: OpenImage, bench: Bench, _task: Task) -> OpenedImage:
    """Read an image, or take in a word."""
    return bench.inputs.open(ask.key, ask.source)


@answers(CloseImage)
def close_image(ask: CloseImage, bench: Bench, _task: Task) -> None:
    """Forget an image or a word."""
    bench.inputs.close(ask.key)


@answers(Classify)
def classify(ask: Classify, bench: Bench, task: Task) -> Answer:
    """Run the model as it is, nothing recorded."""
    model = bench.model(ask.seat)
    prepared = bench.inputs.prepared(ask.key, model.spec, ask.size)
    task.report(0, 0, "classifying")
    task.check()
    what = f"{model.spec.entry.full_name} cannot run on this image"
    with live.one_line_for(what), torch.no_grad(), timing.cancellable(task.check):
        output = model.module(model.input(prepared))
    return Answer(ask.key, model.predictions(output, ask.top))


@answers(Record)
def record(ask: Record, bench: Bench, task: Task) -> Forward:
    """Record a forward, and hold it before the search for sizes, so that it can be looked into meanwhile."""
    model = bench.model(ask.seat)
    prepared = bench.inputs.prepared(ask.key, model.spec, ask.size)
    task.report(0, 0, "recording the forward")
    held, milliseconds = _recorded(ask, model, prepared, task)
    bench.hold(held)
    return Forward(
        number=ask.forward,
        key=ask.key,
        size=ask.size,
        trace=held.trace,
        predictions=model.predictions(held.recording.output, ask.top),
        picture=prepared.picture,
        memory=held.memory,
        held_bytes=held.recording.held_bytes(),
        record_ms=milliseconds,
        characters=prepared.characters,
        sizes=_sizes(held, task),
    )


def _recorded(
    ask: Record, model: LiveModel, prepared: PreparedImage, task: Task
) -> tuple[HeldForward, float]:
    start = time.perf_counter()
    recording = recorder.record(model.module, (model.input(prepared),), task.check)
    milliseconds = (time.perf_counter() - start) * 1e3
    fields = ReceptiveFields(recording)
    traced = fields.filled_in(trace.build(recording, model.module, model.spec.entry.full_name))
    memory = trace.memory(recording, model.module)
    recording.kernels.clear()  # all that is derived from them has been derived
    held = HeldForward(
        number=ask.forward,
        seat=ask.seat,
        model=model,
        prepared=prepared,
        size=ask.size,
        recording=recording,
        trace=traced,
        fields=fields,
        memory=memory,
    )
    return held, milliseconds


def _sizes(held: HeldForward, task: Task) -> SizeRange | None:
    """Return the sizes that would have worked, where the forward on an image failed; None if cancelled."""
    if held.trace.error is None:
        return None
    task.report(0, 0, "looking for the sizes that work")
    with suppress(CancelledError):  # the forward is there all the same
        return live.other_sizes(held.model, held.trace.input_shape, task.check)
    return None


@answers(ViewValue)
def view_value(ask: ViewValue, bench: Bench, _task: Task) -> ValueView:
    """Draw a value; the first look into a forward begins to summarise all its values ahead."""
    forward, node = bench.node(ask.forward, ask.node)
    summaries = forward.memo(Summaries)
    if not 0 <= ask.output < len(node.outputs):
        raise ExplorerError(
            f"{node.name} has no output {ask.output}: it has {len(node.outputs)}, counted from 0."
        )
    first = ask.output == 0  # fields and summaries are those of first outputs
    return values.view(
        forward.recording.value(node.id, ask.output),
        node.id,
        node.name,
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
    with live.one_line_for(f"{forward.trace.model} cannot be measured"):
        timed = timing.measure(
            forward.model.module,
            (forward.input(),),
            forward.recording.operations,
            ask.runs,
            task.check,
            lambda done, total: task.report(done, total, "measuring"),
        )
    return Measurement(timed, forward.memory)
