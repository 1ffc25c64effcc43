"""The smallest configurations of transformers' networks that still have all their parts."""

import json
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES as CLASSIFIERS

_VIT = {
    "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24,
    "image_size": 32, "patch_size": 8,
}  # fmt: skip
_SWIN = {
    "image_size": 32,
    "patch_size": 2,
    "embed_dim": 8,
    "depths": [2, 1],
    "num_heads": [2, 2],
    "window_size": 4,
}
_STAGES = {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [2, 1]}
_PYRAMID: dict[str, Any] = {
    "image_size": 32, "num_encoder_blocks": 2, "depths": [1, 1], "hidden_sizes": [8, 16], "patch_sizes": [4, 2],
    "strides": [4, 2], "num_attention_heads": [1, 2], "mlp_ratios": [2, 2],
}  # fmt: skip
_TWO_TOWERS = {"vision_config": _VIT, "text_config": {**_VIT, "vocab_size": 99}, "projection_dim": 16}

TINY: dict[str, dict[str, Any]] = {
    "beit": {**_VIT, "use_relative_position_bias": True, "out_indices": [1, 2]},
    "bit": {**_STAGES, "num_groups": 2},
    "clip": _TWO_TOWERS,
    "convnext": {"hidden_sizes": [8, 16], "depths": [2, 1], "num_stages": 2, "image_size": 32},
    "convnextv2": {"hidden_sizes": [8, 16], "depths": [2, 1], "num_stages": 2, "image_size": 32},
    "cvt": {"embed_dim": [8, 16, 16], "num_heads": [1, 2, 2], "depth": [1, 2, 3]},
    "data2vec-vision": {**_VIT, "use_shared_relative_position_bias": True, "out_indices": [0, 1, 1, 1]},
    "deit": _VIT,
    "dinov2": {**_VIT, "use_swiglu_ffn": True},
    "dinov2_with_registers": _VIT,
    "donut-swin": _SWIN,
    "efficientnet": {"image_size": 32, "width_coefficient": 0.2, "depth_coefficient": 0.3, "hidden_dim": 256},
    "focalnet": {"image_size": 32, "embed_dim": 8, "hidden_sizes": [16, 16], "depths": [1, 1], "focal_levels": [2, 2],
                 "focal_windows": [3, 3]},
    "hgnet_v2": {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1], "stem_channels": [3, 8, 8],
                 "stage_in_channels": [8, 16], "stage_mid_channels": [8, 8], "stage_out_channels": [16, 16],
                 "stage_num_blocks": [1, 1], "stage_downsample": [False, True], "stage_downsample_strides": [2, 2],
                 "stage_light_block": [False, True], "stage_kernel_size": [3, 5], "stage_numb_of_layers": [2, 2]},
    "hiera": {"embed_dim": 8, "image_size": [32, 32], "depths": [1, 1, 1], "num_heads": [1, 2, 2],
              "masked_unit_attention": [True, True, False], "masked_unit_size": [4, 4], "num_query_pool": 2},
    "ijepa": _VIT,
    "imagegpt": {"vocab_size": 17, "n_positions": 16, "n_embd": 16, "n_layer": 2, "n_head": 2},
    "levit": {"image_size": 64, "hidden_sizes": [16, 24, 32], "num_attention_heads": [1, 2, 2], "depths": [1, 1, 1],
              "key_dim": [8, 8, 8],
              "down_ops": [["Subsample", 8, 2, 4, 2, 2], ["Subsample", 8, 2, 4, 2, 2]]},
    "metaclip_2": _TWO_TOWERS,
    "mobilenet_v1": {"image_size": 32, "depth_multiplier": 0.1},
    "mobilenet_v2": {"image_size": 32, "depth_multiplier": 0.1},
    "mobilevit": {"image_size": 32, "hidden_sizes": [16, 16, 16], "neck_hidden_sizes": [8, 8, 8, 8, 16, 16, 16],
                  "num_attention_heads": 2},
    "mobilevitv2": {"image_size": 64, "n_attn_blocks": [1, 1, 1], "base_attn_unit_dims": [16, 16, 16],
                    "width_multiplier": 0.25},
    "perceiver": {"num_latents": 4, "d_latents": 16, "d_model": 16, "num_self_attends_per_block": 2,
                  "num_self_attention_heads": 2, "num_cross_attention_heads": 1, "image_size": 32},
    "poolformer": {"depths": [1, 1], "hidden_sizes": [8, 16], "patch_sizes": [7, 3], "strides": [4, 2],
                   "padding": [2, 1], "num_encoder_blocks": 2},
    "pp_lcnet": {"scale": 0.25},
    "pvt": {**_PYRAMID, "num_labels": 3, "sequence_reduction_ratios": [2, 1]},
    "pvt_v2": {**_PYRAMID, "sr_ratios": [2, 1]},
    "regnet": {**_STAGES, "groups_width": 8},
    "resnet": _STAGES,
    "segformer": {**_PYRAMID, "sr_ratios": [2, 1], "decoder_hidden_size": 16},
    "siglip": _TWO_TOWERS,
    "swiftformer": {"image_size": 64, "depths": [1, 1, 1, 2], "embed_dims": [8, 8, 16, 16]},
    "swin": _SWIN,
    "swinv2": _SWIN,
    "textnet": {"image_size": [32, 32]},
    "vit": _VIT,
    "vit_msn": _VIT,
}  # fmt: skip


LABELS = {0: "cat", 1: "dog", 2: "fox"}


def classifier(model_type: str, attention: str | None = None, **options: Any) -> Any:
    """Return a small network that classifies pictures, in eval mode; its weights are always the same."""
    kinds = CLASSIFIERS[model_type]
    config = CONFIG_MAPPING[model_type](**{"id2label": LABELS, **TINY[model_type], **options})
    config._attn_implementation = attention
    torch.manual_seed(1)
    return getattr(transformers, kinds if isinstance(kinds, str) else kinds[0])(config).eval()


def picture_size(config: Any) -> int:
    """Return a side of pictures that a small network takes."""
    size = getattr(getattr(config, "vision_config", config), "image_size", 64)
    return size if isinstance(size, int) else size[0]


def save(network: Any, folder: Path, preparation: dict[str, Any] | None = None, **options: Any) -> str:
    """Write a network as its own library does it, and how pictures are prepared; return the folder's name."""
    network.save_pretrained(folder, **options)
    if preparation is not None:
        (folder / "preprocessor_config.json").write_text(json.dumps(preparation), encoding="utf-8")
    return str(folder)
