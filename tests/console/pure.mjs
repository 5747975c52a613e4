// What the page computes, without a browser. `.ci/check-console` puts the page's modules beside this file.
import assert from "node:assert/strict";
import test from "node:test";

import { choices } from "./js/board.js";
import { hue, learn } from "./js/colours.js";
import { concerns } from "./js/concerns.js";
import { ago, bytes, duration, eventName, measure, shortName } from "./js/format.js";
import { latest, ofEdge, ofTrace } from "./js/latest.js";
import { legs } from "./js/legs.js";
import { alone, line } from "./js/lines.js";
import { find, parse, to } from "./js/routes.js";
import { nearest, ticks, timeTicks } from "./js/ticks.js";
import { bar, critical, rows, tree } from "./js/waterfall.js";
import { wrong } from "./js/wrong.js";
import { pieces } from "./js/yaml.js";

const span = (id, parent, start_us = 0, duration_us = 10) => ({
  id,
  parent,
  service: "orders",
  name: id,
  kind: "server",
  start_us,
  duration_us,
  error: false,
  attributes: {},
  events: [],
  links: [],
});
const names = (found) => found.map((row) => row.span.id);

test("children stand beneath their parents, in the order in which they began", () => {
  const found = rows(tree([span("a", null), span("c", "a", 5), span("b", "a", 2), span("d", "b", 3)]), new Set());
  assert.deepEqual(names(found), ["a", "b", "d", "c"]);
  assert.deepEqual(
    found.map((row) => row.depth),
    [0, 1, 2, 1],
  );
});

test("what a closed span led to is hidden", () => {
  assert.deepEqual(names(rows(tree([span("a", null), span("b", "a"), span("c", "b")]), new Set(["a"]))), ["a"]);
});

test("a span whose parent is not there is shown, and called an orphan", () => {
  const found = rows(tree([span("a", null), span("b", "gone")]), new Set());
  assert.deepEqual(
    found.map((row) => [row.span.id, row.orphan]),
    [
      ["a", false],
      ["b", true],
    ],
  );
});

test("spans in a circle are each shown once", () => {
  const found = rows(tree([span("a", "b"), span("b", "a"), span("c", "c")]), new Set());
  assert.deepEqual(names(found).sort(), ["a", "b", "c"]);
});

test("a chain of 20,000 spans is laid out", () => {
  const chain = Array.from({ length: 20_000 }, (_, index) =>
    span(String(index), index ? String(index - 1) : null, index),
  );
  const found = rows(tree(chain), new Set());
  assert.equal(found.length, 20_000);
  assert.equal(found.at(-1).depth, 19_999);
});

test("the way to the span that ended last is the one that decided", () => {
  const spans = [span("a", null, 0, 10), span("b", "a", 5, 50), span("c", "a", 6, 2), span("d", "b", 40, 30)];
  assert.deepEqual([...critical(spans)].sort(), ["a", "b", "d"]);
  assert.deepEqual([...critical([])], []);
});

test("a bar is never outside its row and never too thin to see", () => {
  for (const [start, length] of [
    [0, 100],
    [99, 50],
    [100, 0],
    [-5, 3],
    [50, 0],
  ]) {
    const { from, width } = bar(span("a", null, start, length), 100);
    assert.ok(from >= 0 && from <= 1 && width > 0 && from + width <= 1.01, `${start} ${length}`);
  }
});

test("an axis has round marks, the last at or above the highest value", () => {
  assert.deepEqual(ticks(0, 87), [0, 50, 100]);
  assert.deepEqual(ticks(0, 0.34), [0, 0.1, 0.2, 0.3, 0.4]);
  assert.deepEqual(ticks(-3, 7), [-5, 0, 5, 10]);
  assert.ok(ticks(0, 0).length > 1);
});

test("marks of time are round on the clock here", () => {
  assert.deepEqual(timeTicks(100, 1000, 4), [300, 600, 900]);
  assert.deepEqual(timeTicks(0, 7200, 2, 1800), [1800, 5400]);
});

test("the nearest point is found", () => {
  assert.equal(nearest([], 5), -1);
  assert.equal(nearest([1], 5), 0);
  assert.equal(nearest([0, 10, 20], 14), 1);
  assert.equal(nearest([0, 10, 20], 16), 2);
});

test("a line has a gap where there is no value", () => {
  assert.equal(
    line(
      [
        [0, 1],
        [1, null],
        [2, 3],
        [3, 4],
      ],
      (x) => x,
      (y) => y,
    ),
    "M0.0 1.0M2.0 3.0L3.0 4.0",
  );
});

test("a point without neighbours is drawn as a point", () => {
  assert.deepEqual(
    alone([
      [0, 1],
      [1, null],
      [2, 3],
      [3, 4],
      [4, null],
      [5, 0],
    ]),
    [
      [0, 1],
      [5, 0],
    ],
  );
  assert.deepEqual(alone([]), []);
});

test("lengths of time, sizes and numbers have three figures", () => {
  assert.deepEqual([0, 840, 12_345, 1_284_000, 300e6].map(duration), ["0", "840 µs", "12.3 ms", "1.28 s", "5 min"]);
  assert.deepEqual([900, 48e6].map(bytes), ["900 B", "45.8 MiB"]);
  assert.deepEqual([measure(0.25, "s"), measure(12_345), measure(null), measure(0)], ["250 ms", "12.3 k", "–", "0"]);
  assert.equal(ago("2026-03-14T09:26:53Z", Date.parse("2026-03-14T09:29:00Z")), "2 min ago");
});

test("events are called as people call them, and the second version as such", () => {
  assert.equal(eventName("dev.souk.order.placed.v1"), "order.placed");
  assert.equal(eventName("dev.souk.product.published.v2"), "product.published.v2");
  assert.equal(shortName("process dev.souk.order.placed.v1"), "process order.placed");
});

test("an address leads to where it was made", () => {
  const route = parse(to("traces", "4f55", { span: "00a1", q: "" }));
  assert.deepEqual(
    [route.part, route.id, route.query.get("span"), route.query.has("q")],
    ["traces", "4f55", "00a1", false],
  );
  assert.equal(parse("").part, "overview");
  assert.equal(parse(to("manifests", "knative/base/orders.yaml:2")).id, "knative/base/orders.yaml:2");
  assert.equal(parse("#/traces/%").id, "%");
});

test("a search knows an order from a trace from words", () => {
  assert.equal(find(" 01A21644-9f71-77b3-bb75-e4ccd56827aa"), "#/orders/01a21644-9f71-77b3-bb75-e4ccd56827aa");
  assert.equal(find("4f55ecd6ca8344f392a95821916c0202"), "#/traces/4f55ecd6ca8344f392a95821916c0202");
  assert.equal(find("circuit breaker"), "#/logs?q=circuit+breaker");
});

test("an event from function to function goes through the broker, and the activator is the gateway's", () => {
  const edge = (from, end, kind) => ({ from, to: end, kind, label: "x", count: 1, errors: 0, trace_id: null });
  assert.deepEqual(
    legs(edge("orders", "inventory", "event")).map((leg) => [leg.from, leg.to]),
    [
      ["orders", "broker"],
      ["broker", "inventory"],
    ],
  );
  assert.deepEqual(
    legs(edge("activator", "orders", "request")).map((leg) => [leg.from, leg.to]),
    [["gateway", "orders"]],
  );
  assert.deepEqual(legs(edge("gateway", "activator", "request")), []);
});

test("the latest are in the order in which they began, whichever came first", () => {
  const at = (second) => `2026-03-14T09:00:0${second}.000000Z`;
  const edge = (end, second, trace_id) =>
    ofEdge({ from: "broker", to: end, kind: "event", label: "x", count: 1, errors: 0, trace_id, at: at(second) });
  const trace = (trace_id, second) =>
    ofTrace({ trace_id, name: "POST /v1/orders", service: "gateway", started_at: at(second), errors: 0 });
  const shown = latest([edge("orders", 3, "b"), edge("payments", 5, "b"), trace("b", 1), trace("a", 4), trace("c", 0)]);
  assert.deepEqual(
    shown.map((one) => one.to ?? one.trace_id),
    ["payments", "a", "orders", "c"],
  );
  assert.equal(latest(Array.from({ length: 20 }, (_, second) => edge("orders", second % 10, "d"))).length, 8);
});

test("the functions of a shop have each a colour of their own, and who is none of them has none of theirs", () => {
  const functions = [
    "carts",
    "catalog",
    "deadletters",
    "identity",
    "intake",
    "inventory",
    "notifications",
    "orders",
    "payments",
    "portal",
    "shipping",
  ];
  assert.equal(learn(functions), true);
  const others = ["gateway", "broker", "activator", "payment-provider"];
  assert.equal(new Set([...functions, ...others].map(hue)).size, functions.length + others.length);
  assert.equal(hue("mail-server"), hue("payment-provider"));
});

test("what was drawn has to be drawn again only when the functions are others", () => {
  assert.equal(learn(["b", "a"]), true);
  const before = hue("b");
  assert.equal(learn(["a", "b"]), false);
  assert.equal(hue("b"), before);
  assert.equal(learn(["a", "b", "c"]), true);
});

test("a fault that is off is not told, one that is on is", () => {
  const well = {
    allowed: true,
    deliveries: null,
    broker_disk: "ok",
    provider: "normal",
    mails: "normal",
    functions: [],
  };
  assert.deepEqual(wrong(well), []);
  assert.deepEqual(wrong(null), []);
  assert.deepEqual(wrong({ ...well, provider: "hang", functions: ["orders"] }), [
    "the payment provider is hanging",
    "orders is dead",
  ]);
});

test("a shop that is well needs nobody, and one with dead letters does", () => {
  const overview = { telemetry: { dropped: 0 }, parts: { functions: [], triggers: [], faults: null } };
  assert.deepEqual(concerns(overview, new Map()), []);
  assert.equal(concerns(overview, new Map([["inventory-on-order-placed", 2]]))[0].title, "2 dead letters");
});

test("a histogram is shown by quantiles, a counter by its rate", () => {
  assert.deepEqual([choices("histogram")[0], choices("counter")[0], choices("gauge")[0]], ["p95", "rate", "value"]);
});

test("no letter of a line of YAML is lost by its colours", () => {
  for (const text of [
    "apiVersion: v1",
    "  - name: X # why",
    'a: "b # c"',
    "# only",
    "",
    "- 12",
    "plain",
    "url: http://x:80/y",
  ]) {
    assert.equal(
      pieces(text)
        .map(([, piece]) => piece)
        .join(""),
      text,
    );
  }
});
