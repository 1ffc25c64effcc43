"""The card of the network that is loaded, or another that the person reads."""

from typing import Any

from explorer.features.cards.choice import CardChoice
from explorer.records.models import SOURCES, ModelEntry
from explorer.window.cards import Followed, card_of, cards
from explorer.window.desk import Desk
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Wish
from explorer.window.widgets.card import CardView


class CardPane:
    """Shows a card; its hints are followed, its links to other cards opened."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.widget = CardView(stands=True)
        self.widget.hint_chosen.connect(lambda hint: desk.choose(Followed(hint)))
        self.widget.card_requested.connect(self._on_card_requested)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing: the cards come with the program."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the card of the network that is there, or is coming, or the one that the person reads beside it."""
        model, choice, name = scene.model, scene.choice(CardChoice), _network(scene)
        if choice.card is not None and choice.model == name:
            self.widget.set_card(cards()[choice.card], None, back=card_of(name))
        else:
            is_there = model is not None and model.entry.full_name == name
            card, entry = card_of(name), model.entry if model is not None and is_there else None
            self.widget.set_card(card, _named(name) if name and card is None and entry is None else entry)

    def _on_card_requested(self, id: str) -> None:
        name = _network(self._desk.scene)
        is_own = bool(name) and cards()[id] is card_of(name)
        self._desk.choose(CardChoice(None if is_own else id, name))


def _network(scene: Scene) -> str:
    """Return the full name of the network that a card is shown for: the one that is coming, if one is."""
    wanted = scene.seat.wanted
    is_coming = wanted is not None and not scene.seat.is_live and scene.engine is not EngineState.OFF
    return wanted.name if wanted is not None and is_coming else scene.network


def _named(name: str) -> ModelEntry:
    """Return what the full name of a network says of it, before it is there."""
    source, _, own = name.partition(":")
    return (
        ModelEntry(own, source, "")
        if source in SOURCES
        else ModelEntry(name.rpartition("/")[2], "a file", "")
    )
