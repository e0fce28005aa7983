"""Decodes, centre-crops and resizes every image of a folder to 64 pixels with torchvision's loader on all cores: the peer of bench --decode.

usage: decode_torchvision.py folder
"""
import os
import pathlib
import sys
import time

import torch
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms
from torchvision.datasets.folder import default_loader

SIZE = 64


class Images(Dataset):
    def __init__(self, folder):
        self.paths = sorted(path for path in pathlib.Path(folder).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
        # PIL's resize is antialiased.
        self.resize = transforms.Compose([transforms.Resize((SIZE, SIZE)), transforms.PILToTensor()])

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        image = default_loader(self.paths[index])
        return self.resize(transforms.functional.center_crop(image, min(image.size)))


images = Images(sys.argv[1])
start = time.perf_counter()
count = sum(len(batch) for batch in DataLoader(images, batch_size=64, num_workers=os.cpu_count()))
seconds = time.perf_counter() - start
print(f"decode {seconds * 1000:.1f} ms for {count} images, {count / seconds:.1f} images/s")
