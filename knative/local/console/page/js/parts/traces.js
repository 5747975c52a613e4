// Traces: a list with filters, and one as a waterfall.

import { ask, overview } from "../api.js";
import { hue } from "../colours.js";
import { h, replace } from "../dom.js";
import { duration, short, shortName } from "../format.js";
import { to } from "../routes.js";
import { badge, fillServices, nothing, openRow, time, toast, said, trouble } from "../widgets.js";
import { showTrace } from "./trace.js";

/** @typedef {import("../types.js").TraceRow} TraceRow */

/** @param {import("../routes.js").Route} route */
export const title = (route) => (route.id ? `Trace ${short(route.id)}` : "Traces");

/**
 * @param {HTMLElement} main
 * @param {import("../routes.js").Route} route
 * @param {import("../life.js").Life} life
 */
export function show(main, route, life) {
  if (route.id) return showTrace(main, route, life);
  const query = route.query;
  const search = h("input", {
    type: "search",
    name: "q",
    placeholder: "Name, route, event type",
    "aria-label": "Words in names",
    value: query.get("q") ?? "",
  });
  const services = h(
    "select",
    { name: "service", "aria-label": "Service" },
    h("option", { value: "" }, "every service"),
  );
  const slow = h(
    "select",
    { name: "min_ms", "aria-label": "At least how long" },
    [
      ["", "however long"],
      ["50", "over 50 ms"],
      ["100", "over 100 ms"],
      ["500", "over 500 ms"],
      ["1000", "over 1 s"],
      ["5000", "over 5 s"],
    ].map(([value, name]) => h("option", { value }, name)),
  );
  const errors = h("button", { type: "button", "aria-pressed": String(query.get("errors") === "true") }, "Only errors");
  const live = h("button", { type: "button", "aria-pressed": "true", title: "New ones come by themselves" }, "Live");
  slow.value = query.get("min_ms") ?? "";
  const place = h("section", { class: "card", "aria-label": "Traces" });
  const older = h("button", { type: "button", class: "hidden" }, "Older ones");
  main.append(
    h("div", { class: "head" }, h("h1", null, "Traces")),
    h("div", { class: "filters" }, search, services, slow, errors, live),
    place,
    h("p", { class: "after" }, older),
  );
  life.effect(() => {
    const names = (overview.value?.parts.functions ?? []).map((one) => one.name);
    const chosen = query.get("service") ?? services.value;
    fillServices(services, "every service", ["gateway", "broker", "activator", ...names], chosen);
  });

  /** @type {TraceRow[]} */
  let found = [];
  /** @type {string | null} */
  let next = null;
  let drawn = "";
  const filters = () => ({
    q: search.value.trim(),
    service: services.value,
    min_ms: slow.value,
    errors: errors.getAttribute("aria-pressed") === "true" ? "true" : "",
  });
  const filtered = () => Object.values(filters()).some(Boolean);

  async function load() {
    try {
      const answer = await ask("traces", { query: { limit: 50, ...filters() }, signal: life.signal });
      const newest = /** @type {TraceRow[]} */ (answer.traces);
      const oldest = newest.at(-1)?.started_at ?? "";
      const kept = found.length > newest.length ? found.filter((one) => one.started_at < oldest) : [];
      if (!kept.length) next = answer.next_before;
      found = [...newest, ...kept];
      draw();
    } catch (error) {
      if (life.signal.aborted) return;
      drawn = "";
      replace(place, h("div", { class: "body" }, trouble(error)));
    }
  }

  function draw() {
    older.classList.toggle("hidden", !next);
    const now = JSON.stringify(found);
    if (now === drawn) return;
    drawn = now;
    replace(
      place,
      found.length
        ? table(found)
        : filtered()
          ? nothing("None like that", "No trace that is kept fits these filters.")
          : nothing(
              "No traces yet",
              "Each request through the gateway begins one. Try",
              `curl -i ${overview.peek()?.gateway ?? "http://127.0.0.1:8000"}/v1/products`,
            ),
    );
  }

  function changed() {
    found = [];
    history.replaceState(null, "", to("traces", null, filters()));
    void load();
  }
  let typing = 0;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = window.setTimeout(changed, 200);
  });
  services.addEventListener("change", changed);
  slow.addEventListener("change", changed);
  for (const button of [errors, live]) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      if (button === errors) changed();
    });
  }
  older.addEventListener("click", async () => {
    try {
      const answer = await ask("traces", { query: { limit: 50, before: next, ...filters() }, signal: life.signal });
      found = [...found, ...answer.traces];
      next = answer.next_before;
      draw();
    } catch (error) {
      toast(said(error), "bad");
    }
  });
  life.every(1_500, async () => {
    if (live.getAttribute("aria-pressed") === "true" || !found.length) await load();
  });
}

/** @param {TraceRow[]} traces */
function table(traces) {
  const longest = Math.max(...traces.map((trace) => trace.duration_ms), 1);
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { onclick: openRow, class: "traces" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          h("th", null, "Trace"),
          h("th", { class: "wide" }, "Services"),
          h("th", null, "Started"),
          h("th", { class: "num wide" }, "Spans"),
          h("th", { class: "length" }, "Took"),
        ),
      ),
      h(
        "tbody",
        null,
        traces.map((trace) =>
          h(
            "tr",
            { class: "link" },
            h(
              "td",
              null,
              h(
                "div",
                { class: "row tight" },
                h("span", { class: "dot", "data-hue": hue(trace.service), title: trace.service }),
                h("a", { href: to("traces", trace.trace_id), title: trace.trace_id }, shortName(trace.name)),
                trace.errors ? badge(`${trace.errors} failed`, "bad") : null,
                trace.key
                  ? h(
                      "a",
                      { href: to("orders", trace.key), class: "small mono quiet", title: `Order ${trace.key}` },
                      `order ${short(trace.key)}`,
                    )
                  : null,
              ),
            ),
            h(
              "td",
              { class: "wide" },
              h(
                "span",
                { class: "chips" },
                trace.services.map((name) => h("span", { class: "chip", "data-hue": hue(name), title: name }, name)),
              ),
            ),
            h("td", null, time(trace.started_at)),
            h("td", { class: "num wide" }, trace.spans),
            h(
              "td",
              { class: "length" },
              h("span", { class: "took" }, duration(trace.duration_ms * 1000)),
              h(
                "span",
                { class: "track wide" },
                h("span", {
                  class: "amount",
                  "data-hue": hue(trace.service),
                  style: { width: `${Math.max((trace.duration_ms / longest) * 100, 0.7)}%` },
                }),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}
