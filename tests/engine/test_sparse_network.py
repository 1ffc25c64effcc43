"""A network that holds a sparse tensor and writes into it: it loads, answers, and stays what it was."""

from pathlib import Path

import pytest
import torch
from engine_asks import Asker
from torch import Tensor

from explorer.engine.messages import Classify, LoadModel, Record

NETWORK = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features, self.head = nn.Conv2d(3, 4, 3, stride=8), nn.Linear(4, 10)
        KEEP
    def forward(self, x):
        self.scale.mul_(2)
        return self.head(torch.sparse.mm(self.scale, self.features(x).mean((2, 3)).t()).t())
"""


@pytest.mark.parametrize(
    "keep",
    ['self.register_buffer("scale", torch.eye(4).to_sparse())', "self.scale = torch.eye(4).to_sparse()"],
)
def test_an_answer_leaves_what_the_network_writes_into_as_it_was(tmp_path: Path, keep: str) -> None:
    (tmp_path / "net.py").write_text(NETWORK.replace("KEEP", keep))
    ask = Asker()
    loaded = ask(LoadModel(f"{tmp_path}/net.py:Net", seed=0, trusted=True))
    ask.open("coffee")
    first = ask(Classify("coffee"))
    assert ask(Classify("coffee")).predictions == first.predictions
    failure = ask(Record(1, "coffee")).trace.failure
    assert failure is not None and "a sparse tensor is written in place" in failure
    scale: Tensor = ask.engine._bench.forward(1).model.module.scale
    assert torch.equal(scale.to_dense(), torch.eye(4))
    dense = sum(it.numel() * 4 for it in ask.engine._bench.forward(1).model.module.parameters())
    sparse = 2 * 4 * 8 + 4 * 4 if "buffer" in keep else 0  # two places in int64 and a value for each entry
    assert loaded.weight_bytes == dense + sparse
