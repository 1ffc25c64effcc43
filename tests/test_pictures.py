"""The README's pictures: each can be made anew, is there, and is shown."""

import re

from pictures import PICTURES

from explorer.paths import resources

README = resources().parent / "README.md"


def test_every_picture_of_the_readme_can_be_made_anew_and_none_lies_about() -> None:
    shown = re.findall(r"\(resources/pictures/([\w-]+)\.png\)", README.read_text("utf-8"))
    there = [it.stem for it in (resources() / "pictures").iterdir()]
    assert sorted(shown) == sorted(PICTURES) == sorted(there)
