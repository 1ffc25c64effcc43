"""The lens "Likes": the places that a channel is strongest at, and a picture that is made to excite it."""

from dataclasses import replace
from typing import Any

from explorer.engine.command import Command
from explorer.engine.envelopes import Failure
from explorer.features.likes.choice import (
    Liking,
    channel_count,
    deeper_layer,
    has_one_image,
    nearest,
    picture_question,
    strongest_question,
    would_begin,
)
from explorer.features.likes.fit import misfit
from explorer.features.likes.messages import Aim, Made, Patch, Strongest
from explorer.features.likes.view import EARLY, LikesView
from explorer.records.describe import author_name, extent_of, field_text
from explorer.records.layer_choice import LAST
from explorer.records.trace import Node, Trace
from explorer.records.units import size_of
from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.live import shown_edit
from explorer.window.scene import Scene, Unit
from explorer.window.spec import Export, Waiting, Wish
from explorer.window.widgets.elided import FACTS
from explorer.window.widgets.picture_exports import figure_of, tell_of_copies

_EXCITED = {Aim.MEAN: "mean activation", Aim.CENTRE: "middle unit"}
_RULE = (
    "Places that none of the eight beside them exceeds, the strongest first; of equal ones those farthest apart. "
    "What shows as much as half of what is shown already is left out."
)
_UNCHANGED = "without the changes that are tried"
_EMPTY = "Open images to see which of their parts a channel likes."


class LikesPane:
    """Looks for the strongest places as soon as it is in front; a picture is made when the person asks for it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._made: tuple[object, Made] | None = None  # the last picture, whole or not, with its question
        self._found: tuple[object, Strongest] | None = None  # the last places, all or not, with theirs
        self._drawn: object = None
        self._way: Node | None = None
        self._of: Trace | None = None
        self.widget = view = LikesView()
        tell_of_copies(desk, view)
        view.grid.chosen.connect(self._on_chosen)
        view.make.clicked.connect(self._on_make)
        view.aim_chosen.connect(lambda aim: self._choose(aim=aim, begun=None))
        view.seed_chosen.connect(lambda seed: self._choose(seed=seed, begun=None))
        view.channel.valueChanged.connect(self._on_channel)
        view.deeper.clicked.connect(self._on_deeper)
        view.way.clicked.connect(self._on_way)
        view.more.clicked.connect(desk.action("openImages").trigger)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the picture that was begun, and the strongest places."""
        commands = _commands(scene)
        return Wish(commands[0], beside=commands[1:]) if commands else None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show both as far as they are known; while they are on their way, what is there of this channel stays."""
        if scene.seeks_channel:
            return
        commands, view = _commands(scene), self.widget
        known: dict[Any, Any] = {it: answer if it is commands[0] else self._desk.known(it) for it in commands}
        view.busy.set_busy(isinstance(answer, Waiting))
        view.set_random(scene.model is not None and scene.model.is_random and scene.forward is not None)
        self._advise(scene)
        view.set_choice(scene.choice(Liking))
        view.set_channel(None if misfit(scene) else scene.channel, channel_count(scene))
        self._offer_way(scene)
        self._show_places(scene, known.get(strongest_question(scene)))
        self._show_picture(scene, known.get(picture_question(scene)))

    def exports(self) -> tuple[Export, ...]:
        """Offer what is shown as a figure."""
        view = self.widget
        if not view.grid.count() and not view.canvas.has_picture:
            return ()
        return figure_of(self._desk.scene, view, "likes", (view.controls, view.top), of_input=False)

    # ---- showing ----

    def _show_places(self, scene: Scene, answer: Any) -> None:
        view, question = self.widget, strongest_question(scene)
        found = answer.part if isinstance(answer, Waiting) else answer
        if isinstance(found, Strongest):
            self._found = (question, found)
        kept = self._found[1] if self._found is not None and self._found[0] == question else None
        which = f"channel {kept.channel if kept is not None else scene.channel}"
        view.head.setText(f"Strongest places of {'a channel' if misfit(scene) else which}")
        view.about.say(*(("",) if kept is None else _about(kept, scene)))
        none = f"Channel {kept.channel} gives zero everywhere." if kept is not None and kept.patches else ""
        view.grid.set_strongest(kept, none if kept is not None else self._hint(scene, answer))

    def _advise(self, scene: Scene) -> None:
        is_random = (
            scene.model is not None and scene.model.is_random
        )  # nothing was learned to be found deeper
        deeper = None if is_random else deeper_layer(scene)
        more = not is_random and has_one_image(scene)
        one, told, tip = "one image is open", [""], ""
        if deeper is not None and scene.trace is not None:
            name = scene.trace.apart(deeper.person_name)
            told = [f"{EARLY}; {name} sees more", EARLY]
            tip = f"Goes to {name}, {LAST}"
        if more:
            told = [f"{it}; {one}" for it in told if it] or [one]
            told += [f"{EARLY}, one image", EARLY] if deeper is not None else []
        self.widget.advise(told, tip, more)

    def _offer_way(self, scene: Scene) -> None:
        self._way, self._of = nearest(scene), scene.trace
        if self._way is None or scene.trace is None:
            self.widget.offer_way("", "")
            return
        name = scene.trace.apart(self._way.person_name)
        path, bracket, again = self._way.person_name.partition(" (")
        self.widget.offer_way(name, f"{path.rpartition('.')[2]}{bracket}{again}")

    def _hint(self, scene: Scene, answer: Any) -> str:
        if why := misfit(scene) or scene.failure:
            return why
        if isinstance(answer, Failure):
            return answer.message
        if scene.current is None:
            return "" if scene.is_coming else _EMPTY
        return "" if strongest_question(scene) is not None else _EMPTY

    def _show_picture(self, scene: Scene, answer: Any) -> None:
        view, question, place = self.widget, picture_question(scene), would_begin(scene)
        made = answer.part if isinstance(answer, Waiting) else answer
        if isinstance(made, Made) and place is not None:
            self._made = (place, made)
        kept = self._made[1] if self._made is not None and self._made[0] == place else None
        if kept is not self._drawn or kept is None:
            self._drawn = kept
            view.canvas.set_picture(None if kept is None or kept.is_in_vain else kept.picture)
        is_running = question is not None and self._desk.known(question) is None
        is_made = isinstance(answer, Made)
        view.make.setText("Stop" if is_running else "Make another" if is_made else "Make a picture")
        view.set_can_make(place is not None)
        fails = isinstance(answer, Failure) and not answer.cancelled
        fine = "" if kept is None or fails else _fineness(scene)
        told = "" if kept is None else _told(kept, is_running, _ceiling(scene), bool(fine))
        view.made_about.say(answer.message if kept is not None and fails else told, fine)
        hint = "" if place is None else _no_picture(scene.channel, kept, is_running)
        hint = answer.message if isinstance(answer, Failure) and kept is None else hint
        view.canvas.set_message(hint)
        view.canvas.setAccessibleDescription("" if view.canvas.has_picture else hint)

    # ---- what the person does ----

    def _choose(self, **changes: Any) -> None:
        self._desk.choose(replace(self._desk.scene.choice(Liking), **changes))
        self._desk.settle()

    def _on_make(self) -> None:
        question = picture_question(self._desk.scene)
        if question is not None and self._desk.known(question) is None:
            self._desk.cancel()
            return
        choice = self._desk.scene.choice(Liking)
        is_made = question is not None and isinstance(self._desk.known(question), Made)
        self._choose(begun=would_begin(self._desk.scene), seed=choice.seed + is_made)
        asked = picture_question(self._desk.scene)
        if asked is not None and isinstance(self._desk.known(asked), Failure):
            self._desk.ask_again(asked)

    def _on_channel(self, channel: int) -> None:
        self._desk.set(chosen_channel=channel)
        self._desk.settle()

    def _on_deeper(self) -> None:
        if (deeper := deeper_layer(self._desk.scene)) is not None:
            self._desk.pick(self._desk.scene.trace, deeper.id)

    def _on_way(self) -> None:
        if self._way is not None:
            self._desk.pick(self._of, self._way.id)

    def _on_chosen(self, patch: Patch) -> None:
        places = self._desk.scene.places
        if places is not None and self._desk.scene.find(patch.key) is not None:
            self._desk.set(image=patch.key, place=Unit.of(patch.unit, places))
            self._desk.settle()


def _commands(scene: Scene) -> tuple[Command[Any], ...]:
    """Return what is asked of a scene, the longest first: its progress is shown."""
    asked = (picture_question(scene), strongest_question(scene))
    return tuple(it for it in asked if it is not None)


def _picture_size(scene: Scene) -> tuple[int, ...] | None:
    picture = None if scene.forward is None else scene.forward.picture
    return None if picture is None else picture.shape[:2]


def _ceiling(scene: Scene) -> tuple[float, str] | None:
    """Return the largest value that the activation gives that is shown, and what it is called; None without one."""
    node, trace = scene.current, scene.trace
    most = None if node is None else node.attribute("max_val")
    if node is None or trace is None or not isinstance(most, int | float):
        return None
    return most, f"the ceiling of {author_name(node, trace)}"


def _about(found: Strongest, scene: Scene) -> tuple[str, str, str]:
    """Return what was looked at, what a patch is, and the first in short."""
    shown_now = shown_edit(scene)
    unchanged, short_of = ("", "") if shown_now.is_nothing else (_UNCHANGED, ", unchanged")
    if shown_now.frame is not None:
        unchanged, short_of = "not of this frame", ", not this frame"
    images = f"{found.looked:,} image{'' if found.looked == 1 else 's'}"
    if found.looked + len(found.failed) < found.total:
        images = f"{found.looked:,} of {found.total:,} images"
    failed = f", {len(found.failed)} failed" if found.failed else ""
    seen = _seen(found, _picture_size(scene))
    shown = f"{seen}, framed" if found.is_framed else seen
    why = "\n".join(f"{name}: {reason}" for name, reason in found.failed)
    ceiling = _ceiling(scene)
    equal = _equal(found, ceiling)
    facts = filter(None, (unchanged, equal, f"{images}{failed}", shown))
    highest = f"several at {fmt.number(ceiling[0])}" if equal and ceiling is not None else ""
    short = filter(None, (highest, f"{images}{failed}{short_of}", seen.removesuffix(" pixels")))
    return FACTS.join(facts), "\n".join(filter(None, (_RULE, why))), FACTS.join(short)


def _equal(found: Strongest, ceiling: tuple[float, str] | None) -> str:
    """Return that several places have the largest value that the activation gives; empty where they do not."""
    if ceiling is None or sum(it.equals for it in found.patches if it.value == ceiling[0]) < 2:
        return ""
    return f"several are equal: {fmt.number(ceiling[0])} is {ceiling[1]}"


def _seen(found: Strongest, size: tuple[int, ...] | None) -> str:
    """Return what the places see of a picture: no more than lies on it, however large the fields of their layer are."""
    if found.status == "global":
        return "each sees the whole picture"
    if found.status == "unknown":
        return "receptive fields unknown: whole pictures"
    sizes = {size_of(it.box) for it in found.patches if it.box is not None}
    if not sizes:
        return "each sees nothing of the picture"
    how = "at most " if found.status == "bound" else "up to " if len(sizes) > 1 else ""
    most = tuple(map(max, *sizes)) if len(sizes) > 1 else next(iter(sizes))
    return f"each sees {how}{'the whole picture' if sizes == {size} else extent_of(most)}"


def _no_picture(channel: int, made: Made | None, is_running: bool) -> str:
    """Return what stands where no picture is shown."""
    if made is not None:
        stays = f"Channel {made.channel} gives {fmt.number(made.activation)} after {made.done:,} steps, as at the start"
        return f"{stays}." if is_running else f"{stays}: try another seed, or an earlier layer."
    if is_running:
        return "The first picture is on its way… (Esc stops it)"
    return f"“Make a picture” excites channel {channel} by gradient ascent."


def _fineness(scene: Scene) -> str:
    """Say why the picture of an early layer has small patterns only, for a tooltip; empty for others."""
    field = None if scene.current is None else scene.current.receptive_field
    if deeper_layer(scene) is None or field is None or field.size is None:
        return ""
    return f"Each value sees {field_text(field)}: what excites it is no larger, so its patterns are small."


def _told(made: Made, is_running: bool, ceiling: tuple[float, str] | None, is_fine: bool) -> str:
    """Return what became of the activation, and how the picture was made, which goes first where room is little."""
    steps = f"{made.done:,} steps" if made.done == made.steps else f"{made.done:,} of {made.steps:,} steps"
    stopped = ", stopped" if made.done < made.steps and not is_running else ""
    numbers = f"{_EXCITED[made.aim]} {fmt.number(made.start)} → {fmt.number(made.activation)}"
    if ceiling is not None and fmt.number(made.activation) == fmt.number(ceiling[0]):
        numbers += f", {ceiling[1]}"
    facts = (numbers, "small patterns only" if is_fine else "", f"{steps}{stopped}", f"seed {made.seed}")
    return FACTS.join(filter(None, facts))
