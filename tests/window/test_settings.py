import hashlib
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from explorer.window.settings import Settings, content_hash


@pytest.fixture(autouse=True)
def application(qapp: object) -> None:
    """The theme's default is the application's."""


def test_the_first_start_knows_the_defaults() -> None:
    settings = Settings()

    assert settings.theme in ("light", "dark")
    assert settings.recent_images == []
    assert settings.geometry().isEmpty() and settings.widths() == []


def test_everything_comes_back_at_the_next_start(tmp_path: Path) -> None:
    first = Settings()
    first.theme = "dark"
    first.set_layout(QByteArray(b"geometry"), [300, 250])
    first.put("scene/page", "labs")
    first.put("scene/images", ["/a, b.png"])
    first.save()

    second = Settings()

    assert second.theme == "dark"
    assert (second.geometry(), second.widths()) == (QByteArray(b"geometry"), [300, 250])
    assert second.text("scene/page", "explore") == "labs" and second.texts("scene/images") == ["/a, b.png"]
    assert (tmp_path / "home" / "settings.ini").is_file()


def test_recent_images_are_the_latest_first_once_each_and_ten_at_most() -> None:
    settings = Settings()
    for number in range(12):
        settings.add_recent_images([f"/{number}.png"])
    settings.add_recent_images(["/5.png"])
    settings.save()

    recent = Settings().recent_images

    assert recent[:3] == ["/5.png", "/11.png", "/10.png"]
    assert len(recent) == 10


def test_a_single_recent_image_survives_the_file_format() -> None:
    settings = Settings()
    settings.add_recent_images(["/a, b.png"])
    settings.save()

    assert Settings().recent_images == ["/a, b.png"]


def test_trust_belongs_to_the_content_not_to_the_name(tmp_path: Path) -> None:
    file, copy = tmp_path / "net.py", tmp_path / "copy.py"
    file.write_text("def net(): ...")
    copy.write_text("def net(): ...")
    settings = Settings()
    assert not settings.is_trusted(content_hash(file))

    settings.trust(content_hash(file))
    settings.save()

    assert Settings().is_trusted(content_hash(file))
    assert Settings().is_trusted(content_hash(copy))
    file.write_text("import os")
    assert not Settings().is_trusted(content_hash(file))


def test_the_content_hash_is_sha256(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"abc")

    assert content_hash(file) == hashlib.sha256(b"abc").hexdigest()


def test_a_damaged_settings_file_reads_as_defaults(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.ini").write_bytes(
        b"[General]\ntheme=purple\nrecent_images=@Invalid()\n[window]\ngeometry=7\n\xff\xfe"
    )

    settings = Settings()

    assert settings.theme in ("light", "dark")
    assert settings.recent_images == []
    assert settings.geometry().isEmpty()


@pytest.mark.parametrize(
    "widths", ["300", ["300", "²"], ["300", "250", "1"], ["-5", "3"], ["9" * 40, "1"], [""]]
)
def test_widths_that_make_no_sense_are_none(widths: object) -> None:
    settings = Settings()
    settings.put("window/widths", widths)  # type: ignore[arg-type]
    assert settings.widths() == []
