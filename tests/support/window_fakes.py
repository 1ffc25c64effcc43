"""An engine without a process for the tests of the window: it answers when it is told to, or by itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import compare_fakes
import drawings
import numpy as np

from explorer.drawing.messages import DrawGraph
from explorer.engine.client import EngineDied, EngineStarted
from explorer.engine.command import Command
from explorer.engine.envelopes import Failure, Part, Progress, Reply
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
    OpenImage,
    ReadAnswer,
    ReadClassNames,
    Record,
    SwapSeats,
    ViewValue,
)
from explorer.features.ablation.messages import (
    AnswerWithout,
    ListParts,
    Parts,
    RankChannels,
    Ranking,
    Shift,
    Without,
)
from explorer.features.compare.messages import AnswerTo, CompareValues, Match, MeasureCka, ViewDifference
from explorer.features.embeddings.messages import EmbedImages, SaveBackbone, SaveEmbeddings
from explorer.features.initialisation.messages import StudyInitialisation
from explorer.features.kernels.messages import ViewKernel
from explorer.features.likes.messages import FindStrongest, Made, MakePicture, Patch, Strongest
from explorer.features.live.messages import LookLive
from explorer.features.models.messages import DownloadWeights, SummariseModel
from explorer.features.reasons.messages import Explain, Explanation, ListClasses, Randomised, SanityCheck
from explorer.features.words.messages import FindNGrams
from explorer.records.answers import AS_DERIVED, Answer, AnswerWay, Prediction
from explorer.records.edits import LiveView
from explorer.records.embeddings import Embeddings
from explorer.records.forward import Forward
from explorer.records.heat import HeatMap
from explorer.records.images import OpenedImage
from explorer.records.initialisation import DepthCurve, InitialisationStudy, Scheme, WeightSpread
from explorer.records.kernels import KernelPicture
from explorer.records.measures import Measurement, Memory, Spread, Timing
from explorer.records.models import Catalogue, LoadedModel, ModelEntry, Preprocess
from explorer.records.trace import ModuleInfo, Node, ReceptiveField, TensorInfo, Trace
from explorer.records.values import (
    FieldOfUnit,
    Histogram,
    Layout,
    Mosaic,
    Statistics,
    UnitsOfPixel,
    ValueView,
)

MEMORY = Memory(weights=4000, activations=9000, activations_peak=5000)
_OPS = (
    ("input", "input", "", ()),
    ("conv2d", "stem.conv", "stem.conv", ("stem.conv.weight",)),
    ("relu", "stem.act", "stem.act", ()),
    ("conv2d", "body.conv", "body.conv", ("body.conv.weight",)),
    ("add", "body.add", "body", ()),
    ("linear", "head", "head", ("head.weight",)),
)


def trace(model: str = "zoo:toy") -> Trace:
    nodes = []
    for id, (op, name, module, parameters) in enumerate(_OPS):
        shape = (1, 10) if op == "linear" else (1, 4, 8, 8)
        info = TensorInfo(shape, "float32", 4 * int(np.prod(shape)))
        field = ReceptiveField("exact", (3, 3), (1.0, 1.0), (-1.0, -1.0), None if op == "linear" else (8, 8))
        inputs = (id - 1,) if id else ()
        nodes.append(Node(id, op, name, module, 0, inputs, (info,), parameters, 9, 100, field))
    sizes = {"stem.conv.weight": 9, "body.conv.weight": 9, "head.weight": 9}
    modules = tuple(ModuleInfo(path, "Module") for path in ("", "stem", "body", "head"))
    return Trace(model, (1, 3, 8, 8), (1, 10), 27, tuple(nodes), modules, sizes)


def forward(
    key: str,
    number: int = 1,
    model: str = "zoo:toy",
    size: tuple[int, int] | None = None,
    way: AnswerWay = AS_DERIVED,
) -> Forward:
    picture, answer = np.full((8, 8, 3), 128, np.uint8), Answer(key, predictions(), way=way)
    return Forward(number, key, size, trace(model), answer, picture, MEMORY, 9000, 1.5)


def predictions() -> tuple[Prediction, ...]:
    return (Prediction(281, "tabby", 0.6), Prediction(282, "tiger cat", 0.3))


def loaded(command: LoadModel, pretrained: bool = True) -> LoadedModel:
    source, _, name = command.name.rpartition(":")
    entry = ModelEntry(name, source or "zoo", "Toy")
    preprocess = Preprocess(8, 8, (0.5,) * 3, (0.5,) * 3)
    weights = "pretrained" if pretrained else "random (seed 0)"
    return LoadedModel(entry, weights, pretrained, command.device, preprocess, 27, 108, not pretrained)


def value(node: int, shared: bool = True, title: str = "") -> ValueView:
    values = np.arange(4 * 8 * 8, dtype=np.float32).reshape(4, 8, 8) + node
    levels = np.tile([values.min(), values.max()], (4, 1))
    mosaic = Mosaic(np.full((17, 17), 9, np.uint8), 2, levels, False)
    statistics = Statistics(256, float(values.min()), float(values.max()), 1.0, 1.0, 0, 0, 4, 0)
    histogram = Histogram(np.ones(4, np.int64), np.linspace(0, 1, 5))
    return ValueView(
        node,
        title or f"node {node}",
        (1, 4, 8, 8),
        "float32",
        Layout.MAPS,
        values,
        mosaic,
        statistics,
        histogram,
    )


def of_grid(known: ValueView, height: int, width: int) -> ValueView:
    """The value with maps of another size, as an attention matrix is one of queries by keys."""
    values = np.zeros((4, height, width), np.float32)
    pixels = np.full((2 * height + 1, 2 * width + 1), 9, np.uint8)
    mosaic = Mosaic(pixels, 2, np.tile([0.0, 1.0], (4, 1)), False)
    return replace(known, shape=(1, *values.shape), values=values, mosaic=mosaic)


def kernels(node: int) -> KernelPicture:
    facts = {"op": "conv2d", "names": ("kernel",), "kernels": (4, 1, 8, 8), "groups": 4}
    facts |= {"order": np.arange(4), "norms": np.ones(4)}
    return KernelPicture(**vars(value(node, title="kernel")), **facts)


def embeddings(command: EmbedImages) -> Embeddings:
    """Image number n is the vector (n, 1)."""
    node = trace().nodes[command.node]
    numbers = [float(key.rpartition("-")[2]) for key in command.keys]
    vectors = np.array([(number, 1.0) for number in numbers], np.float32)
    directions = vectors / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    names = tuple(f"{key}.png" for key in command.keys)
    note = f"2 numbers: {command.pooling}"
    return Embeddings(
        "zoo:toy",
        "pretrained",
        node.name,
        node.shape,
        command.pooling,
        note,
        command.keys,
        names,
        vectors,
        directions @ directions.T,
    )


def measurement() -> Measurement:
    spread = Spread(2.0, 1.0, 3.0, 10)
    return Measurement(Timing("cpu", 1, 1, spread, tuple(spread for _ in _OPS)), MEMORY)


def study(seed: int = 0) -> InitialisationStudy:
    """A study of `trace()`: the variance of the curve number k is 10^-k everywhere."""
    count, curves = len(_OPS), (None, *Scheme)
    spread = WeightSpread(
        np.linspace(-1, 1, 9), np.ones((5, 8), np.int64), np.zeros(5), np.ones(5), np.full(5, np.nan)
    )
    return InitialisationStudy(
        seed,
        0,
        tuple(
            DepthCurve(it, np.full(count, 10.0**-k), np.zeros(count, np.int64)) for k, it in enumerate(curves)
        ),
        tuple(parameters[0] if parameters else None for *_, parameters in _OPS),
        {"stem.conv.weight": spread},
    )


def explanation(command: Explain) -> Explanation:
    index = 281 if command.target is None else int(command.target)
    label = {it.index: it.label for it in predictions()}.get(index, f"class {index}")
    about = command.method.about
    values = np.arange(4, dtype=np.float32).reshape(2, 2) + index / 1000
    heat = HeatMap(values, about.signed, about.of(label))
    layer = (
        ("body.conv", "the deepest layer with maps of its own")
        if about.at_layer and command.node is None
        else ("", "")
    )
    node = next(it.id for it in trace().nodes if it.name == layer[0]) if layer[0] else command.node
    return Explanation(heat, command.method, index, label, 2.5, "logit", *layer, node=node, forwards=3)


def strongest(ask: FindStrongest, looked: int = 1) -> Strongest:
    """Two places of the first image."""
    pixels = np.full((3, 3, 3), 200, np.uint8)
    patches = (
        Patch(ask.keys[0], "photo.png", 2.5, (1, 2), (0, 1, 3, 4), (0, 1, 3, 4), pixels),
        Patch(ask.keys[0], "photo.png", 1.5, (6, 6), None, (0, 0, 3, 3), pixels),
    )
    return Strongest(ask.node, min(ask.channel, 3), patches, looked, len(ask.keys), "exact")


def made(ask: MakePicture, done: int | None = None) -> Made:
    picture = np.full((8, 8, 3), ask.seed, np.uint8)
    done = ask.steps if done is None else done
    return Made(ask.node, ask.channel, ask.aim, ask.steps, ask.seed, done, -1.0, 2.0, picture)


def parts(node: int) -> Parts:
    """All have four channels; the second convolution ends a residual branch, the addition passes for an attention."""
    return Parts(node, 4, 64, 2 if node == 4 else 0, "body.add" if node == 3 else "")


def without(way: AnswerWay) -> Without:
    before = predictions()
    after = tuple(replace(it, probability=0.1 * k) for k, it in enumerate(before))
    key = "image-photo"
    shifts = tuple(map(Shift, before, after))
    return Without(Answer(key, before, way=way), Answer(key, after, way=way), shifts)


def ranking(ask: RankChannels, done: int = 4) -> Ranking:
    """Channel 3 matters most, and channel 0 least; the second speaks against the class."""
    numbers, values = np.array([3, 2, 1, 0])[:done], np.array([-2.0, 1.0, -0.5, 0.0])[:done]
    return Ranking(
        ask.node, ask.part, ask.how, ask.target, 9.0, 0.6, numbers, values, values / 10, 4, 5, "logits"
    )


def live_view(command: LookLive) -> LiveView:
    """The classes have changed places; the value is another one."""
    now = (Prediction(282, "tiger cat", 0.5), Prediction(281, "tabby", 0.1))
    before = tuple(reversed(predictions()))
    shown = None if command.node is None else value(command.node, command.shared_scale, title="changed")
    return LiveView(Answer("image-photo", now, way=command.way), before, shown)


ANSWERS: dict[type, Callable[[Any], object]] = {
    ListModels: lambda _: Catalogue((ModelEntry("toy", "zoo", "Toy"),)),
    LoadModel: loaded,
    OpenImage: lambda it: OpenedImage(it.key, it.source.name, 8, 8, np.zeros((8, 8, 3), np.uint8)),
    CloseImage: lambda _: None,
    EmptySeat: lambda _: None,
    SwapSeats: lambda _: None,
    AllowMemory: lambda _: None,
    Classify: lambda it: Answer(it.key, predictions(), way=it.way),
    ReadAnswer: lambda it: Answer("", predictions(), way=it.way),
    ReadClassNames: lambda _: ("cat", "dog"),
    Record: lambda it: forward(it.key, it.forward, size=it.size, way=it.way),
    ViewValue: lambda it: value(it.node, it.shared_scale),
    ViewKernel: lambda it: kernels(it.node),
    LookLive: live_view,
    LocateField: lambda it: FieldOfUnit(
        it.node, "exact", (3, 3), (1.0, 1.0), (-1.0, -1.0), it.unit, (0, 0, 3, 3), (8, 8)
    ),
    DrawGraph: drawings.drawn,
    Match: compare_fakes.matching,
    CompareValues: compare_fakes.values,
    ViewDifference: lambda it: compare_fakes.difference(it, value(it.node_a), value(it.node_b)),
    MeasureCka: compare_fakes.cka,
    AnswerTo: lambda it: Answer(it.key, predictions()[::-1]),
    FindNGrams: lambda _: (),
    LocateUnits: lambda it: UnitsOfPixel(it.node, "exact", it.pixel, np.eye(8, dtype=bool)),
    Measure: lambda _: measurement(),
    StudyInitialisation: lambda it: study(it.seed),
    EmbedImages: embeddings,
    SaveBackbone: lambda it: it.path,
    SaveEmbeddings: lambda it: it.path,
    Explain: explanation,
    Randomised: lambda it: SanityCheck(
        explanation(it.asked), explanation(it.asked), "all 2 layers", 0.1, 0.2
    ),
    ListClasses: lambda _: ("cat", "dog", *(f"class {k}" for k in range(2, 300))),
    ListParts: lambda it: parts(it.node),
    FindStrongest: lambda it: strongest(it),
    MakePicture: lambda it: made(it),
    AnswerWithout: lambda it: without(it.way),
    RankChannels: lambda it: ranking(it),
    SummariseModel: lambda _: "layer 1\nlayer 2",
    DownloadWeights: lambda it: f"{it.name}.pth",
}


class FakeLink:
    """Stands for `EngineLink`; what is in `manual` waits until the test answers it."""

    def __init__(self) -> None:
        self.pid: int | None = 4711
        self.manual: set[type] = set()
        self.failing: dict[type, str] = {}
        self.sent: list[Command[Any]] = []
        self.open: dict[int, Command[Any]] = {}
        self.cancelled: list[int] = []
        self.stopped_within: float | None = None
        self.starts = 0
        self._listener: Callable[[Any], None] = lambda _: None
        self._id = 0

    # ---- as the window sees it ----

    def listen(self, listener: Callable[[Any], None]) -> None:
        self._listener = listener
        listener(EngineStarted(4711))

    def start(self) -> None:
        self.starts += 1

    def send(self, command: Command) -> int:
        self._id += 1
        self.sent.append(command)
        self.open[self._id] = command
        if type(command) not in self.manual:
            self.answer(self._id)
        return self._id

    def cancel(self, request_id: int) -> None:
        self.cancelled.append(request_id)

    def stop(self, timeout: float) -> None:
        self.stopped_within = timeout

    # ---- as the test sees it ----

    def asked(self, kind: type) -> list[Any]:
        """All commands of a kind, answered or not."""
        return [command for command in self.sent if type(command) is kind]

    def waiting(self, kind: type) -> list[int]:
        """Ids of the open requests of a kind."""
        return [id for id, command in self.open.items() if type(command) is kind]

    def answer(self, request: int | type) -> None:
        """Answer a request, or the oldest open one of a kind."""
        id = request if isinstance(request, int) else self.waiting(request)[0]
        command = self.open.pop(id)
        if (message := self.failing.get(type(command))) is not None:
            self._listener(Failure(id, message))
        else:
            self._listener(Reply(id, ANSWERS[type(command)](command)))

    def fail(self, kind: type, message: str, cancelled: bool = False, allows: str = "") -> None:
        """Let the oldest open request of a kind fail."""
        id = self.waiting(kind)[0]
        del self.open[id]
        self._listener(Failure(id, message, cancelled, allows=allows))

    def progress(self, kind: type, done: int, total: int, text: str) -> None:
        """Report about the oldest open request of a kind."""
        self._listener(Progress(self.waiting(kind)[0], done, total, text))

    def part(self, kind: type, record: object) -> None:
        """Give the oldest open request of a kind an answer so far."""
        self._listener(Part(self.waiting(kind)[0], record))

    def die(self, command: Command[Any] | None, restarting: bool = True, by_cancel: bool = False) -> None:
        """End as the client tells it: first all open requests fail, then the death is told."""
        self.pid = None
        for id in list(self.open):
            del self.open[id]
            self._listener(Failure(id, "The engine ended before this was done; try again.", ended=True))
        self._listener(EngineDied("The engine ended while it worked.", command, restarting, by_cancel))

    def revive(self) -> None:
        self.pid = 4712
        self._listener(EngineStarted(4712))
