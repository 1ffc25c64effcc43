"""The model: chosen, loaded, moved, its weights found."""

from collections.abc import Callable
from importlib import import_module

from explorer.features.models.choice import Download, Reach
from explorer.features.models.sizes import own_size
from explorer.window import loading
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import ActionSpec, DeskLike, Feature, PaneSpec, Place, Verb


def _doing(name: str) -> Callable[[DeskLike], object]:
    """Return what the function `name` of the module of actions does, which is imported when it is done."""
    return lambda desk: getattr(import_module("explorer.features.models.doing"), name)(desk)


def _can_download(scene: Scene) -> bool:
    can_be_had = scene.model is not None and scene.model.can_download
    return can_be_had and scene.engine is EngineState.ALIVE and not scene.choice(Download).name


def _has_model(scene: Scene) -> bool:
    return scene.seat.wanted is not None


def _can_reload(scene: Scene) -> bool:
    return _has_model(scene) and scene.engine is EngineState.ALIVE


FEATURE = Feature(
    panes=(
        PaneSpec(
            "model",
            "Model",
            "The model, what its weights are, the size of its input, its device",
            Place.BAR,
            "explorer.features.models.pane:ModelPane",
        ),
    ),
    actions=(
        ActionSpec(
            "chooseModel", "Choose model…", "Search the models", lambda desk: desk.choose(Reach("picker")),
            ("Ctrl+K",), "model", "Model",
            words="network architecture load",
        ),
        ActionSpec(
            "chooseInputSize", "Input size…", "Choose height and width of the model's input",
            lambda desk: desk.choose(Reach("size")), ("Ctrl+I",), menu="Model",
            enabled=lambda scene: own_size(scene) is not None,
            words="resolution pixels shape",
        ),
        ActionSpec(
            "openModelFile", "Open model file…", "Load a network from your Python file, or a folder by its config.json",
            _doing("open_model_file"), ("Ctrl+Shift+O",), "file", "File",
            words="python own custom network",
        ),
        ActionSpec(
            "loadWeightsFile", "Load weights file…", "Load a state_dict or .safetensors file into this model",
            _doing("load_weights_file"), ("Ctrl+L",), menu="Model", enabled=_has_model,
            words="checkpoint state_dict safetensors",
            part=1,
        ),
        ActionSpec(
            "downloadWeights", "Download weights", "Download the pretrained weights of this model",
            _doing("download_weights"), ("Ctrl+D",), "download", "Model", enabled=_can_download,
            needs="a model whose weights can be had, an engine that runs and no other download",
            words="pretrained fetch",
            part=1,
        ),
        ActionSpec(
            "reloadModel", "Reload model", "Build the model anew from its files as they are now",
            loading.reload, ("F5",), menu="Model", enabled=_can_reload, needs="a model and an engine that runs",
            words="refresh again",
        ),
        ActionSpec(
            "nextDevice", "Next device", "Move the model to the next device",
            _doing("next_device"), ("Ctrl+Shift+D",), menu="Model",
            enabled=lambda scene: _has_model(scene) and bool(scene.load.cuda_devices),
            words="gpu cuda cpu",
        ),
        ActionSpec(
            "copySummary", "Copy summary", "Copy torchinfo's table of the model's layers and parameters",
            _doing("copy_summary"), ("Ctrl+Shift+C",), menu="Model",
            enabled=lambda scene: scene.forward is not None,
            words="export layers text",
            part=2,
        ),
    ),
    followers=(
        "explorer.features.models.consent:Consent",
        "explorer.features.models.advice:Advice",
        "explorer.features.models.downloads:Downloads",
        "explorer.features.models.watching:Watching",
    ),
    verbs=(Verb("models", "list the models that can be loaded", "explorer.features.models.terminal"),),
)  # fmt: skip
