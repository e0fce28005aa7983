"""torchvision's loader on all cores, the peer of bench --decode. Prints two lines, each with milliseconds and images/s:

import: reads each image of a zip, hashes it, decodes it and makes a JPEG thumbnail of 128 pixels.
decode: decodes, centre-crops and resizes every image of a folder to 64 pixels.

usage: peer_torchvision.py images.zip folder
"""
import hashlib
import io
import os
import pathlib
import sys
import time
import zipfile

from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms
from torchvision.datasets.folder import default_loader

SUFFIXES = (".jpg", ".jpeg", ".png")


def square(image, side):
    # PIL's resize is antialiased.
    return transforms.functional.resize(transforms.functional.center_crop(image, min(image.size)), (side, side))


class Entries(Dataset):
    def __init__(self, path):
        self.path, self.archive = path, None
        with zipfile.ZipFile(path) as archive:
            self.names = [name for name in archive.namelist() if name.lower().endswith(SUFFIXES)]

    def __len__(self):
        return len(self.names)

    def __getitem__(self, index):
        # Each process opens the zip for itself.
        self.archive = self.archive or zipfile.ZipFile(self.path)
        content = self.archive.read(self.names[index])
        image = Image.open(io.BytesIO(content)).convert("RGB")
        thumbnail = io.BytesIO()
        square(image, 128).save(thumbnail, "JPEG", quality=80)
        return content, hashlib.sha256(content).hexdigest(), image.size, thumbnail.getvalue()


class Images(Dataset):
    def __init__(self, folder):
        self.paths = sorted(path for path in pathlib.Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES)

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return transforms.functional.pil_to_tensor(square(default_loader(self.paths[index]), 64))


def measure(what, dataset, collate=None):
    start = time.perf_counter()
    count = sum(len(batch) for batch in DataLoader(dataset, batch_size=64, num_workers=os.cpu_count(), collate_fn=collate))
    seconds = time.perf_counter() - start
    print(f"{what} {seconds * 1000:.1f} ms for {count} images, {count / seconds:.1f} images/s")


measure("import", Entries(sys.argv[1]), list)
measure("decode", Images(sys.argv[2]))
