"""All operations of a forward, what flows between them and the modules they lie in, as one JSON document."""

from typing import Any

from explorer.records.calls import around
from explorer.records.trace import Trace


def document(trace: Trace) -> dict[str, Any]:
    """Return groups (one a module, the model's own path is empty), nodes and edges; ids as in the trace."""
    groups: dict[str, str | None] = {"": None}
    for node in trace.nodes:
        above = ""
        for path, _ in around(node):
            groups.setdefault(path, above)
            above = path
        groups.setdefault(node.module, above)
    made: dict[str, Any] = {
        "model": trace.model,
        "groups": [
            {"path": path, "class": trace.types.get(path), "parent": parent}
            for path, parent in groups.items()
        ],
        "nodes": [
            {"id": node.id, "name": node.name, "group": node.module, "op": node.op, "call": node.call}
            for node in trace.nodes
        ],
        "edges": [[source, node.id] for node in trace.nodes for source in dict.fromkeys(node.inputs)],
    }
    if trace.error:
        made["error"] = {"name": trace.error.name, "message": trace.error.message}
    return made
