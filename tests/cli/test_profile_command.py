"""`arch-explorer profile`."""

import pytest
from command_runs import Named, Run

KEYS = ["model", "device", "threads", "batch", "plain_ms", "plain_ms_p10", "plain_ms_p90", "layers", "memory"]


def test_document_has_the_keys_of_the_contract_and_a_time_for_every_operation(run: Run) -> None:
    ran = run("profile", "squeezenet1_1", "--seed", 0, "--json")
    assert (ran.code, ran.err) == (0, "")
    document = ran.document
    assert list(document) == KEYS
    assert (document["device"], document["batch"]) == ("cpu", 1) and document["threads"] >= 1
    assert 0 < document["plain_ms_p10"] <= document["plain_ms"] <= document["plain_ms_p90"]
    assert list(document["memory"]) == ["weights", "activations_peak"]
    assert document["memory"]["weights"] == 1_235_496 * 4
    # The largest step: the first convolution's map (64 × 111 × 111) and the ReLU's output are one storage, in place.
    assert document["memory"]["activations_peak"] >= 64 * 111 * 111 * 4
    trace = run("trace", "squeezenet1_1", "--seed", 0, "--json").document
    assert [(x["id"], x["name"], x["op"], x["bytes"]) for x in document["layers"]] == [
        (x["id"], x["name"], x["op"], x["bytes"]) for x in trace["nodes"][:-1]
    ]
    assert trace["nodes"][-1]["op"] == "output", "which takes no time"
    given, *layers = document["layers"]
    assert [given[key] for key in ("ms_median", "ms_p10", "ms_p90")] == [None] * 3
    assert all(list(x) == ["id", "name", "op", "ms_median", "ms_p10", "ms_p90", "bytes"] for x in layers)
    assert all(0 < x["ms_p10"] <= x["ms_median"] <= x["ms_p90"] for x in layers)


def test_several_batches_give_a_list_and_training_its_step(run: Run, own: Named) -> None:
    documents = run("profile", own("Classifier"), "--trust", "--batch", "1,2", "--train", "--json").document
    assert [document["batch"] for document in documents] == [1, 2]
    for document in documents:
        assert list(document) == [*KEYS, "train_step_ms"] and document["train_step_ms"] > 0
    one, two = (document["layers"][0]["bytes"] for document in documents)
    assert two == 2 * one


def test_text_has_a_table_and_the_forward(run: Run, own: Named) -> None:
    lines = run("profile", own("Classifier"), "--trust", "--train").out.splitlines()
    assert lines[0].split() == ["id", "name", "operation", "bytes", "ms", "p10", "p90"]
    assert " batch 1: forward " in lines[-2] and lines[-1].startswith("forward and backward in training mode")


def test_what_cannot_be_trained_is_one_line(run: Run, own: Named) -> None:
    assert run("profile", own("Untrainable"), "--trust", "--json").code == 0
    ran = run("profile", own("Untrainable"), "--trust", "--train", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "Untrainable cannot be trained: RuntimeError" in ran.err.splitlines()[-1]


def test_what_cannot_run_is_one_line(run: Run, own: Named) -> None:
    ran = run("profile", own("Failing"), "--trust", "--batch", "2", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "failed at second" in ran.err and "(batch 2)" in ran.err


@pytest.mark.parametrize("batch", ["0", "1,0", "x", "-1", ""])
def test_batch_that_is_no_size_is_wrong_usage(run: Run, batch: str) -> None:
    assert run("profile", "alexnet", f"--batch={batch}").code == 2
