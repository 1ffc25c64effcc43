"""What names a control is written in one way, wherever it stands."""

import re
from pathlib import Path

import explorer


def test_no_label_is_made_with_a_small_letter() -> None:
    """Those that a window without its own engine does not show, too."""
    made = re.compile(r'(?:QLabel|labelled|QCheckBox|QPushButton)\(f?"[a-z]')
    home = Path(explorer.__file__).parent
    assert [it.name for it in home.rglob("*.py") if made.search(it.read_text("utf-8"))] == []
