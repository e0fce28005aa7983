"""Remakes the reference values of InceptionV3, KID and FID from torchvision and numpy:

    /usr/bin/python3 tests/reference/inception.py tests/Dashboard.Engine.Tests/Metrics

Weights, images and features are made by a formula that C# repeats (FormulaTensors.cs), so only results are stored.
"""
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torchvision.models import inception_v3


def uniform(name, count):
    """Hash of (name, index) in [-1, 1)."""
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 % 2**32
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) * np.uint32(2654435769) + np.uint32(seed)
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x85EBCA6B)
        x ^= x >> np.uint32(13)
        x *= np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
    return x.astype(np.float64) / 2**31 - 1


def formula(name, shape):
    u = uniform(name, int(np.prod(shape)))
    if len(shape) == 4:  # He: the mean square of the values stays the same from layer to layer
        u = u * np.sqrt(6 / np.prod(shape[1:]))
    elif name.endswith(("bn.weight", "running_var")):
        u = 1 + 0.2 * u
    else:
        u = 0.1 * u
    return torch.from_numpy(u.reshape(shape).astype(np.float32))


def kid(real, generated):
    m, d = real.shape
    k = lambda a, b: (a @ b.T / d + 1) ** 3
    within = sum((k(x, x).sum() - np.trace(k(x, x))) / (m * (m - 1)) for x in (real, generated))
    return within - 2 * k(real, generated).mean()


def fid(real, generated):
    """tr (C1 C2)^1/2 as the sum of the singular values of A^T B, where C1 = A A^T and C2 = B B^T: no root of a matrix."""
    a, b = ((x - x.mean(0)).T / np.sqrt(len(x) - 1) for x in (real, generated))
    shared = np.linalg.svd(a.T @ b, compute_uv=False).sum()
    return ((real.mean(0) - generated.mean(0)) ** 2).sum() + (a**2).sum() + (b**2).sum() - 2 * shared


def pool_without_padding(x, kernel_size, stride=None, padding=0):
    return original_pool(x, kernel_size, stride, padding, count_include_pad=False)


target = pathlib.Path(sys.argv[1])
model = inception_v3(weights=None, init_weights=False, transform_input=False).eval()
model.load_state_dict({n: v if n.endswith("num_batches_tracked") else formula(n, v.shape) for n, v in model.state_dict().items()})
model.fc = torch.nn.Identity()
images = torch.from_numpy(((uniform("images", 2 * 3 * 64 * 64) + 1) / 2).reshape(2, 3, 64, 64).astype(np.float32))
at75 = F.interpolate(images, size=(75, 75), mode="bilinear", align_corners=False) * 255 / 127.5 - 1
at299 = F.interpolate(images[:1], size=(299, 299), mode="bicubic", align_corners=False, antialias=True) * 255 / 127.5 - 1

original_pool = F.avg_pool2d
with torch.no_grad():
    counting = model(at75)
    F.avg_pool2d = pool_without_padding
    features = torch.cat([model(at75), model(at299)])
features.numpy().astype("<f4").tofile(target / "inception-features.f32")
print("features: mean %.4f, largest %.4f" % (features.mean(), features.max()))
print("padding counted: differs by %.4f of the features' norm" % ((counting - features[:2]).norm() / features[:2].norm()))

for rows, dims in ((200, 32), (40, 96)):
    real = uniform("real", rows * dims).astype(np.float32).astype(np.float64).reshape(rows, dims)
    generated = (uniform("generated", rows * dims) * 0.8 + 0.1).astype(np.float32).astype(np.float64).reshape(rows, dims)
    print(rows, dims, "kid %.17g fid %.17g" % (kid(real, generated), fid(real, generated)))
