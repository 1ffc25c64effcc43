"""The lens of reasons: quick maps at once, slow ones when asked, two classes, the check, and what is not explained."""

from dataclasses import replace

import numpy as np
import pytest
from desk_fakes import KEY, scene, with_reader, without_forward
from panes import seated, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QStyleOptionComboBox
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, explanation, forward

from explorer.features.reasons import choice, text
from explorer.features.reasons.choice import Reasons
from explorer.features.reasons.fit import misfit
from explorer.features.reasons.messages import Explain, ListClasses, Randomised
from explorer.features.reasons.methods import Method
from explorer.features.reasons.pane import ReasonsPane
from explorer.records.answers import Answer
from explorer.records.findings import Flow
from explorer.records.placement import Placement
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.laid import Laid, laid
from explorer.window.scene import Scene
from explorer.window.spec import Wish

CLASSES = ListClasses(1)


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> ReasonsPane:
    return seated(qtbot, desk, ReasonsPane(desk), (726, 620))


def chosen(**changes: object) -> Scene:
    return scene().with_choice(Reasons("zoo:toy", **changes))  # type: ignore[arg-type]


def shown(pane: ReasonsPane) -> list[str]:
    pictures = [it for it in pane.widget.pictures if it.isVisibleTo(pane.widget) and it.heat is not None]
    return [it.heat.title for it in pictures]


# ---- questions ----


def test_a_quick_method_is_wished_at_once_and_a_slow_one_when_it_was_started(pane: ReasonsPane) -> None:
    assert pane.wants(scene()) == Wish(Explain(1), beside=(CLASSES,))
    slow = chosen(method=Method.RISE)
    assert pane.wants(slow) == Wish(CLASSES) and choice.waits_for_start(slow)
    begun = slow.with_choice(choice.started(slow))
    assert pane.wants(begun) == Wish(Explain(1, Method.RISE), beside=(CLASSES,))
    assert not choice.waits_for_start(begun)


def test_two_classes_are_two_questions_and_the_check_is_one(pane: ReasonsPane) -> None:
    two = chosen(target=282, against=281)
    assert pane.wants(two) == Wish(Explain(1, target=282), beside=(Explain(1, target=281), CLASSES))
    checks = chosen(target=282, against=281, checks=True, share=0.5)
    assert pane.wants(checks) == Wish(Randomised(1, target=282, share=0.5), beside=(CLASSES,))


def test_a_layer_holds_for_methods_that_look_at_one() -> None:
    name = scene().trace.nodes[1].name
    assert choice.question(chosen(layer=name), None) == Explain(1, node=1)
    assert choice.question(chosen(layer=name, method=Method.OCCLUSION), None) == Explain(1, Method.OCCLUSION)
    assert choice.question(chosen(layer="gone"), None) == Explain(1)


def test_what_was_chosen_of_another_network_does_not_hold_but_for_method_and_colour() -> None:
    other = scene().with_choice(
        Reasons("zoo:other", Method.RISE, 7, 8, "conv", opacity=0.3, shows_random=True)
    )
    assert choice.reasons(other) == Reasons("zoo:toy", Method.RISE, opacity=0.3)


def test_where_there_is_nothing_to_explain_it_says_why() -> None:
    now = scene()
    assert misfit(now) == misfit(without_forward()) == ""
    assert "reads words" in misfit(with_reader(now))
    assert "is an array" in misfit(now.with_seat(forward=replace(now.forward, picture=None)))
    flow = Flow(np.zeros((2, 2, 2), np.float32), 0.0, 0.0, (8, 8), Placement((8, 8)))
    found = replace(now.forward, answer=Answer("", finding=flow))
    assert "no score of a class" in misfit(now.with_seat(forward=found))
    none = replace(now.forward, answer=Answer("", reason="It is NaN."))
    assert misfit(now.with_seat(forward=none)) == "There is no class to explain. It is NaN."


# ---- the lens ----


def test_the_map_of_the_first_class_is_there_and_says_what_it_is(pane: ReasonsPane) -> None:
    assert shown(pane) == ["Grad-CAM for tabby"]
    assert pane.widget.line.text() == "Grad-CAM at body.conv for tabby"
    assert pane.widget.second.text() == "2×2, the deepest layer with maps of its own"
    assert pane.widget.pictures[0].scale.ends[1].endswith("(Grad-CAM)")
    tip = pane.widget.line.toolTip()
    assert "The network's logit for tabby: 2.5." in tip and "the network ran 3 times" in tip
    assert pane.widget.controls.target.currentText() == "tabby" and not pane.widget.compute.isVisible()
    assert "Selvaraju" in pane.widget.controls.method.toolTip()


def test_what_is_the_same_for_every_class_names_none_and_offers_none(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk
) -> None:
    controls, view = pane.widget.controls, pane.widget
    pane.widget.changed.emit({"target": 282, "against": 281})
    settle(qtbot, desk)
    pane.widget.changed.emit({"method": Method.EIGEN_CAM})
    settle(qtbot, desk)
    assert view.line.text() == "Eigen-CAM at body.conv" and shown(pane) == ["Eigen-CAM"]
    assert view.pictures[0].input.caption == "Eigen-CAM" and "logit" not in view.line.toolTip()
    for box in (controls.target, controls.against):
        assert not box.isEnabled() and "the same for every class" in box.toolTip()
    pane.widget.changed.emit({"method": Method.GRAD_CAM})
    settle(qtbot, desk)
    assert controls.target.isEnabled() and "Which class is explained" in controls.target.toolTip()
    assert shown(pane)[0] == "Grad-CAM for tiger cat"


def test_the_scale_names_the_method_and_the_tip_its_unit(pane: ReasonsPane) -> None:
    scale = pane.widget.pictures[0].scale
    assert scale.ends[1].endswith("(Grad-CAM)")
    assert "value of Grad-CAM" in scale.toolTip() and "in units of score" in scale.toolTip()


def test_a_map_of_another_layer_than_the_one_above_says_so() -> None:
    found = replace(explanation(Explain(1)), layer="act2", node=5)
    trace = scene().trace
    assert trace is not None
    nested = replace(
        trace, nodes=(*trace.nodes[:2], replace(trace.nodes[2], name="body.act2"), *trace.nodes[3:])
    )
    assert text.headline(found, nested, 5) == "Grad-CAM at act2 for tabby"
    assert text.headline(found, trace, 2) == "Grad-CAM at act2 for tabby"
    assert text.headline(found, nested, 2) == "Grad-CAM at the network's act2 for tabby"
    assert text.elsewhere(found, 2) == "map of another layer" and not text.elsewhere(found, 5)


def test_two_classes_stand_beside_each_other_on_one_scale_with_their_difference(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk
) -> None:
    pane.widget.controls.against.class_chosen.emit(282)
    settle(qtbot, desk)
    assert shown(pane) == ["Grad-CAM for tabby", "Grad-CAM for tiger cat", "tabby less tiger cat"]
    first, second, difference = (it.heat for it in pane.widget.pictures)
    assert first.full == second.full == pytest.approx(3.282) and difference.signed
    assert np.allclose(difference.values, first.values - second.values)


def test_any_class_is_found_by_typing_a_part_of_its_name(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk, link: FakeLink
) -> None:
    box = pane.widget.controls.target
    box.setFocus()
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "ass 29")
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    settle(qtbot, desk)
    assert link.asked(Explain)[-1] == Explain(1, target=29) and box.currentText() == "class 29"
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "unheard of")
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    assert box.currentText() == "class 29"


def test_a_slow_method_waits_for_the_button_says_how_far_it_is_and_shows_what_it_has(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk, link: FakeLink
) -> None:
    link.manual.add(Explain)
    pane.widget.changed.emit({"method": Method.RISE})
    assert not link.waiting(Explain) and pane.widget.compute.isVisible()
    assert pane.widget.second.text() == "1,000 forwards" and shown(pane) == []
    qtbot.mouseClick(pane.widget.compute, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(link.waiting(Explain)))
    link.progress(Explain, 16, 1000, "under random masks, number 17 of 1000")
    qtbot.waitUntil(lambda: "number 17 of 1000… (Esc stops it)" in pane.widget.second.text())
    part = replace(explanation(Explain(1, Method.RISE)), so_far="128 of 1,000 masks so far")
    link.part(Explain, part)
    qtbot.waitUntil(lambda: shown(pane) == ["RISE for tabby"])
    assert pane.widget.line.text() == "RISE for tabby    128 of 1,000 masks so far"
    assert not pane.widget.compute.isVisible()


def test_of_two_classes_each_map_says_how_far_it_is_and_no_difference_is_drawn_before_both_are_whole(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk, link: FakeLink
) -> None:
    pane.widget.changed.emit({"method": Method.RISE, "target": 282})
    qtbot.mouseClick(pane.widget.compute, Qt.MouseButton.LeftButton)
    settle(qtbot, desk)
    link.manual.add(Explain)
    pane.widget.changed.emit({"target": 281, "against": 282})
    qtbot.mouseClick(pane.widget.compute, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(link.waiting(Explain)))
    part = replace(explanation(link.asked(Explain)[-1]), so_far="128 of 1,000 masks so far")
    link.part(Explain, part)
    said = [it.input for it in pane.widget.pictures]
    qtbot.waitUntil(lambda: shown(pane) == ["RISE for tabby", "RISE for tiger cat"])
    assert [it.caption for it in said] == [
        "tabby: 2.5    128 of 1,000 masks so far",
        "tiger cat: 2.5",
        "no difference yet",
    ]
    link.answer(Explain)
    settle(qtbot, desk)
    assert shown(pane) == ["RISE for tabby", "RISE for tiger cat", "tabby less tiger cat"]
    assert [it.caption for it in said] == ["tabby: 2.5", "tiger cat: 2.5", "tabby less tiger cat"]


def test_each_box_has_a_name_over_it_and_all_controls_stand_over_the_picture(pane: ReasonsPane) -> None:
    view = pane.widget
    named = {it.text(): it.buddy() for it in view.findChildren(QLabel) if it.buddy() is not None}
    boxes = view.controls
    assert named == {
        "Method": boxes.method,
        "Layer": boxes.layer,
        "Class": boxes.target,
        "Beside it": boxes.against,
        "Overlay": view.opacity,
    }
    top = view.pictures[0].mapTo(view, QPoint()).y()
    for control in (*named.values(), view.on_input, view.check, view.compute):
        assert control is not None and control.mapTo(view, control.rect().bottomLeft()).y() < top


def test_what_was_stopped_can_be_started_again(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk, link: FakeLink
) -> None:
    link.manual.add(Explain)
    pane.widget.changed.emit({"method": Method.OCCLUSION})
    assert pane.widget.second.text().startswith("64 forwards")
    qtbot.mouseClick(pane.widget.compute, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(link.waiting(Explain)))
    assert not pane.widget.compute.isVisible()
    link.fail(Explain, "Explaining the answer by occlusion was cancelled.", cancelled=True)
    qtbot.waitUntil(lambda: pane.widget.compute.isVisible())
    assert shown(pane) == []
    qtbot.mouseClick(pane.widget.compute, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(link.waiting(Explain)))


def test_what_failed_says_so_in_the_place_of_the_photo_and_other_methods_remain(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk, link: FakeLink
) -> None:
    link.failing[Explain] = "No gradient reaches the class."
    pane.widget.changed.emit({"method": Method.LAYER_CAM})
    settle(qtbot, desk)
    assert shown(pane) == [] and pane.widget.pictures[0].input.shown is None
    assert pane.widget.line.text() == "Layer-CAM" and pane.widget.controls.method.isVisibleTo(pane.widget)
    del link.failing[Explain]
    pane.widget.changed.emit({"method": Method.EIGEN_CAM})
    settle(qtbot, desk)
    assert shown(pane) == ["Eigen-CAM"] and pane.widget.pictures[0].input.shown is not None


def test_the_check_shows_both_maps_and_the_two_numbers(qtbot: QtBot, pane: ReasonsPane, desk: Desk) -> None:
    qtbot.mouseClick(pane.widget.check, Qt.MouseButton.LeftButton)
    settle(qtbot, desk)
    assert pane.widget.line.text() == "The map changes with the weights, as it should"
    assert pane.widget.second.text().startswith("Own scales: compare where, not how much    ")
    assert (
        "rank correlation of their pixels 0.1, structural similarity (SSIM) 0.2" in pane.widget.line.toolTip()
    )
    captions = [it.input.caption for it in pane.widget.pictures if it.isVisibleTo(pane.widget)]
    assert captions == ["weights as loaded", "random weights: all 2 layers"] and pane.widget.share.isVisible()


def test_the_class_that_is_explained_is_not_offered_beside_itself(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk
) -> None:
    controls = pane.widget.controls
    offered = [controls.against.itemText(k) for k in range(controls.against.count())]
    assert controls.target.currentText() == "tabby" and "tabby" not in offered and len(offered) > 1
    controls.against.class_chosen.emit(282)
    settle(qtbot, desk)
    controls.target.class_chosen.emit(282)  # now both are one: there is nothing beside it
    settle(qtbot, desk)
    assert shown(pane) == ["Grad-CAM for tiger cat"]
    assert controls.against.currentText() == "no other class"


def test_maps_beside_each_other_have_one_size_and_the_first_stays_in_its_corner(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk
) -> None:
    canvas = pane.widget.pictures[0].input.canvas
    asked: list[dict[str, object]] = [
        {},
        {"against": 282},
        {"against": None, "checks": True},
        {"checks": False, "method": Method.INPUT_X_GRADIENT},
        {"method": Method.RISE},
    ]
    for width in (500, 726):
        pane.widget.resize(width, 620)
        seen = set()
        for changes in asked:
            pane.widget.changed.emit(changes)
            settle(qtbot, desk)
            qtbot.wait(30)
            corner = canvas.mapTo(pane.widget, canvas.rect().topLeft())
            seen.add((corner.x(), corner.y()))
            visible = [it for it in pane.widget.pictures if it.isVisible()]
            alone = len(visible) == 1
            widths = [it.input.canvas.width() for it in visible]
            assert max(widths) - min(widths) <= 1
            assert pane.widget.about.isVisible() == alone
        assert len(seen) == 1
        assert Method.RISE.about.says in pane.widget.about.text()
        pane.widget.changed.emit({"method": Method.GRAD_CAM})


def test_a_second_class_and_the_check_are_never_said_to_be_shown_both(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk
) -> None:
    against, check = pane.widget.controls.against, pane.widget.check
    against.class_chosen.emit(282)
    settle(qtbot, desk)
    check.click()
    settle(qtbot, desk)
    assert against.currentText() == "no other class" and len(shown(pane)) == 2
    against.class_chosen.emit(282)
    settle(qtbot, desk)
    assert not check.isChecked() and against.currentText() == "tiger cat"
    assert shown(pane) == ["Grad-CAM for tabby", "Grad-CAM for tiger cat", "tabby less tiger cat"]


def test_random_weights_have_no_reasons_until_the_person_wants_to_see_them(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk, link: FakeLink
) -> None:
    asked = len(link.asked(Explain))
    desk.put(scene(pretrained=False))
    settle(qtbot, desk)
    assert "there is nothing to explain" in pane.widget.message.text() and len(link.asked(Explain)) == asked
    assert pane.exports() == () and laid(desk.scene) is None
    qtbot.mouseClick(pane.widget.anyway, Qt.MouseButton.LeftButton)
    settle(qtbot, desk)
    assert (
        shown(pane) == ["Grad-CAM for tabby"] and "random weights: not knowledge" in pane.widget.second.text()
    )


def test_the_map_stays_over_the_input_with_the_strength_that_was_chosen(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk
) -> None:
    pane.widget.on_input.click()
    pane.widget.changed.emit({"opacity": 0.4})
    settle(qtbot, desk)
    assert laid(desk.scene) == Explain(1) and desk.scene.choice(Laid).opacity == 0.4
    pane.widget.on_input.click()
    assert laid(desk.scene) is None


def test_at_an_early_layer_it_is_said_which_one_would_tell_more(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk
) -> None:
    desk.put(desk.scene.with_seat(forward=replace(forward(KEY), picture=np.zeros((64, 64, 3), np.uint8))))
    settle(qtbot, desk)
    assert "early" not in pane.widget.second.text()
    pane.widget.changed.emit({"layer": desk.scene.current.name})
    settle(qtbot, desk)
    assert pane.widget.second.text() == "early layer, of edges and colours: take body.conv (default)"
    assert pane.widget.controls.layer.itemText(0) == "body.conv (default)"


def test_the_layer_that_is_shown_in_the_tree_can_be_taken(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk
) -> None:
    box = pane.widget.controls.layer
    offered = [box.itemText(row) for row in range(box.count())]
    name = desk.scene.current.name
    assert offered == ["body.conv (default)", f"{name} (this one)"]
    box.activated.emit(1)
    settle(qtbot, desk)
    assert choice.reasons(desk.scene).layer == name and choice.questions(desk.scene)[0].node == 1


def test_the_value_under_the_mouse_is_told(pane: ReasonsPane) -> None:
    picture = pane.widget.pictures[0]
    picture.input.canvas.hovered.emit(7, 0)
    assert picture.input.caption == "row 7, column 0: 2.28"
    picture.input.canvas.left.emit()
    assert picture.input.caption == "tabby"


def test_what_is_shown_is_saved_as_a_figure(pane: ReasonsPane) -> None:
    (export,) = pane.exports()
    assert export.name.endswith("why") and {".png", ".svg", ".pdf"} <= set(export.kinds)
    assert export.content(".png").startswith(b"\x89PNG")


def title_and_name(pane: ReasonsPane) -> tuple[str, str]:
    (export,) = pane.exports()
    return export.content(".svg").decode().partition("<title>")[2].partition("</title>")[0], export.name


def test_a_figure_is_named_by_the_layer_of_its_map_and_by_none_where_the_method_looks_at_pixels(
    qtbot: QtBot, pane: ReasonsPane, desk: Desk
) -> None:
    assert desk.scene.current.name == "stem.conv" and pane.widget.elsewhere.isVisible()
    assert title_and_name(pane) == ("zoo:toy, body.conv, pretrained, photo.png", "toy-body.conv-why")
    pane.widget.changed.emit({"method": Method.INPUT_X_GRADIENT})
    settle(qtbot, desk)
    assert title_and_name(pane) == ("zoo:toy, pretrained, photo.png", "toy-why")


def test_no_control_leaves_a_trace_on_a_figure(pane: ReasonsPane) -> None:
    view = pane.widget
    controls = (view.controls, view.opacity, view.on_input, view.check, view.share, view.busy)
    (export,) = pane.exports()
    drawn = QImage.fromData(export.content(".png")).height() / 2
    assert drawn < view.height() + 7 * theme.SPACING - view.controls.height()  # of which a figure adds seven
    assert not any(map(view.maps.isAncestorOf, controls))


@pytest.mark.parametrize("width", [380, 726, 1200])
def test_nothing_is_cut_whatever_the_width(qtbot: QtBot, pane: ReasonsPane, desk: Desk, width: int) -> None:
    pane.widget.resize(width, 560)
    pane.widget.changed.emit({"against": 282})
    settle(qtbot, desk)
    qtbot.wait(30)
    assert pane.widget.width() == width
    controls, warning = pane.widget.controls, pane.widget.elsewhere
    assert warning.isVisible() and warning.width() >= warning.sizeHint().width()
    for part in (
        warning,
        controls.method,
        controls.layer,
        controls.against,
        pane.widget.check,
        *pane.widget.pictures,
    ):
        right = part.mapTo(pane.widget, part.rect().topRight()).x()
        assert right <= width and part.width() > 40


def test_the_methods_stand_under_headings_and_a_name_that_is_too_long_loses_its_bracket_first(
    qtbot: QtBot, pane: ReasonsPane
) -> None:
    method, box = pane.widget.controls.method, pane.widget.controls.layer
    kinds = [method.itemData(row, Qt.ItemDataRole.AccessibleDescriptionRole) for row in range(method.count())]
    assert [method.itemText(row) for row, kind in enumerate(kinds) if kind == "heading"] == [
        "Maps of a layer", "Gradients of pixels", "By covering",
    ]  # fmt: skip
    assert method.currentText() == "Grad-CAM"
    box.setItemText(0, "the network's act2 (default)")
    said = []
    for width in (300, 170, 100):
        box.setFixedWidth(width)
        option = QStyleOptionComboBox()
        box.initStyleOption(option)
        said.append(option.currentText)
    assert said[:2] == ["the network's act2 (default)", "the network's act2"] and "…" in said[2]
