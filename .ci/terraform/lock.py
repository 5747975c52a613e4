#!/usr/bin/env python3
"""Takes the lock of a state as another Terraform would, or leaves it: lock.py take|leave <bucket> <key>."""

import datetime
import json
import sys
import uuid

import boto3

action, bucket, key = sys.argv[1:]
s3 = boto3.client("s3", "eu-central-1")
if action == "take":
    now = datetime.datetime.now(datetime.UTC).isoformat()
    info = {"ID": str(uuid.uuid4()), "Operation": "OperationTypeApply", "Info": "", "Who": "another", "Version": "1.11.4", "Created": now, "Path": key}
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(info))
else:
    s3.delete_object(Bucket=bucket, Key=key)
