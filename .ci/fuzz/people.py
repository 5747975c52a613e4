"""Somebody of a role, and somebody else whose things they must not see: prints both as variables for a shell.

    python people.py credentials.json customer
"""

import json
import shlex
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

credentials = json.load(open(sys.argv[1]))
gateway, role = credentials["gateway"], sys.argv[2]
PASSWORD = "correct horse battery"


def call(method, path, body=None, token=None, form=False, tries=30):
    data = None
    headers = {"idempotency-key": str(uuid.uuid4())}
    if body is not None:
        data = (urllib.parse.urlencode(body) if form else json.dumps(body)).encode()
        headers["content-type"] = "application/x-www-form-urlencoded" if form else "application/json"
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(gateway + path, data, headers, method=method)
    for left in reversed(range(tries)):
        try:
            with urllib.request.urlopen(request) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            if error.code != 429 or not left:
                sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")
            time.sleep(float(error.headers.get("retry-after", 1)))


def customer(name):
    email = f"fuzz-{uuid.uuid4().hex}@souk.example"
    call("POST", "/v1/accounts", {"email": email, "password": PASSWORD, "name": name})
    return email, log_in({"email": email, "password": PASSWORD})


def log_in(account):
    return call("POST", "/v1/sessions", account)["access_token"]


def machine():
    """With every scope that a machine may need."""
    scopes = [
        "publish:dev.souk.goods.received.v1", "publish:dev.souk.parcel.moved.v1", "carts:read", "orders:read", "payments:read",
        "payments:write", "shipments:read", "shipments:write", "catalog:write", "stock:write", "dead-letters:read",
    ]
    client = f"fuzz-{uuid.uuid4().hex[:12]}"
    operator = log_in(credentials["accounts"]["operator"])
    body = {"name": "Fuzz", "kind": "machine", "scopes": scopes, "limit_per_minute": 60000}
    secret = call("PUT", f"/v1/clients/{client}", body, operator)["client_secret"]
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    return call("POST", "/oauth2/token", form, form=True)["access_token"]


def token():
    match role:
        case "nobody":
            return ""
        case "guest":
            return call("POST", "/v1/guests", {})["access_token"]
        case "customer":
            return customer("Fuzz")[1]
        case "merchant" | "operator":
            return log_in(credentials["accounts"][role])
        case "machine":
            return machine()
        case other:
            sys.exit(f"no role `{other}`")


def article():
    """A product of its own: whoever runs the shop may have withdrawn any other one."""
    merchant = log_in(credentials["accounts"]["merchant"])
    sku = f"FUZZ-{uuid.uuid4().hex[:12].upper()}"
    price = {"amount_minor": 1250, "currency": "EUR"}
    call("PUT", f"/v1/products/{sku}", {"name": "A mug", "description": "A mug.", "category": "test", "price": price}, merchant)
    call("POST", f"/v1/stock/{sku}/adjustments", {"quantity_delta": 1, "reason": "for a test"}, merchant)
    return sku


def victim():
    """A customer with a cart, an order, a payment and a shipment; gives their ids, and words that stand in nothing else."""
    mark = f"Secret Lane {uuid.uuid4().hex}"
    email, own = customer(mark)
    cart = call("POST", "/v1/carts", {}, own)["cart_id"]
    address = {"name": mark, "line1": mark, "postal_code": "10115", "city": "Berlin", "country": "DE"}
    order = {"lines": [{"sku": article(), "quantity": 1}], "payment_method": "pm_card_visa", "shipping_address": address}
    order_id = call("POST", "/v1/orders", order, own)["order_id"]
    shipments = []
    for _ in range(300):
        shipments = call("GET", f"/v1/shipments?order_id={order_id}", token=own)["items"]
        if shipments:
            break
        time.sleep(0.1)
    ids = {"cart_id": cart, "order_id": order_id, "shipment_id": shipments[0]["shipment_id"]}
    return ids, [mark, email]


ids, marks = victim()
# Who runs the shop or the platform sees other people's things.
if role in ("merchant", "operator", "machine"):
    ids, marks = {}, []
for name, value in {"FUZZ_TOKEN": token(), "FUZZ_FOREIGN_IDS": json.dumps(ids), "FUZZ_FOREIGN_WORDS": json.dumps(marks)}.items():
    print(f"{name}={shlex.quote(value)}")
