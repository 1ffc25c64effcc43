"""All that can be found: what can be done, the operations of the forward, the models of the catalogue."""

from collections.abc import Callable

from PySide6.QtGui import QAction, QKeySequence

from explorer.features.program.matching import Entry
from explorer.records import names
from explorer.records.describe import author_name
from explorer.records.models import Catalogue
from explorer.records.trace import Trace
from explorer.window import format as fmt
from explorer.window.actions import Actions
from explorer.window.desk import Desk
from explorer.window.loading import load
from explorer.window.scene import Scene
from explorer.window.spec import ActionSpec
from explorer.window.ways import WAY

_SELF = "commandSearch"


def of_actions(actions: Actions, desk: Desk) -> list[Entry]:
    """Return an entry for each action but the search itself, and for the lines of its submenu that say what they do."""
    found = []
    for spec, action in actions:
        if spec.id != _SELF:
            found.append(_of_action(spec, action, desk.scene))
            found += _of_offers(spec, found[-1], desk)
    return found


def _of_offers(spec: ActionSpec, entry: Entry, desk: Desk) -> list[Entry]:
    offers = spec.offers(desk) if spec.offers is not None and entry.works else ()
    return [
        Entry("action", f"{entry.title}: {it.label}", it.run, it.tip, words=spec.words)
        for it in offers
        if it.tip
    ]


def _of_action(spec: ActionSpec, action: QAction, scene: Scene) -> Entry:
    works = spec.enabled(scene)
    why = "" if works else f"needs {spec.needs}" if spec.needs else "not possible now"
    leads_back = spec.id.startswith(WAY) and spec.checked is not None and spec.checked(scene)
    run = (lambda: None) if leads_back else action.trigger  # who looks for it wants to be there
    return Entry("action", plain(action), run, spec.tip, shown_keys(action), works, why, spec.words)


def of_operations(trace: Trace | None, desk: Desk) -> list[Entry]:
    """Return an entry for each operation of the forward."""

    def going(node: int) -> Callable[[], object]:
        return lambda: desk.pick(trace, node, page="explore")

    if trace is None:
        return []
    return [
        Entry(
            "operation",
            node.person_name,
            going(node.id),
            f"{author_name(node, trace)}, {fmt.shape(node.shape)}",
        )
        for node in trace.nodes
    ]


def of_models(catalogue: Catalogue | None, desk: Desk) -> list[Entry]:
    """Return an entry for each model that can be loaded."""

    def loading(name: str) -> Callable[[], object]:
        return lambda: load(desk, name)

    entries = []
    for model in catalogue.entries if catalogue else ():
        facts = (
            model.family,
            str(model.year or ""),
            f"{fmt.count(model.params)} parameters {model.counted_with}".rstrip() if model.params else "",
        )
        detail = ", ".join(fact for fact in facts if fact)
        title, run = names.plain(model.full_name), loading(model.full_name)
        entries.append(
            Entry(
                "model",
                title,
                run,
                detail,
                words=model.full_name,
                place=model.place_of_source,
                is_meant_by_name=model.is_meant_by_name,
            )
        )
    return entries


def plain(action: QAction) -> str:
    """Return what an action is called, without the marks of menus."""
    return action.text().rstrip("…")


def shown_keys(action: QAction) -> str:
    """Return the shortcuts of an action as a person reads them."""
    native = QKeySequence.SequenceFormat.NativeText
    return " or ".join(keys.toString(native) for keys in action.shortcuts())
