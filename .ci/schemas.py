#!/usr/bin/env python3
"""JSON Schemas for kubeconform: Kubernetes' own from the package kubernetes-validate, and those of CRDs from their YAML.

    schemas.py <kubernetes version> <folder to write> <CRD file or folder>...

Every object is closed: a field that the schema does not name is a mistake, as it is for `kubectl apply`.
"""

import importlib.util
import json
import pathlib
import sys

import yaml

DEFINITIONS = "_definitions.json"


def main(version, folder, *crds):
    target = pathlib.Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    copy_kubernetes(version, target)
    for path in map(pathlib.Path, crds):
        files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        for file in files:
            for document in yaml.safe_load_all(file.read_text()):
                if document and document.get("kind") == "CustomResourceDefinition":
                    write_crd(document["spec"], target)


def copy_kubernetes(version, target):
    """References in the package are absolute, which only its own program can follow."""
    package = pathlib.Path(importlib.util.find_spec("kubernetes_validate").origin).parent
    for file in (package / "kubernetes-json-schema" / f"v{version}-local-strict").glob("*.json"):
        text = file.read_text().replace(f'"/api/{DEFINITIONS}', f'"{DEFINITIONS}')
        schema = json.loads(text)
        schema.pop("$id", None)
        (target / file.name).write_text(json.dumps(schema))


def write_crd(spec, target):
    for version in spec["versions"]:
        schema = closed(version["schema"]["openAPIV3Schema"])
        schema["properties"].update(apiVersion={"type": "string"}, kind={"type": "string"}, metadata={"type": "object"})
        kind, group = spec["names"]["kind"].lower(), spec["group"].split(".")[0]
        (target / f"{kind}-{group}-{version['name']}.json").write_text(json.dumps(schema))


def closed(schema):
    """The schema with every object closed and Kubernetes' extensions in words of JSON Schema."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items() if not key.startswith("x-kubernetes-")}
    if schema.get("x-kubernetes-int-or-string"):
        made.pop("type", None)
        made["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    is_open = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not is_open:
        made["additionalProperties"] = False
    return made


if __name__ == "__main__":
    main(*sys.argv[1:])
