"""`arch-explorer profile`: the time of the forward pass and of each operation in it."""

import argparse
from typing import Any

from explorer.engine.messages import Measure, Record
from explorer.records.errors import ExplorerError
from explorer.records.measures import Measurement, Spread
from explorer.records.models import LoadedModel
from explorer.records.trace import Node, Trace
from explorer.terminal import options as common
from explorer.terminal import text
from explorer.terminal.inputs import load, noise
from explorer.terminal.verb import Ask, Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    common.add_model(parser)
    parser.add_argument(
        "--batch", type=common.sizes, default=(1,), metavar="1,8,16", help="images at once (default 1)"
    )
    parser.add_argument("--train", action="store_true", help="time forward and backward in training mode")
    common.add_loading(parser)
    common.add_json(parser)


def carry_out(options: argparse.Namespace, ask: Ask) -> Outcome:
    """Measure one batch after the other; one document for one batch size, a list of them for several."""
    model = load(options, ask)
    documents = [_profiled(k, batch, options.train, model, ask) for k, batch in enumerate(options.batch, 1)]
    if options.json:
        return text.document(documents[0] if len(documents) == 1 else documents), 0
    return text.lines(line for document in documents for line in _lines(document)), 0


def _profiled(number: int, batch: int, train: bool, model: LoadedModel, ask: Ask) -> dict[str, Any]:
    key, *beside = noise(model, ask, [], batch)
    traced = ask(Record(number, key, training=train, beside=tuple(beside))).trace
    if traced.error:
        raise ExplorerError(f"{traced.failure} (batch {batch})")
    return _document(traced, ask(Measure(number)))


def _document(traced: Trace, measured: Measurement) -> dict[str, Any]:
    timed, memory = measured.timing, measured.memory
    document: dict[str, Any] = {
        "model": traced.model,
        "device": timed.device,
        "threads": timed.threads,
        "batch": timed.batch,
        "plain_ms": timed.forward.median,
        "plain_ms_p10": timed.forward.p10,
        "plain_ms_p90": timed.forward.p90,
        "layers": [_layer(node, timed.nodes[node.id]) for node in traced.computed],
        "memory": {"weights": memory.weights, "activations_peak": memory.activations_peak},
    }
    if measured.step is not None:
        document["train_step_ms"] = measured.step.median
    return document


def _layer(node: Node, lap: Spread | None) -> dict[str, Any]:
    times = (lap.median, lap.p10, lap.p90) if lap else (None, None, None)
    named = dict(zip(("ms_median", "ms_p10", "ms_p90"), times, strict=True))
    return {"id": node.id, "name": node.name, "op": node.op, **named, "bytes": node.bytes}


def _lines(document: dict[str, Any]) -> list[str]:
    keys = ("id", "name", "op", "bytes", "ms_median", "ms_p10", "ms_p90")
    rows = [[layer[key] for key in keys] for layer in document["layers"]]
    lines = text.table(("id", "name", "operation", "bytes", "ms", "p10", "p90"), rows)
    lines.append(
        f"{document['model']} on {document['device']}, {document['threads']} threads, "
        f"batch {document['batch']}: forward {document['plain_ms']:.2f} ms "
        f"({document['plain_ms_p10']:.2f}–{document['plain_ms_p90']:.2f})"
    )
    if "train_step_ms" in document:
        lines.append(f"forward and backward in training mode: {document['train_step_ms']:.2f} ms")
    return lines
