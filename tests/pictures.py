"""Make the README's pictures anew, each of the real window over a real engine, without a screen.

Usage: python tests/pictures.py [NAME ...], a name being that of a file in resources/pictures without its ending.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image, ImageColor
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QTableView

from explorer.features import features
from explorer.features.attention.choice import AttentionChoice
from explorer.features.compare.choice import Comparing
from explorer.features.field.gradient import GradientChoice
from explorer.features.field.messages import Source
from explorer.features.graph.choice import GraphChoice
from explorer.features.words.ngram_table import NGramTable
from explorer.paths import resources
from explorer.records.edits import Edit, Fill, Patch
from explorer.window import loading, theme
from explorer.window.app import application_for_window, assemble
from explorer.window.frame import MainWindow
from explorer.window.live import Live
from explorer.window.scene import Pixel, Unit
from explorer.window.settings import Settings
from explorer.window.start import Start
from explorer.window.widgets.graph.canvas import GraphCanvas

SIZE = (1440, 900)
PATIENCE_SECONDS = 600.0
CALM_SECONDS = 0.6
COLOURS = 256
MOST_ZOOM = 1.6
OUT = resources() / "pictures"
CAT, CUP, ASTRONAUT = (
    str(resources() / "samples" / it) for it in ("chelsea.png", "coffee.png", "astronaut.png")
)
FIRST_LAYER = "encoder.layers.encoder_layer_0"
LITE = "zoo:efficientnet_lite0"
DEEP = "blocks.2.0.conv_dw"

Arrange = Callable[["Stage"], None]


class Stage:
    """A window with a model and images, and what a person does there."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.desk = window, window.desk

    def calm(self) -> None:
        """Wait until all that is asked for is there and nothing has been under way for a moment."""
        end, calm = time.monotonic() + PATIENCE_SECONDS, 0.0
        while calm < CALM_SECONDS:
            if time.monotonic() > end:
                raise SystemExit("the window did not come to rest in time")
            loop = QEventLoop()
            QTimer.singleShot(50, loop.quit)
            loop.exec()
            calm = calm + 0.05 if self.desk.is_idle and self.desk.has_caught_up else 0.0

    def show(self, lens: str, layer: str, **changes: Any) -> None:
        """Bring a lens and an operation to the front."""
        trace = self.desk.scene.trace
        assert trace is not None
        self.desk.set(page="explore", lens=lens, node=trace.by_name[layer].id, layer=layer, **changes)
        self.calm()

    def choose(self, choice: object) -> None:
        """Choose, as a press on a control of a pane does."""
        self.desk.choose(choice)
        self.calm()

    def press(self, text: str) -> None:
        """Press the button in sight that bears this text."""
        found = [
            it for it in self.window.findChildren(QAbstractButton) if it.text() == text and it.isVisible()
        ]
        assert len(found) == 1, f"{len(found)} buttons in sight say {text}"
        found[0].click()
        self.calm()

    def beside(self, name: str, weights: str) -> None:
        """Load a second network on the page that compares."""
        self.desk.set(page="compare")
        loading.want_beside(self.desk, loading.command(self.desk.scene, name, weights))
        self.calm()

    def drawn(self, layer: str, *opened: str) -> None:
        """Draw the network large, with these groups open and an operation shown; the last group fills the room."""
        self.desk.set(navigator="graph", spread=True)
        self.calm()
        trace = self.desk.scene.trace
        assert trace is not None
        groups = [it if it.startswith("run ") else f"group {it}" for it in opened]
        self.desk.choose(GraphChoice(trace.model, frozenset(groups)))
        self.desk.set(node=trace.by_name[layer].id, layer=layer)
        self.calm()
        canvas = next(it for it in self.window.findChildren(GraphCanvas) if it.isVisible())
        place, (wide, high) = canvas.rect_of(groups[-1]), (canvas.width(), canvas.height())
        canvas.zoom(min(MOST_ZOOM, wide / place.width(), high / place.height()))
        self.calm()
        middle = canvas.rect_of(groups[-1]).center()
        canvas.pan(wide / 2 - middle.x(), high / 2 - middle.y())
        self.calm()


# ---- the pictures ----


def maps(stage: Stage) -> None:
    stage.show("maps", DEEP, place=Unit.of((12, 9), (28, 28)))


def field(stage: Stage) -> None:
    stage.show("field", DEEP, place=Unit.of((12, 9), (28, 28)), chosen_channel=50)
    stage.choose(GradientChoice(Source.IMAGE))


def why(stage: Stage) -> None:
    stage.show("why", DEEP)


def cost(stage: Stage) -> None:
    stage.show("cost", DEEP, place=Unit.of((12, 9), (28, 28)))
    stage.press("Measure time")


def kernels(stage: Stage) -> None:
    stage.show("kernels", "conv_stem")


def attention(stage: Stage) -> None:
    softmax = "encoder.layers.encoder_layer_3.self_attention.softmax"
    stage.show("attention", softmax, place=Pixel(6 * 16 + 8, 4 * 16 + 8))
    stage.choose(AttentionChoice(head=3))


def heads(stage: Stage) -> None:
    stage.show("maps", "encoder.layers.encoder_layer_2.self_attention.softmax")


def what_if(stage: Stage) -> None:
    stage.show("ablation", "blocks.1.1.bn3", chosen_channel=23)
    stage.press("Rank channels")
    stage.press("Channel 23 off")


def likes(stage: Stage) -> None:
    stage.show("likes", "blocks.3.1.bn3", chosen_channel=5)
    stage.press("Make a picture")


def live(stage: Stage) -> None:
    stage.show("maps", "blocks.1.1.add", chosen_channel=5)
    stage.press("Try changes")
    patch = Patch(0.34, 0.3, 0.36, Fill.BLUR)
    stage.choose(replace(stage.desk.scene.choice(Live), edit=Edit(patch=patch)))


def images(stage: Stage) -> None:
    stage.desk.set(page="images")
    stage.calm()
    stage.press("Compare the images at global_pool")


def labs(stage: Stage) -> None:
    stage.show("maps", "blocks.2.0.conv_pw")
    stage.desk.set(page="labs")
    stage.calm()
    stage.press("Compare initialisations")


def history(stage: Stage) -> None:
    stage.desk.set(page="history")
    stage.calm()


def word(stage: Stage) -> None:
    stage.show("maps", "width2")
    stage.window.findChild(NGramTable).findChild(QTableView).selectRow(2)


def inception(stage: Stage) -> None:
    stage.drawn("inception3a.branch2.0.conv", "inception3a")


def residual(stage: Stage) -> None:
    stage.drawn("layer2.0.conv1", "layer2", "layer2.0.downsample", "layer2.0")


def dense(stage: Stage) -> None:
    stage.drawn("features.denseblock1.denselayer3.conv1", "features", "features.denseblock1")


def drawn_attention(stage: Stage) -> None:
    path = (
        "encoder",
        "encoder.layers",
        f"run group {FIRST_LAYER}",
        FIRST_LAYER,
        f"{FIRST_LAYER}.self_attention",
    )
    stage.drawn(f"{FIRST_LAYER}.self_attention.softmax", *path)


def compare(stage: Stage) -> None:
    stage.show("maps", "blocks.1.0.conv_dw")
    stage.beside(LITE, "random")


def compare_graphs(stage: Stage) -> None:
    stage.show("maps", "layer1.1.conv2")
    stage.beside("zoo:resnet34", "random")
    stage.choose(Comparing(graphs=True, values=True))


PICTURES: dict[str, tuple[str, Sequence[str], Arrange]] = {
    "maps-light": (LITE, (CAT, CUP, ASTRONAUT), maps),
    "graph-light": ("zoo:googlenet", (CAT,), inception),
    "graph-resnet": ("zoo:resnet18", (CAT,), residual),
    "graph-densenet": ("zoo:densenet121", (CAT,), dense),
    "graph-attention": ("zoo:vit_b_16", (CAT,), drawn_attention),
    "field-light": (LITE, (CAT, CUP, ASTRONAUT), field),
    "why-light": (LITE, (CAT, CUP, ASTRONAUT), why),
    "kernels-dark": (LITE, (CAT, CUP, ASTRONAUT), kernels),
    "attention-light": ("zoo:vit_b_16", (CAT,), attention),
    "cost-light": (LITE, (CAT, CUP, ASTRONAUT), cost),
    "history-light": (LITE, (), history),
    "vit-dark": ("zoo:vit_b_16", (CAT, CUP, ASTRONAUT), heads),
    "word-light": ("zoo:char_cnn", (), word),
    "labs-light": (LITE, (CAT,), labs),
    "images-light": (LITE, (CAT, CUP, ASTRONAUT), images),
    "compare-light": (LITE, (CAT, CUP, ASTRONAUT), compare),
    "compare-graphs-light": ("zoo:resnet18", (CAT,), compare_graphs),
    "what-if-light": (LITE, (CAT, CUP, ASTRONAUT), what_if),
    "likes-dark": (LITE, (CAT, CUP, ASTRONAUT), likes),
    "live-light": (LITE, (CAT,), live),
}
"""Of each its network, the images that are open, and what is done; the last word of a name is the theme, else light."""


def make(name: str) -> None:
    """Make one picture."""
    model, opened, arrange = PICTURES[name]
    with TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "settings.ini")
        settings.theme = "dark" if name.endswith("dark") else "light"
        window = assemble(Start(model, opened, False), features(), None, settings)
        try:
            window.setMinimumSize(0, 0)
            window.resize(*SIZE)
            window.show()
            stage = Stage(window)
            stage.calm()
            arrange(stage)
            stage.calm()
            save(window, OUT / f"{name}.png")
        finally:
            window.close()


def save(window: MainWindow, file: Path) -> None:
    """Save what a window shows in 256 colours: the theme's and the kinds' own, the rest as near as may be."""
    shown = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    picture = Image.frombuffer("RGB", SIZE, shown.constBits(), "raw", "RGB", shown.bytesPerLine(), 1)
    own = [it for it in (*vars(theme.current()).values(), *theme.KINDS.values()) if str(it).startswith("#")]
    colours = [ImageColor.getrgb(it) for it in dict.fromkeys(own)]
    others = picture.quantize(COLOURS - len(colours), Image.Quantize.MEDIANCUT, 3).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(part for colour in colours for part in colour), *others])
    picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(file, optimize=True)


def main() -> int:
    wanted = sys.argv[1:] or list(PICTURES)
    if unknown := set(wanted) - set(PICTURES):
        print(
            f"no picture is named {', '.join(sorted(unknown))}; there are: {', '.join(PICTURES)}",
            file=sys.stderr,
        )
        return 2
    application_for_window()
    for name in wanted:
        make(name)
        print(name, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
