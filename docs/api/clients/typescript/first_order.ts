// A customer registers, browses and orders, by nothing but the types that the document gives.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import createClient from "openapi-fetch";
import type { components, paths } from "./souk.js";

type Order = components["schemas"]["Order"];

const baseUrl = process.env.SOUK_GATEWAY_URL ?? "http://127.0.0.1:8000";

/** What was answered, or the problem as an error. */
async function answered<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await asked;
  if (data === undefined) throw new Error(`${response.status}: ${JSON.stringify(error)}`);
  return data;
}

async function loggedIn() {
  const visitor = createClient<paths>({ baseUrl });
  const email = `customer-${randomUUID()}@souk.example`;
  const password = "correct horse battery";
  await answered(visitor.POST("/v1/accounts", { body: { email, password, name: "A Typed Client" } }));
  const session = await answered(visitor.POST("/v1/sessions", { body: { email, password } }));
  return createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${session.access_token}` } });
}

test("a typed client registers, browses and orders", async () => {
  const customer = await loggedIn();
  const query = { category: "coffee", limit: 3 };
  const { items } = await answered(customer.GET("/v1/products", { params: { query } }));
  const product = items[0];
  assert.ok(product, "the shop sells coffee");

  const placed: Order = await answered(
    customer.POST("/v1/orders", {
      params: { header: { "Idempotency-Key": randomUUID() } },
      body: {
        lines: [{ sku: product.sku, quantity: 2 }],
        payment_method: "pm_card_visa",
        shipping_address: { name: "A. Reader", line1: "1 Main Street", postal_code: "10115", city: "Berlin", country: "DE" },
      },
    }),
  );
  assert.equal(placed.total.amount_minor, 2 * product.price.amount_minor);
  assert.equal(placed.status, "pending");

  const params = { path: { order_id: placed.order_id } };
  const read = await answered(customer.GET("/v1/orders/{order_id}", { params }));
  assert.equal(read.order_id, placed.order_id);
});

test("a problem is typed as well", async () => {
  const visitor = createClient<paths>({ baseUrl });
  const params = { path: { sku: "NO-SUCH-THING" } };
  const { error, response } = await visitor.GET("/v1/products/{sku}", { params });
  assert.equal(response.status, 404);
  // Knative's own words, when a function is away, are plain text.
  assert.ok(error && typeof error === "object" && "type" in error && error.type.endsWith("/not-found"), JSON.stringify(error));
});
