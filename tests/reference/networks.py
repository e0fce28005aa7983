"""Both networks a second time, in plain PyTorch and NCHW memory, written from the Keras examples and not from the C# code.

Modules carry the names of the C# ones, so that parameters can be compared by name.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    """Keras' AttentionBlock: one head, softmax over pixels written out, and the residual is the normalised input."""

    def __init__(self, width, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, width, eps=1e-3)
        self.query, self.key, self.value, self.proj = (nn.Conv2d(width, width, 1) for _ in range(4))

    def forward(self, x):
        n, c, h, w = x.shape
        x = self.norm(x)
        q, k, v = (layer(x).reshape(n, c, h * w) for layer in (self.query, self.key, self.value))
        scores = torch.softmax(torch.einsum("ncp,ncq->npq", q, k) * c**-0.5, dim=2)
        return x + self.proj(torch.einsum("npq,ncq->ncp", scores, v).reshape(n, c, h, w))


class Conditioning(nn.Module):
    def __init__(self, dims, labels, augmented):
        super().__init__()
        self.labels = nn.Parameter(torch.zeros(labels + 1, dims)) if labels else None
        self.augmentation = nn.Parameter(torch.zeros(9, dims)) if augmented else None

    def forward(self, labels, augmentation):
        told = 0
        if self.labels is not None:
            told = told + F.one_hot(labels, len(self.labels)).to(self.labels) @ self.labels
        if self.augmentation is not None:
            told = told + augmentation.to(self.augmentation) @ self.augmentation
        return told


class ResidualBlock(nn.Module):
    """Keras' DDIM example."""

    def __init__(self, inputs, outputs, groups):
        super().__init__()
        self.project = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None
        self.register_buffer("running_mean", torch.zeros(inputs))
        self.register_buffer("running_var", torch.ones(inputs))
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.attention = Attention(outputs, groups) if groups else None

    def forward(self, x):
        residual = self.project(x) if self.project else x
        if self.training:
            mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean += 0.01 * (mean - self.running_mean)
                self.running_var += 0.01 * (x.var((0, 2, 3), unbiased=True) - self.running_var)
        else:
            mean, variance = self.running_mean, self.running_var
        x = (x - mean[:, None, None]) / torch.sqrt(variance + 1e-3)[:, None, None]
        x = self.first(x)
        x = self.second(x * torch.sigmoid(x)) + residual
        return self.attention(x) if self.attention else x


class ResidualUnet(nn.Module):
    def __init__(self, case):
        super().__init__()
        spec = case["network"]
        widths, depth = spec["widths"], spec["blockDepth"]
        self.spec, self.depth = spec, depth
        self.conditioning = Conditioning(spec["embeddingDims"], case["labels"], case["augmented"]) if case["labels"] or case["augmented"] else None
        self.stem = nn.Conv2d(3, widths[0], 1)
        self.down, self.middle, self.up = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        side, channels, skips = case["imageSize"], widths[0] + spec["embeddingDims"], []

        def block(inputs, outputs):
            return ResidualBlock(inputs, outputs, spec["normGroups"] if side in spec.get("attentionResolutions", []) else 0)

        for width in widths[:-1]:
            for _ in range(depth):
                self.down.append(block(channels, width))
                channels = width
                skips.append(channels)
            side //= 2
        for _ in range(depth):
            self.middle.append(block(channels, widths[-1]))
            channels = widths[-1]
        for width in reversed(widths[:-1]):
            side *= 2
            for _ in range(depth):
                self.up.append(block(channels + skips.pop(), width))
                channels = width
        self.head = nn.Conv2d(channels, 3, 1)

    def forward(self, x, times, variances, labels, augmentation):
        dims = self.spec["embeddingDims"]
        speeds = 2 * math.pi * torch.exp(torch.linspace(0, math.log(self.spec["embeddingMaxFrequency"]), dims // 2, dtype=torch.float64))
        # In fp32, as Keras does: at 2π·1000 its rounding is 2e-4 of a radian, far more than the tests allow in all.
        angles = variances[:, None] * speeds.float()[None, :]
        e = torch.cat([angles.sin(), angles.cos()], 1).to(x)
        if self.conditioning:
            e = e + self.conditioning(labels, augmentation)
        x = torch.cat([self.stem(x), e[:, :, None, None].expand(-1, -1, x.shape[2], x.shape[3])], 1)
        skips = []
        for i, block in enumerate(self.down):
            x = block(x)
            skips.append(x)
            if i % self.depth == self.depth - 1:
                x = F.avg_pool2d(x, 2)
        for block in self.middle:
            x = block(x)
        for i, block in enumerate(self.up):
            if i % self.depth == 0:
                x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = block(torch.cat([x, skips.pop()], 1))
        return self.head(x)


class ConditionedBlock(nn.Module):
    """Keras' DDPM example."""

    def __init__(self, inputs, outputs, spec, attends):
        super().__init__()
        groups = spec["normGroups"]
        self.project = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None
        self.time = nn.Conv2d(spec["embeddingDims"], outputs, 1)
        self.firstNorm = nn.GroupNorm(groups, inputs, eps=1e-3)
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.secondNorm = nn.GroupNorm(groups, outputs, eps=1e-3)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.attention = Attention(outputs, groups) if attends else None

    def forward(self, x, t):
        residual = self.project(x) if self.project else x
        x = self.first(F.silu(self.firstNorm(x))) + self.time(F.silu(t)[:, :, None, None])
        x = self.second(F.silu(self.secondNorm(x))) + residual
        return self.attention(x) if self.attention else x


class AttentionUnet(nn.Module):
    def __init__(self, case):
        super().__init__()
        spec = case["network"]
        widths, depth, dims = spec["widths"], spec["blockDepth"], spec["embeddingDims"]
        self.spec, self.depth = spec, depth
        self.timeFirst, self.timeSecond = nn.Conv2d(dims, dims, 1), nn.Conv2d(dims, dims, 1)
        self.conditioning = Conditioning(dims, case["labels"], case["augmented"]) if case["labels"] or case["augmented"] else None
        self.stem = nn.Conv2d(3, widths[0], 3, padding=1)
        self.down, self.middle, self.up = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        self.downsamples, self.upsamples = nn.ModuleList(), nn.ModuleList()
        side, channels, skips = case["imageSize"], widths[0], [widths[0]]

        for i, width in enumerate(widths):
            for _ in range(depth):
                self.down.append(ConditionedBlock(channels, width, spec, side in spec["attentionResolutions"]))
                channels = width
                skips.append(channels)
            if i != len(widths) - 1:
                self.downsamples.append(nn.Conv2d(width, width, 3, stride=2))
                skips.append(width)
                side //= 2
        self.middle.append(ConditionedBlock(channels, channels, spec, True))
        self.middle.append(ConditionedBlock(channels, channels, spec, False))
        for i, width in reversed(list(enumerate(widths))):
            for _ in range(depth + 1):
                self.up.append(ConditionedBlock(channels + skips.pop(), width, spec, side in spec["attentionResolutions"]))
                channels = width
            if i != 0:
                self.upsamples.append(nn.Conv2d(width, width, 3, padding=1))
                side *= 2
        self.norm = nn.GroupNorm(spec["normGroups"], channels, eps=1e-3)
        self.head = nn.Conv2d(channels, 3, 3, padding=1)

    def forward(self, x, times, variances, labels, augmentation):
        half = self.spec["embeddingDims"] // 2
        frequencies = torch.exp(torch.arange(half) * -(math.log(self.spec["embeddingMaxFrequency"]) / (half - 1)))
        angles = (times * 1000 - 1)[:, None] * frequencies[None, :]
        t = torch.cat([angles.sin(), angles.cos()], 1).to(x)[:, :, None, None]
        t = self.timeSecond(F.silu(self.timeFirst(t)))[:, :, 0, 0]
        if self.conditioning:
            t = t + self.conditioning(labels, augmentation)

        x = self.stem(x)
        skips = [x]
        levels = len(self.spec["widths"])
        for level in range(levels):
            for block in self.down[level * self.depth : (level + 1) * self.depth]:
                x = block(x, t)
                skips.append(x)
            if level != levels - 1:
                # TensorFlow pads "same" at the end first: nothing above and left, one row and column below and right.
                x = self.downsamples[level](F.pad(x, (0, 1, 0, 1)))
                skips.append(x)
        for block in self.middle:
            x = block(x, t)
        for level in range(levels):
            for block in self.up[level * (self.depth + 1) : (level + 1) * (self.depth + 1)]:
                x = block(torch.cat([x, skips.pop()], 1), t)
            if level != levels - 1:
                x = self.upsamples[level](x.repeat_interleave(2, 2).repeat_interleave(2, 3))
        return self.head(F.silu(self.norm(x)))
