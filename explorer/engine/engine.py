"""The engine: holds the live model, the images and the current recording, and answers commands with records."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from explorer import imaging, weights, zoo
from explorer.analysis import timing, trace, values
from explorer.analysis.preserve import Preserved
from explorer.analysis.receptive_field import ReceptiveFields
from explorer.analysis.recorder import Recording as RecordedForward
from explorer.analysis.recorder import record
from explorer.engine import live, messages
from explorer.engine.live import Cancelled, LiveModel, Report
from explorer.engine.summaries import Summaries
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.images import DecodedImage, OpenedImage, PreparedImage
from explorer.records.measures import EngineLoad, Memory
from explorer.records.models import LoadedModel
from explorer.records.trace import Node, Trace
from explorer.records.values import FieldOfUnit, UnitsOfPixel, ValueView


@dataclass(frozen=True)
class _Current:
    """The recording that the views look into, with what it was made of."""

    model: LiveModel
    prepared: PreparedImage
    forward: RecordedForward
    trace: Trace
    fields: ReceptiveFields
    memory: Memory
    summaries: Summaries
    number: int
    size: messages.Size | None


class Engine:
    """Answers commands, one at a time in each lane; views may be asked for while a model runs.

    `handle` raises `ExplorerError` with a line for a person, `CancelledError` if it was cancelled.
    """

    def __init__(self) -> None:
        self._live: LiveModel | None = None
        self._current: _Current | None = None
        self._recordings = 0
        self._encoded: dict[str, tuple[str, bytes]] = {}
        self._decoded: tuple[str, DecodedImage] | None = None
        # Attention must take the same path whether it is recorded or not, so that both give the same answer.
        torch.backends.mha.set_fastpath_enabled(False)
        self._handlers: dict[type, Callable[[Any, Report, Cancelled], object]] = {
            messages.ListModels: self._list_models,
            messages.LoadModel: self._load_model,
            messages.OpenImage: self._open_image,
            messages.CloseImage: self._close_image,
            messages.Classify: self._classify,
            messages.Record: self._record,
            messages.ViewValue: self._view_value,
            messages.ViewKernel: self._view_kernel,
            messages.LocateField: self._locate_field,
            messages.LocateUnits: self._locate_units,
            messages.Measure: self._measure,
            messages.SaveFigure: self._save_figure,
            messages.SummariseModel: self._summarise_model,
            messages.DownloadWeights: self._download_weights,
        }

    def handle(self, command: messages.Command, report: Report, cancelled: Cancelled) -> object:
        """Carry out one command and return the record its docstring names."""
        return self._handlers[type(command)](command, report, cancelled)

    def load(self) -> EngineLoad:
        """Return the names of the CUDA devices and, while the model is on one, the use of that one's memory."""
        names = tuple(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
        model = self._live
        # Merely asking for a device's memory would occupy some hundred megabytes of it.
        if model is None or not model.loaded.device.startswith("cuda"):
            return EngineLoad(names)
        free, total = torch.cuda.mem_get_info(model.loaded.device)
        return EngineLoad(names, total - free, total)

    # ---- models ----

    def _list_models(
        self, _command: messages.ListModels, _report: Report, _cancelled: Cancelled
    ) -> messages.Catalogue:
        listing = zoo.entries(status=weights.status)
        return messages.Catalogue(listing.entries, listing.notes)

    def _load_model(self, command: messages.LoadModel, report: Report, cancelled: Cancelled) -> LoadedModel:
        loaded = live.load(
            command.name, command.weights, command.seed, command.device, command.trusted, report, cancelled
        )
        if cancelled():
            raise CancelledError(f"Loading {command.name} was cancelled.")
        self._live = loaded
        self._show(None)
        return loaded.loaded

    def _download_weights(
        self, command: messages.DownloadWeights, report: Report, cancelled: Cancelled
    ) -> str:
        spec = zoo.resolve(command.name)
        if spec.weights is None:
            raise ExplorerError(
                f"No weights are published for {command.name}; choose a file of weights instead."
            )
        text = f"downloading {spec.weights.filename}"
        path = weights.download(spec.weights, lambda done, total: report(done, total, text), cancelled)
        return str(path)

    def _summarise_model(
        self, _command: messages.SummariseModel, _report: Report, _cancelled: Cancelled
    ) -> str:
        import torchinfo  # here, because few ask for it

        current = self._shown()
        with Preserved(list(current.model.module.modules())):
            summary = torchinfo.summary(
                current.model.module,
                input_data=current.model.input(current.prepared),
                col_names=("kernel_size", "output_size", "num_params"),
                row_settings=("var_names", "depth"),
                depth=10,
                verbose=0,
                mode="eval",
            )
        # Its multiply-adds leave out attention; ours are in the trace.
        return "\n".join(line for line in str(summary).splitlines() if "mult-adds" not in line)

    # ---- images ----

    def _open_image(self, command: messages.OpenImage, _report: Report, _cancelled: Cancelled) -> OpenedImage:
        data = imaging.read(command.source)
        image = imaging.decode(data, command.source.name)
        self._encoded[command.key] = (command.source.name, data)
        self._decoded = (command.key, image)
        height, width = image.pixels.shape[:2]
        small = imaging.thumbnail(image)
        return OpenedImage(command.key, command.source.name, width, height, small, image.notes)

    def _close_image(self, command: messages.CloseImage, _report: Report, _cancelled: Cancelled) -> None:
        self._encoded.pop(command.key, None)
        if self._decoded is not None and self._decoded[0] == command.key:
            self._decoded = None

    def _prepared(self, key: str, size: messages.Size | None) -> tuple[LiveModel, PreparedImage]:
        if self._live is None:
            raise ExplorerError("No model is loaded; pick one first.")
        if key not in self._encoded:
            raise ExplorerError("That image is not open any more; open it again.")
        if self._decoded is None or self._decoded[0] != key:
            name, data = self._encoded[key]
            self._decoded = (key, imaging.decode(data, name))
        preprocess = self._live.spec.preprocess
        return self._live, imaging.prepare(self._decoded[1], preprocess.at(size) if size else preprocess)

    # ---- forwards ----

    def _classify(self, command: messages.Classify, report: Report, cancelled: Cancelled) -> messages.Answer:
        model, prepared = self._prepared(command.key, command.size)
        report(0, 0, "classifying")
        check = _check(cancelled, "Classifying was cancelled.")
        check()
        what = f"{model.spec.entry.full_name} cannot run on this image"
        with live.one_line_for(what), torch.no_grad(), timing.cancellable(check):
            output = model.module(model.input(prepared))
        return messages.Answer(command.key, model.predictions(output, command.top))

    def _record(self, command: messages.Record, report: Report, cancelled: Cancelled) -> messages.Recording:
        model, prepared = self._prepared(command.key, command.size)
        report(0, 0, "recording the forward")
        current, milliseconds = self._recorded(model, prepared, command.size, cancelled)
        self._show(current)
        return messages.Recording(
            key=command.key,
            trace=current.trace,
            predictions=model.predictions(current.forward.output, command.top),
            picture=prepared.picture,
            memory=current.memory,
            held_bytes=current.forward.held_bytes(),
            record_ms=milliseconds,
            number=current.number,
        )

    def _recorded(
        self, model: LiveModel, prepared: PreparedImage, size: messages.Size | None, cancelled: Cancelled
    ) -> tuple[_Current, float]:
        start = time.perf_counter()
        forward = record(
            model.module, (model.input(prepared),), _check(cancelled, "Recording was cancelled.")
        )
        milliseconds = (time.perf_counter() - start) * 1e3
        fields = ReceptiveFields(forward)
        name = model.spec.entry.full_name
        traced = trace.with_fields(trace.build(forward, model.module, name), fields)
        memory = trace.memory(forward, model.module)
        forward.kernels.clear()  # all that is derived from them has been derived
        summaries = Summaries(forward, fields)
        self._recordings += 1
        number = self._recordings
        current = _Current(model, prepared, forward, traced, fields, memory, summaries, number, size)
        return current, milliseconds

    def _show(self, current: _Current | None) -> None:
        """Let the views look into another recording, or none."""
        if self._current is not None:
            self._current.summaries.stop()
        self._current = current
        if current is not None:
            current.summaries.start()

    def _measure(
        self, command: messages.Measure, report: Report, cancelled: Cancelled
    ) -> messages.Measurement:
        current = self._shown(command.recording)
        check = _check(cancelled, "Measuring was cancelled.")
        current.summaries.finish(check)
        with live.one_line_for(f"{current.trace.model} cannot be measured"):
            timed = timing.measure(
                current.model.module,
                (current.model.input(current.prepared),),
                current.forward.operations,
                command.runs,
                check,
                lambda done, total: report(done, total, "measuring"),
            )
        return messages.Measurement(timed, current.memory)

    # ---- views ----

    def _shown(self, recording: int = 0) -> _Current:
        current = self._current
        if current is None:
            raise ExplorerError("Nothing has been recorded yet; open an image first.")
        if recording not in (0, current.number):
            raise ExplorerError("Another recording has taken the place of that one; select the image again.")
        return current

    def _shown_node(self, number: int, recording: int) -> tuple[_Current, Node]:
        current = self._shown(recording)
        count = len(current.trace.nodes)
        if not 0 <= number < count:
            raise ExplorerError(f"There is no operation {number}: the recording has {count}, counted from 0.")
        return current, current.trace.nodes[number]

    def _view_value(self, command: messages.ViewValue, _report: Report, _cancelled: Cancelled) -> ValueView:
        current, node = self._shown_node(command.node, command.recording)
        if not 0 <= command.output < len(node.outputs):
            raise ExplorerError(
                f"{node.name} has no output {command.output}: it has {len(node.outputs)}, counted from 0."
            )
        tensor = current.forward.value(command.node, command.output)
        first = command.output == 0
        return values.view(
            tensor,
            command.node,
            node.name,
            current.fields.fields[command.node] if first else None,
            command.shared_scale,
            command.aspect,
            summary=current.summaries.get(command.node) if first else None,
        )

    def _save_figure(self, command: messages.SaveFigure, report: Report, cancelled: Cancelled) -> str:
        from explorer.analysis import figure  # here, because importing matplotlib takes half a second

        report(0, 0, "drawing")
        wanted = messages.ViewValue(command.node, aspect=command.aspect, recording=command.recording)
        model = self._shown(command.recording).trace.model
        figure.save(self._view_value(wanted, report, cancelled), model, Path(command.path))
        return command.path

    def _view_kernel(self, command: messages.ViewKernel, _report: Report, _cancelled: Cancelled) -> ValueView:
        current, node = self._shown_node(command.node, command.recording)
        if not node.parameters:
            raise ExplorerError(
                f"{node.name} has no parameters; choose a convolution, a linear layer or a norm."
            )
        name = max(node.parameters, key=lambda p: current.trace.parameter_sizes[p])
        weight = current.model.module.get_parameter(name)
        group = weight.shape[1] if weight.dim() == 4 else 1
        return values.view(weight, command.node, name, None, command.shared_scale, command.aspect, group)

    def _locate_field(
        self, command: messages.LocateField, _report: Report, _cancelled: Cancelled
    ) -> FieldOfUnit:
        current, node = self._shown_node(command.node, command.recording)
        return current.fields.of_unit(node.id, command.unit)

    def _locate_units(
        self, command: messages.LocateUnits, _report: Report, _cancelled: Cancelled
    ) -> UnitsOfPixel:
        current, node = self._shown_node(command.node, command.recording)
        return current.fields.of_pixel(node.id, command.pixel)


def _check(cancelled: Cancelled, message: str) -> Callable[[], None]:
    def check() -> None:
        if cancelled():
            raise CancelledError(message)

    return check
