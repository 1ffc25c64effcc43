"""What stands on a box, and how much room that takes."""

import re

from explorer.drawing import letters
from explorer.drawing.messages import OPENING
from explorer.drawing.part import Part
from explorer.records import describe, units
from explorer.records.kinds import kind_of
from explorer.records.phrases import deed
from explorer.records.text import one_line, shown
from explorer.records.trace import Node, Trace

LONGEST = 28
"""Letters of a name; a longer one is cut in the middle."""
_BESIDE, _BADGE = 28.0, 34.0  # pixels beside the text; for the number of equal groups
_LEAST, _MOST = 84.0, 252.0
_GIST = 176.0  # pixels of a sentence on a closed box: as many as a narrow window has beside what it shows
_SHORT = (("convolution", "conv"), ("normalisation", "norm"))  # of a word that has no room
_SENTENCE = 300  # letters of a whole one
SIGN = "▸ "
"""Before the name of what can be opened."""
TWO_LINES, ONE_LINE = 44.0, 30.0


def name(part: Part, trace: Trace) -> str:
    """Return the name of a box."""
    if part.kind == "failure":
        return f"{shown(trace.error.name or trace.error.op, LONGEST)} failed" if trace.error else "failed"
    if part.kind == "run":
        first = part.children[0]
        return (
            name(first, trace) if first.kind == "stretch" else shown(_span(first, part.children[-1]), LONGEST)
        )
    if part.kind == "stretch":
        ends = _end(part, 0), _end(part, -1)
        if all(describe.is_module(trace.nodes[end.nodes[0]], trace) for end in ends):
            return shown(_span(*ends), LONGEST)
        return shown(" … ".join(dict.fromkeys(name(end, trace) for end in ends)), LONGEST)
    if part.kind in ("input", "output"):
        return shown(trace.nodes[part.nodes[0]].name, LONGEST)
    if part.kind == "operation":
        node = trace.nodes[part.nodes[0]]
        return shown(_module_name(part) if describe.is_module(node, trace) else node.op, LONGEST)
    if part.fused is not None:
        return shown(trace.nodes[part.fused].op, LONGEST)
    return shown(_module_name(part), LONGEST)


def sentence(part: Part, trace: Trace) -> str:
    """Return in plain words what a box does, on one line; of a group the class of its module."""
    if part.kind == "failure":
        line = trace.error.told if trace.error else ""
    elif part.kind == "run":
        line = sentence(part.children[0], trace)
    elif part.kind == "stretch":
        line = _counted(part, trace)
    elif part.kind == "group":
        line = _class_of(part, trace)
    else:
        line = describe.sentence(trace.nodes[part.nodes[0]], trace)
    return one_line(line, _SENTENCE)


def op(part: Part, trace: Trace) -> str:
    """Return the operation that gives a box its colour; empty for a group of several."""
    if part.kind == "failure":
        return trace.error.op if trace.error else ""
    if part.fused is not None:
        return trace.nodes[part.fused].op
    return trace.nodes[part.nodes[0]].op if part.kind not in OPENING else ""


def shape(node: Node) -> str:
    """Return the shape of what an operation yields; empty if it yields several."""
    shapes = {output.shape for output in node.outputs}
    return units.shape(shapes.pop()) if len(shapes) == 1 else ""


def size(kind: str, title: str, line: str, times: int) -> tuple[float, float]:
    """Return width and height of a closed box with a name and a sentence, in device-independent pixels."""
    badge = _BADGE if times > 1 else 0
    name = f"{SIGN}{title}" if kind in OPENING else title
    text = max(letters.width(name, letters.NAME, bold=True), letters.width(said(kind, line), letters.SMALL))
    return min(max(text + _BESIDE + badge, _LEAST), _MOST + badge), TWO_LINES if line else ONE_LINE


def said(kind: str, line: str) -> str:
    """Return what of a sentence a closed box says; what a failure says is cut where the room ends, and shows it."""
    return letters.cut(line, _GIST, letters.SMALL) if kind == "failure" else gist(line)


def gist(line: str) -> str:
    """Return what a sentence says first: `3×3 convolution, stride 2` of one that goes on with channels.

    Where there is no room the words are short, then there are fewer of them: `Batch norm of 512 channels`.

    What is left out begins with a comma and a space: a comma within a number is none.
    """
    first = deed(line).removesuffix(", the first")  # which of its values is looked at is not what it does
    if letters.width(first, letters.SMALL) > _GIST:
        for word, short in _SHORT:
            first = first.replace(word, short)
    for less in (r", [^,]*$", ", .*", " along .*", " over .*", " of .*"):
        if letters.width(first, letters.SMALL) <= _GIST:
            break
        first = re.sub(less, "", first)
    return letters.cut(first, _GIST, letters.SMALL)


def _end(part: Part, place: int) -> Part:
    """Return the first (0) or the last (-1) operation of a stretch."""
    while part.kind != "operation":
        part = part.children[place]
    return part


def _counted(part: Part, trace: Trace) -> str:
    """Return how many operations a stretch has, how many of them convolutions: `7 operations, 2 convolutions`."""
    said = f"{len(part.nodes):,} operations"
    count = sum(kind_of(trace.nodes[node].op) == "convolution" for node in part.nodes)
    return f"{said}, {count:,} convolution{'s' if count > 1 else ''}" if count else said


def _span(first: Part, last: Part) -> str:
    """Return the names of the first and the last of several modules, of numbered ones the number of the last."""
    if first.path == last.path:
        return _module_name(first)
    stem = last.path.rstrip("0123456789")
    is_numbered = stem == first.path.rstrip("0123456789")
    return f"{_module_name(first)} … {last.path[len(stem) :] if is_numbered else _module_name(last)}"


def _module_name(part: Part) -> str:
    """Return the last part of a module's path, with those before it while they are only numbers."""
    parts = part.path.split(".")
    first = next((k for k in reversed(range(len(parts))) if not parts[k].isdecimal()), 0)
    own = ".".join(parts[first:])
    return f"{own} (call {part.call + 1})" if part.call else own


def _class_of(part: Part, trace: Trace) -> str:
    if part.fused is not None:
        return "computed in one go"
    return trace.types.get(part.path, "not called itself")
