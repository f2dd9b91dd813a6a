#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Is there an event in these JSON Lines (gsstap decode --format json) with all of these values? Exits with 0 or 1.

has_event.py KEY=VALUE... <EVENTS      a list has the value when one of its members is it
"""
import json
import sys


def has(event, key, value):
    found = event.get(key)
    return value in found if isinstance(found, list) else str(found) == value


wanted = [argument.split("=", 1) for argument in sys.argv[1:]]
# All of the input is read, also after the first match: decode is not to die of a closed pipe.
found = [event for event in map(json.loads, sys.stdin) if all(has(event, *pair) for pair in wanted)]
sys.exit(not found)
