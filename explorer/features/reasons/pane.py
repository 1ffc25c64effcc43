"""The lens of reasons: quick methods at once, slow ones when the person starts them."""

from dataclasses import replace
from typing import Any

from explorer.engine.envelopes import Failure
from explorer.features.reasons import choice, text
from explorer.features.reasons.controls import Shown
from explorer.features.reasons.fit import misfit
from explorer.features.reasons.messages import Explanation, SanityCheck
from explorer.features.reasons.picture import Panel
from explorer.features.reasons.view import ReasonsView
from explorer.records import layer_choice
from explorer.records.measures import Measurement
from explorer.window.desk import Desk
from explorer.window.laid import Laid
from explorer.window.live import shown_picture, tried
from explorer.window.scene import Scene
from explorer.window.spec import Export, Waiting, Wish
from explorer.window.widgets.elided import FACTS
from explorer.window.widgets.picture_exports import figure_at, tell_of_copies

_EMPTY = "Open an image to see why the network answers what it answers."
_RANDOM = (
    "Random weights: there is nothing to explain. A network that has learned nothing has no reasons; "
    "load pretrained weights to see some."
)
_DEFAULT = "default layer"
_OF_BEFORE = "of the input before the last change"
_LATER = "computed anew when nothing moves"
_VEILED = 0.4
"""Share of its colours that a map keeps which is of the input before the last change."""


class ReasonsPane:
    """Shows why the class got its score, beside another one's reasons or those of random weights."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown: tuple[Any, ...] = ()
        self._last: tuple[Any, list[Any]] = (None, [])  # what was known last, and to which questions
        self._is_of_before, self._far = False, ""
        self._default: tuple[int, str] = (0, "")  # number of the forward, and the layer that was taken there
        self.widget = ReasonsView()
        tell_of_copies(desk, self.widget)
        self.widget.changed.connect(self._on_changed)
        self.widget.start.connect(self._on_start)
        self.widget.laid.connect(self._on_laid)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the maps that are quick or were started, and the names of all classes."""
        asked, classes = choice.wished(scene), choice.classes(scene)
        further = () if classes is None else (classes,)
        if asked:
            return Wish(asked[0], beside=(*asked[1:], *further))
        return Wish(further[0]) if further else None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the maps, or why there are none."""
        view = self.widget
        asked = choice.wished(scene)
        view.busy.set_busy(isinstance(answer, Waiting) and bool(asked))
        why = misfit(scene) or ("" if scene.forward is not None else scene.failure or _EMPTY)
        if why or choice.is_hidden(scene):
            self._shown = ()
            if not scene.is_coming:
                view.set_message(why or _RANDOM, offers_anyway=not why)
            return
        found = [answer if place == 0 else self._desk.known(it) for place, it in enumerate(asked)]
        self._far = next((it.text for it in found if isinstance(it, Waiting) and it.total), "")
        found, self._is_of_before = self._with_last(scene, asked, found)
        self._show_controls(scene, found)
        self._show_maps(scene, found)

    def exports(self) -> tuple[Export, ...]:
        """Offer what is shown as a figure."""
        view, scene = self.widget, self._desk.scene
        found = next(filter(None, map(_explanation, self._shown)), None)
        if found is None or scene.trace is None:
            return ()
        node = None if found.node is None else scene.trace.nodes[found.node]
        return figure_at(scene, node, view.maps, "why", (view.compute, view.elsewhere))

    # ---- inside ----

    def _with_last(self, scene: Scene, asked: tuple[Any, ...], found: list[Any]) -> tuple[list[Any], bool]:
        """Return what is found; while that of a change is on its way, what was known before it, and whether it is that.

        What flows follows at once, so that nobody need be told; what is slow waits until nothing moves.
        """
        about = [choice.about(scene, it) for it in asked], scene.forward
        known = [_known(it) for it in found]
        if all(it is not None for it in known):
            self._last = about, known
        elif not tried(scene).is_nothing and self._last[0] == about:
            return self._last[1], not asked[0].flows
        return found, False

    def _show_controls(self, scene: Scene, found: list[Any]) -> None:
        chosen, classes = choice.reasons(scene), choice.classes(scene)
        names = self._desk.known(classes) if classes is not None else None
        top = () if scene.forward is None else tuple((it.index, it.label) for it in scene.forward.predictions)
        first = _explanation(found[0]) if found else None
        if first is not None and first.layer_why and scene.forward is not None:
            self._default = scene.forward.number, first.layer
        self.widget.controls.show_choice(
            Shown(
                chosen.method,
                top,
                names if isinstance(names, tuple) else (),
                chosen.target,
                choice.against(scene),
                _layers(scene, self._default_of(scene)),
                chosen.layer,
            )
        )
        waits = self._waits(scene, found)
        self.widget.offer(waits, chosen.checks, chosen.share, scene.choice(Laid).asks is choice.on_input)

    def _waits(self, scene: Scene, found: list[Any]) -> bool:
        """Tell whether something is slow and was not started, or was stopped."""
        stopped = any(isinstance(it, Failure) and it.cancelled for it in found)
        return stopped or choice.waits_for_start(scene)

    def _details(self, scene: Scene, found: Explanation) -> str:
        """Return what is to be known of a map; first, of one at an early layer, which layer would tell more."""
        said, forward = text.details(found), scene.forward
        if found.node is None or found.layer_why or forward is None or forward.picture is None:
            return said
        if not layer_choice.is_early(forward.trace.nodes[found.node], forward.picture.shape[:2]):
            return said
        return FACTS.join(
            filter(None, (f"early layer, of edges and colours: take {self._default_of(scene)}", said))
        )

    def _default_of(self, scene: Scene) -> str:
        """Return the default layer by its name, once that is known of the forward."""
        number, name = self._default
        if scene.forward is None or scene.forward.number != number:
            return _DEFAULT
        is_shown = scene.current is not None and scene.current.person_name == name
        return f"{name if is_shown else scene.forward.trace.apart(name)} (default)"

    def _milliseconds(self, scene: Scene) -> float | None:
        measure = scene.seat.measure
        measured = None if measure is None else self._desk.known(measure)
        return measured.timing.forward.median if isinstance(measured, Measurement) else None

    def _show_maps(self, scene: Scene, found: list[Any]) -> None:
        view, chosen = self.widget, choice.reasons(scene)
        picture = shown_picture(scene)
        failed = next((it for it in found if isinstance(it, Failure)), None)
        known = [_known(it) for it in found]
        panels, line, second, more = [Panel(None, "")], chosen.method.about.title, "", ""
        waiting = next((it for it in found if isinstance(it, Waiting)), None)
        if failed is not None:
            picture = None
            second = choice.forwards(scene, self._milliseconds(scene)) if failed.cancelled else ""
        elif not found:
            second = choice.forwards(scene, self._milliseconds(scene))
        elif isinstance(known[0], SanityCheck):
            panels, more = text.checked(known[0]), text.likeness(known[0])
            line, second = (
                text.verdict(known[0]),
                FACTS.join((text.OWN_SCALES, text.headline(known[0].before, scene.trace, scene.node))),
            )
        elif isinstance(known[0], Explanation):
            other = known[1] if len(known) > 1 else None
            line, second, more = (
                text.headline(known[0], scene.trace, scene.node),
                self._details(scene, known[0]),
                text.numbers(known[0]),
            )
            if isinstance(other, Explanation):
                panels = text.compared(known[0], other)
            else:
                about = known[0].method.about
                panels = [Panel(known[0].heat, known[0].label if about.of_class else about.title, about)]
        if waiting is not None:
            second = (
                f"{waiting.text[:1].upper()}{waiting.text[1:]}… (Esc stops it)" if waiting.text else second
            )
        if self._is_of_before:
            second = FACTS.join((_OF_BEFORE, self._far or _LATER))
        if scene.model is not None and scene.model.is_random:
            second = FACTS.join(filter(None, ("random weights: not knowledge", second)))
        first = _explanation(found[0]) if found else None
        where = "" if first is None else text.elsewhere(first, scene.node)
        view.say(line, second, text.about(chosen.method), more, where)
        opacity = chosen.opacity * (_VEILED if self._is_of_before else 1)
        now = (picture, failed, opacity, *known)
        if len(now) != len(self._shown) or any(a is not b for a, b in zip(now, self._shown, strict=True)):
            self._shown = now
            view.set_panels(picture, panels, opacity, "" if failed is None else failed.message)
            view.set_opacity(chosen.opacity)

    def _on_changed(self, changes: dict[str, Any]) -> None:
        scene = self._desk.scene
        if changes.get("against") is not None:
            changes = {**changes, "checks": False}  # the check is of one class: a second one ends it
        self._desk.choose(replace(choice.reasons(scene), network=scene.network, **changes))
        if "opacity" in changes:
            laid = scene.choice(Laid)
            if laid.asks is choice.on_input:
                self._desk.choose(replace(laid, opacity=changes["opacity"]))
        self._desk.settle()

    def _on_start(self) -> None:
        scene = self._desk.scene
        self._desk.choose(replace(choice.started(scene), network=scene.network))
        for asked in choice.wished(self._desk.scene):
            if isinstance(self._desk.known(asked), Failure):
                self._desk.ask_again(asked)
        self._desk.settle()

    def _on_laid(self, on: bool) -> None:
        opacity = choice.reasons(self._desk.scene).opacity
        self._desk.choose(Laid(choice.on_input, opacity) if on else Laid())
        self._desk.settle()


def _known(answer: Any) -> Any:
    """Return an answer, or what is known of one that is on its way."""
    return answer.part if isinstance(answer, Waiting) else answer


def _explanation(answer: Any) -> Explanation | None:
    known = _known(answer)
    if isinstance(known, SanityCheck):
        return known.before
    return known if isinstance(known, Explanation) else None


def _layers(scene: Scene, default: str) -> tuple[tuple[str, str], ...]:
    """Return the layers that are offered: the default, the operation that is shown, the one that was chosen."""
    chosen, current = choice.reasons(scene), scene.current
    offered = {"": default}
    if current is not None and not choice.unfit_layer(scene):
        offered[current.name] = f"{current.person_name} (this one)"
    if (layer := choice.layer_of(scene)) is not None and scene.trace is not None:
        offered.setdefault(chosen.layer, scene.trace.nodes[layer].person_name)
    return tuple(offered.items())
