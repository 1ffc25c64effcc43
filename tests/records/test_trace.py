"""What an operation of a trace says of itself."""

import pytest

from explorer.records.trace import Node, ReceptiveField, TensorInfo, Trace


@pytest.mark.parametrize(
    ("shape", "grid", "channels"),
    [
        ((1, 32, 7, 5), (7, 5), 32),
        ((1, 7, 5, 32), (7, 5), 32),
        ((1, 196, 768), (14, 14), 768),
        ((1, 197, 768), (14, 14), 768),
        ((1, 17, 768), (4, 4), 768),  # as many values as 816 channels would have without the class token
        ((1, 768, 49), (7, 7), 768),
        ((1, 12, 64, 197), (14, 14), 768),
        ((1, 12, 197, 197), (14, 14), 0),
        ((1, 12, 196, 196), (14, 14), 0),
        ((1, 49, 49), (7, 7), 0),
        ((1, 1280, 1, 1), (1, 1), 1280),
        ((1, 6, 9), (9,), 0),
        ((1, 10), None, 0),
    ],
)
def test_channels_are_what_is_left_beside_the_places(
    shape: tuple[int, ...], grid: tuple[int, ...] | None, channels: int
) -> None:
    field = None if grid is None else ReceptiveField("exact", grid=grid)
    node = Node(1, "conv2d", "conv", "conv", 0, (0,), (TensorInfo(shape, "float32", 4),), (), 0, 0, field)
    assert node.channels == channels


def test_a_name_that_the_row_of_another_says_too_is_told_apart() -> None:
    names = ("conv", "act2", "blocks.0.act2", "blocks.0.cat", "cat:1", "tanh", "tanh:1")
    info = TensorInfo((1, 3), "float32", 12)
    nodes = tuple(
        Node(k, name.partition(":")[0], name, "", 0, (), (info,), (), 0, 0) for k, name in enumerate(names)
    )
    trace = Trace("net", (1, 3), (1, 3), 0, nodes, (), {})
    assert [trace.apart(it.person_name) for it in nodes] == [
        "conv", "the network's act2", "blocks.0.act2", "blocks.0.cat", "the network's cat (no. 2)",
        "tanh", "tanh (no. 2)",
    ]  # fmt: skip
