"""The card of the network that is loaded, or another that the person reads."""

from typing import Any

from explorer.features.cards.choice import CardChoice
from explorer.window.cards import Followed, card_of, cards
from explorer.window.desk import Desk
from explorer.window.scene import Scene
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
        """Show the card; of the first network as soon as it is wanted."""
        model, choice = scene.model, scene.choice(CardChoice)
        wanted = scene.seat.wanted.name if scene.seat.wanted is not None else ""
        own = card_of(model.entry.full_name if model is not None else wanted)
        if model is not None and choice.card is not None and choice.model == model.entry.full_name:
            self.widget.set_card(cards()[choice.card], None, back=own)
        else:
            self.widget.set_card(own, model.entry if model is not None else None)

    def _on_card_requested(self, id: str) -> None:
        name = self._desk.scene.network
        is_own = bool(name) and cards()[id] is card_of(name)
        self._desk.choose(CardChoice(None if is_own else id, name))
