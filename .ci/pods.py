#!/usr/bin/env python3
"""Reads manifests on standard input and writes the Pod that each workload would make, for an API server to judge.

queue-proxy, which Knative puts beside a function, is Knative's own business.
"""

import json
import sys

import yaml

WORKLOADS = {"Service", "Deployment", "Job"}


def main():
    pods = [pod(document) for document in yaml.safe_load_all(sys.stdin) if document and template(document)]
    print(json.dumps({"apiVersion": "v1", "kind": "List", "items": pods}))


def template(document):
    if document.get("kind") not in WORKLOADS:
        return None
    return document.get("spec", {}).get("template")


def pod(document):
    spec = dict(template(document)["spec"])
    # Of Knative's own, not of a Pod.
    for field in ("containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds"):
        spec.pop(field, None)
    spec["containers"] = [container(one) for one in spec["containers"]]
    metadata = {"name": document["metadata"]["name"] + "-pod", "namespace": document["metadata"]["namespace"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def container(written):
    made = {"name": "user-container", **written}
    # Knative fills in the port and its own fast period.
    probe = made.pop("readinessProbe", None)
    if probe:
        action = dict(probe.get("httpGet") or probe.get("tcpSocket"))
        action.setdefault("port", 8080)
        made["readinessProbe"] = {**probe, "httpGet" if "httpGet" in probe else "tcpSocket": action}
    return made


if __name__ == "__main__":
    main()
