"""Values that are not held: the model runs again for them, with the same input and the same chance."""

from collections.abc import Callable, Collection, Sequence

from torch import Tensor

from explorer.engine.bench import Bench
from explorer.engine.held import HeldForward
from explorer.engine.task import Task
from explorer.forward import recorder
from explorer.forward.fingerprint import fingerprint
from explorer.forward.keeping import Keeping, Seen
from explorer.forward.recording import Operation, Recording, Saved
from explorer.records import faults
from explorer.records.errors import ExplorerError
from explorer.records.units import bytes_

_SHARE = 4  # of the budget, one part is for what is computed again


def hold(bench: Bench, forward: HeldForward, nodes: Collection[int], task: Task) -> None:
    """Let the values of operations be held; where one was let go, the model runs again, for its neighbours as well.

    Raises:
        ExplorerError: They take more memory than values may, or do not come out as they were.
        CancelledError: It was cancelled; what had to make room is gone all the same.
    """
    operations = forward.recording.operations
    missing = [node for node in nodes if not _is_held(operations[node])]
    if not missing:
        return
    budget = bench.budget.of(forward.device)
    need = taken(operations, nodes)
    if need > budget:
        raise ExplorerError(
            f"{_told(operations, nodes, missing[0])} {bytes_(need)}, and values may take "
            f"{bytes_(budget)}; allow more memory for values or choose a smaller input."
        )
    room = max(need, budget // _SHARE)
    wanted = _with_neighbours(operations, missing, room, task) if forward.is_recorded else missing
    bench.make_room(forward, budget - taken(operations, wanted), nodes)
    again = _run(forward, frozenset(wanted), task, operations[missing[0]].name)
    changed = [node for node in wanted if not _take(operations[node], again.operations[node])]
    if found := [node for node in missing if node in changed]:
        raise ExplorerError(_changed(forward, found[0]))


def show(forward: HeldForward, seen: Seen, task: Task) -> None:
    """Show every value of a forward, in order; where one was let go, the model runs again, once for all.

    Raises:
        ExplorerError: A value does not come out as it was; those before it were shown.
        CancelledError: It was cancelled.
    """
    operations = forward.recording.operations
    last = max((k for k, operation in enumerate(operations) if not _is_held(operation)), default=None)
    shown = -1

    def see(node: int, output: int, tensor: Tensor) -> None:
        nonlocal shown
        shown = node
        if node >= len(operations) or output >= len(operations[node].values):
            raise ExplorerError(_changed(forward, len(operations) - 1))
        saved = operations[node].values[output]
        if not saved.is_held and fingerprint(tensor) != saved.mark:
            raise ExplorerError(_changed(forward, node))
        seen(node, output, saved.tensor if saved.is_held else tensor)

    if last is not None:
        _run(forward, frozenset(), task, "all values", see, last)
    for node in range(shown + 1, len(operations)):
        for output, saved in enumerate(operations[node].values):
            task.check()
            seen(node, output, saved.tensor)


def _run(
    forward: HeldForward,
    wanted: frozenset[int],
    task: Task,
    name: str,
    seen: Seen | None = None,
    until: int | None = None,
) -> Recording:
    """Run the model again as it ran, up to the last of what is wanted."""
    last = max(wanted) if until is None else until
    keeping = Keeping(only=wanted, seen=seen)
    inputs, named = forward.arguments()
    with forward.as_it_ran() as module:
        check = _counted(task, last + 1, f"running the model again for {name}")
        again = recorder.record(module, inputs, check, last, named, keeping)
    ran = len(again.operations)
    if again.failure is not None and ran <= last:
        raise ExplorerError(
            f"{forward.trace.model} failed when it ran again for {name}: {faults.told(again.failure.error)}"
        )
    ways = zip(again.operations, forward.recording.operations, strict=False)
    other = next((node for node, (one, two) in enumerate(ways) if not _is_alike(one, two)), None)
    if other is not None or ran <= last:
        raise ExplorerError(_changed(forward, min(ran, last) if other is None else other))
    return again


def _counted(task: Task, total: int, text: str) -> Callable[[], None]:
    """Return what is called before each operation: it says how far the model is, and stops it if that is wished."""
    done = 0

    def check() -> None:
        nonlocal done
        task.check()
        task.report(min(done, total), total, text)
        done += 1

    return check


def _take(old: Operation, new: Operation) -> bool:
    """Hold the values of an operation that ran again; tell whether they are what they were, else none is held.

    Of those that have no mark nobody knows what they were: they are held as they come.
    """
    values = [
        (saved, again) for saved, again in zip(old.values, new.values, strict=True) if not saved.is_held
    ]
    if any(saved.mark is not None and fingerprint(again.tensor) != saved.mark for saved, again in values):
        return False
    # Put in one by one: who looks into the forward meanwhile sees the one or the other, and both are right.
    fresh = {id(saved): Saved(again.tensor, mark=saved.mark) for saved, again in values}
    old.values[:] = [fresh.get(id(saved), saved) for saved in old.values]
    return True


def _is_alike(one: Operation, other: Operation) -> bool:
    shapes = ([(saved.tensor.shape, saved.tensor.dtype) for saved in it.values] for it in (one, other))
    return (one.op, one.module, one.inputs) == (other.op, other.module, other.inputs) and next(
        shapes
    ) == next(shapes)


def _changed(forward: HeldForward, node: int) -> str:
    name = forward.recording.operations[node].name
    if not forward.is_recorded:
        return (
            f"{forward.trace.model} takes another course on the changed input, from {name} on; keep the changed "
            "picture as an image of its own to look into it."
        )
    return (
        f"{forward.trace.model} did not compute the same when it ran again: {name} has another value than in the "
        "forward that is shown; allow more memory for values and record again to see it."
    )


def _is_held(operation: Operation) -> bool:
    return all(saved.is_held for saved in operation.values)


def taken(operations: list[Operation], nodes: Collection[int]) -> int:
    """Return what the values of operations take, held or not, shared storage once."""
    return sum(_storages(operations, nodes).values())


def _told(operations: Sequence[Operation], nodes: Collection[int], first: int) -> str:
    """Return whose values take so much memory: one's, or those of several together."""
    name, others = operations[first].name, len(set(nodes)) - 1
    return (
        f"The values of {name} and of {others:,} more together take"
        if others
        else f"The value of {name} takes"
    )


def _storages(operations: Sequence[Operation], nodes: Collection[int]) -> dict[int, int]:
    """Return the bytes of the storages that the values of operations lie on, held or not."""
    return {
        storage._cdata: storage.nbytes()
        for node in nodes
        for saved in operations[node].values
        for storage in [saved.tensor.untyped_storage()]
    }


def _with_neighbours(operations: list[Operation], nodes: list[int], room: int, task: Task) -> list[int]:
    """Return nodes and those around them that were let go, the nearest first, as many as there is room for."""
    asked = set(nodes)
    gone = [k for k, operation in enumerate(operations) if not _is_held(operation) and k not in asked]
    # A person mostly steps forward: what comes is as near as what is half as far back.
    gone.sort(key=lambda k: k - nodes[0] if k > nodes[0] else 2 * (nodes[0] - k))
    wanted, taken = list(nodes), _storages(operations, nodes)
    total = sum(taken.values())
    for node in gone:
        task.check()
        fresh = {key: size for key, size in _storages(operations, [node]).items() if key not in taken}
        total += sum(fresh.values())
        if total > room:
            break
        taken.update(fresh)
        wanted.append(node)
    return wanted
