"""The networks without a reference, written a second time: as chains of functions, from the paper or the course.

Each function maps a network's state_dict and a batch of its input to the logits. They share nothing with the zoo but
the names of the weights; all numbers are those of the paper or the course, and what the zoo leaves to a layer of
PyTorch - normalisation across channels, shuffling, attention - is counted out by hand.
"""

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

State = Mapping[str, Tensor]
Oracle = Callable[[State, Tensor], Tensor]


def conv(w: State, name: str, x: Tensor, stride: int = 1, padding: int = 0, groups: int = 1) -> Tensor:
    return F.conv2d(x, w[f"{name}.weight"], w.get(f"{name}.bias"), stride, padding, groups=groups)


def dense(w: State, name: str, x: Tensor) -> Tensor:
    return F.linear(x, w[f"{name}.weight"], w.get(f"{name}.bias"))


def batch_norm(w: State, name: str, x: Tensor, eps: float = 1e-5) -> Tensor:
    """Ioffe and Szegedy, algorithm 2: statistics that are fixed make it a scale and a shift of each map."""
    mean, variance, scale, shift = (
        w[f"{name}.{part}"][:, None, None] for part in ("running_mean", "running_var", "weight", "bias")
    )
    return (x - mean) / (variance + eps).sqrt() * scale + shift


def layer_norm(w: State, name: str, x: Tensor) -> Tensor:
    x = x - x.mean(-1, keepdim=True)
    return x / (x.square().mean(-1, keepdim=True) + 1e-6).sqrt() * w[f"{name}.weight"] + w[f"{name}.bias"]


def damped(x: Tensor) -> Tensor:
    """Krizhevsky et al., section 3.3: k = 2, n = 5 neighbouring channels, alpha = 1e-4, beta = 0.75."""
    sums = [x[:, max(0, channel - 2) : channel + 3].square().sum(1) for channel in range(x.shape[1])]
    return x / (2 + 1e-4 * torch.stack(sums, dim=1)) ** 0.75


def shuffled(x: Tensor, groups: int) -> Tensor:
    """Zhang et al., figure 1: the first channel of each group, then the second of each, and so on."""
    size = x.shape[1] // groups
    return x[:, [group * size + place for place in range(size) for group in range(groups)]]


def lenet5(w: State, x: Tensor) -> Tensor:
    x = F.avg_pool2d(torch.tanh(conv(w, "conv1", x, padding=2)), 2)
    x = F.avg_pool2d(torch.tanh(conv(w, "conv2", x)), 2)
    x = torch.tanh(dense(w, "fc1", x.flatten(1)))
    return dense(w, "fc3", torch.tanh(dense(w, "fc2", x)))


def alexnet_2012(w: State, x: Tensor) -> Tensor:
    x = F.max_pool2d(damped(F.relu(conv(w, "conv1", x, stride=4))), 3, 2)
    x = F.max_pool2d(damped(F.relu(conv(w, "conv2", x, padding=2, groups=2))), 3, 2)
    x = F.relu(conv(w, "conv3", x, padding=1))
    x = F.relu(conv(w, "conv4", x, padding=1, groups=2))
    x = F.max_pool2d(F.relu(conv(w, "conv5", x, padding=1, groups=2)), 3, 2)
    x = F.relu(dense(w, "fc6", x.flatten(1)))
    return dense(w, "fc8", F.relu(dense(w, "fc7", x)))


def alexnet_course(w: State, x: Tensor) -> Tensor:
    x = F.max_pool2d(F.relu(conv(w, "conv1", x, stride=4)), 3, 2)
    x = F.max_pool2d(F.relu(conv(w, "conv2", x, padding=2)), 3, 2)
    x = F.relu(conv(w, "conv3", x, padding=1))
    x = F.relu(conv(w, "conv4", x, padding=1))
    x = F.max_pool2d(F.relu(conv(w, "conv5", x, padding=1)), 3, 2)
    x = F.relu(dense(w, "fc6", x.flatten(1)))
    return dense(w, "fc8", F.relu(dense(w, "fc7", x)))


def zfnet(w: State, x: Tensor) -> Tensor:
    """Zeiler and Fergus, figure 3: contrast is normalised after the pooling."""
    x = damped(F.max_pool2d(F.relu(conv(w, "conv1", x, stride=2, padding=1)), 3, 2, padding=1))
    x = damped(F.max_pool2d(F.relu(conv(w, "conv2", x, stride=2)), 3, 2, padding=1))
    x = F.relu(conv(w, "conv3", x, padding=1))
    x = F.relu(conv(w, "conv4", x, padding=1))
    x = F.max_pool2d(F.relu(conv(w, "conv5", x, padding=1)), 3, 2)
    x = F.relu(dense(w, "fc6", x.flatten(1)))
    return dense(w, "fc8", F.relu(dense(w, "fc7", x)))


def vgg11_course(w: State, x: Tensor) -> Tensor:
    """Simonyan and Zisserman, table 1, column A."""
    for block in ((0,), (3,), (6, 8), (11, 13), (16, 18)):
        for place in block:
            x = F.relu(conv(w, f"features.{place}", x, padding=1))
        x = F.max_pool2d(x, 2)
    x = F.relu(dense(w, "classifier.0", x.flatten(1)))
    return dense(w, "classifier.6", F.relu(dense(w, "classifier.3", x)))


def inception_naive(w: State, x: Tensor) -> Tensor:
    """Szegedy et al., table 1, each module as in figure 2a; norms as torchvision adds them."""

    def layer(name: str, x: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
        y = conv(w, f"{name}.conv", x, stride, padding)
        return F.relu(batch_norm(w, f"{name}.bn", y, eps=1e-3))

    x = F.max_pool2d(layer("conv1", x, stride=2, padding=3), 3, 2, ceil_mode=True)
    x = F.max_pool2d(layer("conv3", layer("conv2", x), padding=1), 3, 2, ceil_mode=True)
    for stage, modules, pool in ((3, "ab", 3), (4, "abcde", 2), (5, "ab", 0)):
        for letter in modules:
            name = f"inception{stage}{letter}"
            views = [layer(f"{name}.conv{k}x{k}", x, padding=k // 2) for k in (1, 3, 5)]
            x = torch.cat([*views, F.max_pool2d(x, 3, 1, padding=1)], dim=1)
        if pool:
            x = F.max_pool2d(x, pool, 2, ceil_mode=True)
    return dense(w, "fc", x.mean((2, 3)))


def mobilenet_v1(w: State, x: Tensor) -> Tensor:
    """Howard et al., table 1 and figure 3, right: a norm and a ReLU after each of the two convolutions."""
    x = F.relu(batch_norm(w, "norm1", conv(w, "conv1", x, stride=2, padding=1)))
    for place, stride in enumerate((1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)):
        name = f"layers.{place}"
        x = conv(w, f"{name}.depthwise", x, stride, padding=1, groups=x.shape[1])
        x = F.relu(batch_norm(w, f"{name}.norm1", x))
        x = F.relu(batch_norm(w, f"{name}.norm2", conv(w, f"{name}.pointwise", x)))
    return dense(w, "fc", x.mean((2, 3)))


def shufflenet_v1(w: State, x: Tensor) -> Tensor:
    """Zhang et al., table 1 with 3 groups, units of figure 2 b and c."""
    x = F.relu(batch_norm(w, "conv1.1", conv(w, "conv1.0", x, stride=2, padding=1)))
    x = F.max_pool2d(x, 3, 2, padding=1)
    for stage, units in ((2, 4), (3, 8), (4, 4)):
        for unit in range(units):
            name, stride = f"stage{stage}.{unit}", 1 if unit else 2
            groups = 1 if (stage, unit) == (2, 0) else 3
            y = F.relu(batch_norm(w, f"{name}.bn1", conv(w, f"{name}.conv1", x, groups=groups)))
            y = shuffled(y, 3)
            y = conv(w, f"{name}.conv2", y, stride, padding=1, groups=y.shape[1])
            y = conv(w, f"{name}.conv3", batch_norm(w, f"{name}.bn2", y), groups=3)
            y = batch_norm(w, f"{name}.bn3", y)
            x = F.relu(x + y if unit else torch.cat([F.avg_pool2d(x, 3, 2, padding=1), y], dim=1))
    return dense(w, "fc", x.mean((2, 3)))


def vit_cifar(w: State, x: Tensor) -> Tensor:
    """Dosovitskiy et al., equations 1 to 4; 8x8 patches of 4x4 pixels, 6 layers of 16 heads of 64 numbers."""
    corners = [(row, column) for row in range(0, 32, 4) for column in range(0, 32, 4)]
    patches = torch.stack([x[:, :, r : r + 4, c : c + 4].flatten(1) for r, c in corners], dim=1)
    patches = dense(w, "conv_proj.linear", layer_norm(w, "conv_proj.ln_1", patches))
    own = w["class_token"].repeat(len(x), 1, 1)
    x = torch.cat([own, layer_norm(w, "conv_proj.ln_2", patches)], dim=1) + w["encoder.pos_embedding"]
    for number in range(6):
        name = f"encoder.layers.encoder_layer_{number}"
        x = x + attention(w, f"{name}.self_attention", layer_norm(w, f"{name}.ln_1", x))
        hidden = dense(w, f"{name}.mlp.0", layer_norm(w, f"{name}.ln_2", x))
        x = x + dense(w, f"{name}.mlp.3", hidden * (1 + torch.erf(hidden / 2**0.5)) / 2)  # GELU
    return dense(w, "heads.head", layer_norm(w, "encoder.ln", x)[:, 0])


def attention(w: State, name: str, x: Tensor) -> Tensor:
    """Vaswani et al., equation 1; the weights are those of all queries, then all keys, then all values."""
    projections = w[f"{name}.in_proj_weight"].reshape(3, 16, 64, 256)
    q, k, v = (torch.einsum("nti,hdi->nhtd", x, weight) for weight in projections)
    scores = torch.einsum("nhqd,nhkd->nhqk", q, k) / 64**0.5
    shares = scores.exp() / scores.exp().sum(3, keepdim=True)
    gathered = torch.einsum("nhqk,nhkd->nqhd", shares, v)
    return dense(w, f"{name}.out_proj", gathered.flatten(2))


def cifar_net(w: State, x: Tensor) -> Tensor:
    x = F.max_pool2d(F.relu(conv(w, "conv1", batch_norm(w, "bn1", x))), 2)
    x = F.max_pool2d(F.relu(conv(w, "conv2", batch_norm(w, "bn2", x))), 2)
    x = F.max_pool2d(F.leaky_relu(conv(w, "conv3", batch_norm(w, "bn3", x)), 0.1), 2)
    x = F.relu(dense(w, "fc1", batch_norm(w, "bn4", x).flatten(1)))
    return dense(w, "fc3", F.relu(dense(w, "fc2", x)))


def gap_cnn(w: State, x: Tensor) -> Tensor:
    x = F.max_pool2d(conv(w, "conv1", x, padding=2), 2)
    return dense(w, "fc", F.relu(conv(w, "conv2", x, padding=1)).mean((2, 3)))


def char_cnn(w: State, x: Tensor) -> Tensor:
    """Kim et al., section 2.2, with one linear layer behind it: of each filter its strongest answer."""
    letters = w["embedding.weight"][x].transpose(1, 2)
    answers = [
        torch.tanh(F.conv1d(letters, w[f"width{n}.weight"], w[f"width{n}.bias"])).amax(2) for n in (2, 3, 4)
    ]
    return dense(w, "fc", torch.cat(answers, dim=1))
