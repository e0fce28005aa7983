#!/usr/bin/python3
"""Draws a picture from exported weights, with nothing but PyTorch and safetensors: use_weights.py weights.safetensors seed out.ppm"""
import json, math, sys, torch
from safetensors import safe_open
from networks import AttentionUnet, ResidualUnet

with safe_open(sys.argv[1], framework="pt") as file:
    spec, pixels = (json.loads(file.metadata()[key]) for key in ("spec", "normalizer"))
    weights = {name: file.get_tensor(name) for name in file.keys()}
kind = ResidualUnet if spec["network"]["kind"] == "residual-unet" else AttentionUnet
network = kind({"network": spec["network"], "imageSize": spec["imageSize"], "labels": 0, "augmented": False}).eval()
network.load_state_dict(weights)

# Deterministic DDIM on the cosine schedule, as many evaluations as the run's own samples take.
count, size = spec["samples"]["evaluations"], spec["imageSize"]
start, end = (math.acos(spec["schedule"][key]) for key in ("maxSignalRate", "minSignalRate"))
angles = [start + (1 - i / count) * (end - start) for i in range(count + 1)]
x = torch.empty(1, 3, size, size).normal_(generator=torch.Generator().manual_seed(int(sys.argv[2])))
with torch.no_grad():
    for i in range(count):
        noise = network(x, torch.tensor([1 - i / count]), torch.tensor([math.sin(angles[i]) ** 2]), None, None)
        image = (x - math.sin(angles[i]) * noise) / math.cos(angles[i])
        x = math.cos(angles[i + 1]) * image + math.sin(angles[i + 1]) * noise
mean, deviation = (torch.tensor(pixels[key]).view(3, 1, 1) for key in ("mean", "standardDeviation"))
picture = ((image[0] * deviation + mean).clamp(0, 1) * 255 + 0.5).to(torch.uint8).permute(1, 2, 0).contiguous()
with open(sys.argv[3], "wb") as file:
    file.write(b"P6 %d %d 255\n" % (size, size) + bytes(picture.view(-1).tolist()))
