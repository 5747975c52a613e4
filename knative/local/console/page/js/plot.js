// A plot: lines over time with a cross-hair, the same as a table, and one button for each line.

import { ask } from "./api.js";
import { h, replace, s } from "./dom.js";
import { hue } from "./colours.js";
import { measure } from "./format.js";
import { alone, line as linePath } from "./lines.js";
import { nearest, ticks, timeTicks } from "./ticks.js";
import { now, said } from "./widgets.js";

/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Series} Series */
/** @typedef {import("./types.js").Metric} Metric */

/**
 * What the cross-hair moves in.
 * @typedef {object} View
 * @property {(at: number) => number} x
 * @property {(value: number) => number} y
 * @property {SVGElement} hair
 * @property {SVGElement} dots
 * @property {HTMLElement} tip
 * @property {string} unit
 * @property {number} width
 */

const MARGIN = { left: 58, right: 14, top: 10, bottom: 24 };
const LINES = 16;

/**
 * @param {Metric} metric
 * @param {import("./parts/metrics.js").Question} question
 * @param {number} range  Seconds.
 * @param {import("./life.js").Life} life
 * @param {number} height
 * @param {boolean} [table]  Whether the table can be seen.
 */
export function plot(metric, question, range, life, height, table = false) {
  const chart = h("div", {
    class: "chart",
    style: { minHeight: `${height}px` },
    tabindex: 0,
    role: "img",
    "aria-label": `${question.title}: a plot; ← and → read it`,
  });
  const keys = h("div", { class: "plot-keys small" });
  const numbers = h("div", {
    class: "scroll plot-table",
    tabindex: 0,
    role: "region",
    "aria-label": `${question.title} as a table`,
  });
  const root = h(
    "figure",
    { class: "plot" },
    chart,
    keys,
    table ? h("details", null, h("summary", null, "As a table"), numbers) : null,
  );
  /** @type {Set<string>} */
  const off = new Set();
  /** @type {Answer | null} */
  let answer = null;
  const bounds = { from: 0, to: 0 };

  const draw = () => {
    if (!answer) return;
    const series = answer.series.slice(0, LINES);
    const shown = series.filter((one) => !off.has(name(one)));
    const width = chart.clientWidth || 400;
    drawChart(chart, shown, { ...bounds, width, height, unit: unitOf(metric, question.as) });
    replace(
      keys,
      series.length > 1 || series.some((one) => name(one))
        ? series.map((one, index) =>
            h(
              "button",
              {
                type: "button",
                class: "key",
                "aria-pressed": String(!off.has(name(one))),
                "data-hue": colour(one, index),
                onclick: () => {
                  if (!off.delete(name(one))) off.add(name(one));
                  draw();
                },
              },
              h("span", { class: "dot" }),
              name(one) || "all",
            ),
          )
        : [],
      answer.series.length > LINES ? h("span", { class: "quiet" }, `and ${answer.series.length - LINES} more`) : null,
    );
    if (table) replace(numbers, tableOf(shown, unitOf(metric, question.as)));
  };
  const watch = new ResizeObserver(draw);
  watch.observe(chart);
  life.onEnd(() => watch.disconnect());
  life.every(10_000, async () => {
    if (answer && !root.isConnected) return;
    const to = Math.floor(now() / 1000);
    try {
      const query = {
        name: metric.name,
        source: metric.source,
        from: to - range,
        to,
        step: Math.max(10, Math.ceil(range / 120)),
        as: question.as,
        by: question.by,
        where: question.where,
      };
      answer = /** @type {Answer} */ (await ask("metrics/query", { query, signal: life.signal }));
      // A shop that was opened just now is not drawn at the edge of an hour.
      const first = Math.min(
        ...answer.series.flatMap((one) => one.points.filter(([, value]) => value).map(([at]) => at)),
        to - 60,
      );
      Object.assign(bounds, { from: Math.max(to - range, first - query.step), to });
      draw();
    } catch (error) {
      if (!life.signal.aborted) replace(chart, h("p", { class: "quiet empty" }, said(error)));
    }
  });
  return root;
}

/** @param {Metric} metric @param {string} as */
function unitOf(metric, as) {
  return as === "rate" ? "/s" : metric.unit === "seconds" ? "s" : metric.unit === "bytes" ? "By" : metric.unit;
}

/** @param {Series} series */
function name(series) {
  return Object.values(series.labels).filter(Boolean).join(", ");
}

/** @param {Series} series @param {number} index */
function colour(series, index) {
  const service = series.labels.service_name;
  return service ? hue(service) : 2 + (index % 11);
}

/**
 * @param {HTMLElement} chart
 * @param {Series[]} series
 * @param {{ from: number, to: number, width: number, height: number, unit: string }} size
 */
function drawChart(chart, series, size) {
  const values = series.flatMap((one) => one.points.map(([, value]) => value)).filter((value) => value !== null);
  if (!values.length)
    return replace(
      chart,
      h("p", { class: "quiet empty", style: { height: `${size.height}px` } }, "Nothing in this time."),
    );
  const marks = ticks(Math.min(0, ...values), Math.max(...values, 1e-9), size.height > 200 ? 5 : 3);
  const top = marks.at(-1) ?? 1;
  const bottom = marks[0] ?? 0;
  const inner = {
    width: Math.max(size.width - MARGIN.left - MARGIN.right, 10),
    height: size.height - MARGIN.top - MARGIN.bottom,
  };
  const x = (/** @type {number} */ at) => MARGIN.left + ((at - size.from) / (size.to - size.from)) * inner.width;
  const y = (/** @type {number} */ value) => MARGIN.top + (1 - (value - bottom) / (top - bottom)) * inner.height;
  const offset = -new Date().getTimezoneOffset() * 60;
  const times = timeTicks(size.from, size.to, Math.max(2, Math.floor(size.width / 110)), offset).filter(
    (at) => x(at) < size.width - 24,
  );
  const drawing = s(
    "svg",
    { viewBox: `0 0 ${size.width} ${size.height}`, height: size.height, width: size.width },
    marks.map((mark) =>
      s(
        "g",
        null,
        s("line", { class: "grid", x1: MARGIN.left, x2: size.width - MARGIN.right, y1: y(mark), y2: y(mark) }),
        s("text", { x: MARGIN.left - 8, y: y(mark) + 4, "text-anchor": "end" }, measure(mark, size.unit)),
      ),
    ),
    times.map((at) =>
      s(
        "text",
        { x: x(at), y: size.height - 6, "text-anchor": "middle" },
        hour(
          at,
          times.some((other) => other % 60 !== 0),
        ),
      ),
    ),
    series.map((one, index) =>
      s(
        "g",
        { "data-hue": colour(one, index) },
        s("path", { class: "line", d: linePath(one.points, x, y) }),
        alone(one.points).map(([at, value]) => s("circle", { class: "point", cx: x(at), cy: y(value), r: 2.5 })),
      ),
    ),
  );
  const hair = s("line", { class: "hair hidden", y1: MARGIN.top, y2: size.height - MARGIN.bottom });
  const dots = s("g");
  drawing.append(hair, dots);
  const tip = h("div", { class: "tip hidden" });
  replace(chart, drawing, tip);
  crosshair(chart, series, { x, y, hair, dots, tip, unit: size.unit, width: size.width });
}

/**
 * @param {HTMLElement} chart
 * @param {Series[]} series
 * @param {View} view
 */
function crosshair(chart, series, view) {
  const at = [...new Set(series.flatMap((one) => one.points.map(([time]) => time)))].sort((a, b) => a - b);
  let current = at.length;
  const hide = () => {
    view.hair.classList.add("hidden");
    view.tip.classList.add("hidden");
    replace(view.dots);
  };
  /** @param {number} index */
  const show = (index) => {
    current = Math.min(Math.max(index, 0), at.length - 1);
    const time = at[current];
    if (time === undefined) return;
    const x = view.x(time);
    view.hair.setAttribute("x1", String(x));
    view.hair.setAttribute("x2", String(x));
    view.hair.classList.remove("hidden");
    const values = series
      .map((one, order) => ({ one, order, value: one.points.find(([when]) => when === time)?.[1] ?? null }))
      .filter((one) => one.value !== null)
      .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
    replace(
      view.dots,
      values.map(({ one, order, value }) =>
        s("circle", { "data-hue": colour(one, order), class: "point", cx: x, cy: view.y(value ?? 0), r: 3.5 }),
      ),
    );
    replace(
      view.tip,
      h("strong", null, hour(time, true)),
      values
        .slice(0, 8)
        .map(({ one, order, value }) =>
          h(
            "div",
            { "data-hue": colour(one, order) },
            h("span", { class: "dot" }),
            h("span", { class: "cut grow" }, name(one) || "all"),
            h("b", null, measure(value, view.unit)),
          ),
        ),
    );
    view.tip.classList.remove("hidden");
    const left = x > view.width / 2;
    Object.assign(
      view.tip.style,
      left ? { right: `${view.width - x + 12}px`, left: "auto" } : { left: `${x + 12}px`, right: "auto" },
    );
  };
  chart.onpointermove = (event) => {
    const box = chart.getBoundingClientRect();
    const wanted = event.clientX - box.left;
    show(nearest(at.map(view.x), wanted));
  };
  chart.onpointerleave = hide;
  chart.onblur = hide;
  chart.onkeydown = (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    show(current + (event.key === "ArrowLeft" ? -1 : 1));
  };
}

/** @param {number} at @param {boolean} [exact] */
function hour(at, exact = false) {
  return new Date(at * 1000).toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    second: exact ? "2-digit" : undefined,
    hour12: false,
  });
}

/** @param {Series[]} series @param {string} unit */
function tableOf(series, unit) {
  const at = [...new Set(series.flatMap((one) => one.points.map(([time]) => time)))].sort((a, b) => b - a).slice(0, 60);
  return h(
    "table",
    null,
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        h("th", null, "Time"),
        series.map((one) => h("th", { class: "num" }, name(one) || "all")),
      ),
    ),
    h(
      "tbody",
      null,
      at.map((time) =>
        h(
          "tr",
          null,
          h("td", null, hour(time, true)),
          series.map((one) =>
            h("td", { class: "num" }, measure(one.points.find(([when]) => when === time)?.[1], unit)),
          ),
        ),
      ),
    ),
  );
}
