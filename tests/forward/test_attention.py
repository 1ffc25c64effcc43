"""A fused attention shows its scores and weights; its own value, its products and its memory stay what they are."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from toy_models import computed

from explorer.forward import attention
from explorer.forward import trace as traces
from explorer.forward.recorder import record
from explorer.forward.recording import Recording

HEADS, QUERIES, KEYS, WIDTH = 4, 6, 10, 8


class Attend(nn.Module):
    def __init__(self, **options) -> None:
        super().__init__()
        self.options = options

    def forward(self, query, key, value):
        return F.scaled_dot_product_attention(query, key, value, **self.options)


def tensors(heads_of_keys: int = HEADS) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(0)
    shape = (2, heads_of_keys, KEYS, WIDTH)
    return torch.randn(2, HEADS, QUERIES, WIDTH), torch.randn(shape), torch.randn(shape)


def weights_by_hand(query, key, scale: float, counts, added) -> np.ndarray:
    """softmax(q k^T * scale) in float64, entry by entry; a query that looks nowhere has zeros."""
    out = np.zeros((2, HEADS, QUERIES, KEYS))
    share = HEADS // key.shape[1]
    for b, h, n in np.ndindex(2, HEADS, QUERIES):
        scores = [
            float(query[b, h, n].double() @ key[b, h // share, m].double()) * scale + added[n, m]
            if counts[n, m]
            else -np.inf
            for m in range(KEYS)
        ]
        if max(scores) > -np.inf:
            powers = np.exp(np.array(scores) - max(scores))
            out[b, h, n] = powers / powers.sum()
    return out


def find(recording: Recording, op: str) -> int:
    (found,) = [number for number, it in enumerate(recording.operations) if it.op == op]
    return found


ALL, NOTHING = np.ones((QUERIES, KEYS), bool), np.zeros((QUERIES, KEYS))
HALF = np.indices((QUERIES, KEYS)).sum(0) % 3 > 0
BLIND = HALF & (np.arange(QUERIES) != 2)[:, None]
BIAS = np.linspace(-2, 2, QUERIES * KEYS).reshape(QUERIES, KEYS)
MASKS = {
    "plain": ({}, ALL, NOTHING),
    "scale": ({"scale": 0.7}, ALL, NOTHING),
    "causal": ({"is_causal": True}, np.tri(QUERIES, KEYS, dtype=bool), NOTHING),
    "mask": ({"attn_mask": torch.from_numpy(HALF)}, HALF, NOTHING),
    "blind": ({"attn_mask": torch.from_numpy(BLIND)}, BLIND, NOTHING),
    "bias": ({"attn_mask": torch.from_numpy(BIAS).float()}, ALL, BIAS),
}


@pytest.mark.parametrize("name", MASKS)
def test_the_weights_are_those_of_the_equation_and_the_value_is_the_plain_one(name):
    options, counts, added = MASKS[name]
    query, key, value = tensors()
    recording = record(Attend(**options), (query, key, value))
    scale = options.get("scale", WIDTH**-0.5)
    expected = weights_by_hand(query, key, scale, counts, added)
    whole = find(recording, "scaled_dot_product_attention")
    (shown,) = [it for it in recording.operations[whole].inputs if recording.operations[it].op != "input"]
    weights = recording.value(shown).double().numpy()
    np.testing.assert_allclose(weights, expected, atol=1e-6)
    assert torch.equal(recording.returned[0][1], F.scaled_dot_product_attention(query, key, value, **options))
    assert torch.equal(recording.value(whole), recording.returned[0][1])
    np.testing.assert_allclose(weights @ value.double().numpy(), recording.returned[0][1].double(), atol=1e-5)


def test_heads_that_share_keys_are_shown_one_by_one():
    query, key, value = tensors(heads_of_keys=2)
    recording = record(Attend(enable_gqa=True), (query, key, value))
    weights = recording.value(find(recording, "softmax"))
    expected = weights_by_hand(query, key, WIDTH**-0.5, ALL, NOTHING)
    np.testing.assert_allclose(weights.double(), expected, atol=1e-6)
    assert torch.equal(
        recording.returned[0][1], F.scaled_dot_product_attention(query, key, value, enable_gqa=True)
    )


def test_products_are_counted_once_and_where_they_happen():
    inputs = tensors()
    for options in ({}, {"attn_mask": torch.from_numpy(BIAS).float()}):  # one kernel, or several
        model = Attend(**options)
        trace = traces.build(record(model, inputs), model, "attend")
        macs = {node.op: node.macs for node in trace.nodes if node.macs}
        half = 2 * HEADS * QUERIES * KEYS * WIDTH
        assert macs == {"matmul": half, "scaled_dot_product_attention": half}


def test_what_is_never_kept_takes_no_memory_and_says_where_it_is_computed():
    inputs = tensors()
    model = Attend()
    recording = record(model, inputs)
    trace = traces.build(recording, model, "attend")
    whole = find(recording, "scaled_dot_product_attention")
    within = [node for node in trace.nodes if node.within is not None]
    assert [node.op for node in within] == ["mul", "transpose", "matmul", "softmax"]
    assert {node.within for node in within} == {whole} and {node.bytes for node in within} == {0}
    kept = sum(it.numel() * 4 for it in (*inputs, recording.returned[0][1]))
    assert traces.memory(recording, model).activations == kept


@pytest.mark.parametrize(
    "change", [{"dropout_p": 0.5}, {"query": torch.ones(2, HEADS, 0, WIDTH)}], ids=["chance", "no query"]
)
def test_what_cannot_be_shown_stays_one_operation(change):
    query, key, value = tensors()
    asked = replace(attention.FusedAttention(query, key, value), **change)
    assert not asked.can_be_shown
    options = {} if "query" in change else change
    recording = record(Attend(**options), (asked.query, key, value))
    assert [it.op for it in computed(recording)][3:] == ["scaled_dot_product_attention"]


def test_with_too_many_scores_it_stays_one_operation(monkeypatch):
    monkeypatch.setattr(attention, "MOST_SCORES", 2 * HEADS * QUERIES * KEYS - 1)
    recording = record(Attend(), tensors())
    assert [it.op for it in computed(recording)][3:] == ["scaled_dot_product_attention"]


def test_what_it_refuses_is_refused_in_its_own_words():
    query, key, value = tensors()
    recording = record(Attend(), (query, key[..., :3], value))
    assert recording.failure is not None and recording.failure.op == "scaled_dot_product_attention"
    with pytest.raises(RuntimeError) as plain:
        F.scaled_dot_product_attention(query, key[..., :3], value)
    assert str(recording.failure.error) == str(plain.value)


def test_attention_without_kept_weights_shows_them_too():
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(16, HEADS, batch_first=True)

        def forward(self, x):
            return self.attention(x, x, x, need_weights=False)[0]

    torch.manual_seed(0)
    net, x = Net().eval(), torch.randn(1, QUERIES, 16)
    recording = record(net, (x,))
    with torch.no_grad():
        _, expected = net.attention(x, x, x, average_attn_weights=False)
    torch.testing.assert_close(recording.value(find(recording, "softmax")), expected, atol=1e-6, rtol=0)


def test_an_attention_in_which_a_model_writes_afterwards_keeps_its_weights():
    class Net(nn.Module):
        def forward(self, query, key, value):
            out = F.scaled_dot_product_attention(query, key, value)
            query.zero_()
            key.zero_()
            return out.mul_(2)

    query, key, value = tensors()
    expected = weights_by_hand(query, key, WIDTH**-0.5, ALL, NOTHING)
    plain = F.scaled_dot_product_attention(query, key, value)
    recording = record(Net(), (query, key, value))
    np.testing.assert_allclose(recording.value(find(recording, "softmax")).double(), expected, atol=1e-6)
    assert torch.equal(recording.value(find(recording, "scaled_dot_product_attention")), plain)
    assert torch.equal(recording.returned[0][1], plain * 2)
