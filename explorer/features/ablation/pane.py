"""The lens "What if": parts of the network switched off, and what becomes of the answer."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt

from explorer.engine.command import Command
from explorer.engine.envelopes import Failure
from explorer.features.ablation.choice import (
    WhatIf,
    answer_question,
    parts_question,
    place_of,
    ranking_question,
    target,
    told,
    what_if,
)
from explorer.features.ablation.fit import misfit, without_classes
from explorer.features.ablation.messages import How, Off, Part, Parts, RankChannels, Ranking, Without
from explorer.features.ablation.view import AblationView
from explorer.records.attention import attentions
from explorer.records.trace import Trace
from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.findings import answer_of
from explorer.window.live import tried
from explorer.window.save_path import file_name
from explorer.window.saving import add_save
from explorer.window.scene import Scene
from explorer.window.spec import Export, Waiting, Wish
from explorer.window.widgets.elided import FACTS
from explorer.window.widgets.picture_exports import figure_of
from explorer.window.widgets.tables import table_of, with_figure

_EMPTY = "Open an image to see what becomes of its answer without parts of the network."
_OF_BEFORE = "of the input before the last change"
_BEFORE_IN_SHORT = "before the last change"
_EACH = "Each of "
_NOT_OF_NOW = "not of this input"
_NO_CHANNELS = "The values of this operation have no channels that are known."
_NO_CLASSES = "There are no classes to compare."
_NOTHING_OFF = "Switch something off, and the answer with it and without it stands here."


class AblationPane:
    """Shows what is switched off and what it does; the person begins a ranking, which costs many forwards."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._parts: Parts | None = None
        self._ranked: tuple[RankChannels, Ranking] | None = (
            None  # the last one, whole or not, with its question
        )
        self._shown: object = None
        self.widget = view = AblationView()
        for table in (view.ranking, view.shifts):
            add_save(desk, table, "what-if")
        view.controls.target_chosen.connect(lambda index: self._choose(target=index))
        view.controls.part_chosen.connect(lambda part: self._choose(part=part, begun=None))
        view.controls.how_chosen.connect(lambda how: self._choose(how=how, begun=None))
        view.controls.rank.clicked.connect(self._on_rank)
        view.controls.shown.clicked.connect(self._on_shown)
        view.controls.whole.clicked.connect(lambda: self._toggle(Part.WHOLE, 0, self._how_of_whole()))
        view.ranking.toggled.connect(self._on_toggled)
        view.undo.clicked.connect(lambda: self._put(what_if(desk.scene).undone()))
        view.clear.clicked.connect(lambda: self._put(what_if(desk.scene).with_off(frozenset())))
        view.on_again.connect(self._on_again)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the ranking that was begun, the answer without what is off, and what can be switched off."""
        commands = _commands(scene)
        return Wish(commands[0], beside=commands[1:]) if commands else None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show all of them as far as they are known; while they are on their way, what is there stays."""
        commands = _commands(scene)
        known: dict[Any, Any] = {it: answer if it is commands[0] else self._desk.known(it) for it in commands}
        view, choice = self.widget, what_if(scene)
        view.busy.set_busy(isinstance(answer, Waiting))
        view.set_off([told(it, scene.trace) for it in sorted(choice.off)], _undoes(choice, scene.trace))
        view.random.setVisible(
            scene.model is not None and scene.model.is_random and scene.forward is not None
        )
        parts = known.get(parts_question(scene))
        if (parts is not None and not isinstance(parts, Waiting)) or not commands:
            self._parts = parts if isinstance(parts, Parts) else None
        self._show_ranking(scene, known.get(ranking_question(scene)), parts)
        self._show_controls(scene, self._parts)
        self._show_answer(scene, known.get(answer_question(scene)))

    def exports(self) -> tuple[Export, ...]:
        """Offer what is shown as a figure, and the ranking as a table."""
        view, scene = self.widget, self._desk.scene
        figures = figure_of(scene, view, "what-if", (view.controls, view.undo, view.clear))
        node = scene.current
        if not view.ranking.effects.rows or node is None:
            return figures
        table = table_of(view.ranking, file_name(scene.network, node.name, "what-if"))
        return tuple(with_figure(table, it) for it in figures)

    # ---- showing ----

    def _show_controls(self, scene: Scene, parts: Parts | None) -> None:
        controls, choice, answer = self.widget.controls, what_if(scene), answer_of(scene)
        part, how = self._kind(scene)
        controls.set_classes(answer.predictions if answer is not None else (), target(scene))
        controls.set_parts(parts, part, how)
        count = 0 if parts is None or parts.reason else parts.count(part)
        question = ranking_question(scene)
        is_running = question is not None and self._desk.known(question) is None
        controls.rank.setText("Stop" if is_running else f"Rank {part}s")
        self._enable_rank(scene, is_running or (count > 0 and not self._is_ranked(scene, count)))
        controls.rank.setToolTip(
            fmt.tip(
                f"Switches off each {part} alone, which takes {count:,} forwards; several run as one batch where that "
                "gives the same. Esc stops it; what is found is kept."
            )
        )
        is_shown = parts is not None and part is Part.CHANNEL and count > 0 and not scene.seeks_channel
        self._offer_way(scene)
        channel = min(scene.channel, count - 1) if is_shown else 0
        places = {place_of(it) for it in choice.off}
        name = scene.current.name if scene.current is not None else ""
        is_off, is_whole = (name, Part.CHANNEL, channel) in places, (name, Part.WHOLE, 0) in places
        controls.shown.setVisible(is_shown or scene.seeks_channel or parts is None)
        controls.shown.setEnabled(is_shown)
        controls.set_channel(channel)
        controls.shown.setChecked(is_off)
        controls.shown.setToolTip("Whether the channel that the other lenses show large is switched off")
        controls.whole.setEnabled(parts is not None and not parts.reason)
        joined = parts.joins if parts is not None else ""
        controls.whole.setText(f"{'Branch' if joined else 'Operation'} off")
        controls.whole.setChecked(is_whole)
        controls.whole.setToolTip(fmt.tip(_about_whole(self._how_of_whole(), joined)))

    def _enable_rank(self, scene: Scene, can_rank: bool) -> None:
        """Let the button be pressed where it does something; the keyboard goes from it to what it ranked."""
        button, parts = self.widget.controls.rank, self._parts
        if parts is not None and parts.node != scene.node:
            return  # as it is, until it is known what this operation has
        can = can_rank or self._near(scene) is not None
        if not can and button.hasFocus():
            self.widget.ranking.setFocus(Qt.FocusReason.OtherFocusReason)
        button.setEnabled(can)

    def _offer_way(self, scene: Scene) -> None:
        """Let the button go where there is something to rank, if there is nothing here."""
        near, trace, button = self._near(scene), scene.trace, self.widget.controls.rank
        if near is not None and trace is not None:
            name = trace.nodes[near].person_name
            button.setText(_going_to(name))
            button.setToolTip(fmt.tip(f"Show {name}, the nearest operation with something to rank"))

    def _where_to(self, scene: Scene) -> str:
        """Return what the button leads to, in the order in which operations run; empty where it leads nowhere."""
        near, trace, parts = self._near(scene), scene.trace, self._parts
        if near is None or trace is None or parts is None:
            return ""
        steps = near - parts.node
        where = f"operation {abs(steps):,} steps {'after' if steps > 0 else 'before'} it"
        if abs(steps) == 1:
            where = "next operation" if steps > 0 else "operation before it"
        has = "the outputs of the heads" if parts.near_part is Part.HEAD else "channels"
        return f" The {where} has {has}: “{_going_to(trace.nodes[near].person_name)}” shows it."

    def _near(self, scene: Scene) -> int | None:
        """Return the operation to go to from the one that is shown, where that has nothing to rank."""
        parts = self._parts
        return parts.near if parts is not None and parts.node == scene.node else None

    def _show_ranking(self, scene: Scene, answer: Any, parts: Any) -> None:
        view, question, node = self.widget, ranking_question(scene), scene.current
        found = answer.part if isinstance(answer, Waiting) else answer
        if isinstance(found, Ranking) and question is not None:
            self._ranked = (question, found)
        last, kept = self._ranked if self._ranked is not None else (None, None)
        is_same = question is not None and last is not None and last.of_recorded == question.of_recorded
        ranking = kept if is_same else None  # of another change it stays until the one of this has begun
        part = ranking.part if ranking is not None else Part.CHANNEL
        off = frozenset(
            it.number
            for it in what_if(scene).off
            if node is not None and it.operation == node.name and it.part is part
        )
        hint = self._hint(scene, answer, parts)
        shown = (ranking, off, hint)
        if shown != self._shown:
            self._shown = shown
            view.ranking.set_ranking(ranking, off, hint)
        view.caption.say(*(("",) if ranking is None else _caption(ranking, answer, last == question)))

    def _hint(self, scene: Scene, answer: Any, parts: Any) -> str:
        if why := misfit(scene) or scene.failure:
            return why
        if scene.current is None:
            return "" if scene.is_coming else _EMPTY
        for each in (parts, answer):
            if isinstance(each, Failure):
                return each.message
        if isinstance(answer, Waiting):
            return f"{answer.text[:1].upper()}{answer.text[1:]}… (Esc stops it)"
        if self._parts is None:
            return ""
        part, _ = self._kind(scene)
        count = self._parts.count(part)
        if self._parts.reason or not count:
            return f"{self._parts.reason or _no_channels(scene)}{self._where_to(scene)}"
        beside = self._parts.beside if part is Part.CHANNEL else ()
        each = f" ({fmt.shape(beside)})" if beside else ""
        return (
            f"“Rank {part}s” switches each of the {count:,} {part}s{each} off alone, in {count:,} forwards, and lists "
            "what the class loses or gains without it. Click a row to keep that one off."
        )

    def _show_answer(self, scene: Scene, answer: Any) -> None:
        view = self.widget
        is_random = scene.model is not None and scene.model.is_random
        if answer_question(scene) is None:
            view.head.say("Answer")
            hint = _NO_CLASSES if without_classes(scene) else _NOTHING_OFF
            view.shifts.set_shifts((), is_random, "" if scene.is_coming else hint)
            return
        if not isinstance(answer, Without | Failure):
            return  # on its way: what is there stays
        tip = "The answer of the whole network, and without what is off"
        view.head.say(_compared(scene, "Whole network", _count(scene)), tip, _compared(scene, "All on", ""))
        if isinstance(answer, Without):
            why = f"No answer without it. {answer.after.reason}" if not answer.shifts else ""
            view.shifts.set_shifts(answer.shifts, is_random, why)
        else:
            view.shifts.set_shifts((), is_random, answer.message)

    def _kind(self, scene: Scene) -> tuple[Part, How]:
        """Return what is ranked and switched by a click, and how, as far as the operation that is shown has that."""
        choice, parts = what_if(scene), self._parts
        part = choice.part if parts is not None and parts.heads else Part.CHANNEL
        is_one = parts is not None and part is Part.CHANNEL and parts.size == 1
        return part, How.ZERO if is_one else choice.how

    def _how_of_whole(self) -> How:
        """Return how the whole output is switched off."""
        parts = self._parts
        return what_if(self._desk.scene).how if parts is not None and parts.has_spread else How.ZERO

    def _is_ranked(self, scene: Scene, count: int) -> bool:
        question = ranking_question(scene)
        found = None if question is None else self._desk.known(question)
        return isinstance(found, Ranking) and len(found.numbers) == count

    # ---- what the person does ----

    def _choose(self, **changes: Any) -> None:
        self._put(replace(what_if(self._desk.scene), **changes))

    def _put(self, choice: WhatIf) -> None:
        self._desk.choose(choice)
        self._desk.settle()

    def _toggle(self, part: Part, number: int, how: How) -> None:
        scene = self._desk.scene
        if scene.current is not None:
            self._put(what_if(scene).toggled(Off(scene.current.name, part, number, how)))

    def _on_rank(self) -> None:
        scene, question = self._desk.scene, ranking_question(self._desk.scene)
        if (near := self._near(scene)) is not None:
            self._desk.pick(scene.trace, near)
        elif question is not None and self._desk.known(question) is None:
            self._desk.cancel()
        elif scene.forward is not None and scene.current is not None:
            self._choose(begun=(scene.forward.number, scene.current.id, *self._kind(scene)))
            if (asked := ranking_question(self._desk.scene)) is not None:
                self._desk.ask_again(asked)

    def _on_shown(self) -> None:
        if self._parts is not None:
            _, how = self._kind(self._desk.scene)
            self._toggle(Part.CHANNEL, min(self._desk.scene.channel, self._parts.channels - 1), how)

    def _on_toggled(self, number: int) -> None:
        part, how = self._kind(self._desk.scene)
        if part is Part.CHANNEL:
            self._desk.set(chosen_channel=number)
        self._toggle(part, number, how)

    def _on_again(self, place: int) -> None:
        choice = what_if(self._desk.scene)
        if 0 <= place < len(choice.off):
            self._put(choice.with_off(choice.off - {sorted(choice.off)[place]}))


def _commands(scene: Scene) -> tuple[Command[Any], ...]:
    """Return what is asked of a scene, the longest first: its progress is shown."""
    asked = (ranking_question(scene), answer_question(scene), parts_question(scene))
    return tuple(it for it in asked if it is not None)


def _no_channels(scene: Scene) -> str:
    """Return why no channels are known: of an attention the weights, or scores, of its heads have none."""
    node, trace = scene.current, scene.trace
    own = None if node is None or trace is None else attentions(trace).by_node.get(node.id)
    if node is None or own is None or node.shape != own.shape or len(node.shape) < 3:
        return _NO_CHANNELS
    heads = node.shape[-3]
    return f"Here {heads:,} head{'' if heads == 1 else 's'} weigh tokens against tokens: no features, so no channels."


def _going_to(name: str) -> str:
    """Return what a button says that goes to an operation: the last part of its name is enough in its own module."""
    path, bracket, again = name.partition(" (")
    return f"Go to {path.rpartition('.')[2]}{bracket}{again}"


def _caption(ranking: Ranking, answer: Any, is_of_now: bool) -> tuple[str, str, str]:
    """Return what stands over a ranking: if it is of before, or what ended it, and how far it is; no tip; all in short.

    Args:
        ranking: What is shown.
        answer: To the question of now.
        is_of_now: Whether the ranking is of that question.
    """
    said = "" if is_of_now else _OF_BEFORE
    if isinstance(answer, Failure) and not (is_of_now and answer.cancelled):
        # One fact with why it is of before: facts are left out whole, and neither is to be.
        said = answer.message if is_of_now else f"{_NOT_OF_NOW}: {answer.message}"
    extent = _extent(ranking, is_of_now and isinstance(answer, Waiting))
    whole = FACTS.join(filter(None, (said, extent)))
    return whole, "", whole.replace(_OF_BEFORE, _BEFORE_IN_SHORT).replace(_EACH, "")


def _extent(ranking: Ranking, goes_on: bool) -> str:
    """Return how far a ranking is, or what it was compared with."""
    each = f"{ranking.total:,} {ranking.part}s set to {ranking.how}"
    if len(ranking.numbers) < ranking.total:
        return f"{len(ranking.numbers):,} of {each}, {'so far' if goes_on else 'then stopped'}"
    return FACTS.join((f"{_EACH}{each}", f"score with all on {fmt.number(ranking.value)}"))


def _about_whole(how: How, joined: str) -> str:
    """Return what switching a whole output off does; `joined`: the addition that a branch ends at, empty for none."""
    said = {
        How.ZERO: "Sets the whole output of this operation to zero",
        How.MEAN: "Sets each channel of this operation to its mean",
        How.NOISE: "Sets each channel of this operation to noise of its mean and spread",
    }[how]
    rest = "hands on the rest alone" if how is How.ZERO else "adds that to the rest"
    return f"{said}: the end of a residual branch, so that {joined} {rest}" if joined else said


def _count(scene: Scene) -> str:
    """Return what the parts are called that are off, ` part` or ` parts`."""
    return " part" if len(what_if(scene).off) == 1 else " parts"


def _compared(scene: Scene, before: str, parts: str) -> str:
    """Return what is compared, and for which input: what is off stays off from one to the next.

    Args:
        scene: What is shown.
        before, parts: What the network with all on, and the parts that are off, are called.
    """
    image = scene.find(scene.forward.key) if scene.forward is not None else None
    count = len(what_if(scene).off)
    compared = f"{before} → {count:,}{parts} off"
    changed = "" if tried(scene).is_nothing else ", changed"
    return compared if image is None else FACTS.join((compared, f"{image.source.name}{changed}"))


def _undoes(choice: WhatIf, trace: Trace | None) -> str:
    """Return what taking the last switch back does; empty where there was none."""
    if not choice.former:
        return ""
    off, on = sorted(choice.former[-1] - choice.off), sorted(choice.off - choice.former[-1])
    deeds = [f"Switch off again: {told(it, trace)}" for it in off]
    deeds += [f"Switch on again: {told(it, trace)}" for it in on]
    return "\n".join(deeds)
