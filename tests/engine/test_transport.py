import multiprocessing
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from fake_engine import numbers
from torch import nn

import explorer
from explorer.engine import transport
from explorer.engine.envelopes import Request
from explorer.engine.messages import OpenImage
from explorer.engine.transport import (
    LARGE,
    Grant,
    MessageReceiver,
    MessageSender,
    receive_in_engine,
    send_to_engine,
    sweep,
)
from explorer.records.images import ImageSource, RawPixels

DEADLINE = 20


class Link:
    """Both ends in one process: what the engine would send from its threads, received in this one."""

    def __init__(self) -> None:
        self.window_end, self.engine_end = multiprocessing.Pipe()
        self.sender = MessageSender(self.engine_end)
        self.grants: list[Grant] = []
        self.receiver = MessageReceiver(self.window_end, self._answer)
        self.answers = True

    def _answer(self, grant: Grant) -> None:
        self.grants.append(grant)
        if self.answers:
            self.sender.granted(grant)

    def send(self, message: object) -> threading.Thread:
        thread = threading.Thread(target=self.sender.send, args=(message,))
        thread.start()
        return thread

    def receive(self) -> object:
        """The next message that is one."""
        while True:
            assert self.window_end.poll(DEADLINE)
            if (message := self.receiver.receive()) is not None:
                return message

    def carry(self, message: object) -> object:
        thread = self.send(message)
        received = self.receive()
        thread.join()
        return received


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(transport, "_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def link(folder: Path) -> Iterator[Link]:
    link = Link()
    yield link
    link.receiver.close()
    link.window_end.close()
    link.engine_end.close()


@pytest.mark.parametrize("size", [2, 1000, LARGE // 4, LARGE])
def test_arrays_arrive_exact_and_writable(link: Link, size: int) -> None:
    sent = numbers(size)

    received = link.carry(sent)

    assert isinstance(received, dict)
    assert received.keys() == sent.keys()
    for name, array in sent.items():
        np.testing.assert_array_equal(received[name], array)
        assert received[name].dtype == array.dtype
        assert received[name].flags.writeable


def test_only_large_messages_use_shared_memory(link: Link, folder: Path) -> None:
    link.carry(np.zeros(LARGE - 1, np.uint8))
    assert not list(folder.iterdir())

    link.carry(np.zeros(LARGE, np.uint8))
    assert len(list(folder.iterdir())) == 1


def test_received_arrays_survive_later_messages_and_the_end(link: Link, folder: Path) -> None:
    first = link.carry(np.full(LARGE, 1, np.uint8))
    second = link.carry(np.full(LARGE, 2, np.uint8))
    link.receiver.close()

    assert np.all(first == 1)
    assert np.all(second == 2)
    assert not list(folder.iterdir())


def test_shared_memory_is_reused_grows_and_shrinks(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_IDLE", 4 * LARGE)
    for size in (LARGE, 2 * LARGE, 20 * LARGE, LARGE):
        assert np.asarray(link.carry(np.ones(size, np.uint8))).sum() == size

    small, *_, shrunk = paths = [grant.path for grant in link.grants]
    grown = paths[3]
    assert len({small, grown, shrunk}) == 3
    assert paths == [small] * 3 + [grown] * 2 + [shrunk] * 2, (
        "once it is asked for, and anew when it was read"
    )


def test_what_fits_into_memory_that_was_granted_waits_for_no_answer(link: Link) -> None:
    link.carry(np.zeros(LARGE, np.uint8))
    granted = len(link.grants)
    link.answers = False

    assert np.asarray(link.carry(np.ones(LARGE, np.uint8))).all()

    assert len(link.grants) == granted + 1, "the memory of this one, for the next"


def test_after_one_that_could_not_be_filled_in_the_next_large_message_arrives(
    link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_memory(*_: object) -> None:
        raise MemoryError

    link.carry(np.zeros(LARGE, np.uint8))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(np, "frombuffer", without_memory)
        with pytest.raises(MemoryError):
            link.sender.send(np.ones(LARGE, np.uint8))
    assert np.asarray(link.carry(np.full(LARGE, 2, np.uint8))).sum() == 2 * LARGE
    assert np.asarray(link.carry(np.full(LARGE, 3, np.uint8))).sum() == 3 * LARGE


def test_only_its_owner_can_read_the_shared_memory(link: Link, folder: Path) -> None:
    link.carry(np.zeros(LARGE, np.uint8))

    assert next(folder.iterdir()).stat().st_mode & 0o077 == 0


def test_small_message_passes_while_a_large_one_waits_for_its_grant(link: Link) -> None:
    link.answers = False
    large = link.send(np.zeros(LARGE, np.uint8))
    while not link.grants:
        assert link.window_end.poll(DEADLINE)
        link.receiver.receive()

    assert link.carry("small") == "small"

    link.sender.granted(link.grants[0])
    assert np.asarray(link.receive()).nbytes == LARGE
    large.join()


def test_many_threads_send_large_messages_at_once(link: Link) -> None:
    threads = [link.send((value, np.full(LARGE, value, np.uint8))) for value in range(8)]
    received: list[tuple[int, np.ndarray]] = [link.receive() for _ in threads]  # type: ignore[misc]
    for thread in threads:
        thread.join()

    assert sorted(value for value, _ in received) == list(range(8))
    assert all(np.all(array == value) for value, array in received)


def test_without_room_for_shared_memory_the_pipe_carries_all(
    link: Link, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, start: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    sent = numbers(LARGE)

    received = link.carry(sent)

    assert isinstance(received, dict)
    np.testing.assert_array_equal(received["float"], sent["float"])
    assert not list(folder.iterdir())


def test_objects_of_other_libraries_are_refused_and_nothing_is_sent(link: Link) -> None:
    with pytest.raises(Exception, match="Queue of queue cannot be sent"):
        link.sender.send((np.zeros(LARGE), queue.Queue()))

    assert not link.window_end.poll()


def test_of_a_record_its_fields_arrive_without_what_it_has_derived(link: Link) -> None:
    trace = explorer.record(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), torch.ones(1, 2)).trace
    assert (
        trace.operations_of_call and trace.by_name
    )  # a counter of another library's kind, and every node once more
    received = link.carry(trace)
    assert received.nodes == trace.nodes and vars(received).keys() == set(trace.__dataclass_fields__)
    assert received.operations_of_call == trace.operations_of_call


def test_end_of_the_engine_ends_the_receiver(link: Link) -> None:
    link.engine_end.close()

    with pytest.raises(EOFError):
        link.receiver.receive()


def test_sweep_deletes_only_what_dead_windows_left(link: Link, folder: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left_behind = folder / f"arch-explorer-{dead.pid}-0a1b"
    foreign = folder / f"arch-explorer-{dead.pid}-notes.txt"
    left_behind.touch()
    foreign.touch()
    link.carry(np.zeros(LARGE, np.uint8))
    (own,) = set(folder.iterdir()) - {left_behind, foreign}

    sweep()

    assert set(folder.iterdir()) == {own, foreign}


# ---- to the engine ----


def test_a_picture_reaches_the_engine_as_it_lies(link: Link) -> None:
    rows = np.random.default_rng(0).integers(0, 256, (3000, 2000), np.uint8)
    sent = Request(7, OpenImage("key", ImageSource("pasted", pixels=RawPixels(rows, 500, "RGB", "BGRX"))))
    thread = threading.Thread(target=send_to_engine, args=(link.window_end, sent))
    thread.start()
    received = receive_in_engine(link.engine_end)
    thread.join()
    assert isinstance(received, Request) and isinstance(received.command, OpenImage)
    pixels = received.command.source.pixels
    assert received.id == 7 and pixels is not None
    assert (pixels.width, pixels.mode, pixels.order) == (500, "RGB", "BGRX")
    assert np.array_equal(pixels.rows, rows)


def test_what_cannot_be_pickled_is_refused_and_nothing_is_sent(link: Link) -> None:
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
        send_to_engine(link.window_end, threading.Lock())
    assert not link.engine_end.poll()
