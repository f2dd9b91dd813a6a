# SPDX-License-Identifier: MIT
"""Includes that cross a border between the folders, as the table in CONTRIBUTING.md draws them: prints each.

borders.py TOP. The third column of a folder's row says what its files may include besides each other: rooms of the same
folder by their names, paths and <headers> by their beginnings, "not" before what is excepted, "libraries" and
"everything". What the row of the folder around says holds as well; a file right in a folder may include all rooms of it.
A row for each room is asked for, and of each row that there is such a folder.
"""
import os
import re
import sys

LIBRARIES = re.compile(r"<(gssapi|krb5|zmq|openssl|profile|com_err|yaml|json|gelf|libelf)")
SOURCE = re.compile(r"\.([chS]|in|def)$")
top = sys.argv[1]
rows, wrong = {}, []
text = open(f"{top}/CONTRIBUTING.md").read()
for folders, allowed in re.findall(r"^\|((?: `[a-z0-9_/]+/`)+) \|[^|]*\|([^|]*)\|$", text, re.M):
    for folder in re.findall(r"`([^`]+)/`", folders):
        rows[folder] = [item.strip() for item in allowed.split(",") if item.strip()]


def meant(folder, item):
    """The beginning of an include that an item of this folder's row means."""
    if "`" in item:
        return item.removeprefix("not ").strip("`")
    return f"{os.path.dirname(folder)}/{item}/"


def may(folder, include):
    if "../" in include and "everything" not in rows.get(folder.split("/")[0], []):
        return False
    for row in (folder, os.path.dirname(folder)):
        items = rows.get(row, [])
        if any(item.startswith("not ") and include.startswith(meant(row, item)) for item in items):
            return False
        if "everything" in items or ("libraries" in items and include.startswith("<")):
            return True
        if any(not item.startswith("not ") and item != "nothing" and include.startswith(meant(row, item)) for item in items):
            return True
    return False


def room_of(path):
    folders = os.path.dirname(path).split("/")
    return "/".join(folders[:2])


sources = []
for root in sorted({folder.split("/")[0] for folder in rows}):
    for folder, _, names in os.walk(f"{top}/{root}"):
        sources += [os.path.relpath(f"{folder}/{name}", top) for name in names if SOURCE.search(name)]
for room in sorted({room_of(path) for path in sources} - set(rows)):
    if "everything" not in rows.get(room.split("/")[0], []):
        wrong.append(f"{room}/ has no row in CONTRIBUTING.md")
for room in sorted(folder for folder in rows if not os.path.isdir(f"{top}/{folder}")):
    wrong.append(f"{room}/ has a row in CONTRIBUTING.md, and does not exist")
for path in sorted(sources):
    folder = room_of(path)
    for quoted, header in re.findall(r'^\s*#\s*include\s*(?:"([^"]+)"|(<[^>]+>))', open(f"{top}/{path}").read(), re.M):
        include = quoted or header
        if header and not LIBRARIES.match(header):
            continue
        if quoted and "/" not in quoted:  # beside it, or made by the build
            continue
        inside = include.startswith(f"{folder}/") and "../" not in include
        if not (inside or may(folder, include)):
            wrong.append(f"{path} includes {include}")
print("\n".join(wrong), end="\n" if wrong else "")
sys.exit(bool(wrong))
