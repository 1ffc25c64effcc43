"""What is said of a box under the mouse, and of a path that is lit."""

from explorer.drawing.messages import Box
from explorer.records import units
from explorer.records.describe import sentence
from explorer.records.trace import Trace
from explorer.window import format as fmt
from explorer.window.widgets.elided import FACTS
from explorer.window.widgets.graph.atlas import Atlas
from explorer.window.widgets.graph.sizes import Bars

_MOST_NAMES = 4


def tip_of(box: Box, atlas: Atlas, trace: Trace, bars: Bars | None, is_read: bool, more: str = "") -> str:
    """Return the tooltip of a box: what it is and does, `more` of it, its output, what it reads and who reads it.

    `is_read` is False if it is too far away to be read.
    """
    lines = [_title(box, trace), *more.splitlines()]
    if box.kind == "failure":
        return fmt.tip("\n".join([*lines, box.sentence]))
    if len(box.nodes) == 1:
        node = trace.nodes[box.nodes[0]]
        lines += [sentence(node, trace), f"output {units.shape(node.shape)}"]
    elif box.nodes:
        last = trace.nodes[box.nodes[-1]]
        lines += [box.sentence, f"{len(box.nodes):,} operations, output {units.shape(last.shape)}"]
    bar = bars.by_key.get(box.key) if bars is not None else None
    if bars is not None and bar is not None:
        lines.append(f"{bars.scale.partition(':')[0]}: {bar.text}")
    if not box.is_open:
        lines += [
            _names("reads", atlas.feeding(box.key), atlas),
            _names("read by", atlas.fed_by(box.key), atlas),
        ]
    if not is_read:
        lines.append("Double click or Enter goes near to it")
    elif box.can_open:
        lines.append(f"Double click or Enter {'closes' if box.is_open else 'opens'} it")
    return fmt.tip("\n".join(line for line in lines if line))


def lit_words(traced: str, name: str) -> str:
    """Return that a path of an operation is lit, how that ends, and which; empty where `traced` is."""
    which = {"from": f"from the input to {name}", "to": f"from {name} on"}.get(traced)
    return f"Path lit: Esc here ends it{FACTS}{which}" if which else ""


def _title(box: Box, trace: Trace) -> str:
    if box.kind == "operation" and len(box.nodes) == 1:
        return trace.nodes[box.nodes[0]].person_name
    return box.name


def _names(what: str, keys: list[str], atlas: Atlas) -> str:
    names = [atlas.boxes[atlas.number[key]].name for key in keys]
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return f"{what} {', '.join(names[:_MOST_NAMES])}{more}" if names else ""
