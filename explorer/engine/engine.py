"""The engine: holds the live model, the images and the current recording, and answers commands with records."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from explorer import weights, zoo
from explorer.engine import live, messages, values
from explorer.engine.inputs import Inputs
from explorer.engine.live import Cancelled, LiveModel, Report
from explorer.engine.summaries import Summaries
from explorer.features.embeddings import embed as backbones
from explorer.features.embeddings.embed import Backbones, Cut
from explorer.features.initialisation import study as studies
from explorer.features.kernels import tensors as kernels
from explorer.features.words import search as ngrams
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward import timing, trace
from explorer.forward.preserve import Preserved
from explorer.forward.recorder import Recording as RecordedForward
from explorer.forward.recorder import record
from explorer.records.embeddings import Embeddings
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.images import OpenedImage, PreparedImage
from explorer.records.initialisation import InitialisationStudy
from explorer.records.kernels import KernelChoice, KernelPicture
from explorer.records.measures import EngineLoad, Memory
from explorer.records.models import LoadedModel, SizeRange
from explorer.records.ngrams import NGram
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
    kernel_summaries: dict[tuple[str, bool], values.Summary] = field(default_factory=dict)


class Engine:
    """Answers commands, one at a time in each lane; views may be asked for while a model runs.

    `handle` raises `ExplorerError` with a line for a person, `CancelledError` if it was cancelled.
    """

    def __init__(self) -> None:
        self._live: LiveModel | None = None
        self._current: _Current | None = None
        self._recordings = 0
        self._inputs = Inputs()
        self._backbones = Backbones()
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
            messages.FindNGrams: self._find_ngrams,
            messages.Measure: self._measure,
            messages.StudyInitialisation: self._study_initialisation,
            messages.SaveFigure: self._save_figure,
            messages.EmbedImages: self._embed_images,
            messages.SaveBackbone: self._save_backbone,
            messages.SaveEmbeddings: self._save_embeddings,
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
            command.name,
            command.weights,
            command.seed,
            command.device,
            command.trusted,
            report,
            cancelled,
            command.initialisation,
        )
        if cancelled():
            raise CancelledError(f"Loading {command.name} was cancelled.")
        self._live = loaded
        self._backbones.forget()
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
        opened = self._inputs.open(command.key, command.source)
        self._backbones.forget(command.key)
        return opened

    def _close_image(self, command: messages.CloseImage, _report: Report, _cancelled: Cancelled) -> None:
        self._inputs.close(command.key)
        self._backbones.forget(command.key)

    def _prepared(self, key: str, size: messages.Size | None) -> tuple[LiveModel, PreparedImage]:
        if self._live is None:
            raise ExplorerError("No model is loaded; pick one first.")
        return self._live, self._inputs.prepared(key, self._live.spec, size)

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
        sizes = self._sizes(current, report, cancelled)
        return messages.Recording(
            key=command.key,
            trace=current.trace,
            predictions=model.predictions(current.forward.output, command.top),
            picture=prepared.picture,
            memory=current.memory,
            held_bytes=current.forward.held_bytes(),
            record_ms=milliseconds,
            number=current.number,
            characters=prepared.characters,
            sizes=sizes,
        )

    def _sizes(self, current: _Current, report: Report, cancelled: Cancelled) -> SizeRange | None:
        """Return the sizes that would have worked, where the forward on an image failed; None if cancelled."""
        if current.trace.error is None or current.prepared.picture is None:
            return None
        report(0, 0, "looking for the sizes that work")
        check = _check(cancelled, "Looking for the sizes that work was cancelled.")
        with suppress(CancelledError):  # the recording is there all the same
            return live.other_sizes(current.model, current.trace.input_shape, check)
        return None

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
        traced = fields.filled_in(trace.build(forward, model.module, name))
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

    def _study_initialisation(
        self, command: messages.StudyInitialisation, report: Report, cancelled: Cancelled
    ) -> InitialisationStudy:
        current = self._shown(command.recording)
        return studies.initialisations(
            current.model,
            current.model.input(current.prepared),
            current.forward,
            current.trace,
            command.seed,
            current.number,
            report,
            _check(cancelled, "Comparing initialisations was cancelled."),
        )

    # ---- backbones ----

    def _cut(self, node: int, recording: int) -> Cut:
        current, shown = self._shown_node(node, recording)
        return Cut(current.model, current.trace, shown.id, current.fields.fields[shown.id], current.size)

    def _embed_images(
        self,
        command: messages.EmbedImages | messages.SaveEmbeddings,
        report: Report,
        cancelled: Cancelled,
    ) -> Embeddings:
        cut = self._cut(command.node, command.recording)

        def image(key: str) -> tuple[str, torch.Tensor]:
            model, prepared = self._prepared(key, cut.size)
            return self._inputs.name(key), model.input(prepared)

        check = _check(cancelled, "Embedding was cancelled.")
        return self._backbones.embed(cut, command.keys, command.pooling, image, report, check)

    def _save_embeddings(self, command: messages.SaveEmbeddings, report: Report, cancelled: Cancelled) -> str:
        backbones.save_embeddings(self._embed_images(command, report, cancelled), Path(command.path))
        return command.path

    def _save_backbone(self, command: messages.SaveBackbone, report: Report, cancelled: Cancelled) -> str:
        current, cut = self._shown(command.recording), self._cut(command.node, command.recording)
        report(0, 0, f"writing {command.path}")
        check = _check(cancelled, "Saving the weights was cancelled.")
        image = current.model.input(current.prepared)
        backbones.save_weights(cut, image, command.pooling, Path(command.path), check)
        return command.path

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
        from explorer.features.maps import figure  # here, because importing matplotlib takes half a second

        report(0, 0, "drawing")
        wanted = messages.ViewValue(command.node, aspect=command.aspect, recording=command.recording)
        model = self._shown(command.recording).trace.model
        figure.save(self._view_value(wanted, report, cancelled), model, Path(command.path))
        return command.path

    def _view_kernel(
        self, command: messages.ViewKernel, _report: Report, _cancelled: Cancelled
    ) -> KernelPicture:
        current, node = self._shown_node(command.node, command.recording)
        tensors = kernels.tensors_of(current.model.module, node)
        if not tensors:
            raise ExplorerError(
                f"{node.name} has no parameters; choose a convolution, a linear layer or a norm."
            )
        name = kernels.chosen(tensors, command.parameter)
        picture = kernels.view(
            tensors,
            name,
            node,
            KernelChoice(command.parameter, command.order, command.descending, command.colour),
            kernels.convolution_of(current.model.module, name),
            command.shared_scale,
            command.aspect,
            current.kernel_summaries.get((name, command.colour)),
        )
        current.kernel_summaries[name, command.colour] = picture.statistics, picture.histogram
        return picture

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

    def _find_ngrams(
        self, command: messages.FindNGrams, _report: Report, _cancelled: Cancelled
    ) -> tuple[NGram, ...]:
        current = self._shown(command.recording)
        return ngrams.find(current.forward, current.fields, current.prepared.characters)


def _check(cancelled: Cancelled, message: str) -> Callable[[], None]:
    def check() -> None:
        if cancelled():
            raise CancelledError(message)

    return check
