"""Files that want to run code: none does, whatever the instruction, and weights beside it arrive."""

import argparse
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from weight_files import State, Write, legacy, network, ops, pickled, refusal, saved, text

from explorer import weights

STATE: State = network().state_dict()


class Reduced:
    """Unpickling it calls a function."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.asked = function, args

    def __reduce__(self) -> tuple[Any, ...]:
        return self.asked


class WithState:
    """Unpickling it would put the state into it."""

    def __init__(self, state: Any) -> None:
        self.state = state

    def __reduce__(self) -> tuple[Any, ...]:
        return argparse.Namespace, (), self.state


class WithItems(WithState):
    """Unpickling it would append to it, and set items of it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, iter([self.state]), iter([("a", self.state)])


def shell(trap: Path) -> bytes:
    return f"touch {trap}".encode()


# Each gets the trap, a file that is there once code ran, and gives the object to be saved beside the weights.
TRAPS: dict[str, Callable[[Path], Any]] = {
    "os.system": lambda trap: Reduced(os.system, shell(trap).decode()),
    "open": lambda trap: Reduced(open, str(trap), "w"),
    "exec": lambda trap: Reduced(exec, f"open({str(trap)!r}, 'w')"),
    "eval": lambda trap: Reduced(eval, f"open({str(trap)!r}, 'w')"),
    "Path.touch": lambda trap: Reduced(Path.touch, trap),
    "torch.save": lambda trap: Reduced(torch.save, 1, str(trap)),
    "torch.load": lambda trap: Reduced(torch.load, str(trap)),
    "in a list": lambda trap: [Reduced(os.mknod, str(trap))],
    "as a state": lambda trap: WithState({"x": Reduced(os.mknod, str(trap))}),
    "as an item": lambda trap: WithItems(Reduced(os.mknod, str(trap))),
    "as a key": lambda trap: {Reduced(os.mknod, str(trap)): 1},
    "as an argument": lambda trap: Reduced(getattr, Reduced(os.mknod, str(trap)), "x"),
    "as a bound method": lambda trap: Reduced(getattr, Path(trap), "touch"),
}
CALLS: dict[str, Callable[[Path], bytes]] = {
    "GLOBAL and REDUCE": lambda trap: b"cos\nsystem\n(" + text(shell(trap)) + b"tR",
    "STACK_GLOBAL and REDUCE": lambda trap: (
        text(b"os") + text(b"system") + b"\x93(" + text(shell(trap)) + b"tR"
    ),
    "INST": lambda trap: b"(" + text(shell(trap)) + b"ios\nsystem\n",
    "OBJ": lambda trap: b"(cos\nsystem\n" + text(shell(trap)) + b"o",
    "NEWOBJ": lambda trap: b"cos\nsystem\n" + text(shell(trap)) + b"\x85\x81",
    "NEWOBJ_EX": lambda trap: b"cos\nsystem\n" + text(shell(trap)) + b"\x85}\x92",
    "BUILD of a class": lambda trap: b"cbuiltins\ndict\n}" + text(b"__class__") + b"cos\nsystem\nsb",
    "through a dotted name": lambda trap: (
        text(b"torch") + text(b"os.system") + b"\x93(" + text(shell(trap)) + b"tR"
    ),
    "through _rebuild_from_type": lambda trap: (
        b"ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nctorch\nTensor\n"
        + text(shell(trap))
        + b"\x85}tR"
    ),
    "as a storage": lambda trap: (
        b"ctorch._utils\n_rebuild_tensor_v2\n(cos\nsystem\n" + text(shell(trap)) + b"\x85RK\0)))tR"
    ),
    "as a persistent id": lambda trap: b"cos\nsystem\n(" + text(shell(trap)) + b"tRQ",
    "in a nested file": lambda trap: (
        b"ctorch.storage\n_load_from_bytes\nB"
        + (lambda inner: struct.pack("<I", len(inner)) + inner)(
            b"cos\nsystem\n(" + text(shell(trap)) + b"tR."
        )
        + b"\x85R"
    ),
}


@pytest.mark.parametrize("write", [saved, legacy, pickled])
@pytest.mark.parametrize("trap", TRAPS)
def test_code_beside_the_weights_does_not_run_and_the_weights_arrive(
    tmp_path: Path, trap: str, write: Callable[[Any], Write]
) -> None:
    canary, target = tmp_path / "canary", network(seed=2)
    path = write({"model": STATE, "x": TRAPS[trap](canary)})(tmp_path)
    weights.apply(target, weights.load(path))
    assert not canary.exists()
    assert all(torch.equal(target.state_dict()[key], tensor) for key, tensor in STATE.items())


@pytest.mark.parametrize("write", [saved, legacy, pickled])
@pytest.mark.parametrize("trap", TRAPS)
def test_code_in_the_place_of_weights_does_not_run(
    tmp_path: Path, trap: str, write: Callable[[Any], Write]
) -> None:
    canary = tmp_path / "canary"
    assert "no tensors by name" in refusal(write(TRAPS[trap](canary))(tmp_path))
    assert not canary.exists()


@pytest.mark.parametrize("call", CALLS)
def test_no_instruction_of_a_pickle_runs_code(tmp_path: Path, call: str) -> None:
    canary = tmp_path / "canary"
    path = ops(b"}" + text(b"w"), CALLS[call](canary), b"s")(tmp_path)
    refusal(path)
    assert not canary.exists()
    refusal(ops(CALLS[call](canary))(tmp_path))
    assert not canary.exists()


def test_the_traps_would_fire(tmp_path: Path) -> None:
    """What the canaries are for: read by pickle itself, they are."""
    canary = tmp_path / "canary"
    for call in ("GLOBAL and REDUCE", "STACK_GLOBAL and REDUCE", "INST", "OBJ"):
        pickle.loads(b"\x80\x04" + CALLS[call](canary) + b".")
        assert canary.exists(), call
        canary.unlink()
