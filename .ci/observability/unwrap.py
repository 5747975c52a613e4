#!/usr/bin/env python3
"""Takes rules and dashboards out of the objects that helm has made, and checks that every link to a runbook can be clicked.

    unwrap.py <objects.yaml> <folder to write> <address of the repository>
"""

import json
import pathlib
import re
import sys

import yaml


def main(objects, folder, repository):
    rules = dashboards = 0
    for made in yaml.safe_load_all(pathlib.Path(objects).read_text()):
        if made["kind"] == "PrometheusRule":
            name = made["metadata"]["name"]
            (pathlib.Path(folder) / f"{name}.rules.yaml").write_text(yaml.safe_dump(made["spec"]))
            linked(yaml.safe_dump(made["spec"], width=1000), repository, name)
            rules += 1
        if made["kind"] == "ConfigMap":
            for name, text in made["data"].items():
                assert json.loads(text)["uid"] == name.removesuffix(".json"), name
                linked(text, repository, name)
                dashboards += 1
    assert rules and dashboards, f"{objects} has {rules} files of rules and {dashboards} dashboards"
    print(f"{rules} files of rules and {dashboards} dashboards; runbooks are at {repository}")


def linked(text, repository, name):
    for before in re.findall(r"(\S*?)docs/runbooks/", text):
        assert before.endswith(f"{repository}/"), f"{name}: {before}docs/runbooks/ leads nowhere"


main(*sys.argv[1:])
