#!/usr/bin/env python3
"""Uses what Terraform has made in moto, as the shop does: the function catalog keeps products in its table, and a secret has the
keys that its Kubernetes Secret needs.

    use_what_was_made.py <catalog> <terraform.tfstate>

AWS_ENDPOINT_URL says where AWS is.
"""

import base64
import contextlib
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid

import boto3
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

REGION, TABLE, PREFIX = "eu-central-1", "souk-catalog", "souk/dev/"
PRODUCT = {"name": "Mug", "description": "Blue", "category": "kitchen", "price": {"amount_minor": 1250, "currency": "EUR"}}


def main(catalog, state):
    key = ec.generate_private_key(ec.SECP256R1())
    with neighbours(key) as (around, events), function(catalog, around) as url:
        token = merchant(key)
        say("the function starts", call("GET", f"{url}/readyz")[0] == 200)
        say("a product is put", call("PUT", f"{url}/v1/products/MUG", token, PRODUCT)[0] == 201)
        say("it is read by its key", call("GET", f"{url}/v1/products/MUG")[1]["name"] == "Mug")
        say("it is found by the index by_category", skus(f"{url}/v1/products?category=kitchen") == ["MUG"])
        say("it is found by the index by_shelf", skus(f"{url}/v1/products") == ["MUG"])
        say("its category is counted, in the same transaction", call("GET", f"{url}/v1/categories")[1]["items"][0]["products"] == 1)
        say("its event went out", events.get_type() == "dev.souk.product.published")
        say("it is withdrawn", call("DELETE", f"{url}/v1/products/MUG", token)[0] == 204)
        say("then nobody finds it", call("GET", f"{url}/v1/products/MUG")[0] == 404)
    look_at_the_table()
    look_at_the_secrets(state)
    look_at_what_the_cluster_is_told(state)


def look_at_the_table():
    client = boto3.client("dynamodb", REGION)
    table = client.describe_table(TableName=TABLE)["Table"]
    ttl = client.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    say("the table is Terraform's: its key is not what a function would have taken", table["SSEDescription"]["SSEType"] == "KMS")
    say("the table is paid by the request", table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST")
    say("the table forgets by expires_at", ttl["AttributeName"] == "expires_at" and ttl["TimeToLiveStatus"] == "ENABLED")


def look_at_the_secrets(state):
    client = boto3.client("secretsmanager", REGION)
    secret = json.loads(client.get_secret_value(SecretId=f"{PREFIX}orders-database")["SecretString"])
    say("a database's secret has a login, a database and a password", {**secret, "password": ""} == {"username": "orders_a", "database": "orders", "password": ""})
    written = pathlib.Path(state).read_text(encoding="utf-8")
    passwords = [json.loads(client.get_secret_value(SecretId=PREFIX + name)["SecretString"]) for name in ("orders-database", "postgres-master", "merchant-account")]
    clients = [json.loads(client.get_secret_value(SecretId=f"{PREFIX}client-{name}")["SecretString"]) for name in ("carrier", "erp", "orders")]
    say("the secrets of machine clients are longer than identity asks for", all(len(it["secret"]) >= 32 for it in clients))
    say("passwords are long, and in no state", all(len(it["password"]) == 40 and it["password"] not in written for it in passwords))


def look_at_what_the_cluster_is_told(state):
    told = json.loads(pathlib.Path(state).read_text(encoding="utf-8"))["outputs"]["cluster"]["value"]
    asked = re.findall(r'^variable "(\w+)"', pathlib.Path("terraform/cluster/variables-aws.tf").read_text(encoding="utf-8"), re.MULTILINE)
    say("terraform/cluster is told everything that it asks for, and nothing else", sorted(told) == sorted(asked))


def say(sentence, holds):
    if not holds:
        sys.exit(f"it is not so that {sentence}")
    print(f"so it is: {sentence}")


def skus(url):
    return [product["sku"] for product in call("GET", url)[1]["items"]]


def call(method, url, token=None, body=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, method=method, headers=headers, data=json.dumps(body).encode() if body else None)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


class Events(list):
    """What the broker was sent."""

    def __init__(self):
        super().__init__()
        self.arrived = threading.Event()

    def get_type(self):
        self.arrived.wait(20)
        return self[0].rsplit(".v", 1)[0] if self else None


@contextlib.contextmanager
def neighbours(key):
    """The broker, and identity's keys."""
    events = Events()
    point = key.public_key().public_numbers()
    place = {name: url64(number.to_bytes(32, "big")) for name, number in (("x", point.x), ("y", point.y))}
    keys = json.dumps({"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "check", **place}]}).encode()

    class Around(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(keys)))
            self.end_headers()
            self.wfile.write(keys)

        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            events.append(self.headers["ce-type"])
            events.arrived.set()
            self.send_response(202)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Around)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", events
    finally:
        server.shutdown()


@contextlib.contextmanager
def function(binary, around):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([binary], env={
        "PORT": str(port), "K_SINK": around, "RUST_LOG": "warn", "CATALOG_TABLE_NAME": TABLE, "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL_DYNAMODB": os.environ["AWS_ENDPOINT_URL"], "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "TOKEN_ISSUER": "https://souk.example", "TOKEN_AUDIENCE": "souk", "TOKEN_JWKS_URL": f"{around}/jwks.json",
    })
    try:
        url = f"http://127.0.0.1:{port}"
        until_ready(process, url)
        yield url
    finally:
        process.terminate()
        process.wait(60)


def until_ready(process, url):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            if call("GET", f"{url}/readyz")[0] == 200:
                return
        time.sleep(0.1)
    sys.exit("the function does not get ready")


def merchant(key):
    """A token as identity makes it."""
    now = int(time.time())
    claims = {"iss": "https://souk.example", "aud": "souk", "sub": str(uuid.uuid4()), "jti": str(uuid.uuid4()), "iat": now, "nbf": now,
              "exp": now + 600, "auth_time": now, "sid": str(uuid.uuid4()), "client_id": "shop", "scope": "catalog:write", "roles": ["merchant"],
              "email": "merchant@souk.example", "email_verified": True, "name": "Merchant", "kid": "check.merchants"}
    signed = ".".join(url64(json.dumps(part).encode()) for part in ({"alg": "ES256", "typ": "at+jwt", "kid": "check"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{url64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


if __name__ == "__main__":
    main(*sys.argv[1:])
