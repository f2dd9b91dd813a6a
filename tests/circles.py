# SPDX-License-Identifier: MIT
"""Circles among files: prints each group of files that need each other, one a line, its members sorted.

circles.py TOP OBJECTS ROOM: TOP/ROOM is looked at, with its objects in OBJECTS. A file is a .c with its .h. It needs
another one when it includes its header, or when its object calls what the other's object defines. The wrappers, which
are rows of trace/calls.def, do not count: the loader has a table of them by their names, and calls none. Nor do names of
the C library's that are ours as well: who calls one means the C library.
"""
import glob
import os
import re
import subprocess
import sys

top, objects, room = sys.argv[1:]
files = sorted(os.path.relpath(path, top) for path in glob.glob(f"{top}/{room}/**/*.[chS]", recursive=True))
name = lambda path: re.sub(r"\.[chS]$", "", path)
needs = {name(path): set() for path in files}
for path in files:
    for header in re.findall(r'^\s*#\s*include\s*"([^"]+)\.h"', open(f"{top}/{path}").read(), re.M):
        if header in needs:
            needs[name(path)].add(header)

rows = f"{top}/trace/calls.def"
wrappers = set(re.findall(r"^CALL\(.*\b(\w+)\)$", open(rows).read(), re.M)) if os.path.exists(rows) else set()
ours = f"{top}/shim/exec/exec.def"
wrappers |= set(re.findall(r"^EXEC\((\w+)\)$", open(ours).read(), re.M)) if os.path.exists(ours) else set()
wrappers |= {"dlsym", "dlvsym", "dlopen", "dlclose", "prctl", "syscall"}
defines, wants = {}, {}
for path in files:
    compiled = f"{objects}/{path}.o"
    if not os.path.exists(compiled):
        continue
    wants[name(path)] = set()
    for line in subprocess.run(["nm", "-g", compiled], capture_output=True, text=True, check=True).stdout.splitlines():
        *_, kind, symbol = line.split()
        if kind == "U":
            wants[name(path)].add(symbol)
        elif symbol not in wrappers:
            defines[symbol] = name(path)
for one, symbols in wants.items():
    needs[one] |= {defines[symbol] for symbol in symbols if symbol in defines}

# Strongly connected parts, by reach: there are few hundred files.
def reach(start):
    found, todo = set(), [start]
    while todo:
        for other in needs[todo.pop()] - found:
            found.add(other)
            todo.append(other)
    return found
reached = {one: reach(one) for one in needs}
circles = {tuple(sorted(two for two in reached[one] if one in reached[two])) for one in needs
           if any(one in reached[two] for two in reached[one] if two != one)}
for circle in sorted(circles):
    print(*circle)
