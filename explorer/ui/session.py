"""What the window is about: the model, the images, the recorded forward, the place in it. No widgets."""

from dataclasses import dataclass, field

from explorer.engine.messages import Catalogue, Recording, Size
from explorer.records.images import ImageSource, OpenedImage
from explorer.records.models import LoadedModel, TextInput
from explorer.records.trace import Node, Trace


@dataclass
class SessionImage:
    """An image that the person opened.

    Attributes:
        key: The session's name for it.
        source: Where it comes from.
        opened: What the engine made of it; None until then.
        failed: True if it could not be opened.
        answered: True if the live model's answer to it is known.
        held: True if the engine died on it: nothing is asked about it until the person selects it.
    """

    key: str
    source: ImageSource
    opened: OpenedImage | None = None
    failed: bool = False
    answered: bool = False
    held: bool = False


@dataclass
class Session:
    """The state of the window.

    Attributes:
        model: The live model; None before the first is loaded, and if a new engine has none to load.
        size: Height and width at which the model gets images; None for its own.
        images: The open images by key, in the order they were opened.
        selected: Key of the image whose answer is shown; None without one.
        recording: The recorded forward that the engine holds; None without one.
        node: Id of the operation that is shown; None without a recording.
        layer: Name of the operation that the person saw last, to find it again in the next recording.
        backbone: Name of the operation at which images are embedded; None where none is used so.
        catalogue: All models that can be loaded; None until it was asked for.
    """

    model: LoadedModel | None = None
    size: Size | None = None
    images: dict[str, SessionImage] = field(default_factory=dict)
    selected: str | None = None
    recording: Recording | None = None
    node: int | None = None
    layer: str | None = None
    backbone: str | None = None
    catalogue: Catalogue | None = None
    _opened: int = 0

    @property
    def trace(self) -> Trace | None:
        """The trace of the recording."""
        return self.recording.trace if self.recording else None

    @property
    def current(self) -> Node | None:
        """The operation that is shown."""
        return self.trace.nodes[self.node] if self.trace and self.node is not None else None

    @property
    def recording_number(self) -> int:
        """The engine's number of the recording; 0 without one."""
        return self.recording.number if self.recording else 0

    @property
    def reads_words(self) -> bool:
        """True if the live model reads words instead of images."""
        return self.model is not None and isinstance(self.model.preprocess, TextInput)

    def fits(self, image: SessionImage) -> bool:
        """Tell whether the live model, if there is one, reads inputs of this kind."""
        return self.model is None or self.reads_words == (image.source.text is not None)

    def add_image(self, source: ImageSource) -> SessionImage:
        """Take in an image under a new key."""
        self._opened += 1
        image = SessionImage(f"image-{self._opened}", source)
        self.images[image.key] = image
        return image

    def neighbour(self, key: str) -> str | None:
        """Return the image after `key` that the model can use, or the one before; None if it is the only one."""
        usable = [
            other
            for other, image in self.images.items()
            if other == key or (not image.failed and self.fits(image))
        ]
        place = usable.index(key)
        beside = usable[place + 1 : place + 2] or usable[:place][-1:]
        return beside[0] if beside else None

    def landing_node(self) -> int | None:
        """Return the operation to show first: the one seen last if it exists, else the first convolution."""
        if self.trace is None or not self.trace.nodes:
            return None
        if self.layer in self.trace.by_name:
            return self.trace.by_name[self.layer].id
        operations = [node for node in self.trace.nodes if node.op != "input"]
        convolutions = [node for node in operations if node.op.startswith("conv")]
        return (convolutions or operations or list(self.trace.nodes))[0].id
