"""The guide: shows the card of the network, takes a person to what a hint tells of, and keeps the timeline."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from explorer.records.images import ImageSource
from explorer.records.models import LoadedModel
from explorer.ui.images_controller import ImagesController
from explorer.ui.models_controller import ModelsController
from explorer.ui.session import Session
from explorer.ui.stepping import STEPS, Stepping
from explorer.ui.welcome import samples
from explorer.ui.window import MainWindow
from explorer.window.cards import Hint, card_of, cards
from explorer.window.notices import Level, NoticeAction

_ABOUT = "hint"
_LISTING = "Listing the networks…"
_NOT_LISTED = "The networks could not be listed; close the timeline and open it again."


class Guide(QObject):
    """Follows hints: loads the network, waits for its recording, then shows the operation in the pane meant."""

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        models: ModelsController,
        images: ImagesController,
        stepping: Stepping,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._models = models
        self._images = images
        self._stepping = stepping
        self._asked: Hint | None = None  # what the next network is loaded for
        self._wanted: Hint | None = None  # shown as soon as its network is recorded
        window.card.hint_chosen.connect(lambda hint: self.follow(hint, models.load))
        window.card.card_requested.connect(self._on_card_requested)
        window.tool_bar.model_picker.hint_chosen.connect(lambda it: self.follow(it, models.load_as_chosen))
        window.timeline.network_chosen.connect(models.load)
        window.actions_["showTimeline"].toggled.connect(self._on_timeline)
        self._connect_ways_out()
        models.changing.connect(self._on_changing)
        models.loaded.connect(self._on_loaded)
        models.kept.connect(self._on_kept)
        models.listed.connect(self._fill_timeline)
        images.recorded.connect(self._on_recorded)

    # ---- hints ----

    def follow(self, hint: Hint, load: Callable[[str], None]) -> None:
        """Show what a hint tells of; if another network lives, its own is loaded first, by `load`."""
        self._window.show_timeline(False)
        if not self._is_loaded(hint):
            self._asked = hint
            load(f"zoo:{hint.network}")
        elif self._session.trace is not None:
            self._jump(hint)
            return
        else:
            self._wanted = hint
        opened = self._session.images.values()
        if not any(image.source.text is None and not image.failed for image in opened):
            self._ask_for_image(hint)

    def _is_loaded(self, hint: Hint) -> bool:
        """Tell whether the live network can show it: another source's of the same name has the same layers."""
        model, trace = self._session.model, self._session.trace
        if model is None or model.entry.name != hint.network:
            return False
        return model.entry.source == "zoo" or (trace is not None and hint.layer in trace.by_name)

    def _ask_for_image(self, hint: Hint) -> None:
        card = card_of(f"zoo:{hint.network}")
        if card is not None and hint.network not in card.sizes:
            return  # it reads words, and begins with one of its own
        first = samples()[0].path
        source = ImageSource(first.name, path=str(first))
        sample = NoticeAction("Open a sample", lambda: self._images.open([source]))
        self._window.notices.tell(
            Level.INFO,
            f"{hint.layer} of {hint.network} shows what it makes of an image, and none is open; drop one here.",
            sample,
            about=_ABOUT,
        )

    def _on_recorded(self) -> None:
        model, hint = self._session.model, self._wanted
        if hint is not None and model is not None and model.entry.name == hint.network:
            self._wanted = None
            self._jump(hint)

    def _jump(self, hint: Hint) -> None:
        self._window.notices.close_about(_ABOUT)
        self._window.kernels.choose_first_tensor()  # a hint never means the bias that was looked at last
        self._window.show_pane(hint.pane)
        trace = self._session.trace
        if trace is not None and hint.layer in trace.by_name:
            self._stepping.go_to(trace.by_name[hint.layer].id)
        else:
            text = f"{hint.layer} was not reached with this input; its forward pass stopped before."
            self._window.notices.tell(Level.WARNING, text, about=_ABOUT)

    def _on_changing(self) -> None:
        """Forget the hint before, unless it is what the network is loaded for."""
        self._wanted, self._asked = self._asked, None
        if self._wanted is None:
            self._window.notices.close_about(_ABOUT)

    def _on_kept(self) -> None:
        self._wanted = None
        self._window.notices.close_about(_ABOUT)

    # ---- cards ----

    def _on_loaded(self, model: LoadedModel) -> None:
        self._window.card.set_card(card_of(model.entry.full_name), model.entry)
        self._fill_timeline()

    def _on_card_requested(self, id: str) -> None:
        model, card = self._session.model, cards()[id]
        own = card_of(model.entry.full_name) if model else None
        if model is not None and card is own:
            self._window.card.set_card(card, model.entry)
        else:
            self._window.card.set_card(card, None, back=own)

    # ---- the timeline ----

    def _connect_ways_out(self) -> None:
        """Whatever asks to see something that lies behind the timeline leaves it."""
        window = self._window
        steps = [window.actions_[name].triggered for name in STEPS]
        tree, word = window.layer_tree.node_selected, window.word_view
        chosen, closed = window.timeline.network_chosen, window.timeline.closed
        for asked in (*steps, tree, word.word_entered, word.ngram_selected, chosen, closed):
            asked.connect(lambda *_: window.show_timeline(False))

    def _on_timeline(self, shown: bool) -> None:
        self._window.show_timeline(shown)
        if shown:
            self._models.list_once()
            self._fill_timeline()

    def _fill_timeline(self) -> None:
        catalogue = self._session.catalogue
        if not self._window.actions_["showTimeline"].isChecked():
            return
        if catalogue is None:
            self._window.timeline.set_message(_LISTING if self._models.is_listing else _NOT_LISTED)
            return
        networks = [entry for entry in catalogue.entries if entry.source == "zoo"]
        model = self._session.model
        self._window.timeline.set_networks(networks, model.entry.full_name if model else "")
