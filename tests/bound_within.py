# SPDX-License-Identifier: MIT
"""bound_within.py LIBRARY OUT: the library as a linker makes it with -Bsymbolic-functions, which some distributions use:
what it calls of its own it calls without the loader. Its code stays as it is: the slots of the functions that it defines
itself are relocated relative to the library instead of by name. To be loaded with LD_BIND_NOW, as slots that are
bound later have no such relocation."""
import struct
import sys

JUMP_SLOT, GLOB_DAT, RELATIVE = 7, 6, 8
RELA, DYNSYM, STT_FUNC = 4, 11, 2

data = bytearray(open(sys.argv[1], "rb").read())
offset, size, count = struct.unpack_from("<Q", data, 40)[0], *struct.unpack_from("<HH", data, 58)
sections = [struct.unpack_from("<IIQQQQIIQQ", data, offset + i * size) for i in range(count)]
symbols = next(s[4] for s in sections if s[1] == DYNSYM)
bound = 0
for section in sections:
    if section[1] != RELA:
        continue
    for at in range(section[4], section[4] + section[5], 24):
        place, info, _ = struct.unpack_from("<QQq", data, at)
        if info & 0xFFFFFFFF not in (JUMP_SLOT, GLOB_DAT):
            continue
        _, kind, _, index, value, _ = struct.unpack_from("<IBBHQQ", data, symbols + 24 * (info >> 32))
        if index and kind & 15 == STT_FUNC:
            struct.pack_into("<QQq", data, at, place, RELATIVE, value)
            bound += 1
open(sys.argv[2], "wb").write(data)
sys.exit(0 if bound else f"{sys.argv[1]}: calls none of its own functions by name")
