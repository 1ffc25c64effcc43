"""Images in folders: which are found, in which order, and what is said of the rest."""

import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.features.images.folders import summary
from explorer.features.images.listing import Listing
from explorer.records.image_files import Found


def found(*folders: Path, most: int = 64) -> Found:
    listing = Listing([str(folder) for folder in folders], most)
    listing.start()
    listing._thread.join(10)
    assert listing.is_done
    return listing.found


def names(found: Found) -> list[str]:
    return [Path(path).name for path in found.images]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for name in ("10.png", "2.JPG", "notes.txt", ".hidden.png", "deep/er/1.webp", "deep/0.png", ".git/x.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_images_come_in_the_order_in_which_a_person_counts_with_those_below_behind(folder: Path) -> None:
    it = found(folder)
    assert names(it) == ["2.JPG", "10.png", "0.png", "1.webp"]
    assert (it.others, it.hidden, it.closed, it.has_more) == (1, 2, 0, False)


def test_no_more_than_wanted_are_looked_for(folder: Path) -> None:
    it = found(folder, most=3)
    assert len(it.images) == 3 and it.has_more
    assert not found(folder, most=4).has_more


def test_links_that_lead_in_a_circle_and_pipes_are_left_alone(folder: Path) -> None:
    (folder / "deep" / "circle").symlink_to(folder)
    (folder / "link.png").symlink_to(folder / "10.png")
    (folder / "broken.png").symlink_to(folder / "gone")
    os.mkfifo(folder / "pipe.png")
    assert names(found(folder)) == ["2.JPG", "10.png", "link.png", "0.png", "1.webp"]


def test_names_that_are_no_text_are_found(folder: Path) -> None:
    odd = os.fsdecode(b"\xff.png")
    with open(f"{folder}/{odd}", "wb"):  # noqa: PTH123
        pass
    assert odd in names(found(folder))


def test_folders_that_are_gone_are_counted(folder: Path, tmp_path: Path) -> None:
    it = found(tmp_path / "gone", folder)
    assert it.closed == 1 and len(it.images) == 4


def test_a_search_can_be_cancelled(folder: Path) -> None:
    listing = Listing([str(folder)], 64)
    listing.cancel()
    listing.start()
    listing._thread.join(10)
    assert listing.is_done and listing.found.images == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Found(["a"]), "photos: opening 1 image."),
        (
            Found(["a", "b"], others=1, hidden=2),
            "photos: opening 2 images; left out: 1 other file, 2 hidden ones.",
        ),
        (
            Found(["a"] * 64, has_more=True),
            "photos: opening 64 images (the first 64 of more).",
        ),
        (Found(others=3), "photos holds no images that can be read; left out: 3 other files."),
        (
            Found(closed=1),
            "photos holds no images that can be read; left out: 1 folder that may not be read.",
        ),
    ],
)
def test_what_is_said(qtbot: QtBot, found: Found, said: str) -> None:
    assert summary("photos", found) == said


def test_what_came_of_it_is_counted() -> None:
    found = Found(["a.png", "b.png", "c.png"], others=1)
    assert summary("photos", found, 3) == "photos: 3 images opened; left out: 1 other file."
    assert (
        summary("photos", found, 2, 1) == "photos: 2 images opened, 1 could not be; left out: 1 other file."
    )
    assert (
        summary("photos", found, 0, 3) == "photos: no image opened, 3 could not be; left out: 1 other file."
    )
