"""Groups and operations in the order of execution, as real forwards call their modules."""

import torch
import torchvision
from torch import nn
from toy_models import Forward

from explorer.features.layers.rows import Row, build
from explorer.forward import trace
from explorer.forward.recorder import record


def outline(model: nn.Module, *inputs: torch.Tensor) -> list[str]:
    """Return the rows, indented, without the last one, which stands for what the model returned."""

    def lines(row: Row, depth: int) -> list[str]:
        found: list[str] = []
        for child in row.children:
            found += [f"{'  ' * depth}{child.name}", *lines(child, depth + 1)]
        return found

    *rows, returned = lines(build(trace.build(record(model.eval(), inputs), model, "toy")), 0)
    assert returned == "output"
    return rows


IMAGE = torch.randn(1, 4, 8, 8)


def test_a_module_that_is_used_twice_stands_where_it_was_used():
    found = outline(torchvision.models.resnet18(weights=None), torch.randn(1, 3, 64, 64))
    block = found[found.index("  0") : found.index("  1")]
    assert [line.strip() for line in block] == [
        "0",
        "conv1",
        "bn1",
        "relu",
        "conv2",
        "bn2",
        "+ add",
        "relu (call 2)",
    ]


def test_a_block_that_is_called_twice_is_a_group_each_time():
    block = nn.Sequential(nn.Conv2d(4, 4, 1), nn.ReLU())
    found = outline(Forward(lambda self, x: self.block(self.block(x)), block=block), IMAGE)
    assert found == ["input", "block", "  0", "  1", "block (call 2)", "  0 (call 2)", "  1 (call 2)"]


def test_a_container_that_is_not_called_is_still_a_group():
    def forward(self: Forward, x: torch.Tensor) -> torch.Tensor:
        for stage in self.stages:
            x = stage(x)
        return x

    assert outline(Forward(forward, stages=nn.ModuleList([nn.ReLU(), nn.Sigmoid()])), IMAGE) == [
        "input", "stages", "  0", "  1",
    ]  # fmt: skip


def test_containers_that_take_turns_are_one_row_with_each_of_their_modules():
    def forward(self: Forward, x: torch.Tensor) -> torch.Tensor:
        for conv, act in zip(self.convs, self.acts, strict=True):
            x = act(conv(x))
        return x

    convs, acts = nn.ModuleList([nn.Conv2d(4, 4, 1) for _ in range(2)]), nn.ModuleList([nn.ReLU(), nn.ReLU()])
    assert outline(Forward(forward, convs=convs, acts=acts), IMAGE) == [
        "input", "convs.0", "acts.0", "convs.1", "acts.1",
    ]  # fmt: skip


class Swish(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * x.sigmoid()


def test_a_module_of_several_operations_is_one_group():
    found = outline(nn.Sequential(nn.Conv2d(4, 4, 1), Swish()), IMAGE)
    assert found == ["input", "0", "1", "  sigmoid", "  × mul"]


class Twice(nn.Module):
    def __init__(self, other: nn.Module) -> None:
        super().__init__()
        self.other = [other]  # known to this module, but not its child

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.other[0](x) + 1


def test_a_module_that_lives_elsewhere_stands_where_it_was_called_by_its_whole_path():
    shared = nn.Sequential(nn.ReLU(), nn.Sigmoid())
    found = outline(Forward(lambda self, x: self.user(x), shared=shared, user=Twice(shared)), IMAGE)
    assert found == ["input", "user", "  shared", "    0", "    1", "  + add"]


def test_what_is_returned_stands_last_and_by_its_name():
    def forward(self: Forward, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": self.head(x), "given": x}

    model = Forward(forward, head=nn.Sequential(nn.ReLU(), nn.Sigmoid()))
    root = build(trace.build(record(model.eval(), (IMAGE,)), model, "toy"))
    assert [row.name for row in root.children] == ["input", "head", "output.logits", "output.given"]
    assert root.children[-1].node is not None and not root.children[-1].children
