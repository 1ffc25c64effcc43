"""The page that compares initialisations: the person begins it; it goes with its forward."""

from typing import Any

from explorer.engine.envelopes import Failure
from explorer.features.initialisation.choice import Compared, study
from explorer.features.initialisation.view import CHANGED, InitialisationView
from explorer.records.initialisation import InitialisationStudy
from explorer.records.trace import Trace
from explorer.window.desk import Desk
from explorer.window.save_path import file_name
from explorer.window.scene import Scene
from explorer.window.spec import Export, Waiting, Wish
from explorer.window.widgets.picture_exports import figure


class InitialisationPane:
    """Shows the comparison as long as its forward lasts, and the operation of the scene in it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._trace: Trace | None = None
        self._study: InitialisationStudy | None = None
        self._hint: str | None = None
        self.widget = InitialisationView(desk.action("compareInitialisations"))
        self.widget.node_selected.connect(self._on_node_selected)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the comparison that the person began."""
        asked = study(scene)
        return None if asked is None else Wish(asked)

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the comparison, or how to begin one."""
        found = answer if isinstance(answer, InitialisationStudy) else None
        hint = _hint(scene, answer)
        # An equal trace of another forward is another trace: what is clicked is one of the forward that is there.
        is_shown = scene.trace is self._trace and found is self._study and hint == self._hint
        if not is_shown:
            self._trace, self._study, self._hint = scene.trace, found, hint
            self.widget.set_trace(scene.trace, hint, isinstance(answer, Waiting))
            if found is not None:
                self.widget.set_study(found)
        if scene.node is not None:
            self.widget.select_node(scene.node)

    def exports(self) -> tuple[Export, ...]:
        """Offer the comparison as a figure."""
        scene = self._desk.scene
        if self._study is None or scene.model is None:
            return ()
        entry = scene.model.entry
        return figure(
            self.widget,
            file_name(entry.name, "initialisations"),
            f"{entry.full_name}, initialisations compared",
            (self.widget.button,),
        )

    def _on_node_selected(self, node: int) -> None:
        self._desk.pick(self._trace, node)


def _hint(scene: Scene, answer: Any) -> str:
    if isinstance(answer, Failure):
        return answer.message
    if isinstance(answer, Waiting) and study(scene) is not None:
        return f"{answer.text[:1].upper()}{answer.text[1:]}… (Esc stops it)"
    return CHANGED if scene.choice(Compared).forward is not None and scene.forward is not None else ""
