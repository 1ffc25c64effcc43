"""The page that compares the network with a second one: its layers, its representations, its answers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from explorer.engine.envelopes import Failure
from explorer.engine.messages import ListModels
from explorer.features.compare import choice as ask
from explorer.features.compare import course, exports, outcome
from explorer.features.compare.choice import ANSWERS, LAYERS, Comparing, Mended, Picked, Two
from explorer.features.compare.facts import facts_of
from explorer.features.compare.facts import rows as fact_rows
from explorer.features.compare.graphs import Graphs
from explorer.features.compare.heads import MEMORY, together
from explorer.features.compare.messages import Cka, DifferenceView, Matching, ValueComparison
from explorer.features.compare.opinions import Opinion
from explorer.features.compare.page import ComparePage
from explorer.features.compare.presets import Preset, presets
from explorer.features.compare.rows import Row, name_of, rows
from explorer.features.compare.start_view import add_presets
from explorer.features.compare.tolerance import tolerance_text
from explorer.records import phrases, units
from explorer.records.measures import Measurement
from explorer.records.trace import Node
from explorer.records.values import ValueView
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.scene import Scene, Seat, Unit
from explorer.window.spec import Export, Level, Waiting, Wish
from explorer.window.widgets.elided import FACTS
from explorer.window.widgets.picture_exports import tell_of_copies

ABOUT = "compare"
_STOPPED = "Comparing was stopped; “Go to first difference” goes on"
_NOTHING = "No operation of A is the same part as one of B: there is nothing to compare."
_CHOOSE = "Choose a row to see the values of both."


class ComparePane:
    """Wishes what the view in front needs of both networks; a choice in it is one of the scene."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._of: tuple[Any, ...] = ()  # whose comparison is shown
        self._drawn: tuple[Any, ...] = ()  # what the rows were made of
        self._begun: tuple[str, str] | None = None  # whose layers were shown last
        self._rows: tuple[Row, ...] = ()
        act = desk.action
        self.widget = ComparePage(
            act("compareWith"), act("swapNetworks"), act("closeSecond"), act("cancelWork")
        )
        self.graphs = Graphs(desk, self.widget.layers, self._pick)
        tell_of_copies(desk, self.widget)
        self._connect()

    # ---- what is wished ----

    def wants(self, scene: Scene) -> Wish | None:
        """Wish what the view in front shows, of two networks that have both run."""
        now, chosen = ask.two(scene), scene.choice(Comparing)
        if now is None:
            return Wish(ListModels()) if chosen.course and ask.second_seat(scene) is None else None
        matching = ask.match(scene, now)
        match chosen.view:
            case ask.CKA:
                return Wish(ask.cka(scene, now), beside=(matching,))
            case ask.ANSWERS:
                measures = (seat.measure for seat in (now.a, now.b))
                listed = (ListModels(),) if chosen.course else ()
                questions = ask.answers(scene, now).values()
                return Wish(matching, beside=(*questions, *listed, *filter(None, measures)))
        pair = ask.shown_pair(scene, now, _of(self._desk.known(matching), Matching))
        seen = filter(None, (ask.difference(scene, now, pair), ask.alone(scene, now, pair)))
        drawn = ask.drawings(scene, now) if chosen.graphs else ()
        return Wish(ask.values(scene, now), beside=(matching, *drawn, *seen, ask.cka(scene, now)))

    # ---- what is shown ----

    def show(self, scene: Scene, answer: Any) -> None:
        """Show both networks and the view in front, or what to do to get a second one."""
        page, chosen, second = self.widget, scene.choice(Comparing), ask.second_seat(scene)
        if second is None and not chosen.course:
            page.show_start()
            page.start.set_presets(presets(scene))
            page.busy.set_busy(False)
            self._of = ()
            return
        page.show_view(chosen.view if second is not None else ANSWERS, second is not None)
        now = ask.two(scene)
        is_compared = now is not None and chosen.view == LAYERS and isinstance(answer, Waiting)
        page.busy.set_busy(
            is_compared or (now is None and second is not None and ask.status(scene, second)[1])
        )
        if second is not None:
            self._show_heads(scene, second)
            now = self._kept_or_told(scene, second, now)
        if second is None or (now is not None and chosen.view == ANSWERS):
            self._show_answers(scene, now)
        elif now is not None and chosen.view == LAYERS:
            self._show_layers(scene, now, answer)
        elif now is not None:
            self._show_cka(scene, now, answer)

    def _show_heads(self, scene: Scene, second: Seat) -> None:
        page = self.widget
        page.head_a.show_seat(scene, scene.seat)
        page.head_b.show_seat(scene, second)
        page.memory.say(together(scene), MEMORY)

    def _kept_or_told(self, scene: Scene, second: Seat, now: Two | None) -> Two | None:
        """Return both if they ran; else let what is shown of the same networks stay, or say what is on its way."""
        who = (scene.seat.wanted, second.wanted)
        if now is not None:
            self._of = who
            return now
        why, is_coming = ask.status(scene, second)
        if self._of != who or not is_coming:
            self._of, self._drawn, self._rows, self._begun = (), (), (), None
            self._desk.hush(ABOUT)
            page = self.widget
            page.layers.set_rows((), False, scene.choice(Comparing).tolerance, 0, why)
            page.layers.set_told("")
            page.layers.offer_parting(False)
            page.layers.maps.show_none(("", ""), ("", "", ""))
            self.graphs.clear(why)
            page.cka.set_cka(None, None)
            page.cka.set_message(why)
            page.cka.set_progress(0, 0, "")
            page.answers.set_opinions((), None, (False, False), why)
            page.answers.set_facts((), (), scene.choice(Comparing).course, True)
        return None

    # ---- layers ----

    def _show_layers(self, scene: Scene, now: Two, answer: Any) -> None:
        view, chosen = self.widget.layers, scene.choice(Comparing)
        matching = _of(self._desk.known(ask.match(scene, now)), Matching)
        found = _of(answer.part if isinstance(answer, Waiting) else answer, ValueComparison)
        if found is not None:
            matching = found.matching
        cka = _of(self._desk.known(ask.cka(scene, now)), Cka)
        fault = _fault(answer)
        settings = chosen.tolerance, chosen.only_differences
        drawn = (now.first, now.second, matching, found, cka, *settings, fault)
        if drawn != self._drawn and matching is not None:
            self._drawn = drawn
            agreements = found.agreements if found is not None else ()
            traces = (now.first.trace, now.second.trace)
            self._rows = rows(matching, traces, agreements, cka, chosen.tolerance)
            hint = "The two networks have no operation." if not self._rows else ""
            mends = len(ask.mended(scene, now).before)
            view.set_rows(self._rows, chosen.only_differences, chosen.tolerance, mends, hint)
            told = outcome.sentence(matching, found, traces[0], chosen.tolerance)
            details = outcome.details(self._rows, found)
            view.set_told(fault or told, details)
            view.set_caution(*outcome.caution(cka, self._rows), cka.over if cka is not None else "")
        elif fault and matching is None:
            view.set_told(fault)
        pair = ask.shown_pair(scene, now, matching)
        if matching is not None and self._begun != ask.networks(now):
            self._begun = ask.networks(now)
            if None in pair and matching.pairs:  # the networks come into sight with maps beside each other
                first = matching.pairs[0]
                self._on_pair(first.a, first.b)
        view.offer_parting(bool(self._rows) and not outcome.is_parting(pair, found, chosen.tolerance))
        view.table.select(*pair)
        self.graphs.show(scene, now, matching, self._rows, pair)
        self._show_pair(scene, now, pair)

    def _show_pair(self, scene: Scene, now: Two, pair: tuple[Node | None, Node | None]) -> None:
        maps, titles, chosen = self.widget.layers.maps, [_title(it) for it in pair], scene.choice(Comparing)
        alone = outcome.alone(pair)
        told = outcome.pair_line(pair, self._rows) if chosen.graphs else ""
        self.widget.layers.tell_pair(told, False if alone else chosen.values, can_show=not alone)
        question = ask.difference(scene, now, pair) or ask.alone(scene, now, pair)
        if question is None:
            maps.set_busy(False)
            maps.show_none(titles, (_CHOOSE, _CHOOSE, ""))
            return
        view = self._desk.known(question)
        maps.set_busy(view is None)
        if isinstance(view, Failure):
            maps.show_none(titles, ("", "", view.message))
        elif isinstance(view, ValueView):
            maps.show_none(titles, (alone, alone, ""))
            channel, _ = ask.shown_channel(scene, view)
            maps.show_alone(int(pair[0] is None), view, channel, chosen.all_channels)
        elif isinstance(view, DifferenceView):
            channel, why = ask.shown_channel(scene, view)
            maps.show_pair(titles, view, channel, chosen.all_channels, chosen.own_scales, why)
        maps.mark(scene.place if isinstance(scene.place, Unit) else None)

    # ---- representations ----

    def _show_cka(self, scene: Scene, now: Two, answer: Any) -> None:
        view, chosen = self.widget.cka, scene.choice(Comparing)
        has_images = bool(ask.examples(scene, now))
        view.set_places(chosen.places or not has_images)
        view.set_can_choose(has_images)
        found = _of(answer.part if isinstance(answer, Waiting) else answer, Cka)
        view.set_cka(found, (now.first.trace, now.second.trace) if found is not None else None)
        if isinstance(answer, Waiting):
            view.set_message("")
            view.set_progress(answer.done, answer.total, answer.text)
        else:
            view.set_progress(0, 0, "")
            failed = isinstance(answer, Failure)
            text = "It was stopped." if failed and answer.cancelled else answer.message if failed else ""
            view.set_message(text, can_ask_again=failed)
        matching = _of(self._desk.known(ask.match(scene, now)), Matching)
        a, b = ask.shown_pair(scene, now, matching)
        view.select(a.id if a is not None else None, b.id if b is not None else None)

    # ---- answers ----

    def _show_answers(self, scene: Scene, now: Two | None) -> None:
        view, chosen = self.widget.answers, scene.choice(Comparing)
        if now is not None:
            random = (_is_random(now.a), _is_random(now.b))
            hint = "Open an image that both networks read."
            view.set_opinions(self._opinions(scene, now), scene.image, random, hint)
        if chosen.course:
            listed = course.entries(self._desk.known(ListModels()))
            known = [*(course.entry_of(seat) for seat in scene.seats if now is not None), *listed]
            names = [*(_titles(now) if now is not None else ()), *(course.COURSE[it.name] for it in listed)]
            told = (
                course.rows(known, course.inputs(scene.seats if now is not None else (), listed))
                if known
                else ()
            )
            view.facts.hint = "Listing the networks…"
            view.set_facts(names, told, True, now is not None, course.remarks(names, known))
        elif now is not None:
            facts = [
                facts_of(seat.model, forward, _of(self._desk.known(seat.measure), Measurement))
                for seat, forward in ((now.a, now.first), (now.b, now.second))
                if seat.model is not None and seat.measure is not None
            ]
            remarks = course.remarks(_titles(now), [course.entry_of(it) for it in (now.a, now.b)])
            view.set_facts(_titles(now), fact_rows(facts), False, True, remarks)

    def _opinions(self, scene: Scene, now: Two) -> tuple[Opinion, ...]:
        questions = ask.answers(scene, now)
        found = []
        for image in scene.images:
            if image.key in questions and now.a.reads(image):
                answer = self._desk.known(questions[image.key])
                is_none = isinstance(answer, Failure)
                why = _why_none(answer) if is_none else ""
                b = None if is_none else answer
                found.append(Opinion(image.key, image.source.name, image.answer, b, why))
        return tuple(found)

    # ---- what the person does ----

    def _connect(self) -> None:
        desk, page = self._desk, self.widget
        page.view_chosen.connect(lambda it: self._choose(view=it))
        page.start.preset_chosen.connect(self._on_preset)
        page.start.course_wanted.connect(lambda: self._choose(course=True))
        page.menu.aboutToShow.connect(self._fill_menu)
        layers, maps = page.layers, page.layers.maps
        layers.differences_wanted.connect(lambda it: self._choose(only_differences=it))
        layers.in_step_wanted.connect(lambda it: self._choose(in_step=it))
        layers.values_wanted.connect(lambda it: self._choose(values=it))
        layers.graphs_wanted.connect(lambda it: self._choose(graphs=it))
        layers.tolerance_chosen.connect(lambda it: self._choose(tolerance=it))
        layers.parting_wanted.connect(self.go_to_parting)
        layers.undo_wanted.connect(lambda: self._mend(Mended.undone))
        layers.table.row_chosen.connect(lambda row: self._pick(row.a, row.b))
        layers.table.pair_wanted.connect(
            lambda a, b: self._mend(lambda it: it.with_pair(a.name if a else None, b.name if b else None))
        )
        maps.channel_chosen.connect(lambda it: desk.set(chosen_channel=it))
        maps.place_chosen.connect(lambda it: desk.set(place=it))
        maps.room_changed.connect(lambda it: desk.choose(replace(desk.scene.choice(Comparing), aspect=it)))
        maps.all_wanted.connect(lambda it: self._choose(all_channels=it))
        maps.own_wanted.connect(lambda it: self._choose(own_scales=it))
        page.cka.places_wanted.connect(lambda it: self._choose(places=it))
        page.cka.pair_chosen.connect(self._on_pair)
        page.cka.again_wanted.connect(self._ask_again)
        page.answers.image_chosen.connect(lambda key: desk.set(image=key))
        page.answers.again_wanted.connect(self._ask_answers_again)
        page.answers.course_wanted.connect(lambda it: self._choose(course=it))

    def _choose(self, **changes: Any) -> None:
        self._desk.choose(replace(self._desk.scene.choice(Comparing), **changes))
        self._desk.settle()

    def _on_preset(self, preset: Preset) -> None:
        loading.want_beside(self._desk, preset.command, preset.size, preset.image)

    def _fill_menu(self) -> None:
        menu, offered = self.widget.menu, presets(self._desk.scene)
        menu.clear()
        menu.addAction(self.widget.choose)
        menu.addSeparator()
        for group in dict.fromkeys(it.group for it in offered):
            add_presets(menu.addMenu(group), [it for it in offered if it.group == group], self._on_preset)

    def _pick(self, a: Node | None, b: Node | None) -> None:
        """Look at a pair: the first's operation is the scene's, the second's its match or the one beside it."""
        desk = self._desk
        scene, now = desk.scene, ask.two(desk.scene)
        if now is None:
            return
        at = a if a is not None else scene.current
        if at is None:
            return
        matching = _of(desk.known(ask.match(scene, now)), Matching)
        matched = matching.of_a.get(at.id) if matching is not None else None
        is_match = a is not None and (b is None or (matched is not None and matched.b == b.id))
        picked = Picked() if is_match or b is None else Picked(at.name, a is not None, b.name)
        desk.choose(picked)
        desk.pick(now.first.trace, at.id)

    def _on_pair(self, a: int, b: int) -> None:
        now = ask.two(self._desk.scene)
        if now is not None:
            self._pick(now.first.trace.nodes[a], now.second.trace.nodes[b])

    def go_to_parting(self) -> None:
        """Go to the first pair beyond the tolerance, or say that there is none."""
        scene, now = self._desk.scene, ask.two(self._desk.scene)
        known = self._desk.known(ask.values(scene, now)) if now is not None else None
        if now is not None and isinstance(known, Failure):
            self._desk.ask_again(ask.values(scene, now))
            return
        found = _of(known, ValueComparison)
        if now is None or found is None:
            self._desk.tell(Level.INFO, "The values are not compared yet.", about=ABOUT)
            return
        tolerance = scene.choice(Comparing).tolerance
        first = found.first_beyond(tolerance)
        if not found.agreements:
            self._desk.tell(Level.INFO, _NOTHING, about=ABOUT)
            return
        if first is None:
            count = len(found.agreements)
            who = f"All {count:,} pairs agree" if count > 1 else "The only pair agrees"
            text = f"{who} within a relative error of {tolerance_text(tolerance)}."
            self._desk.tell(Level.INFO, text, about=ABOUT)
            return
        self._desk.hush(ABOUT)
        self._pick(now.first.trace.nodes[first.a], now.second.trace.nodes[first.b])

    def _mend(self, change: Callable[[Mended], Mended]) -> None:
        now = ask.two(self._desk.scene)
        if now is not None:
            self._desk.choose(change(ask.mended(self._desk.scene, now)))
            self._desk.settle()

    def _ask_again(self) -> None:
        now = ask.two(self._desk.scene)
        if now is not None:
            self._desk.ask_again(ask.cka(self._desk.scene, now))

    def _ask_answers_again(self) -> None:
        now = ask.two(self._desk.scene)
        for question in ask.answers(self._desk.scene, now).values() if now is not None else ():
            if isinstance(self._desk.known(question), Failure):
                self._desk.ask_again(question)

    def exports(self) -> tuple[Export, ...]:
        """Offer what the view in front shows: tables as CSV and Markdown, all as a figure."""
        scene = self._desk.scene
        return exports.of(self.widget, scene.choice(Comparing).view, scene)


def _why_none(failure: Failure) -> str:
    return "It was stopped; “Ask again” goes on." if failure.cancelled else failure.message


def _fault(answer: Any) -> str:
    """Return why there are no values; empty if there are, or may be."""
    if not isinstance(answer, Failure):
        return ""
    return _STOPPED if answer.cancelled else answer.message


def _of(answer: Any, kind: type) -> Any:
    return answer if isinstance(answer, kind) else None


def _title(node: Node | None) -> str:
    if node is None:
        return ""
    shape = units.shape(phrases.one_image(node.shape)) if node.outputs else ""
    return f"{name_of(node)}{FACTS}{shape}"


def _is_random(seat: Seat) -> bool:
    return seat.model is not None and seat.model.is_random


def _titles(now: Two) -> list[str]:
    return [
        f"{letter} {loading.short_name(name)}" for letter, name in zip("AB", ask.networks(now), strict=True)
    ]
