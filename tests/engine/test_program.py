"""The engine as a program of its own: whatever the window is run by, and whatever lies in its folder."""

import multiprocessing
import os
import subprocess
import sys
import textwrap
from multiprocessing import spawn
from pathlib import Path
from queue import SimpleQueue

import fake_engine
import psutil
import pytest

import explorer
from explorer.engine.client import EngineClient, EngineDied, EngineStarted, Event
from explorer.engine.envelopes import Failure
from explorer.engine.messages import LoadModel

ROOT = Path(explorer.__file__).parents[1]
FAKE = f"{fake_engine.__name__}:FakeEngine"
DEADLINE = 60

# No guard, as in a notebook; explorer and the fake engine are put on the path by hand.
WINDOW = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(Path(fake_engine.__file__).parent)!r}]
import psutil
from explorer import build_window
from explorer.window import app

print("the body runs", flush=True)
application = app.application_for_window()
window = build_window(model="zoo:lenet5")
window.show()

def end():
    if window.desk.scene.seat.is_live:
        name = window.desk.scene.model.entry.name
        print(len(psutil.Process().children(recursive=True)), "process has loaded", name, flush=True)
        window.close()

window.desk.settled.connect(end)
application.exec()
"""

CLIENT = f"""
import sys
own = [{str(ROOT)!r}, {str(Path(fake_engine.__file__).parent)!r}]
sys.path[:0] = own
from queue import SimpleQueue
from explorer.engine.client import EngineClient, EngineDied
from explorer.engine.envelopes import Failure
from explorer.engine.envelopes import Reply
from explorer.engine.messages import LoadModel
sys.path.remove(own[0])

events = SimpleQueue()
client = EngineClient(events.put, {FAKE!r})
client.start()

def ask(name):
    id = client.send(LoadModel(name))
    while not isinstance(event := events.get(timeout=30), Reply | Failure | EngineDied):
        pass
    return event.result if isinstance(event, Reply) else event

{{body}}
client.stop()
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder whose files bear the names of the packages that the engine needs."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in ("explorer", "torch", "torchvision", "timm"):
        (folder / f"{name}.py").write_text(f"raise SystemExit('the folder hides {name}')", encoding="utf-8")
    return folder


def run(
    program: str, folder: Path, how: str = "script", **options: object
) -> "subprocess.CompletedProcess[str]":
    """Run `program` in `folder` as a script, by `-c` or through standard input; it must end well."""
    text = textwrap.dedent(program)
    (folder / "program.py").write_text(text, encoding="utf-8")
    arguments = {"script": ["program.py"], "-c": ["-c", text], "stdin": ["-"]}[how]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    options.setdefault("input", text if how == "stdin" else None)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment | {"PYTHONWARNINGS": "error", "TORCH_HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        **options,  # type: ignore[call-overload]
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("how", ["script", "-c", "stdin"])
def test_window_of_a_program_without_a_guard_has_one_engine_of_its_own(hostile: Path, how: str) -> None:
    done = run(WINDOW, hostile, how)

    assert done.stderr == ""
    assert done.stdout == "the body runs\n1 process has loaded lenet5\n"


def test_engine_is_of_the_package_that_the_window_is_of(hostile: Path) -> None:
    done = run(CLIENT.format(body="print(ask('package'))"), hostile)

    assert (done.stdout, done.stderr) == (f"{explorer.__file__}\n", "")


def test_engine_neither_reads_the_windows_input_nor_writes_to_its_output(hostile: Path) -> None:
    body = "print([ask('read'), ask('print a word'), sys.stdin.read()])"
    done = run(CLIENT.format(body=body), hostile, input="for the window")

    assert done.stdout == "['', None, 'for the window']\n"
    assert done.stderr == "a word\n"


@pytest.mark.skipif(os.name != "posix", reason="a shell closes the streams")
def test_engine_runs_where_there_is_no_standard_stream(hostile: Path) -> None:
    body = "open('answer', 'w').write(repr([ask('read'), ask('print a word'), ask('echo it runs')]))"
    (hostile / "program.py").write_text(CLIENT.format(body=body), encoding="utf-8")
    subprocess.run(
        ["sh", "-c", 'exec "$0" program.py <&- >&- 2>&-', sys.executable],
        cwd=hostile,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        timeout=DEADLINE,
        check=True,
    )

    assert (hostile / "answer").read_text(encoding="utf-8") == "['', None, 'it runs']"


@pytest.mark.skipif(os.name != "posix", reason="needs fork")
def test_an_engine_is_missed_though_a_process_that_it_forked_holds_its_pipe(hostile: Path) -> None:
    body = "import time; start = time.time(); print(ask('fork 5').message, time.time() - start < 5)"
    done = run(CLIENT.format(body=body), hostile)

    assert done.stdout.startswith("The engine ended with exit code 5 while loading fork 5;")
    assert done.stdout.endswith("True\n")


def test_nothing_is_left_of_an_engine() -> None:
    client = EngineClient(lambda _: None, FAKE)
    before = (psutil.Process().num_fds() if os.name == "posix" else 0, psutil.Process().children())
    for _ in range(3):
        client.start()
        client.stop()

    assert (psutil.Process().num_fds() if os.name == "posix" else 0, psutil.Process().children()) == before


def test_an_engine_that_cannot_be_started_is_told_and_not_tried_again() -> None:
    events: SimpleQueue[Event] = SimpleQueue()
    client = EngineClient(events.put, FAKE)
    python = spawn.get_executable()
    multiprocessing.set_executable("nowhere/python")
    try:
        id = client.send(LoadModel("echo"))
        client.start()
        failure, died = events.get(timeout=DEADLINE), events.get(timeout=DEADLINE)
    finally:
        multiprocessing.set_executable(os.fsdecode(python))

    assert isinstance(failure, Failure) and failure.id == id
    assert isinstance(died, EngineDied) and not died.restarting
    assert died.message.startswith("The engine could not be started (")

    client.start()
    assert isinstance(events.get(timeout=DEADLINE), EngineStarted)
    client.stop()
