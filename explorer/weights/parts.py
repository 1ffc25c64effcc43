"""The dictionaries of tensors in what a file holds, wherever they lie, and the networks that were saved whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from explorer.records.text import shown
from explorer.weights.arrays import array
from explorer.weights.pickles import Inert
from explorer.weights.tensors import Leaf, StateDict

_USUAL = ("state_dict", "model_state_dict", "model")
_MOST_VISITED = 2_000_000
_DEEPEST = 64
_DEEPEST_JOINED = 3
_MOST_NAMES = 200_000
_LONGEST_NAME = 4096


@dataclass(frozen=True, eq=False)
class Part:
    """Tensors by name.

    Attributes:
        where: The keys that lead to them; empty if they are the file's own content.
        tensors: The tensors by name.
        is_network: True if they are those of a network that was saved whole.
        is_joined: True if their names were joined from those of several dictionaries in each other.
    """

    where: tuple[str, ...]
    tensors: StateDict
    is_network: bool = False
    is_joined: bool = False

    @property
    def place(self) -> str:
        """The keys that lead to them, for a person."""
        return shown(".".join(self.where), 60)


def parts(content: Any) -> list[Part]:
    """Return all dictionaries of tensors by name in what a file holds, the likeliest first.

    First those that lie under the usual names, then the others in the file's order, then those that are joined.
    """
    found = list(_search(content))

    def rank(part: Part) -> tuple[bool, int]:
        last = part.where[-1] if part.where else ""
        return part.is_joined, _USUAL.index(last) if last in _USUAL else len(_USUAL)

    return sorted(found, key=rank)


def _search(content: Any) -> Iterator[Part]:
    waiting: list[tuple[tuple[str, ...], Any]] = [((), content)]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_VISITED:
        where, value = waiting.pop()
        if id(value) in seen or len(where) > _DEEPEST:
            continue
        seen.add(id(value))
        if isinstance(value, Inert) and _is_network(value):
            yield Part(where, dict(_of_network(value)), is_network=True)
            continue
        direct = _leaves(value)
        if direct:
            yield Part(where, direct)
        if len(where) < _DEEPEST_JOINED and isinstance(value, dict):
            joined = _joined(value)
            if len(joined) > len(direct):
                yield Part(where, joined, is_joined=True)
        waiting += [((*where, name) if name else where, inner) for name, inner in reversed(_inside(value))]


def leaf(value: Any) -> Leaf | Tensor | None:
    """Return the tensor that a value is; None if it is none."""
    if isinstance(value, Leaf | Tensor):
        return value
    return array(value) if isinstance(value, Inert) else None


def _leaves(value: Any) -> StateDict:
    items = value if isinstance(value, dict) else value.items if isinstance(value, Inert) else {}
    found = ((name, leaf(each)) for name, each in items.items() if isinstance(name, str))
    return {name: each for name, each in found if each is not None}


def _inside(value: Any) -> list[tuple[str, Any]]:
    """Return what may hold tensors in a value, with the name it has there; empty for one that has none."""
    if isinstance(value, dict):
        return [(str(name), each) for name, each in value.items() if _may_hold(each)]
    if isinstance(value, list | tuple):
        return [(str(place), each) for place, each in enumerate(value) if _may_hold(each)]
    if isinstance(value, Inert) and leaf(value) is None:
        return [
            ("", each) for each in (value.items, value.state, value.values, value.args) if _may_hold(each)
        ]
    return []


def _may_hold(value: Any) -> bool:
    return isinstance(value, dict | list | tuple | Inert)


def _joined(content: dict[Any, Any]) -> StateDict:
    """Return the leaves of dictionaries in dictionaries, names joined by dots; nothing if only one holds any."""
    found: StateDict = {}
    holders = visited = 0
    waiting: list[tuple[str, int, dict[Any, Any]]] = [("", 0, content)]
    while waiting:
        path, depth, value = waiting.pop()
        visited += 1
        if visited > _MOST_NAMES or len(found) > _MOST_NAMES or len(path) > _LONGEST_NAME:
            return {}
        leaves = _leaves(value)
        holders += bool(leaves)
        found |= {path + name: each for name, each in leaves.items()}
        inner = [
            (name, each) for name, each in value.items() if isinstance(name, str) and isinstance(each, dict)
        ]
        if depth < _DEEPEST:
            waiting += [(f"{path}{name}.", depth + 1, each) for name, each in reversed(inner)]
    return found if holders > 1 else {}


# ---- networks that were saved whole: `torch.save(model)` ----


def _is_network(inert: Inert) -> bool:
    state = inert.state
    return isinstance(state, dict) and isinstance(state.get("_modules"), dict) and "_parameters" in state


def _of_network(network: Inert) -> Iterator[tuple[str, Leaf | Tensor]]:
    """Yield what the network's state_dict would hold."""
    waiting: list[tuple[str, Inert, int]] = [("", network, 0)]
    count = 0
    while waiting and count < _MOST_NAMES:
        path, module, depth = waiting.pop()
        passing = module.state.get("_non_persistent_buffers_set")
        for kind in ("_parameters", "_buffers"):
            for name, tensor in _leaves(module.state.get(kind)).items():
                if kind == "_parameters" or not isinstance(passing, set) or name not in passing:
                    count += 1
                    yield path + name, tensor
        inner = [(f"{path}{name}.", each) for name, each in module.state["_modules"].items()]
        waiting += [
            (name, each, depth + 1)
            for name, each in reversed(inner)
            if isinstance(each, Inert)
            and _is_network(each)
            and depth < _DEEPEST
            and len(name) < _LONGEST_NAME
        ]
        count += len(inner)
