"""What the tests on a CUDA device share; on request only: `pytest -m cuda`."""

import gc
from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def device() -> Iterator[str]:
    """The device, which is there: a run that was asked for proves nothing without one."""
    assert torch.cuda.is_available(), "torch finds no CUDA device here"
    yield "cuda:0"
    gc.collect()
    torch.cuda.empty_cache()
