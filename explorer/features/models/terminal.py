"""`arch-explorer models`: the catalogue."""

import argparse
from collections.abc import Sequence

from explorer.engine.messages import ListModels
from explorer.records.models import ModelEntry
from explorer.terminal import options as common
from explorer.terminal import text
from explorer.terminal.verb import Ask, Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    parser.add_argument(
        "--source", choices=["zoo", "torchvision", "timm", "transformers"], help="only this source"
    )
    common.add_json(parser)


def carry_out(options: argparse.Namespace, ask: Ask) -> Outcome:
    """List the models that can be loaded."""
    catalogue = ask(ListModels(options.source))
    text.say(*catalogue.notes)
    return (_document if options.json else _table)(catalogue.entries), 0


def _document(entries: Sequence[ModelEntry]) -> str:
    keys = ("name", "source", "family", "year", "params", "macs", "top1", "weights", "task")
    return text.document([{key: getattr(entry, key) for key in keys} for entry in entries])


def _table(entries: Sequence[ModelEntry]) -> str:
    rows = [
        (
            e.full_name,
            e.family,
            str(e.year or "–"),
            e.params,
            e.macs and e.macs / 1e9,
            e.top1,
            e.weights,
            e.task,
        )
        for e in entries
    ]
    header = ("model", "family", "year", "parameters", "GMACs", "top-1 %", "weights", "task")
    return text.lines(text.table(header, rows))
