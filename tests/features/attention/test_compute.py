"""What the engine answers about attention, against plain numpy."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from attention_networks import ByModule
from engine_asks import Asker
from torch import nn

from explorer.engine.messages import AllowMemory, ViewValue
from explorer.features.attention.figures import rolled_scale, scale_of
from explorer.features.attention.messages import (
    GRADIENT,
    MEAN,
    MOST,
    ROLLOUT,
    AttentionView,
    ReadWeights,
    Scale,
    ViewAttention,
    ViewMatrix,
    ViewPositions,
)
from explorer.records.answers import AnswerWay
from explorer.records.attention import attentions


def nodes(forward: Any) -> list[int]:
    return [it.shown for it in attentions(forward.trace).all]


def test_a_row_and_a_column_are_those_of_the_matrix(ask: Asker, record: Any) -> None:
    first, _ = nodes(record("vit"))
    whole = ask(ReadWeights(1, first))
    assert whole.shape == (4, 16, 16)
    row = ask(ViewAttention(1, first, 7))
    assert isinstance(row, AttentionView) and (row.token, row.place, row.heads) == (7, 6, 4)
    assert np.array_equal(row.rows, whole[:, 7])
    assert row.cells.tolist() == [-1, *range(15)]
    column = ask(ViewAttention(1, first, 7, reverse=True))
    assert np.array_equal(column.rows, whole[:, :, 7])
    laid = row.on_grid(row.rows[2])
    assert laid.shape == (3, 5) and np.array_equal(laid.flatten(), whole[2, 7, 1:])
    assert np.array_equal(ask(ReadWeights(1, first, head=2)), whole[2:3])
    assert np.array_equal(ask(ReadWeights(1, first, token=7)), whole[:, 7:8])


def test_the_class_token_comes_first_and_a_place_gives_its_patch(ask: Asker, record: Any) -> None:
    first, _ = nodes(record("vit"))
    view = ask(ViewAttention(1, first))
    assert (view.token, view.place, view.queries.extra) == (0, None, 1)
    assert ask(ViewAttention(1, first, place=(0.99, 0.01))).place == 10
    assert (
        view.queries.grid == (3, 5) and view.queries.step == (4.0, 4.0) and view.queries.origin == (0.0, 0.0)
    )
    assert view.queries.box(7) == (4.0, 8.0, 8.0, 12.0) and view.queries.cell_at(4.5, 11.9) == (1, 2)
    assert "no token 16" in ask.complaint(ViewAttention(1, first, 16))
    assert "no head 4" in ask.complaint(ReadWeights(1, first, head=4))
    assert "belongs to no attention" in ask.complaint(ViewAttention(1, 0))


def test_in_windows_only_the_tokens_of_a_window_meet(ask: Asker, record: Any) -> None:
    (node,) = nodes(record("swin"))
    whole = ask(ReadWeights(1, node))
    assert whole.shape == (2, 96, 96)
    view = ask(ViewAttention(1, node, 40))
    assert (view.windows, view.shape, view.place, view.rows.shape) == (6, (16, 16), 40, (2, 16))
    assert np.array_equal(view.rows, whole[:, 40][:, view.cells])
    column = ask(ViewAttention(1, node, 40, reverse=True))
    assert np.array_equal(column.rows, whole[:, :, 40][:, column.cells])
    assert np.isnan(view.on_grid(view.rows[0])).sum() == 96 - 16
    assert view.rollout is None and "windows" in view.rolled
    assert np.array_equal(ask(ReadWeights(1, node, token=40))[:, 0], whole[:, 40])


def test_where_no_places_are_known_tokens_are_numbered(ask: Asker, record: Any) -> None:
    (node,) = nodes(record("numbered"))
    view = ask(ViewAttention(1, node))
    assert (view.queries.grid, view.cells, view.place, view.distance) == (None, None, None, None)
    assert view.queries.count == 9 and view.on_grid(view.rows[0]) is None
    assert ask(ViewAttention(1, node, place=(0.5, 0.5))).token == 4
    assert "places are not known" in ask.complaint(ViewPositions(1, node))


def test_distance_and_entropy_are_those_of_plain_sums(ask: Asker, record: Any) -> None:
    for name in ("vit", "swin"):
        forward = record(name)
        node = nodes(forward)[0]
        view, whole = ask(ViewAttention(1, node)), ask(ReadWeights(1, node)).astype(np.float64)
        beside = view.queries.extra
        wide = view.queries.grid[1]
        patches = whole[:, beside:, beside:]
        expected = np.zeros(view.heads)
        for q in range(patches.shape[1]):
            for k in range(patches.shape[2]):
                apart = 4 * math.hypot(q // wide - k // wide, q % wide - k % wide)
                expected += patches[:, q, k] / patches[:, q].sum(1) * apart / patches.shape[1]
        assert np.allclose(view.distance, expected, rtol=1e-5)
        logs = np.log2(whole, where=whole > 0, out=np.zeros_like(whole))
        assert np.allclose(view.entropy, -(whole * logs).sum(2).mean(1), rtol=1e-5)


def test_one_scale_of_colours_holds_for_all_heads_and_tokens(ask: Asker, record: Any) -> None:
    first, second = nodes(record("vit"))
    whole = ask(ReadWeights(1, second))
    scale = ask(ViewAttention(1, second, 3)).scale
    assert (
        scale == ask(ViewAttention(1, second, 9, reverse=True)).scale == ask(ViewMatrix(1, second, 2)).scale
    )
    assert scale.largest == whole.max()
    beyond = float(np.quantile(whole, 0.99, method="lower"))
    assert scale.full == pytest.approx(beyond if whole.max() > 1.25 * beyond else whole.max())
    matrix = ask(ViewMatrix(1, second, ROLLOUT))
    rolled, product = matrix.scale, matrix.values
    assert rolled.full == product[~np.eye(16, dtype=bool)].max() and rolled.largest == product.max()
    assert ask(ViewAttention(1, second, 3)).rolled_scale == rolled != scale
    assert ask(ViewAttention(1, first)).scale != scale


def test_what_is_no_number_takes_no_colour_from_the_rest() -> None:
    values = np.full((2, 4, 4), 0.25, np.float32)
    values[1, 2] = np.nan  # as of a token that a mask leaves nobody to look at
    assert scale_of(values) == Scale(0.25, 0.25)
    assert rolled_scale(values[1]) == Scale(0.25, 0.25)
    assert scale_of(values * np.nan) == rolled_scale(values[1] * np.nan) == Scale(1.0, 0.0)


def test_rollout_is_the_product_over_the_layers(ask: Asker, record: Any) -> None:
    first, second = nodes(record("vit"))
    product = np.eye(16)
    for node in (first, second):
        mixed = 0.5 * ask(ReadWeights(1, node)).mean(0) + 0.5 * np.eye(16)
        product = mixed / mixed.sum(1, keepdims=True) @ product
    view = ask(ViewAttention(1, second, 3))
    assert np.allclose(view.rollout, product[3], atol=1e-6) and view.rolled == "attentions 1 to 2"
    assert view.rollout.sum() == pytest.approx(1, abs=1e-5)
    assert np.allclose(ask(ViewAttention(1, second, 3, reverse=True)).rollout, product[:, 3], atol=1e-6)
    assert np.allclose(ask(ViewMatrix(1, second, ROLLOUT)).values, product, atol=1e-6)
    whole = ask(ReadWeights(1, second))
    assert np.allclose(ask(ViewMatrix(1, second, MEAN)).values, whole.mean(0), atol=1e-7)
    assert np.array_equal(ask(ViewMatrix(1, second, MOST)).values, whole.max(0))
    assert np.array_equal(ask(ViewMatrix(1, second, 1)).values, whole[1])


def test_rollout_with_gradients_is_that_of_autograd(ask: Asker, record: Any) -> None:
    forward = record("vit")
    torch.manual_seed(0)
    model = ByModule().eval()
    image = torch.from_numpy(ask(ViewValue(1, 0)).values)[None]
    tokens = model.patches(image) + model.positions
    product, kept = np.eye(16), []
    for layer in (model.one, model.two):
        parts = nn.functional.linear(tokens, layer.in_proj_weight, layer.in_proj_bias).unflatten(2, (3, 4, 4))
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        weights = (q @ k.mT / 2).softmax(-1)
        weights.retain_grad()
        kept.append(weights)
        tokens = tokens + layer.out_proj((weights @ v).transpose(1, 2).flatten(2))
    answer = model.head(tokens[:, 0])[0]
    answer.max().backward()
    for weights in kept:
        product = product + (weights.grad * weights).clamp(min=0).mean((0, 1)).detach().numpy() @ product
    found = ask(ViewMatrix(1, nodes(forward)[1], GRADIENT))
    assert np.allclose(found.values, product, atol=1e-6) and np.abs(product - np.eye(16)).max() > 1e-3
    assert found.label == forward.predictions[0].label
    view = ask(ViewAttention(1, nodes(forward)[1], 3)).with_gradient(found)
    assert np.array_equal(view.gradient, found.values[3])


@pytest.mark.parametrize("name", ["written_over", "fused"])
def test_a_rollout_with_gradients_takes_the_values_and_not_the_queries_beside_them(
    ask: Asker, record: Any, name: str
) -> None:
    forward = record(name)
    held = ask.engine._bench.forward(1)
    expected = held.model.module.relevance(held.arguments().inputs[0], forward.predictions[0].index)
    found = ask(ViewMatrix(1, nodes(forward)[0], GRADIENT)).values
    assert np.allclose(found, expected.numpy(), atol=1e-6) and not np.allclose(found, np.eye(16), atol=1e-4)


def test_a_rollout_with_gradients_is_of_the_logit_that_the_chosen_output_shows(
    ask: Asker, record: Any
) -> None:
    forward = record("two_answers")
    held = ask.engine._bench.forward(1)
    module, image = held.model.module, held.arguments().inputs[0]
    (node,) = nodes(forward)
    for output, head in ((None, module.head), ("beside", module.other)):
        found = ask(ViewMatrix(1, node, GRADIENT, AnswerWay(output=output))).values
        assert np.allclose(found, module.relevance_of(image, head).numpy(), atol=1e-6), output
        assert not np.allclose(found, np.eye(16), atol=1e-4)


def test_where_the_score_does_not_depend_on_the_attention_there_is_no_gradient(
    ask: Asker, record: Any
) -> None:
    forward = record("vit")
    for parameter in ask.engine._bench.forward(1).model.module.head.parameters():
        parameter.data.zero_()
    first = forward.predictions[0].label
    said = f"Zero gradient: the score of {first}, first in the answer, does not depend on this attention."
    assert ask.complaint(ViewMatrix(1, nodes(forward)[1], GRADIENT)) == said


def test_no_rollout_with_gradients_where_tokens_meet_in_windows(ask: Asker, record: Any) -> None:
    (node,) = nodes(record("swin"))
    assert "windows" in ask.complaint(ViewMatrix(1, node, GRADIENT))


def test_position_embeddings_are_compared_by_their_cosine(ask: Asker, record: Any) -> None:
    first, _ = nodes(record("vit"))
    found = ask(ViewPositions(1, first))
    torch.manual_seed(0)
    vectors = ByModule().positions.detach().numpy()[0, 1:]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert found.title == "positions" and found.grid == (3, 5)
    assert np.allclose(found.similarity, unit @ unit.T, atol=1e-6)


def test_the_cost_is_that_of_the_operations(ask: Asker, record: Any) -> None:
    first, _ = nodes(record("vit"))
    cost = ask(ViewAttention(1, first)).cost
    assert (cost.queries, cost.keys, cost.width, cost.windows, cost.grows) == (16, 16, 16, 1, 2)
    assert cost.products == 2 * 16 * 16 * 16 and cost.projections == 4 * 16 * 16 * 16
    assert cost.weight_bytes == 4 * 16 * 16 * 4
    (node,) = nodes(record("swin"))
    cost = ask(ViewAttention(1, node)).cost
    assert cost.products == 6 * 2 * 16 * 16 * 12 and cost.grows == 1


def test_weights_that_were_let_go_come_back(ask: Asker, record: Any) -> None:
    _, second = nodes(record("vit"))
    whole = ask(ReadWeights(1, second))
    ask(AllowMemory(5_000))
    assert "was let go" in ask.complaint(ViewAttention(1, second, 2))
    line = ask.complaint(ViewAttention(1, second, 2, again=True))
    assert "more together take" in line and "values may take 5.00 kB" in line
    ask(AllowMemory(60_000))
    assert np.array_equal(ask(ViewAttention(1, second, 2, again=True)).rows, whole[:, 2])
