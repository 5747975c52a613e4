// Is it well? What runs, what flows, what asks for somebody.

import { ask, flow, openLetters, overview } from "../api.js";
import { effect, h, replace, s, signal } from "../dom.js";
import { bytes, clock, count, measure, plural, shortName } from "../format.js";
import { flowMap } from "../flowmap.js";
import { latest, ofEdge, ofTrace } from "../latest.js";
import { to } from "../routes.js";
import { concerns } from "../concerns.js";
import { auditCard } from "./audit.js";
import { nothing, service, souk } from "../widgets.js";

/** @typedef {import("../types.js").Overview} Overview */

const KEPT = 60;
/** Of the last minute; they outlive the part. @type {Record<string, number[]>} */
const history = { requests: [], errors: [], events: [] };
/** What is shown as the latest. */
const ticker = signal(/** @type {import("../latest.js").Item[]} */ ([]));
let isFilled = false;

export const title = () => "Overview";

/**
 * @param {HTMLElement} main
 * @param {import("../routes.js").Route} _route
 * @param {import("../life.js").Life} life
 */
export function show(main, _route, life) {
  const tiles = h("div", { class: "tiles" });
  const map = flowMap();
  const worries = h("div", { class: "body worries" });
  const newest = h("ol", { class: "latest", "aria-label": "The latest requests and events" });
  const beside = h("div", { class: "body" });
  main.append(
    h("div", { class: "head" }, h("h1", null, "Overview")),
    tiles,
    h(
      "div",
      { class: "two" },
      h(
        "section",
        { class: "card map-card-box", "aria-label": "Requests and events" },
        h("header", null, h("h2", { class: "grow" }, "Requests and events"), legend()),
        map.root,
      ),
      h(
        "div",
        { class: "stack" },
        h("section", { class: "card" }, h("header", null, h("h2", null, "What needs somebody")), worries),
        h(
          "section",
          { class: "card" },
          h(
            "header",
            null,
            h("h2", { class: "grow" }, "Latest"),
            h("a", { href: "#/traces", class: "small" }, "All traces"),
          ),
          newest,
        ),
        auditCard(life),
        h("section", { class: "card" }, h("header", null, h("h2", null, "Beside the functions")), beside),
      ),
    ),
  );
  life.onEnd(map.end);
  life.effect(() => {
    const all = overview.value;
    if (!all) return replace(worries, h("p", { class: "quiet" }, "Asking the shop …"));
    map.show(all.parts.functions);
    replace(tiles, ...tilesOf(all));
    replace(worries, ...worriesOf(all));
    replace(beside, ...besideOf(all));
  });
  life.effect(() => {
    const edges = flow.value;
    map.flow(edges, overview.peek()?.parts.functions ?? []);
  });
  life.effect(() => drawLatest(newest));
  void fill();
}

/** What was before the page was opened; asked for once. */
async function fill() {
  if (isFilled) return;
  isFilled = true;
  try {
    /** @type {import("../types.js").TraceRow[]} */
    const traces = (await ask("traces", { query: { limit: 8 } })).traces;
    ticker.value = latest([...ticker.peek(), ...traces.map(ofTrace)]);
  } catch {
    // Another look asks again.
    isFilled = false;
  }
}

// What flowed is remembered whichever part is shown.
effect(() => {
  ticker.value = latest([...flow.value.map(ofEdge), ...ticker.peek()]);
});
setInterval(() => {
  const rates = overview.peek()?.rates;
  if (!rates) return;
  push("requests", rates.requests_per_second);
  push("errors", rates.errors_per_second);
  push("events", rates.events_per_second);
}, 1_000);

/**
 * @param {string} name
 * @param {number} value
 */
function push(name, value) {
  history[name] = [...(history[name] ?? []), value].slice(-KEPT);
}

function legend() {
  return h(
    "span",
    { class: "map-legend small quiet" },
    h("i", { class: "instance ready" }),
    "instance",
    h("i", { class: "instance starting" }),
    "waking",
    h("i", { class: "asleep" }),
    "asleep",
  );
}

/** @param {Overview} all */
function tilesOf(all) {
  const awake = all.parts.functions.filter((one) => one.instances.length).length;
  const lag = all.parts.triggers.reduce((sum, trigger) => sum + trigger.in_flight, 0);
  return [
    tile("Requests", `${measure(all.rates.requests_per_second)} /s`, history.requests, "2"),
    tile(
      "Errors",
      `${measure(all.rates.errors_per_second)} /s`,
      history.errors,
      "12",
      all.rates.errors_per_second > 0 ? "bad" : "",
    ),
    tile("Events", `${measure(all.rates.events_per_second)} /s`, history.events, "1"),
    tile("Functions awake", h("span", null, awake, h("small", null, ` of ${all.parts.functions.length}`))),
    tile("Deliveries under way", count(lag)),
  ];
}

/**
 * @param {string} name
 * @param {import("../dom.js").Child} value
 * @param {number[]} [points]
 * @param {string} [hue]
 * @param {string} [mood]
 */
function tile(name, value, points, hue = "0", mood = "") {
  return h(
    "div",
    { class: "card tile" },
    h("span", { class: "quiet small" }, name),
    h("strong", { class: mood }, value),
    points ? spark(points, hue) : null,
  );
}

/**
 * @param {number[]} points
 * @param {string} hue
 */
function spark(points, hue) {
  const high = Math.max(...points, 0.001);
  const at = points.map(
    (value, index) => `${((KEPT - points.length + index) / (KEPT - 1)) * 120},${27 - (value / high) * 24}`,
  );
  return s(
    "svg",
    { class: "spark", viewBox: "0 0 120 28", preserveAspectRatio: "none", "aria-hidden": "true", "data-hue": hue },
    at.length > 4 ? s("polygon", { points: `${at[0]?.split(",")[0]},28 ${at.join(" ")} 120,28` }) : null,
    at.length > 4 ? s("polyline", { points: at.join(" ") }) : null,
  );
}

/** @param {Overview} all */
function worriesOf(all) {
  const found = concerns(all, openLetters.value);
  if (!found.length)
    return [
      h(
        "p",
        { class: "well" },
        h("span", { class: "dot good-dot" }),
        "Nothing. Every function answers, every event is delivered.",
      ),
    ];
  return found.map((one) =>
    h("a", { class: `worry ${one.mood}`, href: one.link }, h("strong", null, one.title), h("span", null, one.why)),
  );
}

/** @param {Overview} all */
function besideOf(all) {
  const parts = all.parts;
  return [
    h(
      "dl",
      { class: "facts" },
      parts.engines
        .map((one) => [
          h("dt", null, one.name),
          h("dd", { class: "mono small" }, `${one.version}, ${one.address.replace("http://", "")}`),
        ])
        .flat(),
      parts.stand_ins
        .map((one) => [
          h("dt", null, one.name.replace("-", " ")),
          h(
            "dd",
            { class: "small" },
            one.page ? h("a", { href: one.page, target: "_blank", rel: "noopener" }, "look inside") : "–",
            one.restarts ? `, started again ${plural(one.restarts, "time")}` : "",
          ),
        ])
        .flat(),
      h("dt", null, "telemetry"),
      h(
        "dd",
        { class: "small" },
        `${plural(all.telemetry.spans, "span")}, ${plural(all.telemetry.logs, "line")}, ${bytes(all.telemetry.bytes)}`,
        all.telemetry.dropped ? h("span", { class: "warn" }, `, ${count(all.telemetry.dropped)} dropped`) : "",
      ),
    ),
  ];
}

/** @param {Element} place */
function drawLatest(place) {
  if (!ticker.value.length) {
    return replace(
      place,
      nothing(
        "Quiet so far",
        "Place an order, and see it walk through the house. souk up printed the command; so does",
        souk("ps"),
      ),
    );
  }
  replace(
    place,
    ticker.value.map((one) => {
      const label = shortName(one.label);
      return h(
        "li",
        { class: one.failed ? "wrong" : "" },
        h("time", { datetime: one.at, title: one.at }, clock(one.at).slice(0, 8)),
        h(
          "span",
          { class: "hop" },
          service(one.from),
          one.to === null ? null : [h("span", { class: "quiet", "aria-label": "to" }, "→"), service(one.to)],
        ),
        one.trace_id
          ? h("a", { href: to("traces", one.trace_id), class: "cut" }, label)
          : h("span", { class: "cut" }, label),
      );
    }),
  );
}
