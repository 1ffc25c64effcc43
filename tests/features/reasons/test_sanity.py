"""The sanity check: a copy with random weights, the model untouched, and how alike two maps are."""

import numpy as np
import pytest
import reason_networks
import torch
from engine_asks import Asker, crossed

from explorer.engine.messages import LoadModel, Record
from explorer.features.reasons import sanity
from explorer.features.reasons.messages import Explain, Randomised
from explorer.features.reasons.methods import Method
from explorer.features.reasons.sanity import rank_correlation, structural_similarity


@pytest.fixture
def plain(ask: Asker) -> Asker:
    ask(LoadModel(f"{reason_networks.__file__}:Plain", seed=0, trusted=True))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    return ask


def test_the_check_shuffles_a_copy_and_leaves_the_model(plain: Asker) -> None:
    model = plain.engine._bench.forward(1).model.module
    before = {key: value.clone() for key, value in model.state_dict().items()}
    asked = Explain(1, Method.GRAD_CAM, target=2)
    found = crossed(plain(Randomised.of(asked)))
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert np.array_equal(found.before.heat.values, plain(asked).heat.values)
    assert not np.allclose(found.after.heat.values, found.before.heat.values)
    assert (found.after.index, found.after.layer, found.randomised) == (2, "relu (call 2)", "all 3 layers")
    assert found.correlation == rank_correlation(found.before.heat.values, found.after.heat.values)
    assert found.heat is found.after.heat


def test_it_may_begin_at_the_last_layer_and_is_the_same_for_the_same_seed(plain: Asker) -> None:
    asked = Explain(
        1, Method.EIGEN_CAM
    )  # of the class it sees nothing, so the last layer makes no difference
    one = plain(Randomised.of(asked, share=0.0))
    assert one.randomised == "the last one of 3 layers" and one.correlation == pytest.approx(1)
    two, three, other = (plain(Randomised.of(asked, share=0.67, weights_seed=seed)) for seed in (0, 0, 1))
    assert two.randomised == "the last 2 of 3 layers"
    assert np.array_equal(two.heat.values, three.heat.values)
    assert not np.array_equal(two.heat.values, other.heat.values)


def test_where_there_is_no_memory_for_a_copy_it_says_so(
    plain: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sanity, "free_on", lambda device: 1000)
    assert "A copy of" in plain.complaint(Randomised.of(Explain(1)))


def test_a_model_that_gives_itself_as_its_copy_is_not_shuffled(ask: Asker) -> None:
    ask(LoadModel(f"{reason_networks.__file__}:OwnCopy", seed=0, trusted=True))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    model = ask.engine._bench.forward(1).model.module
    before = {key: value.clone() for key, value in model.state_dict().items()}
    assert "shares its weights" in ask.complaint(Randomised.of(Explain(1)))
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_rank_correlation_is_spearmans() -> None:
    one = np.array([[1, 2], [2, 4]], np.float32)
    other = np.array([[10, 5], [5, 7]], np.float32)
    ranks = [1, 2.5, 2.5, 4], [4, 1.5, 1.5, 3]
    assert rank_correlation(one, other) == pytest.approx(np.corrcoef(*ranks)[0, 1])
    assert rank_correlation(one, np.exp(one)) == pytest.approx(1) and np.isnan(rank_correlation(one, 0 * one))


def test_structural_similarity_is_that_of_its_paper() -> None:
    draw = np.random.default_rng(0)
    one, other = (draw.random((64, 64)).astype(np.float32) for _ in range(2))
    for values in (one, other):
        values.flat[:2] = 0, 1  # from 0 to 1 already
    found = []
    for y in range(58):
        for x in range(58):
            a, b = (values[y : y + 7, x : x + 7].astype(float) for values in (one, other))
            both = ((a - a.mean()) * (b - b.mean())).mean()
            top = (2 * a.mean() * b.mean() + 0.0001) * (2 * both + 0.0009)
            found.append(top / ((a.mean() ** 2 + b.mean() ** 2 + 0.0001) * (a.var() + b.var() + 0.0009)))
    assert structural_similarity(one, other) == pytest.approx(np.mean(found), abs=1e-9)
    assert structural_similarity(one, one) == pytest.approx(1) and np.isnan(
        structural_similarity(one, 0 * one)
    )
