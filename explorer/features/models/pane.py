"""The model in the top line: its name and weights, the size of its input, its device."""

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.engine.envelopes import Failure
from explorer.engine.messages import ListModels, Size
from explorer.features.models import doing, downloads, kept_inputs, sizes
from explorer.features.models.choice import Browsing, Reach
from explorer.features.models.device_box import DeviceBox
from explorer.features.models.picker import ModelPicker
from explorer.features.models.size_box import SizeBox
from explorer.records.initialisation import Scheme
from explorer.records.models import Catalogue, LoadedModel
from explorer.window import loading
from explorer.window.cards import Followed, Hint
from explorer.window.desk import Desk
from explorer.window.leaving import leave
from explorer.window.saving import add_save
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Level, Waiting, Wish
from explorer.window.theme import SPACING


@dataclass(frozen=True)
class _Shown:
    """What the top line shows of a model."""

    model: LoadedModel | None
    coming: str
    own: Size | None
    size: Size | None


class ModelPane:
    """Shows the model of the first seat; what the person chooses is written into the scene."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown: _Shown | None = None
        self._listed: object = None
        self.picker, self.size_box, self.device_box = ModelPicker(), SizeBox(), DeviceBox()
        self.widget = QWidget()
        row = QHBoxLayout(self.widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        for part in (self.picker, self.size_box.in_slot(), self.device_box.in_slot()):
            row.addWidget(part)
        row.addStretch(1)
        add_save(desk, self.picker.table, "models")
        desk.follow(self._reach)
        self.picker.opened.connect(self._on_opened)
        self.picker.model_chosen.connect(lambda name: self._load(name, self.picker.is_beside))
        self.picker.hint_chosen.connect(self._on_hint)
        self.picker.download_requested.connect(lambda name: downloads.start(desk, name))
        self.picker.file_requested.connect(self._on_file_requested)
        self.size_box.size_entered.connect(self._on_size_entered)
        self.device_box.device_chosen.connect(lambda device: loading.move(desk, device))

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the list of models: when the person looks into it, else as soon as the first forward is there."""
        return Wish(ListModels()) if scene.choice(Browsing).begun or not scene.is_coming else None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the model that is there, and which one is being loaded."""
        self._show_list(answer)
        seat = scene.seat
        is_loading = seat.wanted is not None and not seat.is_live and scene.engine is not EngineState.OFF
        coming = seat.wanted.name if seat.wanted is not None and is_loading else ""
        shown = _Shown(scene.model, coming, sizes.own_size(scene), seat.size)
        if shown != self._shown:
            self._shown = shown
            self.picker.set_model(shown.model, coming)
            self._show_sizes(shown)
        self.device_box.set_devices(scene.load.cuda_devices)
        self.device_box.set_device(loading.device_of(scene))

    def _show_sizes(self, shown: _Shown) -> None:
        model = shown.model
        if model is None or not kept_inputs.is_own(model):
            is_whole = getattr(getattr(model, "preprocess", None), "crop_mode", "") == "whole"
            self.size_box.set_sizes(shown.own, shown.size, is_whole=is_whole)
            return
        takes = "; ".join(slot.sentence for slot in model.inputs)
        self.size_box.set_sizes(shown.own, shown.size, sizes.shapes_of(self._desk.scene), takes)

    def _show_list(self, answer: Any) -> None:
        if answer is self._listed:
            return
        if isinstance(answer, Catalogue):
            self._listed = answer
            self.picker.set_catalogue(answer.entries, answer.notes)
        elif isinstance(answer, Failure):
            self._listed = answer
            self.picker.set_catalogue((), (answer.message,))
        elif isinstance(answer, Waiting) and isinstance(self._listed, Failure):
            self._listed = None
            self.picker.set_listing()

    def _reach(self, scene: Scene) -> None:
        """Bring the person to the control of the line that they want to reach."""
        if scene.choice(loading.Picking).beside:
            self._desk.choose(loading.Picking())
            self.picker.open_popup(beside=True)
        what = scene.choice(Reach).what
        if what:
            self._desk.choose(Reach())
        if what == "picker":
            self.picker.open_popup()
        elif what == "size":
            self.size_box.edit()

    def _on_opened(self) -> None:
        if isinstance(self._desk.known(ListModels()), Failure):
            self._desk.ask_again(ListModels())
        self._desk.choose(Browsing(True))

    def _load(self, name: str, beside: bool) -> None:
        """Load a model, its weights as the person chose them in the picker; `beside` in the second seat."""
        start = self.picker.start
        scheme, weights = (Scheme.DEFAULT, None) if start.scheme is None else (start.scheme, "random")
        command = loading.command(self._desk.scene, name, weights, start.seed, scheme)
        if beside:
            loading.want_beside(self._desk, command)
        else:
            loading.want(self._desk, command)

    def _on_file_requested(self) -> None:
        if self.picker.is_beside:
            doing.open_model_file(self._desk, beside=True)
        else:
            self._desk.action("openModelFile").trigger()

    def _on_hint(self, hint: Hint) -> None:
        model = self._desk.scene.model
        if model is None or model.entry.name != hint.network:
            self._load(f"zoo:{hint.network}", beside=False)  # it is shown of the first
        self._desk.choose(Followed(hint))

    def _on_size_entered(self, text: str) -> None:
        try:
            if kept_inputs.is_own(self._desk.scene.model):
                self._tell_inputs(text)
            else:
                sizes.use(self._desk, sizes.parse(text))
        except ValueError as error:
            self._desk.tell(Level.WARNING, str(error), about="size")
            self.size_box.restore()
            return
        self._desk.hush("size")
        self._desk.settle()
        self.size_box.restore()  # the size in use may be typed as well
        leave(self.size_box)

    def _tell_inputs(self, text: str) -> None:
        """Give a person's own network what they say that it takes, now and when its file is loaded again."""
        desk, seat = self._desk, self._desk.scene.seat
        own, shapes = sizes.own_size(desk.scene), sizes.shapes_of(desk.scene)
        if seat.wanted is None or (shapes and text.strip() == shapes):
            return
        told = sizes.told(text, own is not None)
        is_usual = told.size is not None and told.size == own
        kept_inputs.keep(desk.settings, seat.wanted.name, "" if is_usual else text, own is not None)
        if told.size is not None and not shapes:
            sizes.use(desk, told.size)  # no need to build it anew
        else:
            loading.want(desk, replace(seat.wanted, told=told))
