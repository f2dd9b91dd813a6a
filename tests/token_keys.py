# SPDX-License-Identifier: MIT
"""Compares the keys that decoded tokens have in JSON with what gsstap-decode(1) lists under "Keys of tokens", each object with
the keys within it: token_keys.py PAGE FILE... Files are samples (.json), and decoders (.c) for what is in no sample: keys
that they name, whatever they lie in. Prints what differs."""
import json
import pathlib
import re
import sys


def said(page):
    """{object: keys within it} of the page's lists."""
    section = re.search(r"^\.Ss Keys of tokens\n(.*?)^\.S", page, re.M | re.S).group(1)
    objects, within = {"": set()}, [""]  # what stands in no list may be in any object
    for line in section.splitlines():
        words = [word for word in line.split()[1:] if word not in (",", ".", "Li")]
        if line.startswith(".It Li"):
            within = words
            for name in within:
                objects.setdefault(name, set())
        elif line.startswith(".Li"):
            for name in within:
                objects[name].update(words)
        elif line.startswith((".El", ".Bl")):
            within = [""]
    return objects


def learn(value, name, objects):
    """The same of a sample. Of what is encrypted or left out there is a length only, which the page says once."""
    if isinstance(value, list):
        for each in value:
            learn(each, name, objects)
    elif isinstance(value, dict) and not set(value) <= {"len", "hex"}:
        for key, inner in value.items():
            key = re.sub(r"_\d+_at_\d+$", "_N_at_OFFSET", key)
            objects.setdefault(name, set()).add(key)
            learn(inner, key, objects)


def named(source):
    """Keys by the functions that add values, and by the tables of DER's fields."""
    return set(re.findall(r'\b(?:token|der)_\w+\(token, "(\w+)"', source) + re.findall(r'\{\w+, "(\w+)", \w+\}', source))


def main(page, *files):
    documented, found, source = said(pathlib.Path(page).read_text()), {}, ""
    for file in files:
        text = pathlib.Path(file).read_text()
        if file.endswith(".c"):
            source += text
        else:
            learn(json.loads(text), "token", found)
    everywhere, sampled = set(documented).union(*documented.values()), set().union(*found.values())
    wrong = [f"{name}: {key} is in a sample and not on the page" for name in found for key in found[name] - documented.get(name, set())]
    wrong += [f"{key} is added by a decoder and not on the page" for key in named(source) - everywhere]
    wrong += [f"{name}: {key} is on the page, and neither in a sample nor in a decoder"
              for name in documented if name for key in documented[name] - found.get(name, sampled) if f'"{key}"' not in source]
    print("\n".join(sorted(wrong)))
    return bool(wrong)


sys.exit(main(*sys.argv[1:]))
