"""Which operations of a network are its layers, where all of them would be too many to be compared with all."""

from collections.abc import Sequence

from explorer.records.trace import Node, Trace

MOST = 200
"""Layers of one network."""


def layers_of(trace: Trace) -> tuple[tuple[int, ...], str]:
    """Return the ids of the layers of a network, as they ran, and in a sentence which operations they are."""
    real = [it for it in trace.nodes if _is_real(it)]
    if len(real) <= MOST:
        return _ids(real), f"all {len(real)} operations of {trace.model} that give real numbers"
    modules = [it for it in real if it.module and it.name.partition(":")[0] == it.module]
    if 0 < len(modules) <= MOST:
        return _ids(
            modules
        ), f"the {len(modules)} of {len(real)} operations of {trace.model} that end a module"
    many = modules or real
    what = "that end a module" if modules else "that give real numbers"
    spaced = [many[k * (len(many) - 1) // (MOST - 1)] for k in range(MOST)]
    return _ids(spaced), f"{MOST} of the {len(many)} operations of {trace.model} {what}, evenly spaced"


def _is_real(node: Node) -> bool:
    if not node.is_operation or not node.outputs or 0 in node.shape:
        return False
    return node.outputs[0].dtype.removeprefix("b").startswith("float")


def _ids(nodes: Sequence[Node]) -> tuple[int, ...]:
    return tuple(it.id for it in nodes)
