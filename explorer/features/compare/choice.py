"""What a person chooses on the page Compare, and what follows from it: what is compared, and what is asked."""

from dataclasses import dataclass

import numpy as np

from explorer.drawing.messages import DrawGraph
from explorer.engine.messages import ViewValue
from explorer.features.compare.messages import (
    TOLERANCE,
    AnswerTo,
    ByHand,
    CompareValues,
    DifferenceView,
    Match,
    Matching,
    MeasureCka,
    ViewDifference,
)
from explorer.features.compare.there import has_second
from explorer.records.forward import Forward
from explorer.records.trace import Node
from explorer.records.values import ValueView
from explorer.window import loading
from explorer.window.questions import beside, due, recorded
from explorer.window.scene import EngineState, Scene, Seat
from explorer.window.widgets.value_choice import ValueChoice

LAYERS, CKA, ANSWERS = "layers", "cka", "answers"
LEAST_EXAMPLES = 3
Names = tuple[str | None, str | None]
"""Names of an operation of each network; None where one stays alone."""


@dataclass(frozen=True)
class Comparing:
    """How two networks are compared.

    Attributes:
        view: What is in front: the layers, their representations, or answers and facts.
        graphs: Whether the layers are drawn as two graphs, or stand in a table.
        in_step: Whether who moves one of the graphs moves the other as well.
        values: Whether the values of a pair stand under the graphs; None for where there is room.
        only_differences: Whether layers whose values agree are left out.
        tolerance: The relative error up to which values agree; 0: every bit is the same.
        all_channels: Whether all channels are drawn, or the selected one.
        own_scales: Whether each value has colours of its own, so that a weak one is seen beside a strong one.
        places: Whether the examples of the representations are the places of the one image.
        aspect: Width over height of the room for one picture, in coarse steps.
        course: Whether the networks of a course stand in a table, without a second network too.
    """

    view: str = LAYERS
    graphs: bool = False
    in_step: bool = True
    values: bool | None = None
    only_differences: bool = False
    tolerance: float = TOLERANCE
    all_channels: bool = False
    own_scales: bool = False
    places: bool = False
    aspect: float = 1.0
    course: bool = False


@dataclass(frozen=True)
class Picked:
    """An operation of the second network that is looked at though it is not the match of the first's.

    Attributes:
        at: Name of the first's operation that was shown then: with another one, its own match comes.
        is_pair: Whether both are looked at, or the second's alone.
        b: Name of the second's operation; empty for none.
    """

    at: str | None = None
    is_pair: bool = False
    b: str = ""


@dataclass(frozen=True)
class Mended:
    """What a person mended in the match of two networks.

    Attributes:
        networks: Their full names; of others nothing was mended.
        pairs: Who belongs together, and who stays alone, by name.
        before: What `pairs` was before, the latest last.
    """

    networks: tuple[str, str] = ("", "")
    pairs: tuple[Names, ...] = ()
    before: tuple[tuple[Names, ...], ...] = ()

    def with_pair(self, a: str | None, b: str | None) -> "Mended":
        """Return it with another pair; what was said of either before does not hold any more."""
        kept = tuple(it for it in self.pairs if not (a and it[0] == a) and not (b and it[1] == b))
        return Mended(self.networks, (*kept, (a, b)), (*self.before, self.pairs))

    def undone(self) -> "Mended":
        """Return it as it was before the last change."""
        return Mended(self.networks, self.before[-1], self.before[:-1]) if self.before else self

    def swapped(self) -> "Mended":
        """Return it for the two networks in each other's place."""
        pairs, *before = (tuple((b, a) for a, b in it) for it in (self.pairs, *self.before))
        return Mended((self.networks[1], self.networks[0]), pairs, tuple(before))


@dataclass(frozen=True)
class Drawn:
    """How two networks are drawn beside each other.

    Attributes:
        networks: Their full names; others are drawn as each opens by itself.
        opened: Keys of what is open of each; None if that was not chosen one by one.
        depth: How many levels are open where that was not chosen; None for as each opens by itself.
        showing: Name of an operation of each that is to have its own box; None for none.
    """

    networks: tuple[str, str] = ("", "")
    opened: tuple[frozenset[str] | None, frozenset[str] | None] = (None, None)
    depth: int | None = None
    showing: tuple[str | None, str | None] = (None, None)


@dataclass(frozen=True, eq=False)
class Two:
    """Two networks that ran: seats and forwards of the first and the second."""

    a: Seat
    b: Seat
    first: Forward
    second: Forward


def second_seat(scene: Scene) -> Seat | None:
    """Return the seat of the network that is compared; None without one."""
    return scene.seats[1] if has_second(scene) else None


def two(scene: Scene) -> Two | None:
    """Return both networks where each has run on the input that it is to get; None while one has not."""
    b = second_seat(scene)
    first, second = scene.forward, b.forward if b is not None else None
    if (
        b is None
        or first is None
        or second is None
        or not (_is_true(scene, scene.seat) and _is_true(scene, b))
    ):
        return None
    return Two(scene.seat, b, first, second)


def status(scene: Scene, second: Seat) -> tuple[str, bool]:
    """Say why two networks cannot be compared yet, and whether that is on its way."""
    if scene.engine is EngineState.OFF:
        return "The engine is off; start it again to go on.", False
    models = (scene.seat.model, second.model)
    if None not in models and scene.seat.reads_words != second.reads_words:
        return "One network reads images, the other words: nothing can be given to both.", False
    for letter, seat in (("A", scene.seat), ("B", second)):
        if seat.wanted is None:
            return f"There is no network {letter}; choose one.", False
        if not seat.is_live:
            return f"{loading.short_name(seat.wanted.name)} is being loaded…", True
        if scene.image_of(seat) is None:
            return f"Open an image that {letter} reads to compare what both make of it.", False
        if seat.held is not None and seat.held[0] == due(scene, seat):
            return f"{letter} was not run: {seat.held[1]}", False
    image = scene.selected
    if image is not None and (image.failed or image.held):
        return f"A was not run: {image.failed or image.held}", False
    return "The networks are run on the image…", True


def _is_true(scene: Scene, seat: Seat) -> bool:
    question, image = due(scene, seat), scene.image_of(seat)
    is_open = image is not None and image.opened is not None
    return question is not None and is_open and seat.is_live and recorded(seat) == question


def networks(now: Two) -> tuple[str, str]:
    """Return the full names of both."""
    return now.first.trace.model, now.second.trace.model


def mended(scene: Scene, now: Two) -> Mended:
    """Return what the person mended of these two."""
    choice = scene.choice(Mended)
    return choice if choice.networks == networks(now) else Mended(networks(now))


def by_hand(scene: Scene, now: Two) -> ByHand:
    """Return what the person mended by the ids of these forwards; what they lack is left out."""
    a, b = now.first.trace.by_name, now.second.trace.by_name
    known = [it for it in mended(scene, now).pairs if (not it[0] or it[0] in a) and (not it[1] or it[1] in b)]
    return tuple((a[x].id if x else None, b[y].id if y else None) for x, y in known)


# ---- what is asked ----


def match(scene: Scene, now: Two) -> Match:
    """Return the question which operation is which."""
    return Match(now.first.number, now.second.number, by_hand(scene, now))


def values(scene: Scene, now: Two) -> CompareValues:
    """Return the question how far the values agree."""
    return CompareValues(now.first.number, now.second.number, by_hand(scene, now))


def cka(scene: Scene, now: Two) -> MeasureCka:
    """Return the question for the similarity of all layers with all."""
    keys = () if scene.choice(Comparing).places else examples(scene, now)
    like = (now.a.like, now.b.like)
    return MeasureCka(now.first.number, now.second.number, by_hand(scene, now), keys, like)


def examples(scene: Scene, now: Two) -> tuple[str, ...]:
    """Return the keys of the open inputs that both networks read, if there are enough of them.

    Two examples that a layer tells apart are told apart alike by any other: linear CKA is 1 then, and says nothing.
    """
    readable = [it for it in scene.images if it.opened is not None and not it.failed]
    keys = tuple(it.key for it in readable if now.a.reads(it) and now.b.reads(it))
    return keys if len(keys) >= LEAST_EXAMPLES else ()


def drawn(scene: Scene, now: Two) -> Drawn:
    """Return how these two are drawn."""
    choice = scene.choice(Drawn)
    return choice if choice.networks == networks(now) else Drawn(networks(now))


def drawings(scene: Scene, now: Two) -> tuple[DrawGraph, DrawGraph]:
    """Return the questions for the drawings of both."""
    chosen, forwards = drawn(scene, now), (now.first, now.second)
    shown = [
        forward.trace.by_name.get(name or "") for forward, name in zip(forwards, chosen.showing, strict=True)
    ]
    one, two = (
        DrawGraph(
            forward.number,
            opened,
            chosen.depth if opened is None else None,
            showing=node.id if node else None,
        )
        for forward, opened, node in zip(forwards, chosen.opened, shown, strict=True)
    )
    return one, two


def difference(scene: Scene, now: Two, pair: tuple[Node | None, Node | None]) -> ViewDifference | None:
    """Return the question for the values of a pair; None where one stays alone."""
    a, b = pair
    if a is None or b is None:
        return None
    numbers = (now.first.number, a.id, now.second.number, b.id)
    shared = scene.choice(ValueChoice).shared_scale
    return ViewDifference(*numbers, shared_scale=shared, aspect=scene.choice(Comparing).aspect)


def alone(scene: Scene, now: Two, pair: tuple[Node | None, Node | None]) -> ViewValue | None:
    """Return the question for the value of an operation that stands alone; None of a pair, or of none."""
    choice = scene.choice(ValueChoice).shared_scale, scene.choice(Comparing).aspect
    match pair:
        case (Node() as node, None):
            return ViewValue(now.first.number, node.id, 0, *choice)
        case (None, Node() as node):
            return ViewValue(now.second.number, node.id, 0, *choice)
    return None


def shown_channel(scene: Scene, view: DifferenceView | ValueView) -> tuple[int, str]:
    """Return the channel that is shown, and why it is that one where the person chose none; empty where it is plain.

    It is the one in which two values differ most; if they do not, or of one value, the one that varies most.
    """
    if scene.chosen_channel is not None:
        return scene.channel, ""
    if isinstance(view, ValueView):
        return (scene.channel if view.mosaic is None else view.telling_channel), ""
    if view.difference is not None and view.difference.mosaic is not None:
        apart = np.square(np.nan_to_num(view.difference.values)).sum((1, 2))
        if apart.any():
            return int(apart.argmax()), "differs most"
    value = _of_fewer(view)
    if value.mosaic is None:
        return scene.channel, ""
    return value.telling_channel, f"varies most in {'A' if value is view.a else 'B'}"


def _of_fewer(view: DifferenceView) -> ValueView:
    """Return the value whose channels the other has as well; one without channels only if none has any."""
    return min((view.a, view.b), key=lambda it: (it.mosaic is None, it.values.shape[0]))


def answers(scene: Scene, now: Two) -> dict[str, AnswerTo]:
    """Return what the second network is asked about each open input, by its key."""
    return {
        it.key: AnswerTo(now.second.number, now.b.like, it.key, now.b.way, beside(scene, now.b, it.key))
        for it in scene.images
        if it.opened is not None and not it.failed and now.b.reads(it)
    }


def shown_pair(scene: Scene, now: Two, matching: Matching | None) -> tuple[Node | None, Node | None]:
    """Return the operations of both that are looked at; None where one stays alone, or before they are matched."""
    current, picked = scene.current, scene.choice(Picked)
    name = current.name if current is not None else None
    if picked.b in now.second.trace.by_name and picked.at == name:
        return current if picked.is_pair else None, now.second.trace.by_name[picked.b]
    if current is None or matching is None:
        return current, None
    return current, partner(now, matching, current, 0)


def partner(now: Two, matching: Matching, node: Node, side: int) -> Node | None:
    """Return the other network's operation that a node of the first (0) or the second (1) belongs to; None for none.

    Inputs and outputs belong to those that come as the same on the other side.
    """
    own, other = (now.first.trace, now.second.trace)[:: -1 if side else 1]
    if not node.is_operation:
        alike = [[it for it in trace.nodes if it.op == node.op] for trace in (own, other)]
        place = alike[0].index(node)
        return alike[1][place] if place < len(alike[1]) else None
    pair = (matching.of_b if side else matching.of_a).get(node.id)
    return other.nodes[pair.a if side else pair.b] if pair is not None else None
