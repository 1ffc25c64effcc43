"""What a forward, or an answer, depends on, and what follows from the scene for it."""

from explorer.window.scene import Question, Scene, Seat


def recorded(seat: Seat) -> Question | None:
    """Return the question that the forward of a seat answers."""
    if seat.forward is None or seat.loaded is None:
        return None
    return Question(seat.loaded, seat.forward.key, seat.forward.size, seat.forward.beside)


def due(scene: Scene, seat: Seat) -> Question | None:
    """Return the question that the forward of a seat is to answer; None without a model, or an input that it reads."""
    image = scene.image_of(seat)
    if image is None or seat.loaded is None:
        return None
    return Question(seat.loaded, image.key, seat.size, beside(scene, seat, image.key))


def beside(scene: Scene, seat: Seat, key: str) -> tuple[str, ...]:
    """Return the images that a network of several gets with one: those after it in the strip, and from the start.

    None while that one is not open, or cannot be given to it.
    """
    further = sum(slot.is_image for slot in seat.model.inputs) - 1 if seat.model is not None else 0
    if further < 1:
        return ()
    first = seat is scene.seat
    readable = [
        it for it in scene.images if (scene.can_record(it) if first else seat.reads(it) and not it.failed)
    ]
    keys = [it.key for it in readable if it.opened is not None]
    if key not in keys:
        return ()
    place = keys.index(key)
    return tuple((*keys[place + 1 :], *keys[:place])[:further])


def fitting(scene: Scene, seen: str | None) -> str | None:
    """Return the input to show, of those that the model reads: the one that is shown, else `seen`, else the first."""
    shown, before = scene.selected, scene.find(seen)
    if shown is not None and scene.fits(shown):
        return shown.key
    if before is not None and scene.fits(before) and not before.failed:
        return before.key
    return next((image.key for image in scene.images if scene.fits(image) and not image.failed), None)


def landing_node(scene: Scene) -> int | None:
    """Return the operation to show first: the one seen last if it exists, else the first convolution."""
    trace = scene.trace
    if trace is None or not trace.nodes:
        return None
    if scene.layer in trace.by_name:
        return trace.by_name[scene.layer].id
    operations = [node for node in trace.nodes if node.is_operation]
    convolutions = [node for node in operations if node.op.startswith("conv")]
    return (convolutions or operations or list(trace.nodes))[0].id
