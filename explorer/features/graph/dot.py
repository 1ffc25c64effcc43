"""A drawing as DOT, the language of Graphviz: open groups are clusters."""

from collections.abc import Iterator

from explorer.drawing import labels
from explorer.drawing.messages import Box, Drawing
from explorer.records.kinds import KINDS, SKIP, kind_of
from explorer.records.text import printable


def dot(drawing: Drawing, caption: str, is_across: bool = False) -> str:
    """Return a DOT document."""
    inside: dict[str, list[Box]] = {}
    for box in drawing.boxes:
        inside.setdefault(box.around, []).append(box)
    lines = [
        "digraph network {",
        f"  label={_quoted(caption)}; labelloc=t; fontname=Helvetica; rankdir={'LR' if is_across else 'TB'};",
        '  node [shape=box, style="rounded,filled", fillcolor=white, fontname=Helvetica, fontsize=11];',
        '  edge [color="#98a2b3", fontname=Helvetica, fontsize=9];',
        *_boxes("", inside, "  "),
    ]
    for edge in drawing.edges:
        skip = f', color="{KINDS[SKIP]}"' if edge.is_skip else ""
        label = f"label={_quoted(edge.shape)}{skip}"
        lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [{label}];")
    return "\n".join([*lines, "}", ""])


def _boxes(key: str, inside: dict[str, list[Box]], indent: str) -> Iterator[str]:
    for box in inside.get(key, ()):
        if box.is_open:
            yield f"{indent}subgraph {_quoted(f'cluster {box.key}')} {{"
            yield f"{indent}  label={_quoted(_said(box))};"
            yield from _boxes(box.key, inside, f"{indent}  ")
            yield f"{indent}}}"
            continue
        colour = "#b3261e" if box.kind == "failure" else KINDS.get(kind_of(box.op), "#c3c9d2")
        yield f'{indent}{_quoted(box.key)} [label={_quoted(_said(box))}, color="{colour}"];'


def _said(box: Box) -> str:
    name = f"{box.name} × {box.times}" if box.times > 1 else box.name
    return f"{name}\n{labels.said(box.kind, box.sentence)}" if box.sentence else name


def _quoted(text: str) -> str:
    """Return a DOT string; a line's end within it stays one."""
    lines = (printable(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n"))
    return '"' + "\\n".join(lines) + '"'
