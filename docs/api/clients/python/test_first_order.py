"""A customer registers, browses and orders, by nothing but the client that is made from the document."""

import os
import unittest
from uuid import uuid4

from souk_client import AuthenticatedClient, Client
from souk_client.api.catalog import get_product, list_products
from souk_client.api.identity import open_session, register_account
from souk_client.api.orders import get_order, place_order
from souk_client.models import (
    Credentials,
    NewAccount,
    Order,
    OrderRequest,
    OrderRequestShippingAddress,
    OrderStatus,
    Problem,
    ProductPage,
    StockLine,
    Tokens,
)

GATEWAY = os.environ.get("SOUK_GATEWAY_URL", "http://127.0.0.1:8000")
PASSWORD = "correct horse battery"


def logged_in() -> AuthenticatedClient:
    visitor, email = Client(base_url=GATEWAY), f"customer-{uuid4()}@souk.example"
    registration = NewAccount(email=email, password=PASSWORD, name="A Typed Client")
    registered = register_account.sync_detailed(client=visitor, body=registration)
    assert registered.status_code == 201, registered
    tokens = open_session.sync(client=visitor, body=Credentials(email=email, password=PASSWORD))
    assert isinstance(tokens, Tokens), tokens
    return AuthenticatedClient(base_url=GATEWAY, token=tokens.access_token)


class FirstOrder(unittest.TestCase):
    def test_a_typed_client_registers_browses_and_orders(self) -> None:
        customer = logged_in()
        products = list_products.sync(client=customer, category="coffee", limit=3)
        self.assertIsInstance(products, ProductPage)
        product = products.items[0]

        address = OrderRequestShippingAddress(
            name="A. Reader", line1="1 Main Street", postal_code="10115", city="Berlin", country="DE"
        )
        request = OrderRequest(
            lines=[StockLine(sku=product.sku, quantity=2)], payment_method="pm_card_visa", shipping_address=address
        )
        placed = place_order.sync(client=customer, body=request, idempotency_key=str(uuid4()))
        self.assertIsInstance(placed, Order)
        self.assertEqual(placed.total.amount_minor, 2 * product.price.amount_minor)
        self.assertEqual(placed.status, OrderStatus.PENDING)

        read = get_order.sync(client=customer, order_id=placed.order_id)
        self.assertIsInstance(read, Order)
        self.assertEqual(read.order_id, placed.order_id)

    def test_a_problem_is_typed_as_well(self) -> None:
        answer = get_product.sync(client=Client(base_url=GATEWAY), sku="NO-SUCH-THING")
        self.assertIsInstance(answer, Problem)
        self.assertTrue(answer.type_.endswith("/not-found"), answer)


if __name__ == "__main__":
    unittest.main()
