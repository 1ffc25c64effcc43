"""Folders as Hugging Face's hub keeps transformers' networks: configuration, weights, and how pictures are prepared.

Classes come from the installed transformers alone: code in the folder is never imported, nothing is fetched.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from explorer.records.errors import ExplorerError
from explorer.records.models import ModelEntry, WeightsStatus
from explorer.records.text import listed, shown
from explorer.zoo import (
    timm_folder,
    timm_source,
    transformers_images,
    transformers_names,
    transformers_source,
)
from explorer.zoo.registry import ModelSpec

Read = Callable[[Path], dict[str, Any]]

_PREPARATION = "preprocessor_config.json"
_OF_SEVERAL = "processor_config.json"
_ATTENTION = ("attn_implementation", "_attn_implementation")
_PLAIN_ATTENTION = ("eager", "sdpa")
# What would fetch something, run code from elsewhere, or bring other number formats than plain ones.
_NOT_PASSED = (
    "auto_map", "custom_pipelines", *_ATTENTION, "_attn_implementation_internal", "experts_implementation",
    "_experts_implementation_internal", "quantization_config", "compression_config", "dtype", "torch_dtype",
    "use_pretrained_backbone", "transformers_version", "_commit_hash", "_name_or_path", "use_kernels",
    *timm_folder.NOT_PASSED,
)  # fmt: skip
_ELSEWHERE = re.compile(r"(hf[-_]hub|local-dir):", re.IGNORECASE)
"""What timm's names of networks begin with that are looked for on the hub or in another folder."""
_ACTIVATIONS = ("hidden_act", "hidden_activation", "activation_function")
_DEEPEST = 40
_READS_PICTURES = ("pixel_values", "inputs")
_OF_PICTURES = (("image",), ("text",))  # the second is what every class says that leaves it unsaid


def spec(folder: str, config: dict[str, Any], read: Read) -> ModelSpec:
    """Return what a folder says of its network, which is transformers'; nothing is built.

    Args:
        folder: Its path.
        config: What its `config.json` holds.
        read: Reads a file of JSON.

    Raises:
        ExplorerError: It names no network of the installed transformers that reads pictures, or cannot be used.
    """
    name = shown(Path(folder).name)
    if not transformers_source.is_installed():
        raise ExplorerError(
            f"{name} holds a network of Hugging Face's transformers; "
            "install architecture-explorer[transformers] to load it"
        )
    model_type = str(config["model_type"])
    kind = _kind(name, model_type, config)
    built = _configuration(name, model_type, config)
    build = partial(transformers_source.build_network, kind, built)
    try:
        size = transformers_source.image_size(built)
    except ExplorerError as error:
        raise ExplorerError(f"{name}: its config.json {error}") from error
    found, notes = _prepared(Path(folder), model_type, built, size, read)
    return ModelSpec(
        entry=ModelEntry(folder, "folder", kind, weights=WeightsStatus.NONE),
        preprocess=found.preprocess if found else transformers_source.imagenet(size),
        weights=None,
        build=build,
        build_empty=build,
        adapt=partial(transformers_names.adapt, kind, built),
        comes_with=Path(folder),
        notes=(*_about_code(config, kind), *notes),
        prepares=found.prepares if found else None,
        resizes=found.resizes if found else None,
    )


# ---- which network ----


def _kind(name: str, model_type: str, config: dict[str, Any]) -> str:
    """Return the name of transformers' class for a configuration.

    Raises:
        ExplorerError: There is none, or it reads no single picture.
    """
    import transformers
    from transformers import CONFIG_MAPPING

    version = transformers.__version__
    if model_type not in CONFIG_MAPPING:
        raise ExplorerError(f"{name}: {_unknown_type(model_type, config, version)}")
    known = list(_classes_of(model_type))
    named = [it for it in _texts(config.get("architectures")) if it]
    if named and named[0] not in known:
        raise ExplorerError(
            f"{name}: its config.json names {shown(named[0])}, which transformers {version} does not have for "
            f"{shown(model_type)}{_written_by(config, version)}"
        )
    kind = named[0] if named else (known or [""])[0]
    if refused := _reads_else(getattr(transformers, kind, None), model_type):
        raise ExplorerError(
            f"{name} holds {shown(kind or model_type)}, which {refused}; choose a folder with a network for pictures"
        )
    return kind


def _reads_else(kind: Any, model_type: str) -> str:
    """Say what a class reads if that is not one picture; empty if it is."""
    if model_type in transformers_source.LEFT_OUT:
        return transformers_source.LEFT_OUT[model_type]
    if kind is None:
        return "is not for pictures"
    said = kind.input_modalities
    modalities = (said,) if isinstance(said, str) else tuple(said)
    if kind.main_input_name in _READS_PICTURES and modalities in _OF_PICTURES:
        return ""
    return f"reads {' and '.join(map(str, modalities))}"


def _unknown_type(model_type: str, config: dict[str, Any], version: str) -> str:
    said = (
        f"its config.json names the type {shown(model_type, 40)}, which transformers {version} does not know"
    )
    if code := _files_of_code(config):
        return (
            f"{said}: its network is code in the folder ({listed(code)}), which is not run; if you trust it, write "
            "a .py file that builds the network and open that"
        )
    return f"{said}{_written_by(config, version)}"


def _written_by(config: dict[str, Any], version: str) -> str:
    wrote = config.get("transformers_version")
    if isinstance(wrote, str) and wrote != version:
        return f"; it was written by transformers {shown(wrote, 20)}: install that one or a newer one"
    return "; install a newer transformers, or check the name"


def _classes_of(model_type: str) -> Iterator[str]:
    """Yield the names of the classes that transformers has for a type of networks, classifiers of pictures first."""
    from transformers.models.auto import modeling_auto

    tables = [it for it in vars(modeling_auto) if it.startswith("MODEL_") and it.endswith("MAPPING_NAMES")]
    for table in sorted(tables, key=lambda it: it != "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES"):
        kinds = getattr(modeling_auto, table).get(model_type, ())
        yield from (kinds,) if isinstance(kinds, str) else kinds


# ---- its configuration ----


def _configuration(name: str, model_type: str, config: dict[str, Any]) -> Any:
    from transformers import CONFIG_MAPPING

    _check(name, config)
    attention = next((config[key] for key in _ATTENTION if config.get(key) in _PLAIN_ATTENTION), None)
    options = {"attn_implementation": attention} if attention else {}
    try:
        with transformers_source.alone():
            built = CONFIG_MAPPING[model_type].from_dict(_cleaned(config), **options)
    except Exception as error:
        why = shown(" ".join(str(error).split()), 160)
        raise ExplorerError(
            f"{name}: transformers refuses its config.json: {why}; fetch the folder again"
        ) from error
    return built


def _check(name: str, config: dict[str, Any]) -> None:
    """Look through a configuration before anything is made of it.

    Raises:
        ExplorerError: Something would be fetched, or no network can be built of it.
    """
    try:
        backbone, activation = _fetched(config), _unknown_activation(config)
    except RecursionError as error:
        raise ExplorerError(f"{name}: its config.json is {error}; fetch the folder again") from error
    if backbone:
        raise ExplorerError(
            f"{name}: its config.json names the backbone {shown(backbone, 40)} of another place; "
            "nothing is fetched: save the folder again with a newer transformers, which writes the backbone into it"
        )
    if activation:
        raise ExplorerError(
            f"{name}: its config.json names the activation {shown(activation, 40)}, which transformers does not have; "
            "install a newer transformers, or check the name"
        )


def _unknown_activation(config: dict[str, Any]) -> str:
    """Return the name of an activation that transformers does not have; empty if there is none."""
    from transformers.activations import ACT2FN

    entries = (it for part in _parts(config) if isinstance(part, dict) for it in part.items())
    named = (it for key, it in entries if key.endswith(_ACTIVATIONS) and isinstance(it, str))
    return next((it for it in named if it not in ACT2FN), "")


def _cleaned(value: Any) -> Any:
    """Return a part of a configuration without what would fetch or run something."""
    if isinstance(value, dict):
        return {key: _cleaned(it) for key, it in value.items() if key not in _NOT_PASSED}
    return [_cleaned(it) for it in value] if isinstance(value, list) else value


def _fetched(config: dict[str, Any]) -> str:
    """Return the name of a backbone that would be looked for elsewhere; empty if there is none.

    One of timm's may be named, since timm builds it; not one of another place, such as `hf-hub:someone/net`.
    """
    for part in _parts(config):
        if isinstance(part, str) and _ELSEWHERE.match(part):
            return part
        if not isinstance(part, dict):
            continue
        backbone, architecture = part.get("backbone"), part.get("architecture")
        is_timms = part.get("model_type") == "timm_backbone"
        is_own = _is_timms(backbone) if is_timms else isinstance(part.get("backbone_config"), dict)
        if isinstance(backbone, str) and not is_own:
            return backbone
        # A part may leave its type out: to some networks it is timm's by default.
        if isinstance(architecture, str) and not _is_timms(architecture):
            return architecture
    return ""


def _is_timms(name: Any) -> bool:
    """Tell whether timm has a network of that name, `ARCHITECTURE` or `ARCHITECTURE.TAG`."""
    return isinstance(name, str) and name.partition(".")[0] in timm_source.names()


def _parts(value: Any, depth: int = 0) -> Iterator[Any]:
    """Yield a part of a configuration and all in it but for what is not passed on.

    Raises:
        RecursionError: It is nested deeper than any network's.
    """
    if depth > _DEEPEST:
        raise RecursionError(f"nested deeper than {_DEEPEST} levels")
    yield value
    if isinstance(value, dict):
        for key, it in value.items():
            if key not in _NOT_PASSED:
                yield from _parts(it, depth + 1)
    elif isinstance(value, list):
        for it in value:
            yield from _parts(it, depth + 1)


def _about_code(config: dict[str, Any], kind: str) -> tuple[str, ...]:
    code = _files_of_code(config)
    if not code:
        return ()
    return (
        f"config.json names code of its own ({listed(code)}), which was not run: "
        f"the network is transformers' {kind}",
    )


def _files_of_code(config: dict[str, Any]) -> list[str]:
    """Return the files that `auto_map` names: `modeling_own.py` of `modeling_own.OwnModel`."""
    table = config.get("auto_map")
    if not isinstance(table, dict):
        return []
    named = (it for value in table.values() for it in _texts(value))
    return list(dict.fromkeys(f"{it.rpartition('--')[2].partition('.')[0]}.py" for it in named))


def _texts(value: Any) -> list[str]:
    return [it for it in (value if isinstance(value, list) else [value]) if isinstance(it, str)]


# ---- how pictures are prepared ----


def _prepared(
    folder: Path, model_type: str, built: Any, size: tuple[int, int] | None, read: Read
) -> tuple[transformers_images.Prepared | None, tuple[str, ...]]:
    """Return how the folder says that pictures are prepared, and what a person should know of it."""
    channels = getattr(built, "num_channels", 3)
    channels = channels if channels in (1, 3) else 3
    settings = _settings(folder, read)
    try:
        if settings is not None:
            found = transformers_images.prepared(model_type, settings, size, channels)
            return found, (*_about_code(settings, "image processor"), *_about_processor(settings, found))
        usual = transformers_images.sized(model_type, size) if size else {}
        found = transformers_images.prepared(model_type, usual, size, channels, "config.json")
    except ExplorerError as error:
        raise ExplorerError(f"{shown(folder.name)}: {error}") from error
    how = f"as {found.name} does it by default" if found else "by ImageNet's mean and deviation"
    return found, (f"the folder has no {_PREPARATION}: pictures are prepared {how}",)


def _about_processor(settings: dict[str, Any], found: transformers_images.Prepared | None) -> tuple[str, ...]:
    named = transformers_images.name_in(settings)
    if not named or (found is not None and found.name == named):
        return ()
    how = f"as {found.name} does it" if found else "by ImageNet's mean and deviation"
    return (f"transformers has no {shown(named)}: pictures are prepared {how}",)


def _settings(folder: Path, read: Read) -> dict[str, Any] | None:
    """Return the settings of the image processor; None if the folder has none."""
    if (folder / _OF_SEVERAL).is_file():
        nested = read(folder / _OF_SEVERAL).get("image_processor")
        if isinstance(nested, dict):
            return nested
    return read(folder / _PREPARATION) if (folder / _PREPARATION).is_file() else None
