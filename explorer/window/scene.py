"""The scene: one frozen value that says what is true in the window now. The window is a function of it."""

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from explorer.engine.messages import LoadModel, Measure, Size
from explorer.records.answers import AS_DERIVED, Answer, AnswerWay
from explorer.records.forward import Forward
from explorer.records.images import ImageSource, OpenedImage
from explorer.records.measures import EngineLoad
from explorer.records.models import LoadedModel, TextInput
from explorer.records.trace import Node, Trace

C = TypeVar("C")
_KEYS = itertools.count(1)


class EngineState(Enum):
    """Whether the engine answers: it is being started, it is there, or it is off until a person starts it."""

    STARTING = auto()
    ALIVE = auto()
    OFF = auto()


@dataclass(frozen=True)
class Unit:
    """A place on the grid of any output, as fractions of its height and width, so that it outlives a step."""

    y: float
    x: float

    @classmethod
    def of(cls, unit: tuple[int, int], grid: tuple[int, int]) -> "Unit":
        """Return the place of a unit (y, x) of a grid (H, W)."""
        return cls((unit[0] + 0.5) / grid[0], (unit[1] + 0.5) / grid[1])

    def on(self, grid: tuple[int, int]) -> tuple[int, int]:
        """Return the unit (y, x) of a grid (H, W) at this place."""
        return min(int(self.y * grid[0]), grid[0] - 1), min(int(self.x * grid[1]), grid[1] - 1)


@dataclass(frozen=True)
class Pixel:
    """A pixel (y, x) of the model's input."""

    y: int
    x: int


@dataclass(frozen=True, eq=False)
class SceneImage:
    """An input that the person opened: an image or a word.

    Attributes:
        key: The window's name for it.
        source: Where it comes from.
        opened: What the engine made of it; None until then.
        failed: Why it could not be opened; empty if it was not tried, or could.
        held: Why nothing is asked about it until the person asks again: the engine died on it, or the person
            cancelled; empty if it is not held.
        answer: What the model of seat 0 answers; None until it is known.
    """

    key: str
    source: ImageSource
    opened: OpenedImage | None = None
    failed: str = ""
    held: str = ""
    answer: Answer | None = None

    @classmethod
    def of(cls, source: ImageSource) -> "SceneImage":
        """Return an input under a key of its own."""
        return cls(f"image-{next(_KEYS)}", source)

    @property
    def is_word(self) -> bool:
        """True for a word, False for an image."""
        return self.source.text is not None


@dataclass(frozen=True)
class Question:
    """What a forward, or an answer, depends on."""

    loaded: LoadModel
    key: str
    size: Size | None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Seat:
    """A place for a model: the first is the one that the window is about, a further one is compared with it.

    Attributes:
        wanted: How the person wants it loaded; None for none.
        loaded: How the model that the engine holds was loaded; None while it holds none.
        model: What is known of that model; stays while the engine is started again.
        size: Height and width at which it gets images; None for its own.
        forward: The recorded forward that the engine holds; None without one.
        like: Number of the first of the forwards that ran like the one that is held, one after the other.
        stale: True if what is loaded is wanted anew, for a file of it may have changed.
        way: How the person wants its answers read.
        image: Of a further seat: key of the input that it gets; None for the one that is shown.
        held: Of a further seat: what is not recorded until the person asks again, and why; None if nothing is held.
    """

    wanted: LoadModel | None = None
    loaded: LoadModel | None = None
    model: LoadedModel | None = None
    size: Size | None = None
    forward: Forward | None = None
    like: int = 0
    stale: bool = False
    way: AnswerWay = AS_DERIVED
    image: str | None = None
    held: tuple[Question, str] | None = None

    @property
    def is_live(self) -> bool:
        """True if the engine holds the model that is wanted."""
        return self.loaded is not None and self.loaded == self.wanted and not self.stale

    @property
    def measure(self) -> Measure | None:
        """The question for the time of its forward; None without one."""
        return None if self.forward is None else Measure(self.forward.number, like=self.like)

    def like_of(self, forward: Forward) -> int:
        """Return what `like` is when it holds another forward: it stays where that ran like the one before."""
        before = self.forward
        runs_on = before is not None and self.like > 0 and before.trace.runs_like(forward.trace)
        return self.like if runs_on else forward.number

    @property
    def reads_words(self) -> bool:
        """True if its model reads words instead of images."""
        return self.model is not None and isinstance(self.model.preprocess, TextInput)

    def reads(self, image: SceneImage) -> bool:
        """Tell whether its model, if there is one, reads inputs of this kind."""
        return self.model is None or self.reads_words == image.is_word


def letter(number: int) -> str:
    """Return what the network of a seat is called where several are compared: A, B."""
    return chr(ord("A") + number)


_NO_CHOICES: Mapping[type, Any] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Scene:
    """What is true now; replaced whole, never edited.

    Attributes:
        seats: The loaded models; usually one, two to compare.
        images: The open inputs, in the order they were opened.
        image: Key of the one that is shown; None without one.
        node: Id of the operation that is shown; None without a forward, or where the failure of one is shown.
        module: The module that the person picked, by its path, and whose output is shown: that of its last operation;
            empty where they picked an operation.
        layer: Name of the operation that the person saw last, to find it again in the next forward.
        heading: Which way the last step went: 1 onwards, -1 back.
        chosen_channel: The channel that the person chose: it stays, whatever is shown next; None if they chose none.
        telling: The channel that is shown as long as they chose none; of which operation: `Seat.like` and its id.
        seeks_channel: True while that is not known: what is shown of a channel waits for it.
        place: The unit or the pixel that the person asks about; None for none.
        page, navigator, lens, navigator_before: Ids of the panes in front, and of the navigator before.
        folded: Whether the navigators and the sides of the Explore page are folded away.
        spread: True if the navigator takes the room of the lenses as well.
        choices: What the person chose in the features, by the class of the choice; see `choice`.
        engine: Whether the engine answers.
        load: What the engine said last of its devices.
        busy: True while the engine works on something that can be cancelled.
        playing: True while the operations are stepped through by themselves.
    """

    seats: tuple[Seat, ...] = (Seat(),)
    images: tuple[SceneImage, ...] = ()
    image: str | None = None
    node: int | None = None
    module: str = ""
    layer: str | None = None
    heading: int = 1
    chosen_channel: int | None = None
    telling: tuple[int, tuple[int, int] | None] = (0, None)
    seeks_channel: bool = False
    place: Unit | Pixel | None = None
    page: str = "explore"
    navigator: str = "layers"
    lens: str = "maps"
    navigator_before: str = "layers"
    folded: tuple[bool, bool] = (False, False)
    spread: bool = False
    choices: Mapping[type, Any] = field(default_factory=lambda: _NO_CHOICES)
    engine: EngineState = EngineState.STARTING
    load: EngineLoad = field(default_factory=EngineLoad)
    busy: bool = False
    playing: bool = False

    # ---- the seat in front ----

    @property
    def seat(self) -> Seat:
        """The first seat."""
        return self.seats[0]

    @property
    def model(self) -> LoadedModel | None:
        """What is known of the first seat's model."""
        return self.seat.model

    @property
    def network(self) -> str:
        """Full name of the first seat's model; empty without one."""
        return self.model.entry.full_name if self.model is not None else ""

    @cached_property
    def forward(self) -> Forward | None:
        """The first seat's forward; None beside an input that has none, for it is another's."""
        selected = self.selected
        return None if selected is not None and selected.failed else self.seat.forward

    @cached_property
    def trace(self) -> Trace | None:
        """The trace of the forward."""
        return self.forward.trace if self.forward else None

    @cached_property
    def current(self) -> Node | None:
        """The operation that is shown."""
        return self.trace.nodes[self.node] if self.trace and self.node is not None else None

    @property
    def failure(self) -> str:
        """Why the forward stopped, where that is what is shown in the place of an operation; empty if it is not."""
        return self.trace.failure if self.trace is not None and self.node is None else ""

    @property
    def channel(self) -> int:
        """The channel that is shown large."""
        return self.telling[0] if self.chosen_channel is None else self.chosen_channel

    @property
    def stopped(self) -> str:
        """What stands in the place of values where the forward stopped, for a person; empty if it is not shown."""
        if not self.failure:
            return ""
        return "The forward pass stopped here, so there is nothing to show. Choose an operation before it (Alt+←)."

    @property
    def places(self) -> tuple[int, int] | None:
        """Height and width of the grid of the places on the input that the operation's units have; None for none."""
        field = self.current.receptive_field if self.current is not None else None
        if field is None or field.grid is None or len(field.grid) != 2:
            return None
        return field.grid[0], field.grid[1]

    @property
    def is_coming(self) -> bool:
        """True if a forward is on its way and none is there: what is shown may stay, but is about to change."""
        if self.forward is not None or self.engine is EngineState.OFF or self.seat.wanted is None:
            return False
        return self.selected is not None and self.can_record(self.selected)

    # ---- inputs ----

    @cached_property
    def selected(self) -> SceneImage | None:
        """The input that is shown."""
        return self.find(self.image)

    def image_of(self, seat: Seat) -> SceneImage | None:
        """Return the input that a seat gets; None without one that its model reads."""
        image = self.find(seat.image) or self.selected
        return image if image is not None and seat.reads(image) else None

    def find(self, key: str | None) -> SceneImage | None:
        """Return the open input of that key."""
        return next((image for image in self.images if image.key == key), None)

    def fits(self, image: SceneImage) -> bool:
        """Tell whether the first seat's model, if there is one, reads inputs of this kind."""
        return self.seat.reads(image)

    def can_record(self, image: SceneImage) -> bool:
        """Tell whether nothing stands in the way of a forward on this input."""
        return not image.failed and not image.held and self.fits(image)

    def neighbour(self, key: str | None, way: int = 0, gone: Collection[str] = ()) -> str | None:
        """Return the nearest input to another that can be recorded; None if there is none.

        Args:
            key: The other.
            way: 1 to look after it, -1 before it, 0 after it and then before it.
            gone: Keys of inputs that do not count.
        """
        keys = [it.key for it in self.images]
        if key not in keys:
            return None
        place = keys.index(key)
        after, before = self.images[place + 1 :], self.images[:place][::-1]
        near = after if way > 0 else before if way < 0 else (*after, *before)
        return next((it.key for it in near if it.key not in gone and self.can_record(it)), None)

    def with_inputs(self, *sources: ImageSource) -> "Scene":
        """Return the scene with further inputs, the first of them that the model reads shown.

        What could not be opened before has said why, and goes, unless it is looked at and nothing takes its place.
        """
        added = [SceneImage.of(source) for source in sources]
        shown = next((image.key for image in added if self.fits(image)), self.image)
        kept = [image for image in self.images if not image.failed or image.key == shown]
        return replace(self, images=(*kept, *added), image=shown)

    # ---- what the person chose ----

    def choice(self, kind: type[C]) -> C:
        """Return the choice of a frozen dataclass `kind`, or its defaults."""
        chosen: C | None = self.choices.get(kind)
        return kind() if chosen is None else chosen

    def with_choice(self, choice: object) -> "Scene":
        """Return the scene with another choice of its kind."""
        return replace(self, choices=MappingProxyType({**self.choices, type(choice): choice}))

    def with_seat(self, number: int = 0, **changes: Any) -> "Scene":
        """Return the scene with changes to one seat; one that was closed stays closed."""
        if number >= len(self.seats):
            return self
        seats = list(self.seats)
        seats[number] = replace(seats[number], **changes)
        return replace(self, seats=tuple(seats))

    def swapped(self) -> "Scene":
        """Return the scene with the first two seats in each other's place; of inputs only what is held is known on."""
        first, second = (_moved(seat, number) for number, seat in enumerate(self.seats[1::-1]))
        shown, own = self.image_of(self.seats[1]), self.selected
        key, why = _held(self.seats[1])
        images = tuple(replace(it, answer=None, held=why if it.key == key else "") for it in self.images)
        held = None
        if own is not None and own.held and second.loaded is not None:
            held = Question(second.loaded, own.key, second.size), own.held
        has_own = first.image is not None and shown is not None
        seats = (
            replace(first, image=None, held=None),
            replace(second, image=self.image if has_own else None, held=held),
        )
        image = shown.key if shown is not None else self.image
        return replace(self, seats=seats, images=images, image=image, node=None).without_pixel()

    def at_size(self, size: Size | None) -> "Scene":
        """Return the scene with the first seat's inputs at another height and width: nothing said before holds."""
        images = tuple(replace(image, answer=None, held="") for image in self.images)
        return replace(self.with_seat(size=size, forward=None).without_pixel(), images=images, node=None)

    def without_pixel(self) -> "Scene":
        """Return the scene without the pixel that was asked about: it lay in an input of another size."""
        return replace(self, place=None) if isinstance(self.place, Pixel) else self

    def at_node(self, node: int) -> "Scene":
        """Return the scene with an operation of its forward shown, which is then the one that the person saw last."""
        assert self.trace is not None, "an operation is one of a forward"
        return replace(self, node=node, module="", layer=self.trace.nodes[node].name)

    def after(self, before: "Scene") -> "Scene":
        """Return the scene as it follows another: which way the step went; whoever chooses a lens wants to see it."""
        scene = self
        if scene.navigator != before.navigator:
            scene = replace(scene, navigator_before=before.navigator)
        if before.node is not None and scene.node is not None and scene.node != before.node:
            scene = replace(scene, heading=1 if scene.node > before.node else -1)
        return replace(scene, spread=False) if scene.spread and scene.lens != before.lens else scene

    def with_image(self, key: str, **changes: Any) -> "Scene":
        """Return the scene with changes to one input; one that is gone stays gone."""
        images = tuple(replace(it, **changes) if it.key == key else it for it in self.images)
        return replace(self, images=images)


def _held(seat: Seat) -> tuple[str | None, str]:
    """Return the key of the input that a further seat, as it is, is not to run on, and why; None for none."""
    if seat.held is None or (seat.held[0].loaded, seat.held[0].size) != (seat.loaded, seat.size):
        return None, ""
    return seat.held[0].key, seat.held[1]


def _moved(seat: Seat, number: int) -> Seat:
    """Return a seat as it is under another number."""
    wanted = seat.wanted and replace(seat.wanted, seat=number)
    return replace(seat, wanted=wanted, loaded=seat.loaded and replace(seat.loaded, seat=number))
