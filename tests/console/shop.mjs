// The shop behind the page, as its customer and its clock see it.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const read = (name) => JSON.parse(readFileSync(join(process.env.SOUK_DATA_DIR, name), "utf8"));

export const addresses = () => read("addresses.json");

async function post(path, body, headers) {
  const answer = await fetch(`${addresses().gateway}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const document = await answer.json();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(document)}`);
  return document;
}

/** A token of the customer whom every shop has. */
export async function customer() {
  const session = await post("/v1/sessions", read("credentials.json").accounts.customer);
  return session.access_token;
}

/** Places an order; answers its id. */
export async function order(token, sku = "COF-ETH-250") {
  const placed = await post(
    "/v2/orders",
    {
      lines: [{ sku, quantity: 1 }],
      payment_method: "pm_card_visa",
      shipping_address: {
        name: "A. Reader",
        line1: "1 Main Street",
        postal_code: "10115",
        city: "Berlin",
        country: "DE",
      },
    },
    { authorization: `Bearer ${token}`, "idempotency-key": crypto.randomUUID() },
  );
  return placed.order_id;
}

/** Asks the console. */
export async function ask(path) {
  const answer = await fetch(`${addresses().console}/api/${path}`);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Looks until there is an answer. */
export async function until(what, look, within = 20_000) {
  const end = performance.now() + within;
  let last;
  while (performance.now() < end) {
    last = await look();
    if (last) return last;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${what}: not within ${within} ms`);
}
