"""The drawing of every network of the zoo and of torchvision against its trace, and how long drawings take.

The networks are on the meta device: what ran is recorded, without numbers.
"""

import pickle
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torchvision
from graph_oracle import check, everything, expected_groups, groups, synthetic, trace_of
from table import Row, child

from explorer import zoo
from explorer.drawing import page
from explorer.drawing.draft import Draft
from explorer.drawing.structure import build
from explorer.records.models import Preprocess
from explorer.zoo import registry

LARGE = ("resnet152", "densenet201", "swin_t", "vit_l_16")
FIRST, ALL, MANY = 0.150, 1.5, 2.0  # seconds
STEP, MEMORY = 16, 400  # milliseconds, megabytes
OPERATIONS = 10_000


def rows():
    traces = dict(recorded())
    yield agreement("zoo", traces)
    yield agreement("torchvision", traces)
    for name in LARGE:
        trace = traces[f"torchvision:{name}"]
        first, whole = seconds(trace, whole=False), seconds(trace, whole=True)
        yield Row(
            f"{name}: first drawing", f"{1000 * first:.0f} ms", f"≤ {1000 * FIRST:.0f} ms", first <= FIRST
        )
        yield Row(f"{name}: everything open", f"{whole:.2f} s", f"≤ {ALL} s", whole <= ALL)
    for name, trace in (("in groups", in_groups()), ("one after the other", in_a_row())):
        taken = seconds(trace, whole=False)
        yield Row(f"{OPERATIONS:,} operations {name}", f"{taken:.2f} s", f"≤ {MANY} s", taken <= MANY)
    for name in LARGE:
        yield from moved(f"{name}, everything open", traces[f"torchvision:{name}"])
    yield from moved(f"{OPERATIONS:,} operations, everything open", in_groups(), MEMORY)
    first = {name: page_of(trace).crossings for name, trace in traces.items() if name.startswith("zoo:")}
    at_first = ", ".join(f"{name[4:]} {count}" for name, count in first.items() if count)
    yield Row("crossings in the first drawing, zoo", at_first or "none", "listed", True)
    crossed = {name: everything(trace).crossings for name, trace in traces.items() if name.startswith("zoo:")}
    listed = ", ".join(f"{name[4:]} {count}" for name, count in crossed.items() if count)
    yield Row("crossings with everything open, zoo", listed or "none", "listed", True)


def recorded():
    """Yield the trace of every network that reads images."""
    names = [f"zoo:{name}" for name in registry.names()]
    names += [f"torchvision:{name}" for name in torchvision.models.list_models(module=torchvision.models)]
    for name in names:
        spec = zoo.resolve(name)
        if isinstance(spec.preprocess, Preprocess):
            model, size = spec.build_empty().to("meta"), spec.preprocess.size
            with torch.device("meta"):
                yield name, trace_of(model, torch.zeros(1, spec.preprocess.channels, *size), name=name)


def agreement(source, traces):
    own = {name: trace for name, trace in traces.items() if name.startswith(f"{source}:")}
    wrong = []
    for name, trace in own.items():
        try:
            agree(trace)
        except AssertionError:
            wrong.append(name)
    said = f"{len(own) - len(wrong)} of {len(own)}{': not ' + ', '.join(wrong) if wrong else ''}"
    return Row(f"drawings of {source} equal to the trace, nothing overlapping", said, "all", not wrong)


def agree(trace):
    structure = build(trace)
    draft = Draft(structure)
    check(trace, draft.draw(page.readable(structure), False))
    check(trace, draft.draw(structure.root.inner, False))
    assert groups(draft.draw(structure.root.inner, False)) == expected_groups(trace)


def seconds(trace, whole):
    """Return how long a first drawing takes, the structure included; or one with everything open."""
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        structure = build(trace)
        Draft(structure).draw(structure.root.inner if whole else page.readable(structure), False)
        taken.append(time.perf_counter() - start)
    return min(taken)


def page_of(trace):
    structure = build(trace)
    return Draft(structure).draw(page.readable(structure), False)


def moved(what, trace, memory=None):
    """Yield how long a step takes with which a drawing is moved or zoomed, and what the window takes that shows it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawing"
        path.write_bytes(pickle.dumps(everything(trace)))
        run = child("panning", str(path), program="children_graph.py")
    pan, zoom = (float(np.percentile(run[kind], 95)) for kind in ("pans_ms", "zooms_ms"))
    said = f"{pan:.1f} ms, {zoom:.1f} ms"
    yield Row(f"{what}: a step of panning, of zooming: p95", said, f"≤ {STEP} ms", max(pan, zoom) <= STEP)
    if memory:
        taken = run["memory_mb"]
        yield Row(f"{what}: memory of the window", f"{taken:.0f} MB", f"≤ {memory} MB", taken <= memory)


def in_groups():
    """Return a trace of residual blocks of ten operations, fifty a stage."""
    return synthetic(
        *(
            (
                "add" if k % 10 == 9 else "conv2d",
                f"stage{k // 500}.{k // 10 % 50}",
                (k, k - 8) if k % 10 == 9 else (k,),
            )
            for k in range(OPERATIONS)
        )
    )


def in_a_row():
    return synthetic(
        *(("add", "", (k, k - 8)) if k % 10 == 9 else ("relu", "", (k,)) for k in range(OPERATIONS))
    )
