# SPDX-License-Identifier: MIT
"""Programs that write large event files: WRITE of scalars, PICTURE of pictures. Their words are the folder and the numbers of runs,
tags and steps."""

# Records of one length each: a step takes three bytes. No reader looks at the checksum of the data.
WRITE = r"""
import os, struct, sys
import numpy
root, runs, tags, steps = sys.argv[1], *map(int, sys.argv[2:])
layout = [("length", "<u8"), ("length_crc", "<u4"), ("k1", "u1"), ("wall", "<f8"), ("k2", "u1"), ("step", "u1", 3), ("k5", "u1"), ("summary", "u1"),
          ("kv", "u1"), ("value", "u1"), ("kt", "u1"), ("tag_size", "u1"), ("tag", "S5"), ("ks", "u1"), ("number", "<f4"), ("crc", "<u4")]
size = numpy.dtype(layout).itemsize

def masked(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF

all = numpy.zeros(steps * tags, layout)
step = numpy.repeat(numpy.arange(steps), tags)
for field, value in {"length": size - 16, "length_crc": masked(struct.pack("<Q", size - 16)), "k1": 9, "wall": 1.7e9 + step, "k2": 16, "k5": 42, "summary": 16,
                     "kv": 10, "value": 14, "kt": 10, "tag_size": 5, "ks": 21, "number": numpy.sin(step)}.items():
    all[field] = value
all["value"], all["summary"] = 7 + 5, 7 + 5 + 2
all["step"][:, 0], all["step"][:, 1], all["step"][:, 2] = step & 127 | 128, step >> 7 & 127 | 128, step >> 14
all["tag"] = [b"tag-%d" % n for n in range(tags)] * steps
version = b"\x09" + struct.pack("<d", 1.7e9) + b"\x1a\x0dbrain.Event:2"
head = struct.pack("<Q", len(version)) + struct.pack("<I", masked(struct.pack("<Q", len(version)))) + version + struct.pack("<I", masked(version))
for run in range(runs):
    os.makedirs(f"{root}/run-{run:03}")
    with open(f"{root}/run-{run:03}/events.out.tfevents.1700000000.host.1.0", "wb") as out:
        out.write(head)
        all.tofile(out)
print("null")
"""
PICTURE = WRITE[:WRITE.index("all = numpy")].replace("tags, steps = ", "tags, steps, size_of_one = ") + r"""
def field(number, data):
    return bytes([number << 3 | 2]) + varint(len(data)) + data

def varint(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)

for run in range(runs):
    os.makedirs(f"{root}/run-{run:03}")
    with open(f"{root}/run-{run:03}/events.out.tfevents.1700000000.host.1.0", "wb") as out:
        for step in range(steps):
            for tag in range(tags):
                picture = b"\x08\x40\x10\x40\x18\x03" + field(4, os.urandom(size_of_one))
                data = b"\x09" + struct.pack("<d", 1.7e9 + step) + b"\x10" + varint(step) + field(5, field(1, field(1, b"p-%d" % tag) + field(4, picture)))
                out.write(struct.pack("<Q", len(data)) + struct.pack("<I", masked(struct.pack("<Q", len(data)))) + data + bytes(4))
        os.fsync(out.fileno())
print("null")
"""
