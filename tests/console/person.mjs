// A person in front of the page: places an order, sees its trace and its path, breaks things, finds out why, mends them, and sees the order
// confirmed. One shop, one story, told in order. `.ci/check-console` opens the shop.
import assert from "node:assert/strict";
import test, { after, before } from "node:test";

import { launch, Person } from "./browser.mjs";
import { addresses, ask, customer, order, until } from "./shop.mjs";

const WALK = ["gateway", "orders", "broker", "inventory", "payments", "shipping", "notifications"];
/** The colour of who is no function. */
const OTHERS = "14";
/** The broker tries for half a minute before it gives an event up. */
const GIVEN_UP_WITHIN = 120_000;
/** A card's payment is tried for 10 s before it is put off. */
const PUT_OFF_WITHIN = 40_000;

let browser;
/** @type {Person} */
let person;
let token;
let first;

before(async () => {
  browser = await launch();
  person = await Person.come(browser, addresses().console);
  token = await customer();
});

after(async () => {
  await browser?.close();
});

test("an order is on the map and among the latest as it walks through the shop", async () => {
  await person.reads("main h1", "Overview");
  await person.reads(".map-card", "orders");
  first = await order(token);
  await person.reads(".latest", "order.confirmed");
  await person.reads(".map-card.awake", "orders");
  await person.pictures("overview");
});

test("the order's path says that it is confirmed, step by step", async () => {
  await person.press("nav a", "Orders");
  await person.press("tbody a", first.slice(-8));
  await person.reads(".head .badge", "confirmed");
  for (const words of ["orders", "inventory", "payments", "shipping"]) await person.reads(".path", words);
  await person.pictures("order");
  await person.go("#/orders");
  await person.reads("tbody", first.slice(-8));
  await person.pictures("orders");
});

test("its trace goes through every function that had to do with it, without an orphan", async () => {
  const trace = await until("the whole trace", async () => {
    const { traces } = await ask(`traces?key=${first}`);
    return traces.find((one) => WALK.every((service) => one.services.includes(service)));
  });
  await person.go(`#/orders/${first}`);
  await person.press(".path a", "trace");
  await person.reads(".fall > header", "notifications");
  for (const service of WALK) await person.reads(".fall > header", service);
  const whole = await ask(`traces/${trace.trace_id}`);
  assert.deepEqual(whole.orphans, []);
  assert.equal(await person.page.$(".badge.warn"), null);
  await person.pictures("trace");
});

test("what was before the page was opened is among the latest", async () => {
  const trace = await person.page.evaluate(() => location.hash);
  await person.again("#/overview");
  await person.reads(".latest a", "POST /v2/orders");
  await person.again(trace);
});

test("a service has the same colour wherever it is seen, also where the page begins", async () => {
  const { page } = person;
  const trace = await page.evaluate(() => location.hash);
  /** Of each service that a part shows. */
  const colours = async (where) => {
    await person.again(where);
    await until("services", () => page.$(".service [data-hue], .map-card[data-hue]"));
    return new Map(
      await page.$$eval(".service, .map-card[data-hue]", (all) =>
        all.map((one) => [
          one.querySelector("a.cut, .cut")?.textContent ?? one.textContent,
          one.dataset.hue ?? one.querySelector("[data-hue]").dataset.hue,
        ]),
      ),
    );
  };
  const map = await colours("#/overview");
  const areDistinct = (found) => {
    const own = [...found.values()].filter((colour) => colour !== OTHERS);
    assert.equal(new Set(own).size, own.length);
  };
  areDistinct(map);
  for (const where of [trace, `#/orders/${first}`]) {
    const here = await colours(where);
    assert.ok(here.has("orders"));
    for (const [service, colour] of here) if (map.has(service)) assert.equal(colour, map.get(service), service);
    areDistinct(here);
  }
  await person.again(trace);
});

test("a trace can be read with the keyboard alone", async () => {
  const { page } = person;
  await page.focus(".fall-rows");
  const before_ = await person.text(".details .ids");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.notEqual(await person.text(".details .ids"), before_);
  await page.keyboard.press("Home");
  assert.equal(await person.text(".details .ids"), before_);
  const height = () => page.$eval(".sheet", (sheet) => sheet.getBoundingClientRect().height);
  const open = await height();
  await page.keyboard.press("ArrowLeft");
  assert.ok((await height()) < open);
  await page.keyboard.press("ArrowRight");
  assert.equal(await height(), open);
  await page.keyboard.press("?");
  await person.reads("dialog", "Search in this part");
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await person.reads("main h1", "Traces");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("type")), "search");
  await page.keyboard.press("Escape");
});

test("traces are filtered, and the address of a filter can be kept", async () => {
  await person.go("#/traces");
  await person.reads("tbody", "orders");
  await person.pictures("traces");
  await person.page.select("select[name=service]", "payments");
  await person.reads("tbody", "payments");
  assert.ok((await person.page.evaluate(() => location.hash)).includes("service=payments"));
});

test("logs of one function come live and lead to their trace", async () => {
  await person.go("#/logs");
  await person.reads(".lines", "orders");
  await person.pictures("logs");
  await person.go("#/logs?service=payments");
  const later = await order(token);
  await person.reads(".line .service", "payments");
  await until("only payments", () =>
    person.page.$$eval(".line .service", (all) => all.every((one) => one.textContent === "payments")),
  );
  await until("confirmed", async () => (await ask(`orders/${later}/path`)).state === "confirmed");
});

test("metrics are drawn and can be read as a table", async () => {
  await until(
    "metrics of functions",
    async () =>
      (await ask("metrics")).metrics.some(
        (one) => one.name === "http_server_request_duration_seconds" && one.source === "functions",
      ),
    40_000,
  );
  await person.go("#/metrics");
  await person.reads(".board", "Requests");
  await until("a line", () => person.page.$(".board path.line"), 40_000);
  await until("every plot", () =>
    person.page.$$eval(".board .chart", (charts) => charts.every((chart) => chart.hasChildNodes())),
  );
  await person.pictures("metrics");
  await person.press(".board h2 a", "How long requests take");
  await until("a line", () => person.page.$("path.line"));
  await person.press("summary", "As a table");
  await person.reads(".plot-table th", "Time");
  await person.page.focus(".chart");
  await person.page.keyboard.press("ArrowLeft");
  await until("the cross-hair", () => person.page.$(".tip:not(.hidden)"));
  await person.pictures("metric");
});

test("the manifests are shown as loaded", async () => {
  await person.go("#/manifests");
  await person.reads(".names", "payments");
  await person.reads(".yaml", "apiVersion");
  await person.pictures("manifests");
});

test("a provider that fails is why an order waits, and the order goes on when it is back", async () => {
  await person.go("#/faults");
  await person.pictures("faults");
  await person.press(".modes button", "answers 500");
  await person.reads("#banners", "the payment provider is failing");
  const waits = await order(token);
  await person.go(`#/orders/${waits}`);
  await person.reads(".why", "provider", PUT_OFF_WITHIN);
  await person.reads(".head .badge", "pending");
  await person.pictures("waiting");
  await person.go("#/faults");
  await person.press("button", "Everything off");
  await until("no banner", () => person.page.$eval("#banners", (one) => one.textContent === ""));
  await person.go(`#/orders/${waits}`);
  await person.reads(".head .badge", "confirmed", 90_000);
});

test("mails that are refused are told, and switched on again", async () => {
  await person.go("#/faults");
  await person.press(".modes button", "refuses them");
  await person.reads("#banners", "mail server refuses");
  await person.press(".modes button", "takes mails");
  await until("no banner", () => person.page.$eval("#banners", (one) => one.textContent === ""));
});

test("an order that a dead function did not hear of is found among the dead letters, sent again, and confirmed", async () => {
  await person.go("#/faults");
  await person.press(".deaths label", "inventory");
  await person.reads("#banners", "inventory is dead");
  const stuck = await order(token);
  await person.go(`#/orders/${stuck}`);
  await person.reads(".why", "inventory", 30_000);
  await person.go("#/events");
  await person.reads("tr.under", "order.placed", 30_000);
  await person.pictures("retrying");
  await person.reads("[data-part=events] .mark", "1", GIVEN_UP_WITHIN);
  await person.go("#/overview");
  await person.reads(".worry", "dead letter");
  await person.pictures("worried");
  await person.go(`#/orders/${stuck}`);
  await person.reads(".why", "dead letter");
  await person.pictures("stuck");
  await person.go("#/faults");
  await person.press("button", "Everything off");
  await person.go(`#/orders/${stuck}`);
  await person.press("main a", "order.placed");
  await person.reads(".letters pre", stuck);
  await person.pictures("letters");
  // What was dead is started again after a pause that grows with each failure; whoever sends before is told that it was refused again.
  await until(
    "sent again",
    async () => {
      await person.press(".letters .inside button", "Send again");
      return person.reads(".letters .badge", "redriven", 2_500).then(
        () => true,
        () => false,
      );
    },
    60_000,
  );
  await person.go(`#/orders/${stuck}`);
  await person.reads(".head .badge", "confirmed");
});

test("a poisoned event is a dead letter, and is discarded with a reason", async () => {
  await person.go("#/faults");
  await person.press(".switch button", "Send one");
  await person.go("#/events/letters");
  await person.reads(".letters .badge", "open", GIVEN_UP_WITHIN);
  await person.page.click("input[aria-label='All of them']");
  await person.press(".card > header button", "Discard");
  await person.page.type("dialog textarea", "a demonstration");
  await person.pictures("discard");
  await person.press("dialog button", "Discard");
  await person.reads(".letters", "No dead letters");
  await person.go("#/events");
  await person.reads("tbody", "on order placed");
  await person.pictures("events");
  await person.go("#/events/newest");
  await person.reads(".newest", "order.confirmed");
  await person.pictures("newest");
});

test("the books are right after all that", async () => {
  await person.go("#/overview");
  await person.press("button", "Check the books");
  await person.reads("main", "the books are right", 120_000);
});

test("the search on top finds an order by its id", async () => {
  const { page } = person;
  await page.type(".top input[type=search]", first);
  await page.keyboard.press("Enter");
  await person.reads("h1", first);
  await page.keyboard.press("t");
  assert.ok(await page.evaluate(() => document.documentElement.dataset.theme));
});

test("an order that does not exist is said not to, and the page stays well", async () => {
  const before_ = person.broken.length;
  await person.go("#/orders/00000000-0000-7000-8000-000000000000");
  await person.reads("[role=alert]", "order");
  // The browser itself writes down the 404.
  person.broken.splice(before_);
});

test("the browser complained about nothing", () => {
  assert.deepEqual(person.broken, []);
});
