"""What is taken along of a comparison: tables as CSV or Markdown, the matrix as CSV, everything as a figure."""

import csv
import io

from explorer.features.compare import sheet
from explorer.features.compare.choice import ANSWERS, CKA, LAYERS, second_seat
from explorer.features.compare.page import ComparePage
from explorer.window.loading import short_name
from explorer.window.save_path import file_name
from explorer.window.scene import Scene, Seat
from explorer.window.spec import Export
from explorer.window.widgets.picture_exports import figure
from explorer.window.widgets.tables import csv_of, markdown_of, markdown_too, table_of, with_figure


def of(page: ComparePage, view: str, scene: Scene) -> tuple[Export, ...]:
    """Return what a view of the page offers; nothing while there is nothing in it."""
    second = second_seat(scene)
    if second is None:
        return _facts(page) if page.pages.currentWidget() is page.answers else ()
    name = _name(scene, second, view)
    title = f"A {_who(scene.seat)}, B {_who(second)}"
    match view:
        case _ if view == LAYERS and page.layers.are_graphs and page.layers.graphs.are_drawn:
            shown = figure(page.layers, file_name(name, "view"), title, page.layers.controls)[0]
            return (sheet.export(page.layers.graphs, name, title), shown)
        case _ if view == LAYERS and page.layers.table.layers.rows:
            shown = figure(page.layers, name, title, page.layers.controls)[0]
            table = page.layers.table
            return (with_figure(markdown_too(table_of(table, name), table), shown),)
        case _ if view == CKA and page.cka.matrix():
            return (_matrix(page, figure(page.cka, name, title, page.cka.controls)[0]),)
        case _ if view == ANSWERS and page.answers.facts.model().rowCount():
            return (
                _answers(
                    page, figure(page.answers, name, title, (page.answers.course, page.answers.again))[0]
                ),
            )
    return ()


def _facts(page: ComparePage) -> tuple[Export, ...]:
    table = page.answers.facts
    if not table.model().rowCount():
        return ()
    shown = figure(
        page.answers, "networks", "Networks of a course, as the catalogue knows them", (page.answers.course,)
    )
    return (with_figure(markdown_too(table_of(table, "networks"), table), shown[0]),)


def _answers(page: ComparePage, shown: Export) -> Export:
    """Return both tables, one under the other."""

    def content(kind: str) -> bytes:
        text_of = {".csv": csv_of, ".md": markdown_of}.get(kind)
        if text_of is None:
            return shown.content(kind)
        return "\n".join(text_of(table) for table in page.answers.tables).encode()

    return Export(shown.name, (".csv", ".md", *shown.kinds), content, shown.copy)


def _matrix(page: ComparePage, shown: Export) -> Export:
    def content(kind: str) -> bytes:
        if kind != ".csv":
            return shown.content(kind)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(page.cka.matrix())
        return text.getvalue().encode()

    return Export(shown.name, (*shown.kinds, ".csv"), content, shown.copy)


def _who(seat: Seat) -> str:
    return f"{seat.model.entry.full_name} ({seat.model.weights})" if seat.model is not None else "no network"


def _name(scene: Scene, second: Seat, view: str) -> str:
    names = [
        short_name(it.model.entry.full_name) if it.model is not None else "none"
        for it in (scene.seat, second)
    ]
    return file_name(names[0], "and", file_name(names[1]), view)
