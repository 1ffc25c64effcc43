"""The stage: brings the engine to where the scene wants it: the model loaded, inputs opened, a forward recorded.

What a further seat wants is `further.py`'s.
"""

from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from typing import Any

from explorer.engine.client import EngineDied
from explorer.engine.command import Command, Urgency
from explorer.engine.envelopes import Failure
from explorer.engine.messages import Classify, CloseImage, LoadModel, OpenImage, ReadAnswer, Record, Size
from explorer.records.answers import AS_DERIVED, Answer, AnswerWay
from explorer.records.forward import Forward
from explorer.records.images import OpenedImage
from explorer.records.models import LoadedModel, Preprocess
from explorer.records.names import DEFAULT_MODEL
from explorer.window import answer_ways
from explorer.window.desk import Desk
from explorer.window.following import Following, Need
from explorer.window.of_network import for_another
from explorer.window.questions import beside, fitting, landing_node, recorded
from explorer.window.scene import EngineState, Question, Scene, SceneImage, Seat
from explorer.window.spec import Level, NoticeAction

RECORD, MODEL, ENGINE = "record", "model", "engine"
"""What the stage's notices are about."""
_CANCELLED = "it was cancelled"


class Stage:
    """Follows the scene: whatever it says is wanted and the engine does not have yet is asked for.

    A new engine knows nothing; as the scene then says that nothing is loaded or opened, all is asked for anew, but for
    what ended the engine before.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._following = Following(desk)
        self._opened: set[str] = set()  # keys that the engine knows
        self._closing: set[str] = set()  # and is asked to forget
        self._failed: set[str] = set()  # keys of what could not be opened once
        self._seen: dict[
            bool, str
        ] = {}  # key of the input shown last: of words under True, of images under False
        self._has_answered = False
        self._why = ""
        self._blame = Level.INFO  # a warning where nobody asked for the end: it stays until it can be read
        self._ended_by: LoadModel | None = None  # the model that was running when the engine ended
        desk.follow(self.follow)
        desk.died.connect(self._on_died)

    def follow(self, scene: Scene) -> None:
        """Ask for what the scene lacks, and withdraw what it does not want any more."""
        if (shown := scene.selected) is not None and shown.opened is not None:
            self._seen[shown.is_word] = shown.key
        if scene.engine is not EngineState.ALIVE:
            return
        wanted: dict[Hashable, Need] = {}
        seat = scene.seat
        if seat.wanted is not None and not seat.is_live:
            self._want_model(wanted, seat.wanted)
        elif seat.wanted is not None:
            self._want_forward(wanted, scene, seat)
        for image in scene.images:
            self._want_image(wanted, scene, image)
        self._close_gone(scene)
        self._following.need(wanted)

    # ---- the model ----

    def _want_model(self, wanted: dict[Hashable, Need], command: LoadModel) -> None:
        wanted[command] = Need(
            command,
            Urgency.MODEL,
            lambda model: self._on_loaded(command, model),
            lambda failure: self._on_load_failed(command, failure),
        )

    def _on_loaded(self, command: LoadModel, model: LoadedModel) -> None:
        desk, before = self._desk, self._desk.scene.seat
        is_same = before.model is None or before.model.entry.full_name == model.entry.full_name
        size = before.size if is_same else None
        way = answer_ways.kept(desk, model.entry.full_name)
        scene = desk.scene.with_seat(
            loaded=command, model=model, forward=None, size=size, stale=False, way=way
        )
        scene = scene if is_same else for_another(scene)
        module = scene.module if is_same else ""
        desk.put(replace(scene.without_pixel(), node=None, module=module, playing=False))
        # What an input was held for held of that model; only what ended the engine is still held when it is back.
        other = self._ended_by is not None and command != self._ended_by
        self._forget_answers(release=before.loaded is not None or other)
        if other:
            self._ended_by = None
            desk.hush(RECORD)
        said = (MODEL, "model notes", "size", "forward", *map(_about, self._failed))
        for about in said if self._why else (*said, RECORD):
            desk.hush(about)
        if model.notes:
            desk.tell(Level.INFO, "; ".join(model.notes), about="model notes")
        if size is None and before.size is not None and isinstance(model.preprocess, Preprocess):
            desk.tell(Level.INFO, _own_size(model, before.size), about="size")
        if self._why:
            desk.tell(self._blame, f"{self._why.partition(';')[0]}; it runs again.", about=ENGINE)
            self._why = ""

    def _forget_answers(self, release: bool) -> None:
        scene = self._desk.scene
        images = tuple(
            replace(image, answer=None, held="" if release else image.held) for image in scene.images
        )
        scene = replace(scene, images=images)
        self._desk.put(replace(scene, image=fitting(scene, self._seen.get(scene.seat.reads_words))))

    def _on_load_failed(self, command: LoadModel, failure: Failure) -> None:
        desk, seat = self._desk, self._desk.scene.seat
        if seat.wanted == command:
            size = seat.size if seat.model is not None else None
            desk.put(desk.scene.with_seat(wanted=seat.loaded, stale=False, size=size))
        if not failure.cancelled:
            desk.tell(Level.ERROR, failure.message, self._way_out(command, failure), about=MODEL)

    def _way_out(self, command: LoadModel, failure: Failure) -> NoticeAction | None:
        """Offer what the person may decide; else, where there would be no model at all, the default one.

        The default one is on the device that every machine has.
        """
        if failure.allows == "random_head":
            return instead(self._desk, replace(command, random_head=True), "Leave the head random")
        default = LoadModel(DEFAULT_MODEL, seed=command.seed)
        if command == default or self._desk.scene.seat.loaded is not None:
            return None
        place = "" if command.device == "cpu" else " on the CPU"
        return instead(self._desk, default, f"Load the default model{place}")

    # ---- inputs ----

    def _want_image(self, wanted: dict[Hashable, Need], scene: Scene, image: SceneImage) -> None:
        if image.opened is None and not image.failed and not image.held:
            urgency = Urgency.SELECTED if image.key == scene.image else Urgency.OPEN
            wanted[OpenImage, image.key] = Need(
                OpenImage(image.key, image.source),
                urgency,
                lambda opened: self._on_opened(image, opened),
                lambda failure: self._on_open_failed(image, failure),
            )

    def _on_opened(self, image: SceneImage, opened: OpenedImage) -> None:
        desk = self._desk
        self._opened.add(image.key)
        desk.put(desk.scene.with_image(image.key, opened=opened))
        for key in self._failed:
            if desk.scene.find(key) is None:
                desk.hush(_about(key))  # the person went on
        if image.key != desk.scene.image:
            return
        desk.hush("notes")  # those of the input before
        if opened.notes:
            # The strip tells the notes of each image; a line of its own is for the one that is looked at.
            desk.tell(Level.INFO, f"{opened.name}: {'; '.join(opened.notes)}", about="notes")

    def _on_open_failed(self, image: SceneImage, failure: Failure) -> None:
        desk = self._desk
        if failure.cancelled:
            desk.put(desk.scene.with_image(image.key, held=_CANCELLED))
            again = NoticeAction("Open again", self._release_cancelled)
            desk.tell(Level.INFO, "Opening was cancelled.", again, about=RECORD)
            return
        desk.put(desk.scene.with_image(image.key, failed=failure.message))
        if image.key in self._failed and image.key == desk.scene.image:
            return  # it was tried again by hand: what stands in its place says so
        self._failed.add(image.key)
        desk.tell(Level.ERROR, failure.message, about=_about(image.key))
        self._fall_back(image.key)

    def _fall_back(self, key: str) -> None:
        """Return from an input that cannot be shown to the one that still is, else to any other."""
        desk, scene = self._desk, self._desk.scene
        if scene.image != key:
            return
        forward = scene.seat.forward  # the scene has none while the input that failed is chosen
        before = (self._seen.get(scene.seat.reads_words), forward.key if forward is not None else None)
        there = (it for it in before if it != key and scene.find(it) is not None)
        desk.set(image=next(there, None) or scene.neighbour(key))

    def _close_gone(self, scene: Scene) -> None:
        for key in self._opened - {image.key for image in scene.images} - self._closing:
            self._closing.add(key)
            self._desk.ask(
                CloseImage(key),
                partial(self._on_closed, key),
                partial(self._on_not_closed, key),
                Urgency.MODEL,
            )

    def _on_closed(self, key: str, _: None) -> None:
        self._opened.discard(key)
        self._closing.discard(key)

    def _on_not_closed(self, key: str, _: Failure) -> None:
        self._closing.discard(key)  # it is asked again with the next scene

    # ---- answers and the forward ----

    def _want_forward(self, wanted: dict[Hashable, Need], scene: Scene, seat: Seat) -> None:
        assert seat.loaded is not None, "asked only of a seat whose model is there"
        for image in scene.images:
            if image.opened is None or not scene.can_record(image):
                continue
            question = Question(seat.loaded, image.key, seat.size, beside(scene, seat, image.key))
            shown = image.key == scene.image
            if not shown and scene.is_coming:
                continue  # where the network refuses the size, that is said once, of the one that is shown
            # The first recording takes several times as long as a plain forward: the answer comes before it.
            is_recorded = recorded(seat) == question
            if image.answer is None and shown and is_recorded:
                self._want_another_reading(wanted, question, seat)
            elif image.answer is None and not (shown and self._has_answered):
                self._want_answer(wanted, question, shown, seat.way)
            if shown and not is_recorded:
                self._want_record(wanted, question, seat.way)

    def _want_record(self, wanted: dict[Hashable, Need], question: Question, way: AnswerWay) -> None:
        wanted[Record, question] = Need(
            recording(self._desk, self._following.under_way((Record, question)), question, way=way),
            Urgency.ANSWER if not self._has_answered else Urgency.SELECTED,
            lambda record: self._on_recorded(question, record),
            lambda failure: self._on_record_failed(question, failure),
        )

    def _want_another_reading(self, wanted: dict[Hashable, Need], question: Question, seat: Seat) -> None:
        """Have the answer of the forward that is there read as the person wants it now; nothing runs."""
        assert seat.forward is not None, "asked only of a seat with a forward"
        way = seat.way

        def failed(failure: Failure) -> None:
            self._on_answer(question, Answer(question.key, said="no answer", reason=failure.message, way=way))

        wanted[ReadAnswer, seat.forward.number, way] = Need(
            ReadAnswer(seat.forward.number, way),
            Urgency.SELECTED,
            lambda answer: self._on_answer(question, answer),
            failed,
        )

    def _want_answer(
        self, wanted: dict[Hashable, Need], question: Question, shown: bool, way: AnswerWay
    ) -> None:
        def failed(failure: Failure) -> None:
            if failure.cancelled:
                self._desk.put(self._desk.scene.with_image(question.key, held=_CANCELLED))
                return
            # Of the one that is shown, the recording says where it fails, and of the others at that size as well.
            self._desk.put(self._desk.scene.with_image(question.key, answer=Answer(question.key, way=way)))
            if not (shown or _has_stopped(self._desk.scene.seat)):
                self._desk.tell(Level.ERROR, failure.message, about="answer")

        wanted[Classify, question, way] = Need(
            Classify(question.key, size=question.size, way=way, beside=question.beside),
            Urgency.SELECTED if shown else Urgency.ANSWER,
            lambda answer: self._on_answer(question, answer),
            failed,
        )

    def _on_answer(self, question: Question, answer: Answer) -> None:
        desk = self._desk
        seat = desk.scene.seat
        if (seat.loaded, seat.size, seat.way) == (question.loaded, question.size, answer.way):
            self._has_answered = True
            desk.put(desk.scene.with_image(question.key, answer=answer))

    def _on_recorded(self, question: Question, forward: Forward) -> None:
        desk, seat = self._desk, self._desk.scene.seat
        if seat.loaded != question.loaded or seat.size != question.size:
            return
        self._has_answered = True
        if (
            desk.scene.find(forward.key) is None
        ):  # closed since; and the engine let go of the forward before it
            desk.put(replace(desk.scene.with_seat(forward=None), node=None, playing=False))
            return
        scene = desk.scene.with_seat(forward=forward, like=seat.like_of(forward))
        # The person may have chosen another reading meanwhile: that one is asked for then.
        answer = forward.answer if forward.answer.way == seat.way else None
        scene = scene.with_image(forward.key, answer=answer)
        module = scene.module if forward.trace.by_name.get(scene.layer or "") else ""
        scene = replace(scene, node=landing_node(scene), module=module, playing=False)
        desk.put(scene)
        desk.hush(RECORD)

    def _on_record_failed(self, question: Question, failure: Failure) -> None:
        desk = self._desk
        image = desk.scene.find(question.key)
        if image is None:
            return
        why = _CANCELLED if failure.cancelled else failure.message
        desk.put(desk.scene.with_image(question.key, held=why))
        text = (
            f"{image.source.name} was not recorded: it was cancelled."
            if failure.cancelled
            else failure.message
        )
        level = Level.INFO if failure.cancelled else Level.ERROR
        desk.tell(
            level, text, NoticeAction("Record again", lambda: self._release(question.key)), about=RECORD
        )
        if desk.scene.forward is not None:
            self._fall_back(question.key)

    def _release(self, key: str) -> None:
        if self._desk.scene.find(key) is None:  # closed since
            return
        self._desk.put(replace(self._desk.scene.with_image(key, held="", failed=""), image=key))

    def _release_cancelled(self) -> None:
        """Want again what a person cancelled."""
        scene = self._desk.scene
        images = tuple(replace(it, held="") if it.held == _CANCELLED else it for it in scene.images)
        self._desk.put(replace(scene, images=images))

    # ---- the engine's life ----

    def _on_died(self, died: EngineDied) -> None:
        desk, culprit, before = self._desk, died.command, self._desk.scene
        self._following.forget()
        self._opened.clear()
        self._closing.clear()
        self._why = died.message if died.restarting else ""
        self._blame = Level.INFO if died.by_cancel else Level.WARNING
        seats = tuple(
            replace(_without(seat, culprit), loaded=None, forward=None) for seat in desk.scene.seats
        )
        images = tuple(replace(image, opened=None) for image in desk.scene.images)
        scene = replace(desk.scene, seats=seats, images=images, node=None, playing=False)
        if getattr(culprit, "seat", 0):
            culprit = None  # what a further seat did to it holds for that one alone
        if isinstance(culprit, Record | Classify):
            self._ended_by = before.seat.loaded
        if isinstance(culprit, Record | Classify | OpenImage):
            if not died.by_cancel:
                scene = self._held(scene, culprit.key, "the engine ended on it")
            elif culprit.key == scene.image and getattr(culprit, "size", None) == scene.seat.size:
                scene = self._held(scene, culprit.key, _CANCELLED)
        desk.put(scene)
        restart = None if died.restarting else NoticeAction("Restart the engine", desk.start_engine)
        desk.tell(Level.INFO if died.by_cancel else Level.ERROR, died.message, restart, about=ENGINE)

    def _held(self, scene: Scene, key: str, why: str) -> Scene:
        """Ask nothing about an input until the person asks again; show another one."""
        image = scene.find(key)
        if image is None:
            return scene
        text = f"{image.source.name} was not recorded: {why}."
        again = NoticeAction("Record again", lambda: self._release(key))
        self._desk.tell(Level.WARNING, text, again, about=RECORD)
        scene = scene.with_image(key, held=why)
        other = scene.neighbour(key) if scene.image == key else None
        return replace(scene, image=other or scene.image)


def _without(seat: Seat, culprit: Command[Any] | None) -> Seat:
    """Return the seat, wanting again what it wanted or had, but not what ended the engine."""
    if seat.wanted != culprit:
        return seat
    return replace(seat, wanted=seat.loaded if seat.loaded != culprit else None)


def instead(desk: Desk, command: LoadModel, label: str) -> NoticeAction:
    """Return the offer to load a model in another way than it failed, in the same seat."""
    seat = command.seat
    return NoticeAction(label, lambda: desk.put(desk.scene.with_seat(seat, wanted=command, stale=False)))


def recording(
    desk: Desk, under_way: Command[Any] | None, question: Question, seat: int = 0, way: AnswerWay = AS_DERIVED
) -> Record:
    """Return the command that records what is asked: the one that is under way, else one of another number."""
    forward = under_way.forward if isinstance(under_way, Record) else desk.next_number()
    return Record(forward, question.key, size=question.size, seat=seat, way=way, beside=question.beside)


def _about(key: str) -> str:
    """Return what a notice is about that an input could not be opened."""
    return f"open {key}"


def _own_size(model: LoadedModel, before: Size) -> str:
    """Say that another network is given its inputs as it reads them, not as the one before."""
    was = "×".join(map(str, before))
    return f"{model.entry.name} reads its inputs at its own size again: {was} was chosen for another network."


def _has_stopped(seat: Seat) -> bool:
    return seat.forward is not None and seat.forward.trace.error is not None
