"""Values missed or corrupted by the recorder, against oracles that clone everything at once."""

import torch
from recording_oracle import functional_results, leaf_results, randomise, same
from table import Row, network

from explorer.forward.recorder import record

NAMES = ("resnet50", "googlenet", "densenet121", "vit_b_16", "swin_t")


def rows():
    torch.backends.mha.set_fastpath_enabled(False)
    for name in NAMES:
        model = randomise(network(name))
        value = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(2))
        leaves = leaf_results(model, value)
        output, calls = functional_results(model, value)
        recording = record(model, (value,))
        named = {o.name: [saved.tensor for saved in o.values] for o in recording.operations}
        ran = [o.values for o in recording.operations if o.op not in ("input", "identity", "output")]
        missed = len(leaves.keys() - named.keys()) + abs(len(ran) - len(calls))
        wrong = sum(not same(named[path][0], tensors[0]) for path, tensors in leaves.items() if path in named)
        pairs = [
            pair for ours, theirs in zip(ran, calls, strict=False) for pair in zip(ours, theirs, strict=False)
        ]
        wrong += sum(not same(ours.tensor, theirs) for ours, theirs in pairs)
        wrong += not same(recording.returned[0][1], output)
        count = len(leaves) + len(pairs)
        yield Row(
            f"{name}: missed / corrupted of {count} values",
            f"{missed} / {wrong}",
            "0 / 0",
            missed + wrong == 0,
        )
