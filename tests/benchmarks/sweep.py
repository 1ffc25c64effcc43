"""Record whole catalogues of networks with random weights and compare them with plain forwards; to be run by hand.

Usage: python tests/benchmarks/sweep.py timm|torchvision [--most PARAMETERS] [--jump N] [--names NAME ...] [--out FILE]

Of each network: its output under the recorder is that of the plain forward to the bit; every value that a forward hook
of an independent run saw is a recorded value of that module's call (*missed* or *wrong* otherwise); parameters,
buffers, attributes, hooks, modes, random state and switches are what they were (*changed* otherwise).
A second recording, on other noise, is compared with one made anew. Torch's fast path of attention is off in plain
forwards too, for it is off wherever the program runs a network.
A line of JSON a network; the last line sums up. An hour for all of timm's networks up to 30 million parameters.
"""

import argparse
import gc
import hashlib
import json
import random
import sys
import time
from collections import Counter
from dataclasses import fields
from operator import attrgetter
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "support")]

from recording_oracle import flat, randomise, same  # noqa: E402

from explorer import zoo  # noqa: E402
from explorer.forward.recorder import record  # noqa: E402
from explorer.forward.recording import Operation  # noqa: E402
from explorer.forward.repeat import Plans  # noqa: E402

SIDES = (64, 96, 128)  # tried before the network's own: small maps are as good a proof and far faster


def main() -> None:
    options = parsed()
    torch.backends.mha.set_fastpath_enabled(False)
    done = seen(options.out)
    for name in options.names or names(options.source, options.jump):
        if name in done:
            continue
        start = time.perf_counter()
        try:
            found = compared(options.source, name, options.most)
        except Exception as error:  # noqa: BLE001 - one network that does not run must not end the sweep
            found = {"error": f"{type(error).__name__}: {str(error)[:200]}"}
        line = json.dumps({"name": name, **found, "seconds": round(time.perf_counter() - start, 1)})
        print(line, flush=True)
        if options.out:
            with options.out.open("a") as file:
                print(line, file=file)
        gc.collect()
    if options.out:
        print(json.dumps(summary(options.out)))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare recordings with plain forwards.")
    parser.add_argument("source", choices=("timm", "torchvision"))
    parser.add_argument("--most", type=float, default=3e7, help="parameters; larger networks are skipped")
    parser.add_argument("--jump", type=int, default=1, help="take every N-th name")
    parser.add_argument("--names", nargs="*")
    parser.add_argument("--out", type=Path, help="lines are added; names that stand there are not run again")
    return parser.parse_args()


def seen(out: Path | None) -> set[str]:
    """Return the names that an earlier run wrote down."""
    lines = out.read_text().splitlines() if out and out.exists() else []
    return {json.loads(line)["name"] for line in lines}


def names(source: str, jump: int) -> list[str]:
    """Return the names of a source in an order that begins with one of each family."""
    entries = zoo.entries(source).entries
    families: Counter[str] = Counter()
    ranked = []
    for entry in entries:
        ranked.append((families[entry.family or entry.name], entry.name))
        families[entry.family or entry.name] += 1
    return [name for _, name in sorted(ranked)][::jump]


def summary(out: Path) -> dict[str, int]:
    """Count what the lines of a run say."""
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    ran = [line for line in lines if "values" in line]
    total = {key: sum(len(line[key]) for line in ran) for key in ("missed", "wrong", "changed")}
    skipped = sum("skipped" in line for line in lines)
    return {
        "networks": len(ran),
        "values": sum(line["values"] for line in ran),
        **total,
        "repeated": sum(line["repeated"] for line in ran),
        "skipped": skipped,
        "errors": sum("error" in line for line in lines),
    }


def compared(source: str, name: str, most: float) -> dict[str, object]:
    """Build a network and compare its recording with its plain forward."""
    spec = zoo.resolve(f"{source}:{name}")
    if (size := parameters_of(spec)) > most:
        return {"skipped": f"{size / 1e6:.0f} million parameters"}
    torch.manual_seed(0)
    model = randomise(spec.build()).eval()
    inputs, output = ran(model, spec)
    heard = hooked(model, inputs)
    before = state_of(model)
    plans = Plans()
    recording = record(model, inputs, plans=plans)
    after = state_of(model)
    changed = [key for key, was in before.items() if not equal(was, after[key])]
    if recording.failure is not None:
        return {"error": f"recorded: {recording.failure.error!r}"[:200]}
    missed, wrong = faults(recording, heard)
    plans.learn(recording, None)
    repeated, other = repeats(model, plans, inputs)
    wrong += other
    changed += [key for key, was in state_of(model).items() if not equal(after[key], was)]
    pairs = list(zip([tensor for _, tensor in recording.returned], flat(output), strict=False))
    if not pairs or not all(same(ours, theirs) for ours, theirs in pairs):
        wrong.append("output")
    count = sum(len(tensors) for _, _, tensors in heard)
    found = {"missed": missed, "wrong": wrong, "changed": changed}
    return {"shape": list(inputs[0].shape), "values": count, "repeated": repeated, **found}


def parameters_of(spec: zoo.ModelSpec) -> int:
    with torch.device("meta"):
        try:
            return sum(p.numel() for p in spec.build().parameters())
        except Exception:  # noqa: BLE001 - some cannot be built without memory; they are small
            return 0


def ran(model: nn.Module, spec: zoo.ModelSpec) -> tuple[tuple[torch.Tensor, ...], object]:
    """Return the smallest square noise that a network takes, one for each of its inputs, and what it answers."""
    if hasattr(getattr(model, "transform", None), "min_size"):
        model.transform.min_size = SIDES[-1:]  # what a network for detection brings a picture to
    own = max(spec.preprocess.size)
    for side in (*(s for s in SIDES if s < own), own):
        noise = torch.Generator().manual_seed(side)
        shapes = [(*slot.takes.shape[:-2], side, side) for slot in spec.inputs]
        inputs = tuple(torch.randn(shape, generator=noise) for shape in shapes)
        try:
            with torch.no_grad():
                return inputs, model(*inputs)
        except Exception:
            if side == own:
                raise
    raise AssertionError


def hooked(model: nn.Module, inputs: tuple[torch.Tensor, ...]) -> list[tuple[str, int, list[torch.Tensor]]]:
    """Return path, call and clones of the output of every module that ran, from forward hooks."""
    calls: Counter[str] = Counter()
    heard: list[tuple[str, int, list[torch.Tensor]]] = []
    paths = {module: path for path, module in reversed(list(model.named_modules()))}

    def hear(module: nn.Module, _args: object, output: object) -> None:
        path = paths[module]
        heard.append((path, calls[path], [tensor.clone() for tensor in flat(output)]))
        calls[path] += 1

    handles = [module.register_forward_hook(hear) for module in paths]
    with torch.no_grad():
        model(*inputs)
    for handle in handles:
        handle.remove()
    return heard


def faults(recording, heard) -> tuple[list[str], list[str]]:
    """Return the modules' calls that were not recorded, and those of which another value was."""
    by_name = {operation.name: operation for operation in recording.operations}
    inside: dict[tuple[str, int], list[torch.Tensor]] = {}
    everything = [saved.tensor for operation in recording.operations for saved in operation.values]
    for operation in recording.operations:
        for call in operation.calls:
            inside.setdefault(call, []).extend(saved.tensor for saved in operation.values)
    parents = {
        path[:end] for path in recording.modules for end, letter in enumerate(path) if letter == "."
    } | {""}
    missed, wrong = [], []
    for path, call, tensors in heard:
        name = f"{path}:{call}" if call else path
        # A leaf that returns several tensors may have made them in as many operations.
        leaf = path not in parents and len(tensors) < 2
        if path not in recording.modules or (leaf and tensors and name not in by_name):
            missed.append(name)
            continue
        own = (
            [saved.tensor for saved in by_name[name].values]
            if leaf and tensors
            else inside.get((path, call), [])
        )
        for tensor in tensors:
            # What a container hands on (an identity, a part of its input) is another's value.
            held = holds(own, tensor)
            if not held and (leaf or not holds(everything, tensor)):
                wrong.append(name)
    return missed, wrong


def repeats(model: nn.Module, plans: Plans, inputs: tuple[torch.Tensor, ...]) -> tuple[bool, list[str]]:
    """Tell whether a forward on other noise repeats the first, and where it differs from one recorded anew."""
    noise = torch.Generator().manual_seed(1)
    other = tuple(torch.rand(value.shape, generator=noise) * 2 - 1 for value in inputs)
    ours, fresh = record(model, other, plans=plans), record(model, other)
    if ours.plan is None:
        return False, []
    wrong = ["operations"] * (len(ours.operations) != len(fresh.operations)) + ["modules"] * (
        ours.modules != fresh.modules
    )
    facts = attrgetter(
        *(f.name for f in fields(Operation) if f.name not in ("results", "values", "asked", "kernels"))
    )
    for one, expected in zip(ours.operations, fresh.operations, strict=False):
        # What `empty` yields is whatever the memory held.
        pairs = zip(one.values, expected.values, strict=False) if "empty" not in one.op else ()
        if facts(one) != facts(expected) or not all(same(a.tensor, b.tensor) for a, b in pairs):
            wrong.append(f"repeated {expected.name}")
    return True, wrong


def holds(values: list[torch.Tensor], tensor: torch.Tensor) -> bool:
    """Tell whether one of the values is equal to the bit; the last ones are the likely ones."""
    return any(same(tensor, it) for it in reversed(values) if it.shape == tensor.shape)


def state_of(model: nn.Module) -> dict[str, object]:
    """Return what a recording must not change; of tensors digests, for copies of a large network have no room."""
    state: dict[str, object] = {
        "random": torch.get_rng_state(),
        "python random": random.getstate(),
        "numpy random": np.random.get_state()[1].copy(),
        "gradients": torch.is_grad_enabled(),
        "fast path": torch.backends.mha.get_fastpath_enabled(),
        "default dtype": torch.get_default_dtype(),
        "threads": torch.get_num_threads(),
    }
    for path, module in model.named_modules():
        for key, tensor in (*module._parameters.items(), *module._buffers.items()):
            if tensor is not None:
                state[f"{path}.{key}"] = digest(tensor)
                state[f"{path}.{key} itself"] = (id(tensor), tensor.requires_grad, tensor.grad is None)
        own = {k: v for k, v in vars(module).items() if not k.startswith("_")}
        state[f"{path} attributes"] = {key: id(entry) for key, entry in own.items()}
        state[f"{path} hooks"] = [len(module._forward_hooks), len(module._forward_pre_hooks)]
    return state


def digest(tensor: torch.Tensor) -> bytes:
    """Return a digest of the bytes of a tensor."""
    content = tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy()
    return hashlib.blake2b(content).digest()


def equal(was: object, now: object) -> bool:
    if isinstance(was, torch.Tensor):
        return isinstance(now, torch.Tensor) and same(was, now)
    return bool(np.array_equal(was, now)) if isinstance(was, np.ndarray) else was == now


if __name__ == "__main__":
    main()
