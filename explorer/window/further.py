"""Further seats: models to compare the first with, loaded and recorded behind it, and let go when they are closed.

Whatever becomes of them, what the window is about stays as it is: no input is held for their sake, nothing of the first
seat is asked anew, and what they ask gives way to what it asks.
"""

from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from typing import Any

from explorer.engine.client import EngineDied
from explorer.engine.command import Urgency
from explorer.engine.envelopes import Failure
from explorer.engine.messages import EmptySeat, LoadModel, Record
from explorer.records.forward import Forward
from explorer.records.models import LoadedModel
from explorer.window import answer_ways
from explorer.window.desk import Desk
from explorer.window.following import Following, Need
from explorer.window.questions import due, recorded
from explorer.window.scene import EngineState, Question, Scene, Seat, letter
from explorer.window.spec import Level, NoticeAction
from explorer.window.stage import instead, recording

_CANCELLED, _ENDED = "it was cancelled", "the engine ended on it"


class FurtherSeats:
    """Follows the scene's seats from the second on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._following = Following(desk)
        self._filled: set[int] = set()  # seats in which the engine holds a model
        desk.follow(self.follow)
        desk.died.connect(self._on_died)

    def follow(self, scene: Scene) -> None:
        """Ask for what the further seats lack, and let go of what sat in those that are closed."""
        if scene.engine is not EngineState.ALIVE:
            return
        needs: dict[Hashable, Need] = {}
        for number, seat in enumerate(scene.seats[1:], 1):
            if seat.wanted is not None and not seat.is_live:
                self._need_model(needs, number, seat.wanted)
            elif (question := wanted_forward(scene, seat)) is not None:
                self._need_forward(needs, number, question, seat)
        for command in self._begun():
            self._need_model(needs, command.seat, command)
        for number in self._filled - set(range(len(scene.seats))):
            self._need_empty(needs, number)
        self._following.need(needs)

    # ---- the model ----

    def _need_model(self, needs: dict[Hashable, Need], number: int, command: LoadModel) -> None:
        # Behind what the first seat asks, whom it does not interrupt.
        needs[command] = Need(
            command,
            Urgency.ANSWER,
            partial(self._on_loaded, number, command),
            partial(self._on_load_failed, number, command),
        )

    def _begun(self) -> list[LoadModel]:
        """Return the loads that have begun, wanted or not: one that did not stop in time would end the engine."""
        running = (it.command for it in self._desk.working)
        return [it for it in running if isinstance(it, LoadModel) and it.seat]

    def _on_loaded(self, number: int, command: LoadModel, model: LoadedModel) -> None:
        self._filled.add(number)
        desk = self._desk
        way = answer_ways.kept(desk, model.entry.full_name)
        # Another one may be wanted by now: what sits there is told all the same, for the engine's state has changed.
        desk.put(
            desk.scene.with_seat(number, loaded=command, model=model, forward=None, stale=False, way=way)
        )
        desk.hush(_about("model", number))

    def _on_load_failed(self, number: int, command: LoadModel, failure: Failure) -> None:
        desk = self._desk
        seat = _seat(desk.scene, number)
        if seat is None:
            return
        if seat.wanted == command:
            # Size and image were chosen for the one that does not come, if it is not the same in another way.
            is_same = seat.loaded is not None and seat.loaded.name == command.name
            chosen = {} if is_same else {"size": None, "image": None}
            desk.put(desk.scene.with_seat(number, wanted=seat.loaded, stale=False, **chosen))
        if not failure.cancelled:
            way_out = None
            if failure.allows == "random_head":
                way_out = instead(desk, replace(command, random_head=True), "Leave the head random")
            text = f"Network {letter(number)} of Compare was not loaded: {failure.message}"
            desk.tell(Level.ERROR, text, way_out, about=_about("model", number))

    # ---- its forward ----

    def _need_forward(self, needs: dict[Hashable, Need], number: int, question: Question, seat: Seat) -> None:
        about = (number, question)
        needs[about] = Need(
            recording(self._desk, self._following.under_way(about), question, number, seat.way),
            Urgency.BESIDE,
            partial(self._on_recorded, number, question),
            partial(self._on_record_failed, number, question),
        )

    def _on_recorded(self, number: int, question: Question, forward: Forward) -> None:
        desk = self._desk
        seat = _seat(desk.scene, number)
        if seat is None or (seat.loaded, seat.size) != (question.loaded, question.size):
            return
        # Closed since; and the engine let go of the forward before it.
        is_open = desk.scene.find(forward.key) is not None
        like = seat.like_of(forward)
        desk.put(desk.scene.with_seat(number, forward=forward if is_open else None, like=like))
        desk.hush(_about("forward", number))

    def _on_record_failed(self, number: int, question: Question, failure: Failure) -> None:
        self._hold(number, question, _CANCELLED if failure.cancelled else failure.message, failure.cancelled)

    def _hold(self, number: int, question: Question, why: str, by_person: bool) -> None:
        """Ask no more for a forward until the person asks again."""
        desk = self._desk
        seat, image = _seat(desk.scene, number), desk.scene.find(question.key)
        if seat is None or seat.model is None or image is None:
            return
        desk.put(desk.scene.with_seat(number, held=(question, why)))
        named = f"Network {letter(number)} of Compare ({seat.model.entry.name})"
        text = f"{named} was not run on {image.source.name}: {why.rstrip('.')}."
        again = NoticeAction("Record again", lambda: desk.put(desk.scene.with_seat(number, held=None)))
        desk.tell(Level.INFO if by_person else Level.ERROR, text, again, about=_about("forward", number))

    # ---- the end of a seat, and of the engine ----

    def _need_empty(self, needs: dict[Hashable, Need], number: int) -> None:
        for what in ("model", "forward"):
            self._desk.hush(_about(what, number))
        # If it fails it is asked again with the next scene.
        command, failed = EmptySeat(number), lambda _: None
        needs[command] = Need(command, Urgency.MODEL, partial(self._on_emptied, number), failed)

    def _on_emptied(self, number: int, _: None) -> None:
        self._filled.discard(number)
        # It may have been opened again, and filled, while this could not be held up any more.
        self._desk.put(self._desk.scene.with_seat(number, loaded=None, forward=None))

    def _on_died(self, died: EngineDied) -> None:
        self._following.forget()
        self._filled.clear()
        culprit: Any = died.command
        if isinstance(culprit, Record) and culprit.seat and not died.by_cancel:
            seat = _seat(self._desk.scene, culprit.seat)
            if seat is not None and seat.wanted is not None:
                question = Question(seat.wanted, culprit.key, culprit.size, culprit.beside)
                self._hold(culprit.seat, question, _ENDED, by_person=False)


def wanted_forward(scene: Scene, seat: Seat) -> Question | None:
    """Return the forward that a further seat lacks; None if it has it, cannot have it, or is not to have it."""
    image, question = scene.image_of(seat), due(scene, seat)
    if not seat.is_live or image is None or image.opened is None or image.failed:
        return None
    held = seat.held is not None and seat.held[0] == question
    return None if held or recorded(seat) == question else question


def _seat(scene: Scene, number: int) -> Seat | None:
    return scene.seats[number] if number < len(scene.seats) else None


def _about(what: str, number: int) -> str:
    return f"{what} of seat {number}"
