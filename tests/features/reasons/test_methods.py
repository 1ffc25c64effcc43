"""What is told of the methods, as it is laid out on lines."""

import re

import pytest
from PySide6.QtGui import QFont, QTextLayout
from PySide6.QtWidgets import QApplication

from explorer.features.reasons.methods import Method

FRACTION = re.compile(r"∂s/\u2060?∂|[²ᵢ)][ \u00a0]*/[\u00a0 \u2060]*[(Σ]")


def lines(text: str, width: int) -> list[str]:
    """Lay a text out as a tooltip of that width does."""
    layout = QTextLayout(text, QFont())
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
    layout.endLayout()
    places = [layout.lineAt(at) for at in range(layout.lineCount())]
    return [text[it.textStart() : it.textStart() + it.textLength()] for it in places]


@pytest.mark.parametrize("method", list(Method))
def test_no_fraction_of_a_formula_is_parted_by_the_end_of_a_line(qapp: QApplication, method: Method) -> None:
    formula = method.about.formula
    for width in range(180, 500, 7):
        found = sum(len(FRACTION.findall(line)) for line in lines(formula, width))
        assert found == len(FRACTION.findall(formula)), f"{width} pixels"
