"""The page of the timeline: the zoo's networks; a click loads one and returns to it."""

from typing import Any

from explorer.engine.envelopes import Failure
from explorer.engine.messages import ListModels
from explorer.features.cards.timeline import TimelineView
from explorer.records.models import Catalogue
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Export, Wish
from explorer.window.widgets.picture_exports import figure

_LISTING = "Listing the networks…"


class HistoryPane:
    """Wishes the catalogue and shows its networks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown: tuple[Catalogue, str] | None = None
        self.widget = TimelineView()
        self.widget.network_chosen.connect(self._on_chosen)
        self.widget.closed.connect(lambda: desk.set(page="explore"))
        self.widget.again.clicked.connect(lambda: desk.ask_again(ListModels()))

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the catalogue."""
        return Wish(ListModels())

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the networks, the one that is loaded standing out."""
        failed = isinstance(answer, Failure)
        self.widget.again.setVisible(failed and scene.engine is EngineState.ALIVE)
        if not isinstance(answer, Catalogue):
            self.widget.set_message(answer.message if failed else _LISTING)
            return
        name = scene.network
        if self._shown is None or self._shown[0] is not answer or self._shown[1] != name:
            self._shown = (answer, name)
            self.widget.set_networks([entry for entry in answer.entries if entry.source == "zoo"], name)

    def exports(self) -> tuple[Export, ...]:
        """Offer the timeline as a figure."""
        return figure(self.widget, "history", "Networks by year") if self._shown is not None else ()

    def _on_chosen(self, name: str) -> None:
        self._desk.set(page="explore")
        loading.load(self._desk, name)
