"""Segments, boxes and flows: read from what was returned, and mapped back to the picture that was opened."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import finding_networks
import numpy as np
import pytest
import torch
from engine_asks import Asker
from PIL import Image

from explorer.engine import findings
from explorer.engine.class_names import ClassNames
from explorer.engine.messages import Classify, LoadModel, OpenImage, ReadAnswer, Record, ViewValue
from explorer.imaging import prepare
from explorer.records.answers import Answer, AnswerWay, Reading
from explorer.records.findings import MOST_OBJECTS, Flow, Objects, Segments
from explorer.records.images import DecodedImage, ImageSource, RawPixels
from explorer.records.models import Preprocess, VisionTask
from explorer.records.placement import Placement

Both = Callable[..., Answer]
BRIGHT = (40, 70, 120, 190)
"""Top, left, bottom, right of the bright part of the picture, half-open."""
FLOAT = (0.0,) * 3, (1.0,) * 3
TAKES = {
    "its own size": Preprocess(None, 64, *FLOAT, crop_mode="whole"),
    "its own size, usual one the same": Preprocess(None, 200, *FLOAT, crop_mode="whole"),
    "whole": Preprocess(333, 333, *FLOAT, crop_mode="whole"),
    "cropped": Preprocess(256, 224, *FLOAT),
    "cropped without resizing": Preprocess(None, 180, *FLOAT),
    "padded": Preprocess(None, 320, *FLOAT),
    "squashed": Preprocess((310, 420), 300, *FLOAT, crop_mode="squash"),
    "in a border": Preprocess(320, 320, *FLOAT, crop_mode="border"),
    "a frame of a clip": Preprocess((330, 441), 320, *FLOAT, crop_mode="squash", frames=4, antialias=False),
}


def picture(size: tuple[int, int] = (200, 300), bright: tuple[int, int, int, int] = BRIGHT) -> np.ndarray:
    pixels = np.zeros((*size, 3), np.uint8)
    top, left, bottom, right = bright
    pixels[top:bottom, left:right] = 255
    return pixels


def source(pixels: np.ndarray, name: str = "bright.png") -> ImageSource:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return ImageSource(name, data=file.getvalue())


@pytest.fixture
def both(ask: Asker) -> Both:
    """Answer of a network of one's own, plain, recorded and read again from the recording."""

    def answer(name: str, pixels: np.ndarray, **said: Any) -> Answer:
        ask(LoadModel(f"{finding_networks.__file__}:{name}", seed=0, trusted=True))
        ask(OpenImage("bright", source(pixels)))
        plain = ask(Classify("bright", **said))
        for other in (
            ask(Record(1, "bright", **said)).answer,
            ask(ReadAnswer(1, said.get("way", plain.way))),
        ):
            assert (other.said, other.reason, other.names) == (plain.said, plain.reason, plain.names)
            assert type(other.finding) is type(plain.finding)
        return plain

    return answer


# ---- where it lies on the picture ----


@pytest.mark.parametrize("takes", TAKES.values(), ids=TAKES)
def test_a_box_of_the_input_lies_where_it_lies_on_the_picture(takes: Preprocess) -> None:
    """The network's box is exact to a pixel of its input; those are smaller here than the picture's."""
    prepared = prepare(DecodedImage(picture()), takes)
    assert prepared.placement is not None and prepared.placement.picture == (200, 300)
    image = torch.from_numpy(prepared.input)
    (found,) = finding_networks.Detector((0.9,))(image[:, :, 0] if takes.frames else image)
    left, top, right, bottom = found["boxes"][0].tolist()
    corners = np.array([[top, left, bottom, right]])
    (box,) = prepared.placement.boxes_to_picture(corners)
    np.testing.assert_allclose(box, BRIGHT, atol=1)
    np.testing.assert_allclose(prepared.placement.boxes_to_input(box[None]), corners, atol=1e-9)


def test_a_strip_of_which_only_the_middle_is_made_is_mapped_as_well() -> None:
    pixels = picture((20, 60_000), (5, 29_990, 15, 30_020))
    prepared = prepare(DecodedImage(pixels), Preprocess(256, 224, *FLOAT))
    (found,) = finding_networks.Detector((0.9,))(torch.from_numpy(prepared.input))
    left, top, right, bottom = found["boxes"][0].tolist()
    assert prepared.placement is not None
    (box,) = prepared.placement.boxes_to_picture(np.array([[top, left, bottom, right]]))
    # What overhangs the crop above and below does not: 224 of 256 rows are seen.
    left_edge, right_edge = 30_000 - 224 / 2 / 12.8, 30_000 + 224 / 2 / 12.8
    np.testing.assert_allclose(box, (5, left_edge, 15, right_edge), atol=1)


def test_a_huge_picture_that_is_read_as_a_whole_is_made_smaller_and_mapped() -> None:
    pixels = picture((4000, 6000), (800, 1400, 2400, 3800))
    prepared = prepare(DecodedImage(pixels), TAKES["its own size"])
    high, wide = prepared.input.shape[2:]
    assert high * wide <= 16_000_000 and abs(wide / high - 1.5) < 0.001
    (found,) = finding_networks.Detector((0.9,))(torch.from_numpy(prepared.input))
    left, top, right, bottom = found["boxes"][0].tolist()
    assert prepared.placement is not None
    (box,) = prepared.placement.boxes_to_picture(np.array([[top, left, bottom, right]]))
    np.testing.assert_allclose(
        box, (800, 1400, 2400, 3800), atol=1.3
    )  # a pixel of the input is 1.22 of the picture


# ---- segments ----


def test_the_class_of_each_pixel_with_its_share(both: Both) -> None:
    answer = both("segmenter", picture((224, 224)))
    found = answer.finding
    assert isinstance(found, Segments) and answer.predictions == ()
    assert answer.said == "the class of each pixel of output.out"
    assert [(it.index, it.label) for it in found.parts] == [(0, "class 0"), (2, "class 2")]
    # 224×224 is resized to 256×256 and cropped to the middle 224: the oracle counts the pixels that the network saw.
    share = found.mask.mean()
    assert [it.share for it in found.parts] == pytest.approx([1 - share, share])
    top, left, bottom, right = (np.array(BRIGHT) * 256 / 224 - 16).round().astype(int)
    inside = np.zeros((224, 224), bool)
    inside[top:bottom, left:right] = True
    assert ((found.mask == 1) != inside).mean() < 0.01


def test_names_of_a_file_are_those_of_the_segments(both: Both, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("dark\ngrey\nbright\n")
    answer = both("segmenter", picture(), way=AnswerWay(labels=str(names)))
    assert isinstance(answer.finding, Segments)
    assert [it.label for it in answer.finding.parts] == ["dark", "bright"]
    assert answer.names == "names: names.txt"


def test_large_masks_are_bounded_and_their_shares_are_of_all_pixels() -> None:
    scores = torch.zeros(1, 3, 30, 3000)
    scores[:, 1, :, :7] = 1
    asked = findings.Asked(
        VisionTask.SEGMENTATION,
        ClassNames(),
        (30, 3000),
        prepare(DecodedImage(picture()), TAKES["whole"]).placement,
    )
    found = findings.find({"": scores}, asked).finding
    assert found.mask.shape == (10, 1024)
    assert [(it.index, it.share) for it in found.parts] == [(0, 2993 / 3000), (1, pytest.approx(7 / 3000))]


def test_of_more_classes_than_a_byte_tells_apart_the_smallest_are_left_out_of_the_mask() -> None:
    scores = torch.zeros(1, 300, 30, 20)
    scores.view(1, 300, 600)[0, torch.arange(600) // 2, torch.arange(600)] = 1  # two pixels a class
    scores.view(1, 300, 600)[0, 299, :20] = 2
    placement = prepare(DecodedImage(picture()), TAKES["whole"]).placement
    found = findings.find(
        {"": scores}, findings.Asked(VisionTask.SEGMENTATION, ClassNames(), (30, 20), placement)
    ).finding
    assert len(found.parts) == 255 and found.parts[0].index == 299
    assert (found.mask == 255).sum() == 2 * (290 - 255)
    assert (found.mask == 0).sum() == 22


def test_maps_that_nothing_says_are_classes_are_not_read_so() -> None:
    placement = prepare(DecodedImage(picture()), TAKES["whole"]).placement
    asked = findings.Asked(VisionTask.CLASSIFICATION, ClassNames(), (30, 30), placement)
    assert findings.find({"": torch.zeros(1, 3, 30, 30)}, asked) is None
    assert findings.find({".out": torch.zeros(1, 3, 15, 15)}, asked) is None
    assert findings.find({".out": torch.full((1, 3, 30, 30), torch.nan)}, asked) is None


def test_why_maps_are_those_of_named_classes_counts_them_in_thousands() -> None:
    placement = prepare(DecodedImage(picture()), TAKES["whole"]).placement
    names = ClassNames(tuple(f"class of {k}" for k in range(1234)), "x")
    asked = findings.Asked(VisionTask.CLASSIFICATION, names, (3, 3), placement)
    found = findings.find({"": torch.zeros(1, 1234, 3, 3)}, asked)
    assert found is not None and "each of the 1,234 classes that have names" in found.reason


def test_a_network_for_segmentation_gives_segments_whatever_rows_it_gives_beside_them() -> None:
    placement = prepare(DecodedImage(picture()), TAKES["whole"]).placement
    given = {".maps": torch.zeros(1, 3, 15, 15), ".logits": torch.zeros(1, 3)}
    names = ClassNames(("a", "b", "c"), "x")
    asked = findings.Asked(VisionTask.SEGMENTATION, names, (30, 30), placement)
    assert isinstance(findings.find(given, asked).finding, Segments)
    assert findings.find(given, replace(asked, task=VisionTask.CLASSIFICATION)) is None


def test_rows_beside_a_finding_can_be_read_instead(both: Both) -> None:
    answer = both("segmenter_with_row", picture())
    assert isinstance(answer.finding, Segments) and answer.outputs == ("output.scene",)
    chosen = both("segmenter_with_row", picture(), way=AnswerWay(output="output.scene"))
    assert chosen.finding is None and [it.index for it in chosen.predictions] == [1, 0]


def test_the_numbers_of_a_single_box_are_no_other_answer(both: Both) -> None:
    assert both("one_object", picture()).outputs == ()


@pytest.mark.parametrize(
    ("name", "classes"), [("segmenter", 3), ("detector", None), ("named_detector", 4), ("coarse", None)]
)
def test_how_many_classes_there_are_whatever_a_person_calls_them(
    both: Both, tmp_path: Path, name: str, classes: int | None
) -> None:
    file = tmp_path / "names.txt"
    file.write_text("dark\ngrey\n")
    assert both(name, picture()).classes == classes
    assert both(name, picture(), way=AnswerWay(labels=str(file))).classes == classes


# ---- boxes ----


def test_boxes_masks_and_points_in_pixels_of_the_picture(both: Both) -> None:
    answer = both("detector", picture())
    found = answer.finding
    assert isinstance(found, Objects) and answer.said == "a box for each object of output[0]"
    assert found.indices == (1, 2) and found.labels == ("class 1", "class 2")
    np.testing.assert_allclose(found.scores, [0.9, 0.3], atol=1e-6)
    np.testing.assert_allclose(found.boxes, [BRIGHT, BRIGHT], atol=1)
    top, left, bottom, right = BRIGHT
    np.testing.assert_allclose(found.points[0, :, :2], [[top, left], [bottom, right]], atol=1)
    assert found.points[0, 0, 2] == 7
    high, wide = found.masks.shape[1:]
    rows, columns = found.masks[0].any(1).nonzero()[0], found.masks[0].any(0).nonzero()[0]
    size = np.array(found.size * 2) / (high, wide, high, wide)
    extent = np.array([[rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]]) * size
    np.testing.assert_allclose(found.placement.boxes_to_picture(extent)[0], BRIGHT, atol=1.5)


def test_no_box_at_all_is_an_answer(both: Both) -> None:
    found = both("nothing", picture()).finding
    assert isinstance(found, Objects) and found.labels == () and found.boxes.shape == (0, 4)


def test_only_the_best_of_a_crowd_are_kept(both: Both) -> None:
    found = both("crowd", picture()).finding
    assert isinstance(found, Objects) and len(found.labels) == MOST_OBJECTS and found.left_out == 50
    assert found.scores[0] == pytest.approx(149 / 200) and (np.diff(found.scores) <= 0).all()


def test_boxes_that_are_no_numbers_are_left_out() -> None:
    placement = prepare(DecodedImage(picture()), TAKES["whole"]).placement
    given = {
        "[0].boxes": torch.tensor([[0.0, 0, 2, 2], [0, 0, torch.nan, 2]]),
        "[0].labels": torch.tensor([0, 0]),
        "[0].scores": torch.tensor([0.2, 0.9]),
    }
    found = findings.find(
        given, findings.Asked(VisionTask.DETECTION, ClassNames(), (9, 9), placement)
    ).finding
    assert found.scores.tolist() == pytest.approx([0.2])


COUNT, SIZE = 5, (40, 60)
PLAIN = {
    "boxes": torch.rand(COUNT, 4),
    "scores": torch.tensor([0.5, 0.9, 0.1, 0.7, 0.3]),
    "labels": torch.arange(COUNT),
}


def of_boxes(**parts: torch.Tensor) -> findings.Found | None:
    """What is found in boxes whose other parts are these."""
    asked = findings.Asked(VisionTask.DETECTION, ClassNames(), SIZE, Placement((160, 240), (4.0, 4.0)))
    return findings.find({f".{name}": it for name, it in (PLAIN | parts).items()}, asked)


@pytest.mark.parametrize(
    "masks",
    [
        torch.ones(3, 1, *SIZE), torch.ones(COUNT, 1, 28, 28), torch.ones(COUNT, 1, 0, 60),
        torch.ones(COUNT, 2, *SIZE), torch.ones(COUNT, *SIZE), torch.ones(COUNT, 1, *SIZE, dtype=torch.complex64),
    ],
    ids=["fewer", "of single boxes", "without a side", "two each", "no channel", "complex"],
)  # fmt: skip
def test_masks_that_are_not_those_of_the_boxes_over_the_whole_input_are_left_out(masks: torch.Tensor) -> None:
    found = of_boxes(masks=masks).finding
    assert found.indices == (1, 3, 0, 4, 2) and found.masks is None
    assert of_boxes(masks=torch.ones(COUNT, 1, *SIZE)).finding.masks.all()


@pytest.mark.parametrize(
    ("shape", "scored"),
    [((3, 17, 3), (3, 17)), ((COUNT, 17, 1), (COUNT, 17)), ((COUNT, 0, 3), (COUNT, 0)), ((COUNT, 4, 3), (COUNT, 5))],
    ids=["fewer", "one number a point", "no points", "more scores"],
)  # fmt: skip
def test_points_that_are_not_those_of_the_boxes_are_left_out(
    shape: tuple[int, ...], scored: tuple[int, ...]
) -> None:
    found = of_boxes(keypoints=torch.ones(shape), keypoints_scores=torch.ones(scored)).finding
    assert found.indices == (1, 3, 0, 4, 2) and found.points is None


def test_points_that_are_no_numbers_are_left_out() -> None:
    points, scores = torch.ones(COUNT, 4, 3), torch.ones(COUNT, 4)
    assert of_boxes(keypoints=points, keypoints_scores=scores).finding.points.shape == (COUNT, 4, 3)
    assert of_boxes(keypoints=points * torch.nan, keypoints_scores=scores).finding.points is None
    assert of_boxes(keypoints=points, keypoints_scores=scores / 0).finding.points is None
    assert of_boxes(keypoints=points + 1j, keypoints_scores=scores).finding.points is None


@pytest.mark.parametrize("kind", [torch.complex64, torch.bool, torch.float32])
def test_labels_are_whole_numbers(kind: torch.dtype) -> None:
    assert of_boxes(labels=PLAIN["labels"].to(kind)) is None
    assert of_boxes(labels=PLAIN["labels"].to(torch.uint8)).finding.indices == (1, 3, 0, 4, 2)


def test_a_place_beyond_all_numbers_is_left_out() -> None:
    boxes = PLAIN["boxes"].double()
    boxes[1] = 1.7e308
    assert of_boxes(boxes=boxes).finding.indices == (3, 0, 4, 2)


def test_an_answer_that_cannot_be_read_takes_no_forward_with_it(both: Both) -> None:
    answer = both("coarse", picture())
    assert (answer.said, answer.predictions, answer.finding) == ("no answer", (), None)
    assert answer.reason.startswith("What the network returned cannot be read: ")
    assert "\n" not in answer.reason


def test_a_person_may_read_a_row_instead(both: Both) -> None:
    answer = both("detector", picture(), way=AnswerWay(reading=Reading.NONE))
    assert answer.finding is None


# ---- a flow, and clips ----


def test_a_flow_is_measured_in_pixels_of_the_picture() -> None:
    prepared = prepare(
        DecodedImage(picture((100, 200))), Preprocess((50, 50), 50, *FLOAT, crop_mode="squash")
    )
    moved = torch.zeros(1, 2, 50, 50)
    moved[0, 0, 10, 20], moved[0, 1, 10, 20] = 3, 2  # across, down: 12 and 4 pixels of the picture
    asked = findings.Asked(VisionTask.FLOW, ClassNames(), (50, 50), prepared.placement)
    found = findings.find({"[0]": torch.ones(1, 2, 50, 50), "[1]": moved}, asked)
    assert isinstance(found.finding, Flow) and found.output == "[1]"
    assert found.finding.field[10, 20].tolist() == [4, 12]
    assert found.finding.largest == pytest.approx(np.hypot(4, 12))
    assert found.finding.mean == pytest.approx(np.hypot(4, 12) / 2500)


def test_a_network_for_flow_gets_the_next_picture_or_the_same_and_says_which(ask: Asker) -> None:
    ask(LoadModel("torchvision:raft_small", weights="random", seed=0))
    for key in ("a", "b"):
        ask(OpenImage(key, source(picture(), f"{key}.png")))
    alone = ask(Classify("a", size=(128, 128)))
    assert alone.given == "second picture: the same one"
    assert isinstance(alone.finding, Flow) and alone.finding.size == (128, 128)
    assert ask(Classify("a", size=(128, 128), beside=("b",))).given == "second picture: b.png"


def test_a_network_for_videos_gets_the_picture_again_and_again_and_says_so(ask: Asker) -> None:
    ask(LoadModel("torchvision:mc3_18", weights="random", seed=0))
    ask(OpenImage("a", source(picture())))
    answer = ask(Classify("a", size=(32, 32)))
    assert answer.given == "one picture, repeated 16 times"
    assert len(answer.predictions) == 5 and answer.names == "names: torchvision:mc3_18"


def test_a_network_for_videos_gets_the_pictures_of_a_video_in_their_order(ask: Asker) -> None:
    ask(LoadModel("torchvision:mc3_18", weights="random", seed=0))
    raw = [RawPixels(np.full((40, 60 * 3), 10 * k, np.uint8), 60, "RGB", "RGB") for k in range(16)]
    ask(OpenImage("clip", ImageSource("clip.mp4", pixels=raw[0], further=tuple(raw[1:]))))
    assert ask(Classify("clip", size=(32, 32))).given == "16 frames of the clip"
    ask(Record(1, "clip", size=(32, 32)))
    values = ask(
        ViewValue(1, 0)
    ).values  # of the first batch: channels or moments first, all of a moment alike
    moments = np.unique(values.round(4))
    assert len(moments) >= 16, "each moment has its own picture"
