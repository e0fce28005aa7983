"""The network, step and sampler of preset ddim-keras in plain PyTorch: the peer that against-pytorch.sh measures against.

As one writes it by default: fp32, NCHW, torch.optim.AdamW, a moving average parameter by parameter.
usage: unet_pytorch.py pixels.bin train|sample|losses rounds
"""
import math
import os
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

SIZE, BATCH, WIDTHS, DEPTH, EVALUATIONS = 64, 32, (32, 64, 96, 128), 2, 20
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


def rates(times):
    angles = START + times * (END - START)
    return angles.cos(), angles.sin()


def trainer(pixels):
    network = Unet()
    average = [value.detach().clone() for value in network.parameters()]
    # torch multiplies its decay with the learning rate; the preset's does not.
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, eps=EPSILON, weight_decay=DECAY / LEARNING_RATE)
    as_fractions = pixels.float() / 255
    mean = as_fractions.mean([0, 2, 3], keepdim=True)
    deviation = as_fractions.std([0, 2, 3], unbiased=False, keepdim=True)
    del as_fractions
    order, place = torch.randperm(len(pixels)), 0

    def step():
        nonlocal place
        batch = pixels[order[place:place + BATCH]]
        place = place + BATCH if place + 2 * BATCH <= len(pixels) else 0
        images = (batch.float() / 255 - mean) / deviation
        noise = torch.randn_like(images)
        signal_rates, noise_rates = rates(torch.rand(BATCH, 1, 1, 1))
        predicted = network(signal_rates * images + noise_rates * noise, noise_rates ** 2)
        loss = F.l1_loss(predicted, noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for kept, value in zip(average, network.parameters()):
                kept.mul_(EMA).add_(value, alpha=1 - EMA)
        return loss.item()

    return network, step


@torch.no_grad()
def sample(network):
    network.eval()
    noisy = torch.randn(BATCH, 3, SIZE, SIZE)
    for index in range(EVALUATIONS):
        signal, noise = rates(torch.full((BATCH, 1, 1, 1), 1 - index / EVALUATIONS))
        next_signal, next_noise = rates(torch.full((BATCH, 1, 1, 1), 1 - (index + 1) / EVALUATIONS))
        predicted = network(noisy, noise ** 2)
        image = (noisy - noise * predicted) / signal
        noisy = next_signal * image + next_noise * predicted
    return image.mean().item()


def median_ms(warm_up, rounds, work):
    times = []
    for index in range(warm_up + rounds):
        start = time.perf_counter()
        work()
        if index >= warm_up:
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main():
    path, what, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(os.cpu_count())  # Debian's build starts with one
    torch.manual_seed(1)
    with open(path, "rb") as file:
        pixels = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).view(-1, SIZE, SIZE, 3)
    network, step = trainer(pixels.permute(0, 3, 1, 2).contiguous())
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {sum(p.numel() for p in network.parameters()):,} parameters")
    if what == "losses":
        losses = [step() for _ in range(rounds)]
        print("losses", *(f"{loss:.5f}" for loss in losses[-(rounds // 4):]))
        return
    milliseconds = median_ms(3, rounds, step) if what == "train" else median_ms(1, rounds, lambda: sample(network))
    print(f"{what} {milliseconds:.1f} ms for {BATCH} images, {BATCH * 1000 / milliseconds:.1f} images/s")


main()
