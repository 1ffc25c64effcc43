"""Answers what is asked about receptive fields."""

from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.task import Task
from explorer.features.field.messages import LocateField, LocateUnits
from explorer.records.values import FieldOfUnit, UnitsOfPixel


@answers(LocateField)
def locate_field(ask: LocateField, bench: Bench, _task: Task) -> FieldOfUnit:
    """Look up what a unit sees."""
    forward, node = bench.node(ask.forward, ask.node)
    return forward.fields.of_unit(node.id, ask.unit)


@answers(LocateUnits)
def locate_units(ask: LocateUnits, bench: Bench, _task: Task) -> UnitsOfPixel:
    """Look up which units see a pixel."""
    forward, node = bench.node(ask.forward, ask.node)
    return forward.fields.of_pixel(node.id, ask.pixel)
