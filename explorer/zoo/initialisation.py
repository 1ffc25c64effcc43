"""Drawing a network's weights anew, by the type of each layer.

What passes through many layers keeps its size only if each layer's weights have the right variance; otherwise it
fades to zero or grows without bound, and so do the gradients on the way back. With n_in and n_out the numbers of
inputs and outputs that a weight connects (the fans):

- Xavier: variance 2 / (n_in + n_out), uniform. Glorot and Bengio, "Understanding the difficulty of training deep
  feedforward neural networks", 2010. A compromise between the ways forth and back, for units that are linear
  around zero.
- Kaiming: variance 2 / n_in, normal. He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015. The 2 makes up
  for the half that a ReLU takes away.
- Last norm zero: the norm that ends a residual branch starts with scale 0, so that each block starts as the identity.
  Goyal et al., "Accurate, Large Minibatch SGD", 2017; Zhang, Dauphin and Ma, "Fixup Initialization", 2019.
"""

from collections.abc import Iterator
from math import prod, sqrt
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

from explorer.records.initialisation import Scheme
from explorer.zoo.vit import SelfAttention

_NORMS = (_NormBase, nn.GroupNorm, nn.LayerNorm, nn.RMSNorm)
# The blocks of torchvision and timm cannot say which norm ends their branch; ours have the property `last_norm`.
_LAST_NORMS = {"BasicBlock": "bn2", "Bottleneck": "bn3"}
_ATTENTIONS = (nn.MultiheadAttention, SelfAttention)
_ATTENTION_WEIGHTS = ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight")


class Fans(NamedTuple):
    """How many inputs one output of a layer reads, and how many outputs read one input."""

    inputs: int
    outputs: int


def initialise(module: nn.Module, scheme: Scheme) -> tuple[str, ...]:
    """Draw the weights of convolutions and linear layers, set their biases to 0 and the norms to scale 1, shift 0.

    The projections inside `nn.MultiheadAttention`, and inside the zoo's own attention, count as linear layers, one
    each for queries, keys and values. A network that computes all three by one `nn.Linear`, as timm's do, tells
    nothing of them: that counts as one layer with three times the outputs, so that Xavier draws it narrower (Kaiming
    asks for the inputs alone). Embeddings and all other parameters stay as they were built, but for an embedding that
    shares its weight with a linear layer. The default scheme changes nothing, the zero of the last norms nothing else.

    Args:
        module: A network on the CPU, just built; its numbers come from torch's global random state.
        scheme: How to draw.

    Returns:
        What a person should know of it, one line each.
    """
    if scheme is Scheme.DEFAULT:
        return ()
    with torch.no_grad():
        return _zero_last_norms(module) if scheme is Scheme.ZERO_LAST_NORM else _draw(module, scheme)


def expected_stds(module: nn.Module, scheme: Scheme) -> dict[str, float]:
    """Return the standard deviation that the scheme's formula gives each weight it draws, by the weight's name.

    A weight that several layers share goes by its first name.
    """
    if scheme not in (Scheme.XAVIER, Scheme.KAIMING):
        return {}
    names = {id(parameter): name for name, parameter in module.named_parameters()}
    layers = list(module.modules())
    return {names[id(weight)]: _std(fans, scheme) for layer in layers for weight, fans in _weights(layer)}


def _std(fans: Fans, scheme: Scheme) -> float:
    return sqrt(2 / (fans.inputs + fans.outputs)) if scheme is Scheme.XAVIER else sqrt(2 / fans.inputs)


def _draw(module: nn.Module, scheme: Scheme) -> tuple[str, ...]:
    left = 0
    for layer in module.modules():
        for weight, fans in _weights(layer):
            std = _std(fans, scheme)
            if scheme is Scheme.XAVIER:
                weight.uniform_(-sqrt(3) * std, sqrt(3) * std)
            else:
                weight.normal_(0.0, std)
        if isinstance(layer, (_ConvNd, nn.Linear, *_ATTENTIONS, *_NORMS)):
            _make_plain(layer)
        left += isinstance(layer, (_ConvNd, nn.Linear)) and "weight" not in layer._parameters
    if not left:
        return ()
    layers = "1 layer computes its" if left == 1 else f"{left:,} layers compute their"
    return (f"{layers} weights from other parameters, which stay as they were built",)


def _weights(layer: nn.Module) -> Iterator[tuple[Tensor, Fans]]:
    """Yield tensor and fans of the weights that are drawn in this layer itself."""
    own = layer._parameters
    if isinstance(layer, (_ConvNd, nn.Linear)) and (weight := own.get("weight")) is not None:
        # A lazy one has no shape before its first run; one without numbers has nothing to draw.
        if not nn.parameter.is_lazy(weight) and weight.numel():
            yield weight, _fans(layer, weight)
    elif isinstance(layer, _ATTENTIONS):
        for name in _ATTENTION_WEIGHTS:
            if (weight := own.get(name)) is not None:
                outputs, inputs = weight.shape
                # The first one holds the projections to queries, keys and values, one below the other.
                yield weight, Fans(inputs, outputs // 3 if name == "in_proj_weight" else outputs)


def _fans(layer: nn.Module, weight: Tensor) -> Fans:
    """Return the fans; in a grouped convolution no output reads more than the channels of its own group."""
    first, second = weight.shape[:2]
    places = prod(weight.shape[2:])
    if isinstance(layer, _ConvNd):
        first //= layer.groups
    if isinstance(layer, _ConvTransposeNd):
        first, second = second, first  # its weights lie as (inputs, outputs per group, ...)
    return Fans(second * places, first * places)


def _make_plain(layer: nn.Module) -> None:
    """Set all shifts to 0 and, in a norm, the scale to 1."""
    for name in ("bias", "in_proj_bias"):
        if (shift := layer._parameters.get(name)) is not None and not nn.parameter.is_lazy(shift):
            shift.zero_()
    if isinstance(layer, _NORMS) and (scale := layer._parameters.get("weight")) is not None:
        scale.fill_(1.0)


def _zero_last_norms(module: nn.Module) -> tuple[str, ...]:
    zeroed = 0
    for block in module.modules():
        norm = _last_norm(block)
        if isinstance(norm, _NORMS) and norm.weight is not None:
            norm.weight.zero_()
            zeroed += 1
    if zeroed:
        return ()
    return ("no residual block that is known to end in a norm was found: nothing was set to zero",)


def _last_norm(block: nn.Module) -> object:
    kind = type(block)
    # Only a property says this of a block; a submodule of that name may be the last norm of a whole network.
    says_it = isinstance(getattr(kind, "last_norm", None), property)
    return getattr(block, "last_norm" if says_it else _LAST_NORMS.get(kind.__name__, ""), None)
