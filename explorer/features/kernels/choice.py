"""What can be seen of the kernels in a scene, and what the person chose to see."""

from dataclasses import dataclass

from explorer.records.describe import author_name
from explorer.records.kernels import reads_a_weight
from explorer.records.trace import Node
from explorer.window.scene import Scene

_NAMES = {
    "relu": "ReLU", "relu6": "ReLU6", "leaky_relu": "leaky ReLU", "gelu": "GELU", "silu": "SiLU", "elu": "ELU",
    "celu": "CELU", "selu": "SELU", "mish": "Mish",
}  # fmt: skip


@dataclass(frozen=True)
class KernelScale:
    """How kernels are coloured: one scale for all, or one each."""

    shared: bool = True


def has_tensors(node: Node) -> bool:
    """Return whether there is something to show: a norm without parameters may have running statistics."""
    return bool(node.parameters) or node.op in ("batch_norm", "instance_norm") or reads_a_weight(node)


def misfit(scene: Scene) -> str:
    """Say why the operation of a scene has no kernels; empty if it has, or if there is none."""
    node, trace = scene.current, scene.trace
    if node is None or trace is None or has_tensors(node):
        return ""
    author = author_name(node, trace)
    name = _NAMES.get(author, author.rstrip("_").replace("_", " "))
    article = "an" if name[0].lower() in "aeiou" else "a"
    return f"{article.capitalize()} {name} reads no parameters; step to a convolution to see its kernels."
