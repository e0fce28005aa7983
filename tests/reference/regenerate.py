#!/usr/bin/python3
"""Remakes goldens.safetensors from the second implementation. Needs PyTorch (Debian: python3-torch) and nothing else."""

import json
import math
import pathlib
import struct

import torch

from networks import AttentionUnet, ResidualBlock, ResidualUnet

FOLDER = pathlib.Path(__file__).parent


def wave(shape, speed, phase):
    """sin(i·speed + phase) over the elements in row-major order; computed in double precision."""
    count = math.prod(shape)
    return torch.tensor([math.sin(i * speed + phase) for i in range(count)], dtype=torch.float64).reshape(shape)


def fill(module):
    """The k-th tensor in the order of names becomes sin(i·0.37 + k), scaled by its fan; norms' weights lie around 1."""
    with torch.no_grad():
        for k, (name, parameter) in enumerate(sorted(module.named_parameters())):
            values = wave(parameter.shape, 0.37, k)
            if parameter.dim() > 1:
                values = values / math.sqrt(parameter.numel() / parameter.shape[0])
            else:
                values = 0.1 * values + (1 if name.endswith("orm.weight") else 0)
            parameter.copy_(values)


def excerpt(tensor):
    """Its length, then seven values spread over it."""
    flat = tensor.detach().reshape(-1)
    last = len(flat) - 1
    return torch.stack([flat.norm()] + [flat[last * i // 6] for i in range(7)])


def networks(goldens):
    """In double precision; how far PyTorch's own fp32 is from it says what rounding alone may do."""
    for case in json.loads((FOLDER / "cases.json").read_text()):
        exact, rounded = (compute(case, dtype) for dtype in (torch.float64, torch.float32))
        goldens.update({f"{case['name']}/{key}": value for key, value in exact.items()})
        errors = [
            (exact[key] - rounded[key]).abs().max() / exact[key][0]
            for key in exact if key.startswith("gradient/") and not key.endswith("key.bias")
        ]
        goldens[f"{case['name']}/rounding"] = torch.stack(errors).max().reshape(1)


def compute(case, dtype):
    network = (ResidualUnet if case["network"]["kind"] == "residual-unet" else AttentionUnet)(case).to(dtype)
    fill(network)
    n, side = case["batch"], case["imageSize"]
    images = wave((n, 3, side, side), 0.731, 0.5).to(dtype)
    # Embeddings are fp32 always.
    times = torch.tensor([(j + 1) / n * 0.9 for j in range(n)])
    labels = torch.tensor([(case["labels"] + 2 * j) % (case["labels"] + 1) for j in range(n)]) if case["labels"] else None
    augmentation = wave((n, 9), 1.3, 0.2).to(dtype) if case["augmented"] else None
    target = wave((n, 3, side, side), 0.217, 1.0).to(dtype)

    network.train()
    output = network(images, times, times**2, labels, augmentation)
    ((output - target) ** 2).mean().backward()
    computed = {"output": output.detach()}
    computed.update({f"gradient/{name}": excerpt(value.grad) for name, value in network.named_parameters()})
    computed.update({f"statistics/{name}": value for name, value in network.named_buffers()})

    network.eval()
    with torch.no_grad():
        computed["evaluated"] = network(images, times, times**2, labels, augmentation)
    return computed


def optimizer(goldens):
    """Adam with the ε of Keras (added to the root of the uncorrected second moment) in double precision; decay before the step."""
    rate, decay, beta1, beta2, epsilon = 1e-2, 5e-2, 0.9, 0.999, 1e-7
    for rule, factor in (("independent", 1), ("times-learning-rate", rate)):
        w = 0.5 * wave((20,), 0.37, 1)
        m, v = torch.zeros_like(w), torch.zeros_like(w)
        for step in (1, 2, 3):
            gradient = wave((20,), 0.9, step) * 10.0**-step
            m = beta1 * m + (1 - beta1) * gradient
            v = beta2 * v + (1 - beta2) * gradient**2
            w = w * (1 - decay * factor)
            w = w - rate * math.sqrt(1 - beta2**step) / (1 - beta1**step) * m / (v.sqrt() + epsilon)
            goldens[f"adamw/{rule}/{step}"] = w.clone()


def moving_average(goldens):
    """Three training passes of one block, whose weights shrink too; the average covers weights and BatchNorm's statistics."""
    for warmup in (False, True):
        block = ResidualBlock(4, 6, 0)
        fill(block)
        block.train()
        average = {name: value.double().clone() for name, value in block.state_dict().items()}
        for step in (1, 2, 3):
            with torch.no_grad():
                block(wave((2, 4, 8, 8), 0.731, step).float() * step + 1)
                for parameter in block.parameters():
                    parameter.mul_(0.5)
            kept = min(0.9, (1 + step) / (10 + step)) if warmup else 0.9
            for name, value in block.state_dict().items():
                average[name] = kept * average[name] + (1 - kept) * value
        for name, value in average.items():
            goldens[f"ema/{'warmup' if warmup else 'constant'}/{name}"] = value


def save(goldens, path):
    header, chunks, offset = {}, [], 0
    for name, tensor in goldens.items():
        data = tensor.detach().float().contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        chunks.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


if __name__ == "__main__":
    made = {}
    networks(made)
    optimizer(made)
    moving_average(made)
    save(made, FOLDER / "goldens.safetensors")
    print(f"{len(made)} tensors")
