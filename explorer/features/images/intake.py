"""What is dropped, pasted, chosen in a dialog or opened again: images, folders of them, networks, weights."""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from explorer.features.images.choice import Recent
from explorer.features.images.folders import open_folders
from explorer.records.image_files import IMAGE_SUFFIXES
from explorer.records.images import ImageSource
from explorer.window import answer_ways, drops, loading
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Level, NoticeAction
from explorer.window.stream import Stream

MOST = 64
"""How many images are opened at once: each of them is decoded, kept and classified."""
_LONGEST_WORD = 64
_FOLDER = "open_folder"
_KEEPS_ITS_PLACE = ("explore", "images")  # pages on which what is opened can be seen


class Intake:
    """Takes what is dropped on the window, and what was named at the start and is no image."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        desk.dropped.connect(self._on_dropped)
        named = desk.scene.choice(drops.Dropped)
        desk.choose(drops.Dropped())
        take(desk, named)

    def _on_dropped(self, mime: QMimeData) -> None:
        take(self._desk, drops.read(mime, "dropped image"))


def paste(desk: Desk) -> None:
    """Open what is on the clipboard: files, a picture, their paths; for a network that reads words, a word."""
    pasted = drops.read(QGuiApplication.clipboard().mimeData(), "pasted image")
    word = pasted.text
    if word and desk.scene.seat.reads_words and len(word) <= _LONGEST_WORD and len(word.split()) == 1:
        open_sources(desk, [ImageSource(f"“{word}”", text=word)])
    else:
        take(desk, pasted)


def choose_files(desk: Desk) -> None:
    """Let the person choose image files."""
    endings = " ".join(f"*{ending}" for ending in sorted(IMAGE_SUFFIXES))
    kinds = f"Images ({endings} {endings.upper()});;All files (*)"
    folder = desk.settings.text(_FOLDER, "")
    short = QFileDialog.Option.HideNameFilterDetails  # the names of the kinds; their endings are many
    paths, _ = QFileDialog.getOpenFileNames(
        QApplication.activeWindow(), "Open images", folder, kinds, options=short
    )
    if paths:
        desk.settings.put(_FOLDER, paths[0].rpartition("/")[0])
        open_paths(desk, paths)


def choose_folder(desk: Desk) -> None:
    """Let the person choose a folder, and open its images."""
    folder = desk.settings.text(_FOLDER, "")
    chosen = QFileDialog.getExistingDirectory(QApplication.activeWindow(), "Open a folder of images", folder)
    if chosen:
        desk.settings.put(_FOLDER, chosen)
        open_paths(desk, [chosen])


def open_paths(desk: Desk, paths: Sequence[str]) -> None:
    """Open files and folders."""
    take(desk, drops.sort(tuple(paths)))


def recent(desk: Desk) -> list[NoticeAction]:
    """Return what can be opened again, each by its whole path."""
    there = [path for path in desk.scene.choice(Recent).paths if os.path.exists(path)]  # noqa: PTH110
    return [NoticeAction(path, partial(open_paths, desk, [path])) for path in there]


def take(desk: Desk, dropped: drops.Dropped) -> None:
    """Open all that was found; what could not be taken is said in one notice."""
    if dropped.notices:
        first, *others = dropped.notices
        more = f" (and {len(others):,} more)" if others else ""
        desk.tell(Level.WARNING, f"{first}{more}", about="drop")
    else:
        desk.hush("drop")  # what was said of the one before is over
    if dropped.sources:
        _open_files(desk, dropped.sources)
    if dropped.folders:
        room = max(MOST - len(dropped.sources), 1)
        open_folders(desk, dropped.folders, room, lambda found: open_sources(desk, found))
    if dropped.videos:
        desk.choose(replace(desk.scene.choice(Stream), wanted=dropped.videos[0]))
    if dropped.networks:
        loading.load_file(desk, dropped.networks[0])
    elif dropped.weights:
        loading.load_weights(desk, dropped.weights[0])
    if dropped.labels:
        answer_ways.use_names(desk, dropped.labels[0], may_be_meant_as_image=True)


def open_sources(desk: Desk, sources: Sequence[ImageSource]) -> None:
    """Open inputs and show the first that the model reads."""
    scene = desk.scene.with_inputs(*sources)
    desk.put(replace(scene, page=page_to_see(scene)))


def _open_files(desk: Desk, sources: Sequence[ImageSource]) -> None:
    if len(sources) > MOST:
        text = f"{len(sources):,} images are many at once: the first {MOST} of them are opened."
        desk.tell(Level.INFO, text, about="folder")
    open_sources(desk, sources[:MOST])


def page_to_see(scene: Scene) -> str:
    """Return the page on which what is opened can be seen: this one, or the first."""
    return scene.page if scene.page in _KEEPS_ITS_PLACE else "explore"
