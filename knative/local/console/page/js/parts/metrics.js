// Metrics: a board of those that matter first, and any of them by name.

import { ask } from "../api.js";
import { h, replace } from "../dom.js";
import { to } from "../routes.js";
import { plot } from "../plot.js";
import { nothing, trouble } from "../widgets.js";
import { BOARD, choices, hint } from "../board.js";

/** @typedef {import("../types.js").Metric} Metric */
/** @typedef {{ title: string, metric: string, source?: string, as: string, by?: string, where?: string }} Question */

const RANGES = [
  ["900", "15 min"],
  ["3600", "1 h"],
  ["21600", "6 h"],
  ["86400", "24 h"],
];

export const title = () => "Metrics";

/**
 * @param {HTMLElement} main
 * @param {import("../routes.js").Route} route
 * @param {import("../life.js").Life} life
 */
export function show(main, route, life) {
  const range = h(
    "select",
    { "aria-label": "How far back" },
    RANGES.map(([value, name]) => h("option", { value }, name)),
  );
  range.value = route.query.get("range") ?? "900";
  const search = h("input", { type: "search", placeholder: "Find a metric", "aria-label": "Find a metric" });
  const names = h("ul", { class: "names", "aria-label": "Metrics" });
  const place = h("div", { class: "grow", "aria-live": "off" });
  main.append(
    h(
      "div",
      { class: "head" },
      h("h1", null, route.id ?? "Metrics"),
      h("span", { class: "grow" }),
      route.id ? h("a", { class: "button", href: "#/metrics" }, "The board") : null,
      range,
    ),
    h(
      "div",
      { class: "two metrics" },
      h("section", { class: "card picker", "aria-label": "Pick a metric" }, h("div", { class: "body" }, search), names),
      place,
    ),
  );
  /** @type {Metric[]} */
  let metrics = [];
  /** @type {import("../life.js").Life | null} */
  let asked = null;

  function drawNames() {
    const words = search.value.trim().toLowerCase();
    const shown = metrics.filter((metric) => metric.name.includes(words) || metric.help.toLowerCase().includes(words));
    replace(
      names,
      shown.map((metric) =>
        h(
          "li",
          null,
          h(
            "a",
            {
              href: to("metrics", metric.name, { source: metric.source, range: range.value }),
              title: metric.help,
              "aria-current":
                metric.name === route.id && (route.query.get("source") ?? metric.source) === metric.source
                  ? "page"
                  : null,
            },
            h("span", { class: "cut" }, metric.name),
            h("span", { class: "quiet small" }, `${metric.type}${metric.source === "platform" ? ", platform" : ""}`),
          ),
        ),
      ),
    );
    if (!shown.length)
      names.append(h("li", { class: "quiet body" }, metrics.length ? "None is called that." : "None yet."));
  }

  function draw() {
    const metric = metrics.find(
      (one) => one.name === route.id && one.source === (route.query.get("source") ?? one.source),
    );
    if (!metrics.length)
      replace(
        place,
        h(
          "div",
          { class: "card" },
          nothing(
            "No numbers yet",
            "Functions send theirs every 10 s and when they fall asleep. Ask one something, and wait that long.",
          ),
        ),
      );
    else if (route.id && !metric) replace(place, trouble(`There is no metric ${route.id} yet.`));
    else if (metric) single(place, metric, route, range, life);
    else board(place, metrics, range, life);
  }

  search.addEventListener("input", drawNames);
  search.addEventListener("keydown", (event) => {
    const first = names.querySelector("a");
    if (event.key === "Enter" && first) first.click();
  });
  range.addEventListener("change", () => {
    history.replaceState(null, "", to("metrics", route.id, { ...Object.fromEntries(route.query), range: range.value }));
    draw();
    drawNames();
  });
  life.every(15_000, async () => {
    try {
      const before = metrics.map((metric) => metric.name).join();
      metrics = (await ask("metrics", { signal: life.signal })).metrics;
      if (metrics.map((metric) => metric.name).join() === before && asked) return;
      asked = life;
      drawNames();
      draw();
    } catch (error) {
      if (!life.signal.aborted) replace(place, trouble(error));
    }
  });
}

/**
 * @param {HTMLElement} place
 * @param {Metric[]} metrics
 * @param {HTMLSelectElement} range
 * @param {import("../life.js").Life} life
 */
function board(place, metrics, range, life) {
  const known = BOARD.flatMap((question) => {
    const metric = metrics.find(
      (one) => one.name === question.metric && (!question.source || one.source === question.source),
    );
    return metric ? [{ question, metric }] : [];
  });
  if (!known.length)
    return replace(
      place,
      h("div", { class: "card" }, nothing("Pick a metric", "None of those that the board shows is there yet.")),
    );
  replace(
    place,
    h(
      "div",
      { class: "board" },
      known.map(({ question, metric }) => {
        const drawn = plot(metric, question, Number(range.value), life, 150);
        return h(
          "section",
          { class: "card", "aria-label": question.title },
          h(
            "header",
            null,
            h(
              "h2",
              { class: "grow" },
              h(
                "a",
                {
                  href: to("metrics", metric.name, {
                    source: metric.source,
                    as: question.as,
                    by: question.by,
                    range: range.value,
                  }),
                },
                question.title,
              ),
            ),
            h("span", { class: "small quiet" }, hint(question)),
          ),
          drawn,
        );
      }),
    ),
  );
}

/**
 * @param {HTMLElement} place
 * @param {Metric} metric
 * @param {import("../routes.js").Route} route
 * @param {HTMLSelectElement} range
 * @param {import("../life.js").Life} life
 */
function single(place, metric, route, range, life) {
  const labels = Object.keys(metric.labels);
  const as = h(
    "select",
    { "aria-label": "Shown as" },
    choices(metric.type).map((name) => h("option", { value: name }, name)),
  );
  as.value = route.query.get("as") ?? choices(metric.type)[0] ?? "value";
  const by = h(
    "select",
    { "aria-label": "One line for each" },
    h("option", { value: "" }, "one line"),
    labels.map((name) => h("option", { value: name }, `by ${name}`)),
  );
  by.value = route.query.get("by") ?? (labels.includes("service_name") ? "service_name" : "");
  const where = h(
    "select",
    { "aria-label": "Only" },
    h("option", { value: "" }, "everything"),
    labels.flatMap((name) =>
      (metric.labels[name] ?? [])
        .slice(0, 40)
        .map((value) => h("option", { value: `${name}:${value}` }, `${name} = ${value}`)),
    ),
  );
  where.value = route.query.get("where") ?? "";
  const body = h("div");
  const draw = () => {
    const question = { title: metric.name, metric: metric.name, as: as.value, by: by.value, where: where.value };
    history.replaceState(
      null,
      "",
      to("metrics", metric.name, {
        source: metric.source,
        as: as.value,
        by: by.value,
        where: where.value,
        range: range.value,
      }),
    );
    replace(body, plot(metric, question, Number(range.value), life, 320, true));
  };
  for (const select of [as, by, where]) select.addEventListener("change", draw);
  replace(
    place,
    h(
      "section",
      { class: "card", "aria-label": metric.name },
      h("header", null, h("p", { class: "quiet grow" }, metric.help || "No description."), as, by, where),
      body,
    ),
  );
  draw();
}
