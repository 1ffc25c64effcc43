import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import fake_engine
import numpy as np
import psutil
import pytest
from engine_driver import DEADLINE, FAKE, Driver
from fake_engine import DEVICE, numbers

from explorer.engine import transport
from explorer.engine.client import EngineDied, EngineStarted
from explorer.engine.envelopes import Failure, Heartbeat, Part, Progress
from explorer.engine.ledger import Limits
from explorer.engine.messages import LoadModel, OpenImage, ViewValue
from explorer.features.models.messages import DownloadWeights
from explorer.records.images import ImageSource


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ARCH_EXPLORER_HOME", str(tmp_path))
    return tmp_path


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """True if there is no such process, or only what its parent has not asked for yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


# ---- answers ----


def test_small_and_large_answers_arrive_exact_and_writable(driver: Driver) -> None:
    for size in (2, 500_000, 1000, 2_000_000):
        result = driver.ask(ViewValue(1, node=size))

        assert isinstance(result, dict)
        for name, array in numbers(size).items():
            np.testing.assert_array_equal(result[name], array)
            assert result[name].flags.writeable


def test_requests_sent_before_the_start_are_answered() -> None:
    driver = Driver()
    id = driver.send(LoadModel("echo early"))
    driver.client.start()

    assert driver.result(id) == "early"
    driver.client.stop()


def test_large_requests_never_hold_the_sender_up(driver: Driver) -> None:
    image = ImageSource("photo", data=bytes(30_000_000))
    ids = [driver.send(OpenImage(str(number), image)) for number in range(3)]

    assert [driver.result(id) for id in ids] == [30_000_000] * 3


def test_one_lane_keeps_its_order(driver: Driver) -> None:
    names = tuple(f"echo {number}" for number in range(5))
    for name in names:
        driver.send(LoadModel(name))

    assert driver.ask(LoadModel("done")) == names


def test_views_and_downloads_are_answered_while_work_runs(driver: Driver) -> None:
    work = driver.run("wait")

    assert driver.ask(DownloadWeights("echo side")) == "side"
    assert isinstance(driver.ask(ViewValue(1, node=1_000_000)), dict)
    assert work not in driver.answers


def test_progress_has_its_first_and_last_step(driver: Driver) -> None:
    id = driver.send(LoadModel("steps"))

    assert driver.next(Progress) == Progress(id, 1, 3, "steps")
    driver.next(Progress, lambda progress: progress == Progress(id, 1000, 1000, "last"))
    assert driver.result(id) is None


def test_answers_so_far_come_in_order_before_the_whole(driver: Driver) -> None:
    id = driver.send(LoadModel("parts 3"))

    for count in (1, 2, 3):
        part = driver.next(Part)
        assert part.id == id and np.array_equal(part.result["float"], numbers(count * 1000)["float"])
    assert driver.result(id) is None


def test_heartbeats_carry_the_load(driver: Driver) -> None:
    driver.next(Heartbeat, lambda heartbeat: heartbeat.load.cuda_devices == (DEVICE,))


def test_error_for_the_person_is_one_line(driver: Driver) -> None:
    id = driver.send(LoadModel("refuse"))

    assert driver.answer(id) == Failure(id, "cannot do this; do that")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fault 2", "Loading fault 2 failed: ValueError: a ba b"),
        ("fault 100000", r"Loading fault 100000 failed: ValueError: (a b)+.{,450}"),
        ("leave 3", "Loading leave 3 failed: SystemExit: 3"),
        ("foreign", r"Loading foreign failed: PicklingError: Foreign of \S+ cannot be sent.*"),
    ],
)
def test_what_nobody_foresaw_is_one_line_and_its_traceback_is_logged(
    driver: Driver, home: Path, name: str, message: str
) -> None:
    answer = driver.answer(driver.send(LoadModel(name)))

    assert isinstance(answer, Failure)
    assert re.fullmatch(message + r"; the log \(engine\.log\) has the details\.", answer.message)
    assert "Traceback" in (home / "engine.log").read_text(encoding="utf-8")
    assert driver.ask(LoadModel("echo still here")) == "still here"


# ---- cancel ----


def test_the_collector_is_spared_what_libraries_made_and_nothing_else(driver: Driver) -> None:
    before = driver.ask(LoadModel("frozen"))
    driver.ask(LoadModel("import 10"))
    assert driver.ask(LoadModel("frozen")) <= before
    driver.ask(LoadModel("import 1000"))
    assert driver.ask(LoadModel("frozen")) > before


def test_cancelled_request_that_waits_is_answered_at_once_and_never_runs(driver: Driver) -> None:
    running = driver.run("wait")
    waiting = driver.send(LoadModel("echo waiting"))
    driver.client.cancel(waiting)

    assert driver.answer(waiting) == Failure(waiting, "Cancelled.", cancelled=True)
    assert running not in driver.answers

    driver.client.cancel(running)
    assert driver.ask(LoadModel("done")) == ()


def test_cancelled_request_that_runs_stops(driver: Driver) -> None:
    id = driver.run("wait")
    driver.client.cancel(id)

    assert driver.answer(id) == Failure(id, "Cancelled.", cancelled=True)
    assert driver.ask(LoadModel("echo next")) == "next"


@pytest.mark.parametrize("name", ["deaf", "hog"])
def test_ignored_cancel_ends_the_engine_and_costs_no_restart(make: Callable[..., Driver], name: str) -> None:
    driver = make(limits=Limits(cancel=0.3, restarts=0))
    id = driver.run(name)
    other = driver.send(LoadModel("echo other"))
    driver.client.cancel(id)

    died = driver.next(EngineDied)

    assert died.command == LoadModel(name)
    assert died.restarting
    assert "did not stop" in died.message
    assert driver.answer(id) == Failure(id, "Cancelled.", cancelled=True, ended=True)
    gone = Failure(other, "The engine ended before this was done; try again.", ended=True)
    assert driver.answer(other) == gone
    assert driver.ask(LoadModel("echo next")) == "next"


def test_cancel_of_what_is_unknown_or_done_does_nothing(driver: Driver) -> None:
    id = driver.send(LoadModel("echo"))
    driver.answer(id)
    driver.client.cancel(id)
    driver.client.cancel(id + 100)

    assert driver.ask(LoadModel("echo next")) == "next"
    assert len(driver.answers[id]) == 1


# ---- death ----


def test_killed_engine_is_named_restarted_and_nothing_is_replayed(driver: Driver) -> None:
    first = driver.next(EngineStarted).pid
    assert driver.client.pid == first
    view = driver.send(ViewValue(1, node=4))
    driver.answer(view)
    running = driver.run("wait")
    waiting = driver.send(LoadModel("echo waiting"))
    os.kill(first, signal.SIGKILL)

    died = driver.next(EngineDied)
    second = driver.next(EngineStarted).pid

    assert died.command == LoadModel("wait")
    assert died.restarting
    assert "SIGKILL" in died.message
    assert "while loading wait" in died.message
    assert driver.answers[running] == [Failure(running, died.message, ended=True)]
    assert len(driver.answers[waiting]) == 1
    assert len(driver.answers[view]) == 1
    assert second != first
    assert is_gone(first)
    assert driver.ask(LoadModel("done")) == ()


def test_engine_that_dies_idle_has_no_command(driver: Driver) -> None:
    driver.ask(LoadModel("echo"))
    os.kill(driver.client.pid or 0, signal.SIGKILL)

    assert driver.next(EngineDied).command is None


def test_engine_killed_in_the_middle_of_large_answers_is_replaced(driver: Driver) -> None:
    for _ in range(3):
        ids = [driver.send(ViewValue(1, node=2_000_000)) for _ in range(5)]
        driver.answer(ids[0])
        os.kill(driver.client.pid or 0, signal.SIGKILL)
        driver.next(EngineStarted, lambda started: started.pid == driver.client.pid)
        assert isinstance(driver.ask(ViewValue(1, node=2_000_000)), dict)
        assert all(len(driver.answers[id]) == 1 for id in ids)


def test_restarts_have_a_budget_and_a_person_may_start_again(make: Callable[..., Driver]) -> None:
    driver = make(limits=Limits(restarts=1))
    driver.send(LoadModel("exit 3"))
    assert driver.next(EngineDied).restarting
    driver.send(LoadModel("exit 3"))
    died = driver.next(EngineDied)

    assert not died.restarting
    assert "exit code 3" in died.message
    assert driver.client.pid is None
    refused = driver.send(LoadModel("echo"))
    assert "start it again" in driver.answer(refused).message  # type: ignore[union-attr]

    driver.client.start()
    assert driver.ask(LoadModel("echo again")) == "again"


def test_silent_engine_is_replaced(make: Callable[..., Driver]) -> None:
    driver = make(limits=Limits(silence=2.0))
    driver.send(LoadModel("hog"))

    died = driver.next(EngineDied)

    assert died.command == LoadModel("hog")
    assert "no sign of life" in died.message
    assert driver.ask(LoadModel("echo next")) == "next"


@pytest.mark.parametrize(
    ("factory", "why"),
    [(FAKE.replace("FakeEngine", "Broken"), "No module named 'torch'"), ("nowhere.at_all:Engine", "nowhere")],
)
def test_engine_that_cannot_be_built_is_not_tried_again(
    make: Callable[..., Driver], factory: str, why: str
) -> None:
    driver = make(factory)
    id = driver.send(LoadModel("echo"))

    died = driver.next(EngineDied)

    assert not died.restarting
    assert why in died.message
    assert "\n" not in died.message
    assert isinstance(driver.answer(id), Failure)


# ---- the end ----


@pytest.mark.parametrize("name", ["echo", "wait", "deaf", "hog"])
def test_stop_ends_the_engine_whatever_it_does(driver: Driver, name: str) -> None:
    id = driver.run(name)
    view = driver.send(ViewValue(1, node=2_000_000))
    pid = driver.client.pid
    driver.client.stop()
    driver.drain()

    assert pid is not None
    assert not psutil.pid_exists(pid)  # not even a zombie
    assert driver.client.pid is None
    assert len(driver.answers[id]) == len(driver.answers[view]) == 1
    assert not list(transport._folder().glob(f"arch-explorer-{os.getpid()}-*"))


def test_stopped_client_can_be_started_again(driver: Driver) -> None:
    driver.ask(LoadModel("echo"))
    driver.client.stop()
    driver.client.stop()
    driver.client.start()

    assert driver.ask(LoadModel("done")) == ()


PROGRAM = """
    import sys, threading
    from explorer.engine.client import EngineClient, EngineStarted
    from explorer.engine.envelopes import Progress
    from explorer.engine.messages import LoadModel
    from explorer.engine.messages import ViewValue

    def on_event(event):
        if isinstance(event, EngineStarted):
            print(event.pid, flush=True)
        if isinstance(event, Progress):
            print("running", flush=True)
            running.set()

    running = threading.Event()
    client = EngineClient(on_event, {factory!r})
    client.start()
    client.send(ViewValue(1, node=1_000_000))
    client.send(LoadModel({name!r}))
    running.wait()
    {end}
"""


def start_program(folder: Path, name: str, end: str) -> tuple["subprocess.Popen[str]", int]:
    """Start a program that uses the client; return it and its engine's process id once the engine works."""
    script = folder / "program.py"
    text = textwrap.dedent(PROGRAM).format(factory=FAKE, name=name, end=end)
    script.write_text(text, encoding="utf-8")
    path = os.pathsep.join([str(Path(fake_engine.__file__).parent), *sys.path])
    program = subprocess.Popen(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": path, "PYTHONWARNINGS": "error"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    assert program.stdout.readline() == "running\n"
    return program, pid


@pytest.mark.parametrize("name", ["wait", "hog"])
def test_engine_ends_with_a_window_that_is_killed(tmp_path: Path, name: str) -> None:
    program, pid = start_program(tmp_path, name, end="threading.Event().wait()")
    program.kill()
    program.communicate(timeout=DEADLINE)

    wait_until(lambda: is_gone(pid))
    transport.sweep()
    assert not list(transport._folder().glob(f"arch-explorer-{program.pid}-*"))


@pytest.mark.parametrize("end", ["client.stop()", "pass", "sys.exit(0)"])
def test_program_ends_quietly_and_leaves_nothing(tmp_path: Path, end: str) -> None:
    program, pid = start_program(tmp_path, "deaf", end)
    _, errors = program.communicate(timeout=DEADLINE)

    assert (program.returncode, errors) == (0, "")
    assert is_gone(pid)
    assert not list(transport._folder().glob(f"arch-explorer-{program.pid}-*"))


def test_client_imports_neither_torch_nor_qt() -> None:
    script = (
        "import sys, explorer.engine.client; print(sorted({'torch', 'PySide6', 'psutil'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert result.stdout == "[]\n"


# ---- what a model's own code may send ----


def test_a_copy_of_the_engine_does_not_answer_in_its_name(driver: Driver) -> None:
    """`os.fork` in a model's file: both processes come back to where the answer is sent."""
    driver.ask(LoadModel("echo here"))
    engine = psutil.Process(driver.client.pid)
    for _ in range(5):
        assert driver.ask(LoadModel("double")) is False
    assert driver.ask(LoadModel("echo still there")) == "still there"
    assert driver.client.pid == engine.pid
    assert all(len(answers) == 1 for answers in driver.answers.values())
    wait_until(lambda: all(child.status() == psutil.STATUS_ZOMBIE for child in engine.children()))


def test_what_nobody_asked_for_changes_nothing(driver: Driver) -> None:
    driver.ask(LoadModel("echo here"))
    pid = driver.client.pid
    assert driver.ask(LoadModel("forge")) is None
    assert driver.ask(LoadModel("echo still there")) == "still there"
    assert driver.client.pid == pid
    assert {id: len(answers) for id, answers in driver.answers.items()} == {1: 1, 2: 1, 3: 1}
