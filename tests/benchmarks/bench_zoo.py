"""Building and running each architecture of the zoo that has a reference, against that reference, in one process."""

import gc
import time
from statistics import median

import torch
from proofs import PROOFS, Parity
from table import Row

from explorer import zoo

BUILD_TARGET, FORWARD_TARGET = 1.1, 1.05
ROUNDS = 9
SECONDS = 6.0  # a network that is slower than that in all rounds gets fewer, but at least three


def rows():
    references = {name: proof for name, proof in PROOFS.items() if isinstance(proof, Parity)}
    builds = {
        name: ratio(zoo.resolve(f"zoo:{name}").build, lambda proof=proof: built(proof))
        for name, proof in references.items()
    }
    yield row("building", builds, BUILD_TARGET)
    forwards = {name: forward_ratio(name, proof, ours=True) for name, proof in references.items()}
    yield row("a forward of", forwards, FORWARD_TARGET)
    worst = max(forwards, key=forwards.get)
    floor = forward_ratio(worst, references[worst], ours=False)
    yield Row(
        f"for comparison, a forward of two copies of the reference of {worst}", f"{floor:.2f}x", "–", True
    )


def row(what, ratios, target):
    worst = max(ratios, key=ratios.get)
    return Row(
        f"{what} {len(ratios)} networks of the zoo against their references: median, worst",
        f"{median(ratios.values()):.2f}x, {ratios[worst]:.2f}x ({worst})",
        f"≤ {target}x",
        ratios[worst] <= target,
    )


def built(proof: Parity):
    if proof.source == "timm":
        import timm

        return timm.create_model(proof.reference, pretrained=False, **proof.options)
    from torchvision import models

    return models.get_model(proof.reference, weights=None, **proof.options)


def forward_ratio(name, proof, ours):
    """Return our forward, or that of a second copy of the reference, over the reference's, with the same weights."""
    spec, reference = zoo.resolve(f"zoo:{name}"), built(proof).eval()
    other = (spec.build_empty() if ours else built(proof)).eval()
    other.load_state_dict(reference.state_dict())
    images = torch.randn(1, 3, *spec.preprocess.size)
    with torch.no_grad():
        return ratio(lambda: other(images), lambda: reference(images))


def ratio(ours, theirs):
    """Return the fastest of our runs over the fastest of theirs, taken in turns."""
    fastest = {ours: float("inf"), theirs: float("inf")}
    begin = time.perf_counter()
    for done in range(ROUNDS):
        for run in (ours, theirs) if done % 2 else (theirs, ours):
            gc.collect(0)
            start = time.perf_counter()
            run()
            fastest[run] = min(fastest[run], time.perf_counter() - start)
        if done >= 2 and time.perf_counter() - begin > SECONDS:
            break
    return fastest[ours] / fastest[theirs]
