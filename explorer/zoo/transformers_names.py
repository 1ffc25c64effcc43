"""Names of tensors in files of transformers, which renames layers but not what it writes."""

import copy
from typing import Any

import torch

from explorer.zoo import transformers_source
from explorer.zoo.registry import StateDict


def adapt(kind: str, config: Any, state: StateDict) -> StateDict:
    """Return the tensors of a file under the names of the network that the installed transformers builds.

    The renaming is transformers' own. Where it joins or splits tensors, these are read.

    Args:
        kind: The network's class.
        config: Its configuration.
        state: Tensors by name, or what stands for them and has `read`.

    Raises:
        ValueError: The names cannot be those of such a file.
    """
    from transformers.conversion_mapping import get_model_conversion_mapping
    from transformers.core_model_loading import WeightConverter, dot_natural_key, rename_source_key

    with torch.device("meta"):
        network: Any = transformers_source.build_network(kind, config)
    own = network.state_dict()
    steps = get_model_conversion_mapping(network)
    joins = [it for it in steps if isinstance(it, WeightConverter)]
    renames = [it for it in steps if not isinstance(it, WeightConverter)]
    by_pattern = {pattern: it for it in joins for pattern in it.source_patterns}
    adapted: StateDict = {}
    open_joins: dict[str, Any] = {}
    for key, leaf in sorted(state.items(), key=lambda it: dot_natural_key(it[0])):
        name, pattern = rename_source_key(key, renames, joins, network.base_model_prefix, own)
        if pattern is None or name not in own:
            adapted[key if key in own and name not in own else name] = leaf
            continue
        join = open_joins.setdefault(name, copy.deepcopy(by_pattern[pattern]))
        join.add_tensor(name, key, pattern, getattr(leaf, "read", leaf))
    for name, join in open_joins.items():
        adapted |= _joined(network, name, join)
    return adapted


def _joined(network: Any, name: str, join: Any) -> StateDict:
    try:
        made = join.convert(name, model=network, config=network.config)
    except Exception as error:
        raise ValueError(f"{name} cannot be made of the file's tensors") from error
    return {key: it[0] if isinstance(it, list) else it for key, it in made.items()}
