"""The weights of int8 layers: torch packs them for its kernels, so that they are no parameters."""

from torch import Tensor, nn

_HOME = "torch.ao.nn."


def packed(module: nn.Module) -> dict[str, Tensor]:
    """Return `weight` and `bias` of one of torch's own quantised layers, unpacked; empty of any other module.

    The weight holds whole numbers with a scale (`qscheme`); only code of torch's runs to unpack it.
    """
    if not type(module).__module__.startswith(_HOME):
        return {}
    found = {}
    for name in ("weight", "bias"):
        unpack = getattr(module, name, None)
        value = unpack() if callable(unpack) else None
        if isinstance(value, Tensor):
            found[name] = value.detach()
    return found


def all_packed(model: nn.Module) -> list[Tensor]:
    """Return what all quantised layers of a network hold packed."""
    return [tensor for module in model.modules() for tensor in packed(module).values()]
