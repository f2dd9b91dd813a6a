# SPDX-License-Identifier: MIT
"""sends_by_write.py LIBZMQ COPY: a libzmq that is this one, but calls write where it calls send.

The shim is to end a secured connection that a libzmq sends on in such a way. None that is known does.
"""
import re
import struct
import subprocess
import sys

source, copy = sys.argv[1:]
code = subprocess.run(["objdump", "-d", source], check=True, text=True, stdout=subprocess.PIPE).stdout
entry = {name: int(at, 16) for at, name in re.findall(r"^([0-9a-f]+) <(send|write)@plt>:", code, re.M)}
calls = [int(at, 16) for at in re.findall(r"^ *([0-9a-f]+):\te8 .*call +[0-9a-f]+ <send@plt>", code, re.M)]
assert calls, "no call of send"
# Debian's library has its code where it is loaded: offset and address are the same.
with open(source, "rb") as library:
    image = bytearray(library.read())
for at in calls:
    assert image[at] == 0xE8
    assert struct.unpack_from("<i", image, at + 1)[0] == entry["send"] - at - 5
    struct.pack_into("<i", image, at + 1, entry["write"] - at - 5)
with open(copy, "wb") as library:
    library.write(image)
