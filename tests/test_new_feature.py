"""The recipe of explorer/ARCHITECTURE.md, followed in a copy of the program: one folder and one line, a whole feature.

The pane asks, shows, is refused where its question ended the engine, and loses its forward; the verb answers.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DEADLINE = 240

FEATURE = {
    "__init__.py": '''
        """Zeros: how many values of an operation are zero."""

        from explorer.window.spec import ActionSpec, Feature, PaneSpec, Place, Verb

        FEATURE = Feature(
            panes=(
                PaneSpec(
                    "zeros", "Zeros", "How many values are zero", Place.LENS, "explorer.features.zeros.pane:ZerosPane"
                ),
            ),
            actions=(
                ActionSpec(
                    "openZeros", "Zeros", "Show how many values are zero", lambda desk: desk.set(lens="zeros"),
                    enabled=lambda scene: scene.forward is not None,
                ),
            ),
            verbs=(Verb("zeros", "count the zeros of an operation", "explorer.features.zeros.terminal"),),
        )
    ''',
    "messages.py": '''
        """What can be asked about zeros."""

        from dataclasses import dataclass

        from explorer.engine.command import Command, Lane


        @dataclass(frozen=True)
        class Zeros:
            """How many of how many values are zero."""

            zeros: int
            values: int


        @dataclass(frozen=True)
        class CountZeros(Command[Zeros]):
            """Asks how many values of operation `node` of a forward are zero."""

            lane, doing = Lane.VIEW, "counting zeros"

            forward: int
            node: int
    ''',
    "compute.py": '''
        """Answers what is asked about zeros."""

        import os

        from explorer.engine.bench import Bench
        from explorer.engine.command import answers
        from explorer.engine.task import Task
        from explorer.features.zeros.messages import CountZeros, Zeros


        @answers(CountZeros)
        def count_zeros(ask: CountZeros, bench: Bench, task: Task) -> Zeros:
            """Count; the last operation ends the engine, as broken native code would."""
            forward, node = bench.node(ask.forward, ask.node)
            if node.name == "fc3" and "ZEROS_KILL" in os.environ:
                os._exit(9)
            value = forward.recording.value(node.id)
            return Zeros(int((value == 0).sum()), value.numel())
    ''',
    "pane.py": '''
        """The lens of zeros."""

        from PySide6.QtWidgets import QLabel

        from explorer.engine.envelopes import Failure
        from explorer.features.zeros.messages import CountZeros, Zeros
        from explorer.window.spec import Wish


        class ZerosPane:
            """Shows the count of the operation."""

            def __init__(self, desk):
                self.widget = QLabel("nothing yet")

            def wants(self, scene):
                if scene.forward is None or scene.node is None:
                    return None
                return Wish(CountZeros(scene.forward.number, scene.node))

            def show(self, scene, answer):
                if isinstance(answer, Zeros):
                    self.widget.setText(f"{scene.current.name}: {answer.zeros} of {answer.values}")
                elif isinstance(answer, Failure):
                    self.widget.setText(f"refused: {answer.message}")
                elif answer is None:
                    self.widget.setText("no forward")
    ''',
    "terminal.py": '''
        """`arch-explorer zeros`."""

        from explorer.engine.messages import LoadModel, OpenImage, Record
        from explorer.features.zeros.messages import CountZeros
        from explorer.records.images import ImageSource


        def add_arguments(parser):
            parser.add_argument("model")
            parser.add_argument("image")


        def carry_out(options, ask):
            ask(LoadModel(options.model, "random", seed=0))
            ask(OpenImage("it", ImageSource("it", path=options.image)))
            found = ask(CountZeros(1, ask(Record(1, "it")).trace.by_name["relu1"].id))
            return f"{found.zeros} of {found.values}", 0
    ''',
}

WINDOW = """
import sys
from PySide6.QtCore import QTimer
import explorer
from explorer.window.app import application_for_window

application = application_for_window()
window = explorer.build_window(model="zoo:cifar_net", images=sys.argv[1:])
window.resize(1200, 800)
window.show()
desk, said = window.desk, []

def text():
    from explorer.window.holder import Holder
    pane = next(it for it in window.findChildren(Holder) if it.spec.id == "zeros").pane
    return pane.widget.text() if pane else ""

def go(name):
    node = desk.scene.trace.by_name[name].id
    desk.set(node=node, layer=name, lens="zeros")

def steps():
    while desk.scene.forward is None:
        yield
    while not window.actions_["openZeros"].isEnabled():
        yield
    window.actions_["openZeros"].trigger()
    go("relu1")
    while not text().startswith("relu1:"):
        yield
    said.append(text())
    first = desk.scene.forward.number
    desk.set(image=desk.scene.images[1].key)
    while desk.scene.forward.number == first or text() == said[0]:
        yield
    said.append(text())
    go("fc3")
    while not text().startswith("refused:"):
        yield
    said.append(text())
    while desk.scene.forward is None or not desk.is_idle:
        yield
    said.append("still " + text().partition(":")[0])
    go("relu1")
    while not text().startswith("relu1:"):
        yield
    said.append(text())
    desk.set(images=(), image=None)
    desk.put(desk.scene.with_seat(forward=None))
    while text() != "no forward":
        yield
    said.append(text())

run = steps()

def look():
    try:
        next(run)
    except StopIteration:
        timer.stop()
        print("\\n".join(said), flush=True)
        window.close()

timer = QTimer(interval=20)
timer.timeout.connect(look)
timer.start()
application.exec()
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with one more folder in `features/` and one more line in its list."""
    house = tmp_path_factory.mktemp("house")
    for folder in ("explorer", "resources"):
        shutil.copytree(
            ROOT / folder, house / folder, ignore=shutil.ignore_patterns("__pycache__", "pictures")
        )
    folder = house / "explorer" / "features" / "zeros"
    folder.mkdir()
    for name, text in FEATURE.items():
        lines = text.strip("\n").splitlines()
        (folder / name).write_text("\n".join(line[8:] for line in lines) + "\n", encoding="utf-8")
    listing = house / "explorer" / "features" / "__init__.py"
    text = listing.read_text(encoding="utf-8")
    assert text.count('    "maps",\n') == 1
    listing.write_text(text.replace('    "maps",\n', '    "maps",\n    "zeros",\n'), encoding="utf-8")
    (house / "run.py").write_text(WINDOW, encoding="utf-8")
    return house


def run(house: Path, *arguments: object) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    own = {
        "PYTHONPATH": str(house),
        "ZEROS_KILL": "1",
        "ARCH_EXPLORER_HOME": str(house / "home"),
        "TORCH_HOME": str(house / "torch"),
    }
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=house, env=kept | own, capture_output=True, text=True, timeout=DEADLINE
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def photo(house: Path, name: str) -> Path:
    return house / "resources" / "samples" / f"{name}.png"


def test_verb_answers_through_the_same_command(house: Path) -> None:
    zeros, _, values = (
        run(house, "-m", "explorer", "zeros", "zoo:cifar_net", photo(house, "coffee")).strip().split()
    )
    assert 0 < int(zeros) < int(values)


def test_pane_asks_shows_is_refused_and_loses_its_forward(house: Path) -> None:
    said = run(house, "run.py", photo(house, "coffee"), photo(house, "chelsea")).splitlines()
    assert len(said) == 6, said
    first, second, refused, still, again, gone = said
    assert first.startswith("relu1: ") and second.startswith("relu1: ") and first != second
    assert refused.startswith("refused: The engine ended with exit code 9 while counting zeros")
    assert still == "still refused", "the question that ended the engine is not asked again"
    assert again == second and gone == "no forward"
