"""Stands in for the package safetensors, which Debian 12 does not have: the same call on the same format, fp32 only."""
import json, math, struct, torch


class safe_open:
    def __init__(self, path, framework):
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            self.header = json.loads(file.read(length))
            self.data = bytearray(file.read())
        self.about = self.header.pop("__metadata__")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def metadata(self):
        return self.about

    def keys(self):
        return self.header.keys()

    def get_tensor(self, name):
        entry = self.header[name]
        assert entry["dtype"] == "F32", entry["dtype"]
        count, offset = math.prod(entry["shape"]), entry["data_offsets"][0]
        return torch.frombuffer(self.data, dtype=torch.float32, count=count, offset=offset).reshape(entry["shape"])
