#!/usr/bin/env python3
"""gate-keys between an identity and a gateway, with signed tokens: part of .ci/check-gateway.

   .ci/gateway-keys.py <souk> <gate-keys> <rendered kong.yaml> <environment file> <work folder>

The gateway is souk's, with an admin API as Kong has it without a database. Identity and every function are one small server here.
Nothing but Python and openssl is needed."""

import base64
import http.client
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

SOUK, GATE_KEYS, RENDERED, SETTINGS, WORK = sys.argv[1:]
WORK = pathlib.Path(WORK)
SOON_SECONDS = 30


def say(sentence, holds):
    if not holds:
        sys.exit(f"it is not so that {sentence}")
    print(f"so it is: {sentence}")


def soon(holds):
    end = time.monotonic() + SOON_SECONDS
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


class Key:
    """A key pair on P-256, and tokens that it has signed."""

    def __init__(self, name):
        self.name, self.file = name, WORK / f"{name}.pem"
        run = lambda *words: subprocess.run(["openssl", *words], check=True, capture_output=True).stdout
        run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(self.file))
        self.public_pem = run("pkey", "-in", str(self.file), "-pubout").decode()

    def state(self):
        return {"kid": self.name, "public_key_pem": self.public_pem}

    def token(self, consumer, algorithm="ES256", **claims):
        now = int(time.time())
        claims = {"kid": f"{self.name}.{consumer}", "sub": "s", "nbf": now - 5, "exp": now + 900, **claims}
        head = {"alg": algorithm, "typ": "at+jwt", "kid": self.name}
        body = {name: value for name, value in claims.items() if value is not None}
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (head, body))
        if algorithm == "none":
            return f"{signed}."
        sign = ["openssl", "dgst", "-sha256", "-sign", str(self.file)]
        der = subprocess.run(sign, input=signed.encode(), check=True, capture_output=True).stdout
        return f"{signed}.{encoded(two_numbers(der))}"


def encoded(some):
    return base64.urlsafe_b64encode(some).rstrip(b"=").decode()


def two_numbers(der):
    """An ASN.1 signature as JOSE has it: two numbers of 32 bytes."""
    first = der[4 : 4 + der[3]]
    second = der[6 + der[3] :]
    return b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in (first, second))


class Shop(http.server.BaseHTTPRequestHandler):
    """Identity's state, and a function that says which headers have reached it."""

    protocol_version = "HTTP/1.1"
    state = {"keys": [], "clients": []}

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_state = self.path == "/v1/identity/gate"
        body = json.dumps(Shop.state if is_state else sorted(name.lower() for name in self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_):
        pass


def ask(method, path, token=None, headers=()):
    """Status, body and headers."""
    connection = http.client.HTTPConnection(GATEWAY, timeout=10)
    headers = dict(headers)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection.request(method, path, body=b"" if method == "POST" else None, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.headers


def status(*what, **how):
    return ask(*what, **how)[0]


def free_port():
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def client(client_id, limit=600):
    return {"client_id": client_id, "limit_per_minute": limit}


shop = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
threading.Thread(target=shop.serve_forever, daemon=True).start()
upstream, admin = f"http://127.0.0.1:{shop.server_port}", f"127.0.0.1:{free_port()}"
gateway = subprocess.Popen(
    [SOUK, "gateway", "--upstream", upstream, "--listen", "127.0.0.1:0", "--admin", admin,
     "--config", "gateway-config/kong.yaml", "--env-file", SETTINGS],
    stdout=subprocess.PIPE, stderr=open(WORK / "gateway.log", "w"), text=True,
)
follower = None
try:
    GATEWAY = gateway.stdout.readline().strip().removeprefix("http://")
    say("the gateway listens", GATEWAY != "")
    first, second = Key("first"), Key("second")
    say("without keys nobody's token is good", status("GET", "/v1/carts", first.token("customers")) == 401)
    say("without keys public routes answer", status("GET", "/v1/products") == 200)

    page = {"Origin": "https://souk.example"}
    for path in ("/oauth2/token", "/.well-known/openid-configuration", "/v1/orders", "/v2/orders"):
        code, _, told = ask("OPTIONS", path, headers={**page, "Access-Control-Request-Method": "POST"})
        say(f"a page of the shop may ask {path}", code == 200 and told["Access-Control-Allow-Origin"] == page["Origin"])
    code, _, told = ask("GET", "/.well-known/openid-configuration", headers=page)
    seen = told["Access-Control-Expose-Headers"].replace(" ", "").split(",")
    say("and sees why it is refused, and what is left of its allowance", {"WWW-Authenticate", "Retry-After", "RateLimit-Remaining"} <= set(seen))
    code, _, told = ask("GET", "/.well-known/openid-configuration", headers={"Origin": "https://evil.example"})
    say("a page of somebody else's may not", code == 200 and told["Access-Control-Allow-Origin"] is None)

    Shop.state = {"keys": [first.state()], "clients": [client("erp"), client("carrier"), client("slow", 3)]}
    follower = subprocess.Popen([GATE_KEYS], stdout=open(WORK / "gate-keys.log", "w"), env={
        **os.environ, "GATE_KEYS_SOURCE_URL": f"{upstream}/v1/identity/gate", "GATE_KEYS_CONFIG_FILE": RENDERED,
        "GATE_KEYS_MERGED_FILE": str(WORK / "kong.json"), "GATE_KEYS_ADMIN_URL": f"http://{admin}", "GATE_KEYS_POLL_SECONDS": "1",
    })
    say("gate-keys brings the key to the gateway", soon(lambda: status("GET", "/v1/carts", first.token("customers")) == 200))
    for consumer, method, path, expected in (
        ("guests", "GET", "/v1/carts", 200), ("customers", "GET", "/v1/dead-letters", 403), ("merchants", "GET", "/v1/dead-letters", 403),
        ("operators", "GET", "/v1/dead-letters", 200), ("operators", "POST", "/v1/identity/keys/rotate", 200),
        ("merchants", "POST", "/v1/identity/keys/rotate", 403), ("erp", "POST", "/v1/events", 200), ("merchants", "POST", "/v1/events", 403),
        ("merchants", "PUT", "/v1/products/x", 200), ("customers", "PUT", "/v1/products/x", 403), ("unknown", "GET", "/v1/carts", 401),
    ):
        say(f"{method} {path} says {expected} to {consumer}", status(method, path, first.token(consumer)) == expected)
    now = int(time.time())
    for what, token in (
        ("that has expired", first.token("customers", exp=now - 1)), ("that is not valid yet", first.token("customers", nbf=now + 60)),
        ("without exp", first.token("customers", exp=None)), ("without nbf", first.token("customers", nbf=None)),
        ("without the claim kid", first.token("customers", kid=None)), ("that nobody signed", first.token("customers", algorithm="none")),
        ("of another key", second.token("customers")), ("of another key with this one's name", second.token("customers", kid="first.customers")),
    ):
        say(f"a token {what} is refused", status("GET", "/v1/carts", token) == 401)
    say("identity's word to the gate is not for the outside", status("GET", "/v1/identity/gate", first.token("operators")) == 404)

    names = ("X-Consumer-Username", "K-Original-Host", "Knative-Serving-Revision", "Ce-Type", "Souk-Gate-Version")
    spoofed = {name: "merchants" for name in names}
    reached = set(json.loads(ask("GET", "/v1/carts", first.token("customers"), spoofed)[1]))
    say("what could be spoofed does not reach a function", reached.isdisjoint(name.lower() for name in spoofed))
    reached = set(json.loads(ask("POST", "/v1/events", first.token("erp"), spoofed)[1]))
    say("at the publishers' door Ce-Type does, and the others do not", reached & {name.lower() for name in spoofed} == {"ce-type"})

    # Eight, because a minute may end in between.
    slow = [status("POST", "/v1/events", first.token("slow")) for _ in range(8)]
    say("a machine has its own limit, whatever its token", slow[0] == 200 and slow.count(200) <= 6 and 429 in slow)
    say("and takes nobody else's", status("POST", "/v1/events", first.token("erp")) == 200)

    refused, stop = [], threading.Event()

    def go_on():
        while not stop.is_set():
            refused.extend([code] if (code := status("GET", "/v1/carts", first.token("customers"))) != 200 else [])

    load = threading.Thread(target=go_on)
    load.start()
    Shop.state = {"keys": [first.state(), second.state()], "clients": [client("carrier")]}
    say("a second key is good soon", soon(lambda: status("GET", "/v1/carts", second.token("customers")) == 200))
    say("a client that was shut off is refused", soon(lambda: status("POST", "/v1/events", second.token("erp")) == 401))
    say("and nobody else is", status("POST", "/v1/events", first.token("carrier")) == 200)
    stop.set()
    load.join()
    say("meanwhile no good token was refused", refused == [])
    Shop.state = {"keys": [second.state()], "clients": [client("carrier")]}
    say("a key that has left is good no more", soon(lambda: status("GET", "/v1/carts", first.token("customers")) == 401))
    written = lambda: (WORK / "kong.json").read_text(encoding="utf-8")
    say("what the gateway has is what it would start with", soon(lambda: "second.customers" in written() and "first.customers" not in written()))
finally:
    for process in (follower, gateway):
        if process:
            process.terminate()
            process.wait(10)
