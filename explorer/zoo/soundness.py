"""Whether what a person's code made can be looked through as a network; torch itself assumes it and fails anywhere."""

from collections.abc import Iterator

from torch import nn

from explorer.records import faults
from explorer.records.errors import ExplorerError


def check(network: nn.Module, name: str, home: str) -> None:
    """Look through all modules of a network.

    Args:
        network: What was made.
        name: What made it, for a person: `net.py:make`.
        home: Where that is written: `net.py, line 3`; may be empty.

    Raises:
        ExplorerError: One of them was never initialised, they cannot be told apart, or they are nested too deeply.
    """
    for module in _walked(network):
        if "_modules" not in vars(module):
            kind = type(module).__name__
            raise ExplorerError(
                f"{name} cannot be used: {kind}{_at(faults.home_of(type(module)))} does not call super().__init__(); "
                "call it first in its __init__"
            )
    try:
        list(network.named_modules())
    except RecursionError:
        raise ExplorerError(
            f"{name}{_at(home)} nests its modules deeper than Python can follow "
            f"({_depth(network):,} levels); nest them less deeply"
        ) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        place = faults.place_of(error) or faults.home_of(type(network)) or home
        raise ExplorerError(
            f"{name} cannot be looked through: {faults.kind_and_text(error)}{_at(place)}; mend that class"
        ) from error


def _at(place: str) -> str:
    return f" ({place})" if place else ""


def _walked(network: nn.Module) -> Iterator[nn.Module]:
    """Yield all modules, each once, without recursion and without comparing them: both may be what is broken."""
    left, seen = [network], set()
    while left:
        module = left.pop()
        if id(module) not in seen:
            seen.add(id(module))
            yield module
            left += _children(module)


def _children(module: nn.Module) -> list[nn.Module]:
    children = vars(module).get("_modules") or {}
    return [child for _, child in children.items() if isinstance(child, nn.Module)]


def _depth(network: nn.Module) -> int:
    """Return how many modules lie in one another."""
    depth, level = 0, [network]
    while level:
        depth += 1
        level = list({id(child): child for module in level for child in _children(module)}.values())
    return depth
