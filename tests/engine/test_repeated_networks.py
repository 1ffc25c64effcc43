"""Networks of every task: a recording that may repeat another shows what one made anew shows."""

import pytest
import torch
import torchvision
from engine_asks import Asker, Own
from hub_networks import classifier, picture_size
from recording_oracle import randomise
from repeats import second_of
from torch import nn
from torchvision.models import video

from explorer.engine.messages import AllowMemory, Record, ViewValue


def two(*shape: int) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(3)
    return torch.rand(shape), torch.rand(shape)


def test_a_network_of_torchvision_is_repeated():
    first, second = two(1, 3, 40, 40)
    network = randomise(torchvision.models.shufflenet_v2_x0_5(weights=None)).eval()
    assert second_of(network, (first,), (second,))


def test_a_video_is_repeated():
    network = video.VideoResNet(
        video.resnet.BasicBlock, [video.resnet.Conv3DSimple] * 4, [1, 1, 1, 1], video.resnet.BasicStem, 5
    )
    first, second = two(1, 3, 2, 16, 16)
    assert second_of(randomise(network).eval(), (first,), (second,))


class Boxes(nn.Module):
    """Finds boxes where its map is bright, as many as there are; each is told by a score and a patch."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 1, 3, padding=1)

    def forward(self, images: list[torch.Tensor]) -> list[dict[str, torch.Tensor]]:
        bright = self.conv(torch.stack(images))[0, 0]
        rows, columns = torch.where(bright > bright.mean())
        corners = torch.stack([columns, rows], 1).float()
        boxes, scores = torch.cat([corners, corners + 3], 1), bright[rows, columns]
        kept = torchvision.ops.nms(boxes, scores, 0.3)
        patches = torchvision.ops.roi_align(bright[None, None], [boxes[kept]], 2)
        return [{"boxes": boxes[kept], "scores": scores[kept], "patches": patches}]


def test_a_detection_is_repeated_only_where_it_finds_as_many():
    torch.manual_seed(0)
    network = Boxes().eval()
    first, second = two(3, 12, 12)
    assert not second_of(network, ([first],), ([second],))
    second_of(network, ([first],), ([first.flip(2) * 0.5],))
    assert second_of(network, ([first],), ([first * 1.0],))


@pytest.mark.parametrize("name", ["vit", "beit", "resnet"])
def test_a_network_of_transformers_is_as_if_recorded_anew(name):
    network = randomise(classifier(name)).eval()
    side = picture_size(network.config)
    first, second = two(1, 3, side, side)
    second_of(network, (first,), (second,))


def test_the_engine_repeats_and_computes_again_what_it_let_go(ask: Asker, own: Own):
    ask(own("Classifier"))
    ask.open("coffee")
    ask.open("astronaut")
    ask(Record(1, "coffee", size=(64, 64)))
    told = ask(Record(2, "astronaut", size=(64, 64)))
    held = ask.engine._bench.forward(2).recording
    assert held.plan is not None

    def values(number: int) -> list[torch.Tensor]:
        return [torch.tensor(ask(ViewValue(number, node.id, again=True)).values) for node in told.trace.nodes]

    expected = values(2)
    ask(AllowMemory(8000))
    assert held.let_go()
    assert all(map(torch.equal, values(2), expected))
    ask(AllowMemory(None))
    ask.engine._bench.model(0).plans.__init__()
    fresh = ask(Record(3, "astronaut", size=(64, 64)))
    assert ask.engine._bench.forward(3).recording.plan is None
    assert (fresh.trace, fresh.memory, fresh.answer) == (told.trace, told.memory, told.answer)
    assert all(map(torch.equal, values(3), expected))
