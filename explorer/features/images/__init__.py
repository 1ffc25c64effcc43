"""The open inputs: opened by every way there is, shown beside each other, closed and got back."""

from typing import Any

from explorer.features.images import choosing, closing
from explorer.features.images.choice import ClosedInputs, Recent
from explorer.window.scene import Scene
from explorer.window.spec import ActionSpec, DeskLike, Feature, Level, NoticeAction, PaneSpec, Place


def _nothing_open(scene: Scene) -> str:
    return "" if scene.image is None and scene.forward is None else "An input is open."


def _opened(scene: Scene) -> str:
    return "" if scene.selected is not None and scene.selected.failed else "The input could be opened."


def _close_meant(desk: DeskLike) -> None:
    if desk.scene.image is not None:
        closing.close(desk, (desk.scene.image,))


def _open_files(desk: Any) -> None:
    from explorer.features.images.intake import choose_files

    choose_files(desk)


def _open_folder(desk: Any) -> None:
    from explorer.features.images.intake import choose_folder

    choose_folder(desk)


def _samples(desk: Any) -> list[NoticeAction]:
    from explorer.features.images.samples import offers

    return offers(desk)


def _open_sample(desk: Any) -> None:
    from explorer.features.images.samples import open_next

    open_next(desk)


def _reads_images(scene: Scene) -> bool:
    return not scene.seat.reads_words


def _paste(desk: Any) -> None:
    from explorer.features.images.intake import paste

    paste(desk)


def _recent(desk: Any) -> list[NoticeAction]:
    from explorer.features.images.intake import recent

    return recent(desk)


def _open_latest(desk: Any) -> None:
    offers = _recent(desk)
    if offers:
        offers[0].run()
    else:
        desk.tell(
            Level.INFO, "What was opened lately is not where it was; open it anew (Ctrl+O).", about="drop"
        )


FEATURE = Feature(
    panes=(
        PaneSpec("strip", "", "The open inputs; while changes are tried, what is in hand", Place.SIDE,
                 "explorer.features.images.pane:StripPane"),
        PaneSpec("welcome", "Welcome", "How to begin", Place.WELCOME,
                 "explorer.features.images.welcome:WelcomePane", misfit=_nothing_open),
        PaneSpec("missing", "Not opened", "Why an input could not be opened, and what to do", Place.WELCOME,
                 "explorer.features.images.missing:MissingPane", misfit=_opened),
    ),
    actions=(
        ActionSpec("openImages", "Open images…", "Open image files", _open_files, ("Ctrl+O",), "open", "File",
                   words="load add file photo picture"),
        ActionSpec("openFolder", "Open a folder of images…", "Open the images in a folder and below it",
                   _open_folder, ("Ctrl+Alt+O",), menu="File"),
        ActionSpec("openRecent", "Open recent", "Open again what was opened lately", _open_latest, menu="File",
                   enabled=lambda scene: bool(scene.choice(Recent).paths), offers=_recent),
        ActionSpec("openSample", "Open a sample", "Open one of the photos that come with the program", _open_sample,
                   menu="File", enabled=_reads_images, offers=_samples, words="example photo picture image demo",
                   needs="a network that reads images"),
        ActionSpec("pasteImage", "Paste", "Open the image, the files or the paths on the clipboard", _paste,
                   ("Ctrl+V",), "paste", "File", words="clipboard"),
        ActionSpec("closeImage", "Close the input", "Close the input that is chosen", _close_meant, ("Ctrl+W",),
                   menu="File", enabled=lambda scene: scene.image is not None, words="remove", part=1),
        ActionSpec("closeAllImages", "Close all inputs", "Close all inputs",
                   lambda desk: closing.close(desk, [it.key for it in desk.scene.images]), ("Ctrl+Shift+W",),
                   menu="File", enabled=lambda scene: bool(scene.images), words="remove clear", part=1),
        ActionSpec("undoClose", "Reopen what was closed", "Open again what was closed last", closing.undo,
                   ("Ctrl+Shift+T", "Ctrl+Z"), menu="File",
                   enabled=lambda scene: bool(scene.choice(ClosedInputs).parts), words="undo restore", part=1),
        ActionSpec("nextImage", "Next input", "Show the next open input", lambda desk: choosing.go(desk, 1),
                   ("Ctrl+PgDown",), menu="View/Input", enabled=lambda scene: bool(scene.neighbour(scene.image, 1)),
                   words="photo picture", part=4),
        ActionSpec("previousImage", "Previous input", "Show the open input before",
                   lambda desk: choosing.go(desk, -1), ("Ctrl+PgUp",), menu="View/Input",
                   enabled=lambda scene: bool(scene.neighbour(scene.image, -1)), words="photo picture", part=4),
    ),
    followers=(
        "explorer.features.images.intake:Intake",
        "explorer.features.images.recents:Recents",
        "explorer.features.images.tidy:Tidy",
    ),
)  # fmt: skip
