#!/usr/bin/env python3
"""Reads dashboards with the classes that are generated from Grafana's own schemas, writes them again, and tells what got lost on the way.

    dashboards.py <file>...

A field that Grafana does not know, or a value of another shape, does not come back.
"""

import json
import sys

from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard


def main(*files):
    plugins.register_default_plugins()
    mistakes, panels = set(), 0
    for file in files:
        with open(file, encoding="utf-8") as text:
            given = json.load(text)
        taken = json.loads(JSONEncoder().encode(dashboard.Dashboard.from_json(given)))
        mistakes.update(f"{file}: {where}" for where in lost(given, taken, ""))
        panels += len(given["panels"])
    for mistake in sorted(mistakes):
        print(mistake, file=sys.stderr)
    if mistakes:
        sys.exit(1)
    print(f"{len(files)} dashboards with {panels} panels and rows: Grafana knows every field")


def lost(given, taken, where):
    """Where `taken` lacks what `given` has. A null is nothing."""
    if isinstance(given, dict) and isinstance(taken, dict):
        for name, value in given.items():
            if name in taken:
                yield from lost(value, taken[name], f"{where}.{name}")
            elif value is not None:
                yield f"{where}.{name} is unknown"
    elif isinstance(given, list) and isinstance(taken, list) and len(given) == len(taken):
        for number, pair in enumerate(zip(given, taken)):
            yield from lost(*pair, f"{where}[{number}]")
    elif given != taken:
        yield f"{where} is {taken!r} to Grafana, not {given!r}"


main(*sys.argv[1:])
