"""What a person's own network takes, found by looking and by running it on noise."""

import copy
import itertools
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from explorer.engine import input_sizes, leads
from explorer.engine.arguments import noise_for, together
from explorer.engine.leads import Argument, Kind
from explorer.forward import timing
from explorer.forward.gradients import without_gradients
from explorer.forward.preserve import Preserved
from explorer.records import faults
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.models import Passing, Preprocess, Slot, ToldInputs

PATIENCE_SECONDS = 2.0
_MOST_TRIES = 120
_SAME_ANSWERS = 3  # a network that says the same to so many sizes minds something else

_ONE_EACH = (Passing.POSITION, Passing.NAME)

Check = Callable[[], None]


def look(
    network: nn.Module, told: ToldInputs, usual: Preprocess, check: Check = lambda: None
) -> tuple[Slot, ...]:
    """Return what a network takes: what a person said, and for the rest what it ran on.

    It is run on a copy that shares its weights; only a network with lazy layers is run itself, once, which gives these
    their shapes. Torch's random state is what it was but for what lazy layers drew.

    Args:
        network: In eval mode, on the CPU.
        told: What a person said.
        usual: How pictures become the input of a network of which nothing else is known.
        check: Called before each operation; whatever it raises ends the search.

    Raises:
        CancelledError: `check` raised it.
        ExplorerError: A name that was told is none of the network's.
    """
    usual = as_told(usual, told)
    search = _Search(network, usual, check)
    candidates = _told(network, told, usual) if told.shapes else _candidates(network, usual, told.size)
    found = search.first(candidates)
    if found is None and not told.shapes:
        found = search.other_size()
    if found is None:
        return _fallback(network, told, usual)
    give_shapes(network, found)
    return found


def give_shapes(network: nn.Module, slots: tuple[Slot, ...]) -> None:
    """Run a network with lazy layers once, so that they know their shapes; raises what it raises."""
    if any(map(is_lazy, network.parameters())):
        without_gradients(lambda: _call(network, slots))


def as_told(usual: Preprocess, told: ToldInputs) -> Preprocess:
    """Return the preprocessing with mean and deviation as a person said them; they tell the channels as well."""
    channels = len(told.mean or told.std) or usual.channels
    if channels != usual.channels:
        usual = leads.picture(channels, usual.size, usual)
    if told.size:
        usual = usual.at(told.size)
    return replace(usual, mean=told.mean or usual.mean, std=told.std or usual.std)


# ---- what may be ----


def _told(network: nn.Module, told: ToldInputs, usual: Preprocess) -> Iterator[tuple[Slot, ...]]:
    """Yield the inputs of the shapes that a person said, numbers first, then whole numbers."""
    shaped = _named(leads.arguments_of(network), told)
    most = leads.most_inputs(network)
    if most is not None and sum(passing in _ONE_EACH for _, passing, _ in shaped) > most:
        what = "one input" if most == 1 else f"{most} inputs"
        raise ExplorerError(f"the network takes {what} and was told the shapes of {len(shaped)}; give {most}")
    vocabulary = next((m.num_embeddings for m in network.modules() if isinstance(m, nn.Embedding)), 10)
    for words in itertools.product((0, vocabulary), repeat=min(len(shaped), 4)):
        padded = (*words, *(0 for _ in shaped[4:]))
        yield tuple(
            Slot(name, leads.kind_of_shape(shape, usual, several), passing)
            for (name, passing, shape), several in zip(shaped, padded, strict=True)
        )


def _named(arguments: list[Argument], told: ToldInputs) -> list[tuple[str, Passing, tuple[int, ...]]]:
    """Return name, passing and shape of the inputs that a person told the shapes of, in the forward's order."""
    passings = {argument.name: argument.passing for argument in arguments}
    strangers = [name for name, _ in told.shapes if name and name not in passings]
    if strangers and len(arguments) == 1:  # the keys of the dictionary that it takes
        return [(name, Passing.KEY, shape) for name, shape in told.shapes]
    if len(told.shapes) < len(arguments):
        names = ", ".join(argument.name for argument in arguments)
        raise ExplorerError(
            f"the network takes {len(arguments)} inputs ({names}) and was told the shape of "
            f"{len(told.shapes)}; give --shape for each"
        )
    left = [argument for argument in arguments if argument.name not in dict(told.shapes)]
    listed = len(arguments) == 1 and leads.is_list(arguments[0])
    found: list[tuple[str, Passing, tuple[int, ...]]] = []
    for name, shape in told.shapes:
        if not name and left and not listed:
            name = left.pop(0).name
        passing = Passing.NAME if name else Passing.ITEM if listed else Passing.POSITION
        found.append((name, passings.get(name, passing), shape))
    order = list(passings)
    return sorted(found, key=lambda each: order.index(each[0]) if each[0] in order else len(order))


def _candidates(
    network: nn.Module, usual: Preprocess, size: tuple[int, int] | None
) -> Iterator[tuple[Slot, ...]]:
    """Yield what the inputs may be, the likeliest first."""
    arguments = leads.arguments_of(network)
    example = getattr(network, "example_input_array", None)
    if isinstance(example, dict) or (isinstance(example, (tuple, list)) and len(example) > 1):
        yield from _of_example(arguments, example, usual)
    single = arguments[0] if len(arguments) == 1 else None
    if single is not None and leads.is_dictionary(single):
        return
    kinds = [_at_size(leads.kinds_for(a.name, network, usual), size) for a in arguments]
    if single is not None and leads.is_list(single):
        for count in (2, 3, 1):
            yield from ((Slot("", kind, Passing.ITEM),) * count for kind in kinds[0])
        return
    for chosen in _likeliest(kinds):
        yield tuple(Slot(a.name, kind, a.passing) for a, kind in zip(arguments, chosen, strict=True))


def _of_example(arguments: list[Argument], example: Any, usual: Preprocess) -> Iterator[tuple[Slot, ...]]:
    if isinstance(example, dict):
        given = [(name, Passing.NAME, value) for name, value in example.items()]
    else:
        given = [(a.name, a.passing, value) for a, value in zip(arguments, example, strict=False)]
    if all(isinstance(value, Tensor) for *_, value in given):
        yield tuple(Slot(name, leads.like(value, usual), passing) for name, passing, value in given)


def _at_size(kinds: list[Kind], size: tuple[int, int] | None) -> list[Kind]:
    if size is None:
        return kinds
    return list(dict.fromkeys(kind.at(size) if isinstance(kind, Preprocess) else kind for kind in kinds))


def _likeliest(kinds: Sequence[list[Kind]]) -> Iterator[tuple[Kind, ...]]:
    """Yield combinations by how unlikely their parts are together, all images of one size before those of another."""
    if len(kinds) == 1:
        yield from ((kind,) for kind in kinds[0])
        return
    firsts = [list({_without_size(kind): kind for kind in each[::-1]}.values())[::-1] for each in kinds]
    ranked = itertools.product(*(list(enumerate(each[:6])) for each in firsts[:4]))
    ordered = sorted(ranked, key=lambda parts: sum(rank for rank, _ in parts))
    chosen = [(*(kind for _, kind in parts), *(each[0] for each in firsts[4:])) for parts in ordered]
    sizes = list(dict.fromkeys(kind.size for each in kinds for kind in each if isinstance(kind, Preprocess)))
    yield from chosen
    for size in sizes:
        yield from (tuple(_at_size([kind], size)[0] for kind in parts) for parts in chosen)


def _fallback(network: nn.Module, told: ToldInputs, usual: Preprocess) -> tuple[Slot, ...]:
    """Return what is given to a network that ran on nothing: where it stops will be seen."""
    if told.shapes:
        return next(_told(network, told, usual))
    arguments = leads.arguments_of(network)
    kinds = (_at_size(leads.kinds_for(a.name, network, usual), told.size)[0] for a in arguments)
    return tuple(Slot(a.name, kind, a.passing) for a, kind in zip(arguments, kinds, strict=True))


# ---- trying ----


class _Search:
    """Runs a network on noise until something works, or the time is out."""

    def __init__(self, network: nn.Module, usual: Preprocess, check: Check) -> None:
        self._network = network
        self._usual = usual
        self._check = check
        self._is_lazy = any(map(is_lazy, network.parameters()))
        self._twin = None if self._is_lazy else _twin(network)
        self._end = time.monotonic() + PATIENCE_SECONDS
        self._answers: dict[Any, list[str]] = {}

    def first(self, candidates: Iterable[tuple[Slot, ...]]) -> tuple[Slot, ...] | None:
        """Return the first of the candidates that the network runs on; None if none was found in time."""
        try:
            for slots in itertools.islice(candidates, _MOST_TRIES):
                if not self._is_in_vain(slots) and self._runs(slots):
                    return slots
            return self._keyed()
        except TimeoutError:
            return None

    def other_size(self) -> tuple[Slot, ...] | None:
        """Return square pictures of any other size that a network of one input works on."""
        arguments = leads.arguments_of(self._network)
        kind = leads.kinds_for(arguments[0].name, self._network, self._usual)[0]
        is_plain = len(arguments) == 1 and arguments[0].passing is Passing.POSITION
        if not is_plain or not isinstance(kind, Preprocess) or self._is_lazy:
            return None
        if len(set(self._answers.get((_without_size(kind),), ()))) < 2:  # whatever the size, it says the same
            return None
        zeros = fitting(self._network, torch.zeros(kind.shape))
        found = input_sizes.find(self._network, zeros, self._check)
        if found is None or found.smallest < 4:
            return None
        side = found.nearest(min(kind.size))
        return (Slot(arguments[0].name, kind.at((side, side))),)

    def _is_in_vain(self, slots: tuple[Slot, ...]) -> bool:
        """Tell whether the network answered the same to other sizes of the same inputs, again and again."""
        answers = self._answers.get(_sizeless(slots), [])
        return len(answers) >= _SAME_ANSWERS and len(set(answers)) == 1

    def _runs(self, slots: tuple[Slot, ...], arguments: Any = None) -> bool:
        self._check()
        if time.monotonic() > self._end:
            raise TimeoutError
        try:
            with Preserved(()), timing.cancellable(self._in_time), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                network = self._twin or _twin(self._network)
                without_gradients(lambda: _call(network, slots, arguments))
        except (CancelledError, TimeoutError, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a model's own code raises, it does not take this
            self._check()  # what it caught may have been this
            self._answers.setdefault(_sizeless(slots), []).append(faults.kind_and_text(error))
            return False
        return True

    def _in_time(self) -> None:
        self._check()
        if time.monotonic() > self._end:
            raise TimeoutError

    def _keyed(self) -> tuple[Slot, ...] | None:
        """Hand over a dictionary that gives whatever it is asked for, and see what it was asked for."""
        arguments = leads.arguments_of(self._network)
        if len(arguments) != 1:
            return None
        for place in range(len(leads.kinds_for("", self._network, self._usual))):
            asked = _Asked(self._network, self._usual, place)
            passed = {arguments[0].name: asked} if arguments[0].passing is Passing.NAME else asked
            runs = self._runs((), passed)
            if runs and asked.slots and arguments[0].passing is Passing.POSITION:
                return tuple(asked.slots.values())
            if not asked.slots:
                return None
        return None


class _Asked(dict[Any, Any]):
    """A dictionary in which every key is found, and which remembers the keys."""

    def __init__(self, network: nn.Module, usual: Preprocess, place: int) -> None:
        super().__init__()
        self.slots: dict[Any, Slot] = {}
        self._network, self._usual, self._place = network, usual, place

    def __missing__(self, key: Any) -> Tensor:
        if not isinstance(key, str):
            raise KeyError(key)
        kinds = leads.kinds_for(key, self._network, self._usual)
        slot = self.slots[key] = Slot(key, kinds[min(self._place, len(kinds) - 1)], Passing.KEY)
        value = self[key] = fitting(self._network, noise_for(slot))
        return value


def _call(network: nn.Module, slots: tuple[Slot, ...], passed: Any = None) -> None:
    if passed is not None:
        _ = network(**passed) if type(passed) is dict else network(passed)
        return
    inputs, named = together(slots, [fitting(network, noise_for(slot)) for slot in slots])
    network(*inputs, **named)


def fitting(network: nn.Module, value: Tensor) -> Tensor:
    """Return a tensor; if it holds floats, in the dtype of the network's parameters."""
    floats = (p.dtype for p in network.parameters() if p.is_floating_point())
    return value.to(next(floats, value.dtype)) if value.is_floating_point() else value


def _twin(network: nn.Module) -> nn.Module:
    """Return a copy that may be run, of the same weights where these are there; itself where it cannot be copied."""
    try:
        if any(map(is_lazy, network.parameters())):
            return copy.deepcopy(network)
        return input_sizes.twin(network)
    except Exception:  # noqa: BLE001 - a network may hold anything, also what cannot be copied
        return network


def _without_size(kind: Any) -> Any:
    """Return what stays of a kind of input at all sizes."""
    return kind.channels if isinstance(kind, Preprocess) else kind


def _sizeless(slots: tuple[Slot, ...]) -> Any:
    return tuple(_without_size(slot.takes) for slot in slots)
