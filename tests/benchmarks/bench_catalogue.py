"""Parameters and multiply-accumulates of every torchvision classification network against its published figures."""

import torch
from table import Row
from torchvision import models

from explorer import zoo
from explorer.forward import trace
from explorer.forward.recorder import record


def rows():
    names = models.list_models(module=models)
    wrong, unknown, worst, where = [], [], 0.0, ""
    for name in names:
        published = models.get_model_weights(name).DEFAULT
        spec = zoo.resolve(f"torchvision:{name}")
        model = spec.build_empty().eval()
        # On the CPU, as a person's own recording: shapes alone would take other kernels.
        traced = trace.build(record(model, (torch.zeros(spec.preprocess.shape),)), model, name)
        if traced.error or traced.params != published.meta["num_params"]:
            wrong.append(name)
        if traced.macs_unknown:
            unknown.append(name)
        # Figures are published in thousandths of a GMAC: what rounds to the same thousandth is equal.
        ours, theirs = round(traced.macs / 1e9, 3), published.meta["_ops"]
        error = abs(ours / theirs - 1)
        if error > worst:
            worst, where = error, name
    yield Row(
        f"parameters of {len(names)} torchvision networks, differing from the published",
        str(len(wrong)),
        "0",
        not wrong,
    )
    yield Row(
        "their GMACs in thousandths, largest deviation",
        f"{worst:.2%} {where}".rstrip() + (f", unknown: {', '.join(unknown)}" if unknown else ""),
        "≤ 0.5 %",
        worst <= 0.005 and not unknown,
    )
