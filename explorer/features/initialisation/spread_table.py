"""Mean and standard deviation of one parameter under each initialisation."""

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QTableView

from explorer.features.initialisation.study_curves import series_of
from explorer.records.initialisation import DepthCurve
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.schemes import explain
from explorer.window.widgets.tables import add_copy, lay_rows

_COLUMNS = (
    ("Weights", "How the network's weights were drawn"),
    ("Mean", "Mean of this parameter"),
    ("Std", "Standard deviation of this parameter"),
    ("Expected", "Standard deviation that the scheme's formula gives; a dash where there is no formula"),
)


class SpreadTable(QTableView):
    """One row a network."""

    def __init__(self) -> None:
        super().__init__()
        self._model = QStandardItemModel(0, len(_COLUMNS), self)
        for column, (name, tip) in enumerate(_COLUMNS):
            header = QStandardItem(name)
            header.setToolTip(fmt.tip(tip))
            self._model.setHorizontalHeaderItem(column, header)
        self.setModel(self._model)
        self.setAccessibleName("Spread of the weights")
        self.setToolTip(
            fmt.tip("Mean and spread of the weights, one row a way to draw them; Ctrl+C copies the rows.")
        )
        lay_rows(self)
        self.setMinimumWidth(38 * theme.SPACING)
        add_copy(self)

    def set_rows(self, rows: list[tuple[DepthCurve, float, float, float]]) -> None:
        """Show the networks, each with mean, standard deviation and what was expected (NaN: unknown)."""
        self._model.setRowCount(0)
        decimals = [fmt.decimals(column) for column in zip(*(figures for _, *figures in rows), strict=True)]
        for curve, *figures in rows:
            name = QStandardItem(curve.label)
            name.setData(theme.series_colour(series_of(curve)), Qt.ItemDataRole.DecorationRole)
            name.setToolTip(fmt.tip(explain(curve.scheme)))
            cells = [
                QStandardItem(fmt.UNKNOWN if math.isnan(x) else fmt.fixed(x, places))
                for x, places in zip(figures, decimals, strict=True)
            ]
            for cell in cells:
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._model.appendRow([name, *cells])
        self.resizeColumnsToContents()
