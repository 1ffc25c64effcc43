"""Values missed or corrupted by the recorder, against hooks and a mode that clone at once."""

import torch
from table import Row, network, randomised_norms
from torch.overrides import TorchFunctionMode

from explorer.analysis.recorder import open_attention, record

NAMES = ("resnet50", "googlenet", "densenet121", "vit_b_16", "swin_t")


class CloneEverything(TorchFunctionMode):
    """Clones what every operation yields, right after it."""

    def __init__(self):
        super().__init__()
        self.values = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        opened = open_attention(func)
        if opened is not None:
            with self:
                return opened(*args, **(kwargs or {}))
        result = func(*args, **(kwargs or {}))
        first = result[0] if isinstance(result, (tuple, list)) and result else result
        if isinstance(first, torch.Tensor):
            self.values.append(first.clone())
        return result


def leaf_outputs(model, value):
    """Clone the output of every call of a leaf module, by path and call."""
    found, calls, handles = {}, {}, []

    def keep(path):
        def hook(_module, _inputs, output):
            call = calls[path] = calls.get(path, -1) + 1
            if isinstance(output, torch.Tensor):
                found[path + (f":{call}" if call else "")] = output.clone()

        return hook

    for path, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(keep(path)))
    with torch.no_grad():
        output = model(value)
    for handle in handles:
        handle.remove()
    return found, output


def rows():
    torch.backends.mha.set_fastpath_enabled(False)
    for name in NAMES:
        model = randomised_norms(network(name), torch.Generator().manual_seed(1))
        value = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(2))
        expected, output = leaf_outputs(model, value)
        with torch.no_grad(), CloneEverything() as clones:
            model(value)
        recording = record(model, (value,))
        by_name = {o.name: o.values[0].tensor for o in recording.operations}
        ran = [o.values[0].tensor for o in recording.operations if o.op not in ("input", "identity")]
        missed = len(expected.keys() - by_name.keys()) + abs(len(ran) - len(clones.values))
        wrong = sum(not torch.equal(by_name[k], v) for k, v in expected.items() if k in by_name)
        wrong += sum(not torch.equal(a, b) for a, b in zip(ran, clones.values, strict=False))
        wrong += not torch.equal(output, recording.output)
        count = len(expected) + len(clones.values)
        yield Row(
            f"{name}: missed / corrupted of {count} values",
            f"{missed} / {wrong}",
            "0 / 0",
            missed + wrong == 0,
        )
