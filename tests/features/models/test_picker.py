"""The model picker: search, sort, choose with the keyboard, and the badge that tells what the weights are."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QSpinBox,
    QTableView,
    QToolButton,
)

from explorer.features.models.model_table import WORD_ROLE
from explorer.features.models.picker import ModelPicker, Shade
from explorer.features.models.popup import Popup
from explorer.records.initialisation import Scheme
from explorer.records.models import LoadedModel, ModelEntry, Preprocess, VisionTask, WeightsStatus
from explorer.window.cards import cards
from explorer.window.widgets.card import CardView
from explorer.window.widgets.tables import csv_of

ENTRIES = (
    ModelEntry(
        "efficientnet_lite0", "zoo", "EfficientNet", 2019, 4_652_008, 385_000_000, 75.5, WeightsStatus.ON_DISK
    ),
    ModelEntry(
        "wide_resnet50_2", "torchvision", "ResNet", 2016, 68_883_240, None, 78.5, WeightsStatus.DOWNLOADABLE
    ),
    ModelEntry(
        "resnet50", "torchvision", "ResNet", 2015, 25_557_032, 4_089_000_000, 76.1, WeightsStatus.DOWNLOADABLE
    ),
    ModelEntry("resnet50", "timm", "ResNet", None, None, None, None, WeightsStatus.NONE),
    ModelEntry("vit_b_16", "torchvision", "Vision Transformer", 2020, 86_567_656, 17_560_000_000, 81.1),
)
PREPROCESS = Preprocess(256, 224, (0.5,) * 3, (0.5,) * 3)
NAME, TASK, YEAR, PARAMS = 0, 2, 4, 5


def loaded(entry: ModelEntry, weights: str, pretrained: bool) -> LoadedModel:
    return LoadedModel(entry, weights, pretrained, "cpu", PREPROCESS, 4_652_008, 18_700_000)


@pytest.fixture
def window(qtbot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = window.addToolBar("Model")
    bar.addWidget(ModelPicker())
    window.show()
    return window


@pytest.fixture
def picker(window) -> ModelPicker:
    picker = window.findChild(ModelPicker, "modelPicker")
    picker.set_catalogue(ENTRIES)
    window.findChild(QCheckBox, "allSources").setChecked(True)
    return picker


@pytest.fixture
def search(window) -> QLineEdit:
    return window.findChild(QLineEdit, "modelSearch")


@pytest.fixture
def table(window) -> QTableView:
    return window.findChild(QTableView)


def names(table: QTableView) -> list[str]:
    model = table.model()
    return [f"{model.index(row, 1).data()}:{model.index(row, 0).data()}" for row in range(model.rowCount())]


def button(window: QMainWindow, text: str) -> QPushButton:
    return next(b for b in window.findChildren(QPushButton) if text in b.text().replace("&", ""))


def test_the_button_tells_the_model_and_its_weights(picker):
    assert picker.text() == "Choose a model"
    picker.set_model(loaded(ENTRIES[0], "pretrained", True))
    assert picker.text() == "efficientnet_lite0  pretrained"
    picker.set_model(loaded(ENTRIES[1], "random (seed 0)", False))
    assert picker.text() == "wide_resnet50_2  random weights"
    assert picker.accessibleName() == "Model: torchvision:wide_resnet50_2, random weights"
    picker.set_model(loaded(ENTRIES[1], "mine.pth", False))
    assert picker.text() == "wide_resnet50_2  mine.pth"


def test_random_weights_are_seen_at_a_glance(picker):
    picker.set_model(loaded(ENTRIES[0], "pretrained", True))
    picker.resize(picker.sizeHint())
    trained = picker.grab().toImage()
    picker.set_model(loaded(ENTRIES[0], "random (seed 0)", False))
    picker.resize(trained.size())
    assert picker.grab().toImage() != trained


def test_a_click_opens_the_list_with_the_loaded_model_marked(qtbot, picker, search, table):
    picker.set_model(loaded(ENTRIES[2], "random", False))
    qtbot.mouseClick(picker, Qt.MouseButton.LeftButton)
    assert search.isVisible()
    assert table.currentIndex().row() == 2


def test_cells_tell_what_is_known_and_a_dash_for_what_is_not(picker, table):
    cells = [[table.model().index(row, column).data() for column in range(9)] for row in (2, 3)]
    assert cells == [
        [
            "resnet50",
            "torchvision",
            "classification",
            "ResNet",
            "2015",
            "25.6 M",
            "4.09",
            "76.1",
            "downloadable",
        ],
        ["resnet50", "timm", "classification", "ResNet", "–", "–", "–", "–", "none"],
    ]


def test_search_finds_all_words_in_any_order(picker, search, table):
    search.setText("2016 RESNET torchvision")
    assert names(table) == ["torchvision:wide_resnet50_2"]
    search.setText("transformer vision 16")
    assert names(table) == ["torchvision:vit_b_16"]
    search.setText("resnet nothing")
    assert names(table) == []


def test_typing_and_enter_choose_the_exact_name_first(qtbot, picker, search):
    picker.open_popup()
    qtbot.keyClicks(search, "resnet50")
    with qtbot.waitSignal(picker.model_chosen) as chosen:
        qtbot.keyClick(search, Qt.Key.Key_Return)
    assert chosen.args == ["torchvision:resnet50"]
    assert not search.isVisible()


def test_arrows_in_the_search_field_move_in_the_table(qtbot, picker, search):
    chosen = []
    picker.model_chosen.connect(chosen.append)
    for keys in ((Qt.Key.Key_Down,), (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up)):
        picker.open_popup()
        search.setText("resnet50")
        for key in (*keys, Qt.Key.Key_Enter):
            qtbot.keyClick(search, key)
    assert chosen == ["timm:resnet50", "torchvision:wide_resnet50_2"]


def test_the_wheel_over_the_choice_of_weights_changes_nothing(qtbot, picker, search):
    picker.open_popup()
    box = search.window().findChild(QComboBox)
    box.setCurrentIndex(0)
    place = box.mapTo(search.window(), box.rect().center())
    QTest.wheelEvent(search.window().windowHandle(), QPointF(place), QPoint(0, -120))
    assert box.currentIndex() == 0 and search.hasFocus()


def test_escape_closes_and_chooses_nothing(qtbot, picker, search):
    chosen = []
    picker.model_chosen.connect(chosen.append)
    picker.open_popup()
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert not search.isVisible() and chosen == []


def test_enter_without_a_match_does_nothing(qtbot, picker, search):
    chosen = []
    picker.model_chosen.connect(chosen.append)
    search.setText("no such model")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert chosen == []


def test_a_double_click_chooses(qtbot, picker, table):
    picker.open_popup()
    point = table.visualRect(table.model().index(3, NAME)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    with qtbot.waitSignal(picker.model_chosen) as chosen:
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert chosen.args == ["timm:resnet50"]


def test_sorting_puts_the_unknown_last_in_both_directions_and_keeps_the_mark(picker, table):
    table.selectRow(2)
    table.sortByColumn(PARAMS, Qt.SortOrder.AscendingOrder)
    assert names(table)[0] == "zoo:efficientnet_lite0" and names(table)[-1] == "timm:resnet50"
    assert names(table)[table.currentIndex().row()] == "torchvision:resnet50"
    table.sortByColumn(PARAMS, Qt.SortOrder.DescendingOrder)
    assert names(table)[0] == "torchvision:vit_b_16" and names(table)[-1] == "timm:resnet50"
    table.sortByColumn(YEAR, Qt.SortOrder.DescendingOrder)
    assert names(table)[0] == "torchvision:vit_b_16" and names(table)[-1] == "timm:resnet50"


def test_sorting_and_searching_work_together(picker, search, table):
    table.sortByColumn(YEAR, Qt.SortOrder.AscendingOrder)
    search.setText("resnet")
    assert names(table) == ["torchvision:resnet50", "torchvision:wide_resnet50_2", "timm:resnet50"]


def test_only_what_can_be_downloaded_offers_it(qtbot, picker, window, table):
    picker.open_popup()
    download = button(window, "Download")
    enabled = []
    for row in range(len(ENTRIES)):
        table.selectRow(row)
        enabled.append(download.isEnabled())
    assert enabled == [False, True, True, False, False]
    table.selectRow(1)
    with qtbot.waitSignal(picker.download_requested) as wanted:
        qtbot.mouseClick(download, Qt.MouseButton.LeftButton)
    assert wanted.args == ["torchvision:wide_resnet50_2"]


def test_a_python_file_can_be_asked_for(qtbot, picker, window):
    picker.open_popup()
    with qtbot.waitSignal(picker.file_requested):
        qtbot.mouseClick(button(window, "Python file"), Qt.MouseButton.LeftButton)


def test_the_search_survives_a_new_catalogue(picker, search, table):
    picker.set_listing()
    search.setText("resnet50")
    assert names(table) == []
    picker.set_catalogue(ENTRIES, ("timm is not installed",))
    assert names(table) == ["torchvision:wide_resnet50_2", "torchvision:resnet50", "timm:resnet50"]


def test_notes_and_numbers_are_told(picker, window, search):
    picker.set_catalogue(ENTRIES, ("timm is not installed",))
    search.setText("vit")
    told = [label.text() for label in window.findChildren(QLabel)]
    assert "timm is not installed" in told and "1 of 5 models" in told


def test_the_card_of_the_marked_model_stands_beside_the_table(qtbot, picker, window, search):
    card = window.findChild(CardView, "pickerCard")
    picker.set_model(loaded(ENTRIES[2], "pretrained", True))
    assert card.card is None
    picker.open_popup()
    qtbot.waitUntil(lambda: card.card is cards()["resnet"])

    search.setText("vit")
    qtbot.waitUntil(lambda: card.card is cards()["vit"])


def test_the_predecessors_card_marks_its_network_where_the_search_lets_it(qtbot, picker, window, table):
    vgg = ModelEntry("vgg11", "zoo", "VGG", 2014)
    picker.set_catalogue((*ENTRIES, vgg))
    picker.open_popup()
    card = window.findChild(CardView, "pickerCard")

    card.card_requested.emit("vgg")
    qtbot.waitUntil(lambda: card.card is cards()["vgg"])
    assert table.model().index(table.currentIndex().row(), NAME).data() == "vgg11"

    card.card_requested.emit("mixer")
    assert card.card is cards()["mixer"]


def test_a_hint_closes_the_list_and_is_handed_on(qtbot, picker, window):
    picker.open_popup()
    card = window.findChild(CardView, "pickerCard")
    hint = cards()["resnet"].hints[0]

    with qtbot.waitSignal(picker.hint_chosen) as chosen:
        card.hint_chosen.emit(hint)

    assert chosen.args == [hint]
    assert not card.isVisible()


def test_what_a_model_starts_from_is_chosen_beside_the_table_for_that_model_alone(qtbot, picker, window):
    weights, seed = window.findChild(QComboBox, "startFrom"), window.findChild(QSpinBox, "seed")
    assert (picker.start.scheme, picker.start.seed) == (None, 0)
    assert not seed.isEnabled()
    picker.open_popup()
    offered = [weights.itemText(row) for row in range(weights.count())]
    assert offered == [
        "pretrained, if downloaded",
        "random: default",
        "random: Xavier",
        "random: Kaiming",
        "random: last norm zero",
    ]
    chosen = []
    for row in range(weights.count()):
        weights.setCurrentIndex(row)
        chosen.append(picker.start.scheme)
        assert seed.isEnabled() == (row > 0)
    assert chosen == [None, *Scheme]
    seed.setValue(2**31 - 1)
    picker.findChild(Popup).hide()
    picker.open_popup()
    assert (picker.start.scheme, picker.start.seed) == (None, 0)


def test_each_start_says_its_formula(picker, window):
    weights = window.findChild(QComboBox, "startFrom")
    for row, formula in ((2, "2 / (inputs + outputs)"), (3, "2 / inputs"), (4, "scale 0")):
        weights.setCurrentIndex(row)
        assert formula in weights.toolTip()


def test_badge_and_tooltip_say_the_scheme_and_the_tooltip_the_seed(picker):
    model = loaded(ENTRIES[1], "random (seed 7, Kaiming)", False)
    picker.set_model(replace(model, initialisation=Scheme.KAIMING))
    assert picker.text() == "wide_resnet50_2  random weights: Kaiming"
    assert "random (seed 7, Kaiming)" in picker.toolTip()


# ---- Enter before the models are listed, and twins ----


def test_enter_before_the_list_takes_the_model_as_soon_as_it_is_found(qtbot, picker, search, table):
    picker.set_listing()
    picker.open_popup()
    qtbot.keyClicks(search, "resnet50")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert search.isVisible() and "as soon as it is found" in table.hint
    with qtbot.waitSignal(picker.model_chosen) as chosen:
        picker.set_catalogue(ENTRIES)
    assert chosen.args == ["torchvision:resnet50"]
    assert not search.isVisible()


def test_a_name_that_is_complete_needs_no_list(qtbot, picker, search):
    for name in ("timm:resnet26", "nets/net.py:Net"):
        picker.set_listing()
        picker.open_popup()
        search.setText(name)
        with qtbot.waitSignal(picker.model_chosen) as chosen:
            qtbot.keyClick(search, Qt.Key.Key_Return)
        assert chosen.args == [name]


def test_who_goes_on_typing_or_closes_the_list_takes_enter_back(qtbot, picker, search):
    chosen = []
    picker.model_chosen.connect(chosen.append)
    for take_back in (lambda: qtbot.keyClicks(search, "x"), picker.findChild(Popup).hide):
        picker.set_listing()
        picker.open_popup()
        qtbot.keyClicks(search, "resnet50")
        qtbot.keyClick(search, Qt.Key.Key_Return)
        take_back()
        picker.set_catalogue(ENTRIES)
        assert chosen == []


def test_a_name_that_is_not_found_says_so_and_the_list_stays(qtbot, picker, search, table):
    picker.set_listing()
    picker.open_popup()
    qtbot.keyClicks(search, "nothing")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    picker.set_catalogue(ENTRIES)
    assert search.isVisible() and "No model matches “nothing”" in table.hint


def test_the_loaded_model_is_marked_when_the_list_comes_late(picker, table):
    picker.set_model(loaded(ENTRIES[4], "pretrained", True))
    picker.set_listing()
    picker.open_popup()
    picker.set_catalogue(ENTRIES)
    assert table.currentIndex().row() == 4


TWINS = (
    ModelEntry("alexnet", "zoo", "AlexNet"),
    ModelEntry("resnet50", "zoo", "ResNet"),
    ModelEntry("vgg16", "zoo", "VGG", weights=WeightsStatus.DOWNLOADABLE),
    ModelEntry("resnet50", "torchvision", "ResNet", weights=WeightsStatus.DOWNLOADABLE),
    ModelEntry("vgg16", "torchvision", "VGG", weights=WeightsStatus.ON_DISK),
    ModelEntry("resnet50", "timm", "ResNet"),
)


def test_twins_stand_together_the_one_to_take_first(qtbot, picker, search, table):
    picker.set_catalogue(TWINS)
    assert names(table) == [
        "torchvision:vgg16",
        "zoo:vgg16",
        "zoo:alexnet",
        "zoo:resnet50",
        "torchvision:resnet50",
        "timm:resnet50",
    ]
    picker.open_popup()
    qtbot.keyClicks(search, "vgg16")
    with qtbot.waitSignal(picker.model_chosen) as chosen:
        qtbot.keyClick(search, Qt.Key.Key_Return)
    assert chosen.args == ["torchvision:vgg16"]


def test_a_twin_says_which_to_take_and_why(picker, table):
    picker.set_catalogue(TWINS)
    rows = {name: table.model().index(row, 1) for row, name in enumerate(names(table))}
    words = {name: index.data(WORD_ROLE) for name, index in rows.items()}
    assert words["timm:resnet50"] == "see zoo" and words["zoo:vgg16"] == "see torchvision"
    assert words["zoo:resnet50"] == words["zoo:alexnet"] == ""
    assert rows["timm:resnet50"].data() == "timm", "what is copied and sorted is the source alone"
    tip = rows["zoo:vgg16"].data(Qt.ItemDataRole.ToolTipRole)
    assert "same architecture as torchvision:vgg16" in tip and "weights are on disk" in tip
    tip = rows["zoo:resnet50"].data(Qt.ItemDataRole.ToolTipRole)
    assert "torchvision:resnet50 and timm:resnet50" in tip and "a page to read" in tip


def test_rows_are_saved_with_plain_numbers(picker, table):
    lines = csv_of(table).splitlines()
    assert lines[0] == "name,source,task,family,year,parameters,MACs,top-1 percent,weights"
    assert lines[3] == "resnet50,torchvision,classification,ResNet,2015,25557032,4089000000,76.1,downloadable"
    assert lines[4] == "resnet50,timm,classification,ResNet,,,,,none"


def test_enter_in_the_list_of_weights_only_chooses(qtbot, picker, window):
    heard = []
    picker.findChild(Popup).chosen.connect(heard.append)
    picker.open_popup()
    weights = window.findChild(QComboBox, "startFrom")
    weights.setFocus()
    qtbot.keyClick(weights, Qt.Key.Key_Return)
    assert heard == [] and weights.isVisible() and button(window, "Use model").hasFocus()


@pytest.mark.parametrize("width", [760, 960, 1200])
def test_in_a_narrow_list_the_least_important_columns_go_whole_and_then_the_card(
    qtbot, window, picker, table, width
):
    picker.open_popup()
    popup = window.findChild(Popup)
    popup.resize(width, 540)
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
    shown = [number for number in range(9) if not table.isColumnHidden(number)]
    assert {NAME, 1, PARAMS, 7, 8} <= set(shown)  # name, source, parameters, top-1, weights
    assert popup.card.isVisible() == (width >= 960)
    popup.hide()


def test_the_list_lies_within_the_window_and_below_its_button(window, picker):
    window.resize(700, 500)
    picker.open_popup()
    popup = window.findChild(Popup)
    assert window.geometry().contains(popup.geometry())
    assert popup.geometry().top() >= picker.mapToGlobal(picker.rect().bottomLeft()).y()
    popup.hide()


def test_the_list_lies_in_the_middle_of_the_window_which_is_dim_until_it_is_closed(
    window, picker, monkeypatch
):
    monkeypatch.setattr("explorer.features.models.picker._WIDTH", 500)  # the screen of the tests is narrow
    window.resize(780, 500)
    picker.open_popup()
    popup, shade = window.findChild(Popup), window.findChild(Shade)
    assert abs(popup.geometry().center().x() - window.geometry().center().x()) <= 1
    assert shade.isVisible() and shade.geometry() == window.rect()
    popup.hide()
    assert not shade.isVisible()


def test_networks_for_other_tasks_are_found_by_their_task(picker, search, table):
    detector = ModelEntry("ssd300_vgg16", "torchvision", "SSD", 2015, task=VisionTask.DETECTION)
    picker.set_catalogue((*ENTRIES, detector))
    search.setText("detection")
    assert names(table) == ["torchvision:ssd300_vgg16"]
    assert table.model().index(0, TASK).data() == "detection"


def test_a_network_of_several_sources_is_listed_once_unless_all_are_asked_for(
    qtbot, picker, window, search, table
):
    picker.set_catalogue(TWINS)
    box = window.findChild(QCheckBox, "allSources")
    box.setChecked(False)
    assert names(table) == ["torchvision:vgg16", "zoo:alexnet", "zoo:resnet50"]
    assert "3 models" in [label.text() for label in window.findChildren(QLabel)]
    search.setText("timm resnet")
    assert names(table) == ["timm:resnet50"], "a source that is searched for is listed"
    search.setText("")
    picker.set_model(loaded(TWINS[5], "random (seed 0)", False))
    picker.open_popup()
    assert "timm:resnet50" in names(table), "what is loaded is listed"
    assert names(table)[table.currentIndex().row()] == "timm:resnet50"
    box.setChecked(True)
    assert len(names(table)) == 6 and names(table)[table.currentIndex().row()] == "timm:resnet50"


def test_a_family_that_bears_a_short_name_is_not_marked_far_below_what_is_searched_for(picker, search, table):
    picker.set_catalogue((*TWINS, ModelEntry("resnet", "transformers", "ResNet")))
    picker.open_popup()
    search.setText("resnet")
    assert table.currentIndex().row() == 0
    search.setText("transformers:resnet")
    assert names(table) == ["transformers:resnet"]


def test_the_list_has_a_title_and_closes_at_a_press(qtbot, picker, window, search):
    picker.open_popup()
    popup = window.findChild(Popup)
    assert popup.title.text() == "Choose a model"
    picker.open_popup(beside=True)
    assert popup.title.text() == "Choose the second model"
    window.findChild(QToolButton, "closePicker").click()
    assert not popup.isVisible()
