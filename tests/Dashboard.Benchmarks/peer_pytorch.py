"""Presets ddim-keras and ddpm-keras in plain PyTorch: the peer that against-pytorch.sh measures against.

default: as one writes it, fp32, NCHW, torch.optim, a moving average parameter by parameter. best: the same with what PyTorch
offers for this processor: channels-last memory, bf16 autocast, and a malloc that keeps its pages.
usage: peer_pytorch.py pixels.bin preset default|best batch train|sample|losses rounds [evaluations]
"""
import ctypes
import math
import os
import pathlib
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

sys.path.append(str(pathlib.Path(__file__).parent.parent / "reference"))
from networks import AttentionUnet  # noqa: E402

SIZE, WIDTHS, DEPTH = 64, (32, 64, 96, 128), 2
LEARNING_RATE, DECAY, EPSILON, EMA = 1e-3, 1e-4, 7.6e-13, 0.999
START, END = math.acos(0.95), math.acos(0.02)


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.project = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        self.norm = nn.BatchNorm2d(inputs, eps=1e-3, momentum=0.01, affine=False)
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, x):
        return self.second(F.silu(self.first(self.norm(x)))) + self.project(x)


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, WIDTHS[0], 1)
        self.down, self.middle, self.up = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        width, skips = WIDTHS[0] + 32, []
        for outputs in WIDTHS[:-1]:
            for _ in range(DEPTH):
                self.down.append(Block(width, outputs))
                width = outputs
                skips.append(width)
        for _ in range(DEPTH):
            self.middle.append(Block(width, WIDTHS[-1]))
            width = WIDTHS[-1]
        for outputs in reversed(WIDTHS[:-1]):
            for _ in range(DEPTH):
                self.up.append(Block(width + skips.pop(), outputs))
                width = outputs
        self.head = nn.Conv2d(width, 3, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
        nn.init.zeros_(self.head.weight)
        speeds = 2 * math.pi * torch.exp(torch.linspace(0, math.log(1000), 16))
        self.register_buffer("speeds", speeds.view(1, 16, 1, 1))

    def forward(self, noisy, variance):
        angles = self.speeds * variance
        embedding = torch.cat([angles.sin(), angles.cos()], 1).expand(-1, -1, noisy.shape[2], noisy.shape[3])
        x, skips = torch.cat([self.stem(noisy), embedding], 1), []
        for index, block in enumerate(self.down):
            x = block(x)
            skips.append(x)
            if index % DEPTH == DEPTH - 1:
                x = F.avg_pool2d(x, 2)
        for block in self.middle:
            x = block(x)
        for index, block in enumerate(self.up):
            if index % DEPTH == 0:
                x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = block(torch.cat([x, skips.pop()], 1))
        return self.head(x)


class Ddim:
    loss = staticmethod(F.l1_loss)

    def __init__(self):
        self.network = Unet()
        # torch multiplies its decay with the learning rate; the preset's does not.
        self.optimizer = torch.optim.AdamW(self.network.parameters(), LEARNING_RATE, eps=EPSILON, weight_decay=DECAY / LEARNING_RATE)

    def times(self, count):
        return torch.rand(count)

    def rates(self, times):
        angles = (START + times * (END - START)).view(-1, 1, 1, 1)
        return angles.cos(), angles.sin()

    def predict(self, noisy, times, noise_rates):
        return self.network(noisy, noise_rates ** 2)


class Ddpm:
    loss = staticmethod(F.mse_loss)

    def __init__(self):
        spec = {"widths": [64, 128, 256, 512], "blockDepth": 2, "embeddingDims": 256, "embeddingMaxFrequency": 10000,
                "attentionResolutions": [16, 8], "normGroups": 8}
        self.network = AttentionUnet({"network": spec, "imageSize": SIZE, "labels": 0, "augmented": False})
        self.optimizer = torch.optim.Adam(self.network.parameters(), 2e-4, eps=1e-7)
        self.powers = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0).float()

    def times(self, count):
        return (torch.randint(0, 1000, (count,)) + 1) / 1000

    def rates(self, times):
        power = self.powers[(times * 1000).round().long().clamp(1, 1000) - 1].view(-1, 1, 1, 1)
        return power.sqrt(), (1 - power).sqrt()

    def predict(self, noisy, times, noise_rates):
        return self.network(noisy, times, noise_rates.view(-1) ** 2, None, None)


class Peer:
    def __init__(self, preset, best, batch, pixels):
        self.model, self.best, self.batch, self.pixels = {"ddim-keras": Ddim, "ddpm-keras": Ddpm}[preset](), best, batch, pixels
        self.network = self.model.network
        if best:
            self.network.to(memory_format=torch.channels_last)
            for module in self.network.modules():
                if isinstance(module, nn.GroupNorm):
                    # Autocast of 1.13 hands it bf16 beside its fp32 weights, which it refuses.
                    module.register_forward_pre_hook(lambda _, inputs: (inputs[0].float(),))
        self.average = [value.detach().clone() for value in self.network.parameters()]
        as_fractions = pixels.float() / 255
        self.mean = as_fractions.mean([0, 2, 3], keepdim=True)
        self.deviation = as_fractions.std([0, 2, 3], unbiased=False, keepdim=True)
        self.order, self.place = torch.randperm(len(pixels)), 0

    def layout(self, images):
        return images.contiguous(memory_format=torch.channels_last) if self.best else images

    def predict(self, noisy, times, noise_rates):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.best):
            return self.model.predict(noisy, times, noise_rates)

    def step(self):
        batch = self.pixels[self.order[self.place:self.place + self.batch]]
        self.place = self.place + self.batch if self.place + 2 * self.batch <= len(self.pixels) else 0
        images = (batch.float() / 255 - self.mean) / self.deviation
        noise, times = torch.randn_like(images), self.model.times(len(images))
        signal_rates, noise_rates = self.model.rates(times)
        predicted = self.predict(self.layout(signal_rates * images + noise_rates * noise), times, noise_rates)
        loss = self.model.loss(predicted.float(), noise)
        self.model.optimizer.zero_grad()
        loss.backward()
        self.model.optimizer.step()
        with torch.no_grad():
            for kept, value in zip(self.average, self.network.parameters()):
                kept.mul_(EMA).add_(value, alpha=1 - EMA)
        return loss.item()

    @torch.no_grad()
    def sample(self, evaluations):
        self.network.eval()
        noisy = self.layout(torch.randn(self.batch, 3, SIZE, SIZE))
        for index in range(evaluations):
            now, then = (torch.full((self.batch,), 1 - (index + later) / evaluations) for later in (0, 1))
            (signal, noise), (next_signal, next_noise) = self.model.rates(now), self.model.rates(then)
            predicted = self.predict(noisy, now, noise).float()
            image = (noisy - noise * predicted) / signal
            noisy = next_signal * image + next_noise * predicted
        return image.mean().item()


def keep_pages():
    """glibc's mallopt: no mmap for large blocks, no trimming, one arena."""
    libc = ctypes.CDLL("libc.so.6")
    for option, value in ((-4, 0), (-1, 2**31 - 1), (-2, 128 << 20), (-8, 1)):
        libc.mallopt(option, value)


def median_ms(warm_up, rounds, work):
    times = []
    for index in range(warm_up + rounds):
        start = time.perf_counter()
        work()
        if index >= warm_up:
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main():
    path, preset, kind, batch, what, rounds = *sys.argv[1:4], int(sys.argv[4]), sys.argv[5], int(sys.argv[6])
    best = kind == "best"
    if best:
        keep_pages()
    torch.set_num_threads(os.cpu_count())  # Debian's build starts with one
    torch.manual_seed(1)
    with open(path, "rb") as file:
        pixels = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).view(-1, SIZE, SIZE, 3)
    peer = Peer(preset, best, batch, pixels.permute(0, 3, 1, 2).contiguous())
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {sum(p.numel() for p in peer.network.parameters()):,} parameters")
    if what == "losses":
        losses = [peer.step() for _ in range(rounds)]
        print("losses", *(f"{loss:.5f}" for loss in losses[-(rounds // 4):]))
        return
    milliseconds = median_ms(2, rounds, peer.step) if what == "train" else median_ms(1, rounds, lambda: peer.sample(int(sys.argv[7])))
    print(f"{what} {milliseconds:.1f} ms for {batch} images, {batch * 1000 / milliseconds:.1f} images/s")


main()
