# SPDX-License-Identifier: MIT
"""json_keys.py PAGE SOURCE...: prints the keys of JSON that the sources write and the page does not name."""
import pathlib
import re
import sys

page, *sources = (pathlib.Path(name).read_text() for name in sys.argv[1:])
keys = {key for source in sources for key in re.findall(r'\b(?:\w+\(&?(?:view(?:\.|->))?js|line_\w+\(lines), "([A-Za-z]\w*)"', source)}
named = set(re.findall(r"\w+", page))
print("\n".join(sorted(keys - named)))
sys.exit(not keys or bool(keys - named))
