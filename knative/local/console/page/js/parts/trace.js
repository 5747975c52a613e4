// One trace: a waterfall of its spans, and what is known of the one that is chosen.

import { ask } from "../api.js";
import { hue } from "../colours.js";
import { h, replace } from "../dom.js";
import { duration, plural, short, shortName } from "../format.js";
import { ticks } from "../ticks.js";
import { to } from "../routes.js";
import { badge, service, time, trouble, virtual } from "../widgets.js";
import { bar, critical, rows, tree } from "../waterfall.js";
import { spanDetails } from "./span.js";

/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {import("../types.js").Span} Span */
/** @typedef {import("../waterfall.js").Row} Row */

const HEIGHT = 28;

/**
 * @param {HTMLElement} main
 * @param {import("../routes.js").Route} route
 * @param {import("../life.js").Life} life
 */
export function showTrace(main, route, life) {
  const id = route.id ?? "";
  const head = h(
    "div",
    { class: "head" },
    h("a", { href: "#/traces" }, "Traces"),
    h("span", { class: "quiet" }, "/"),
    h("h1", { class: "mono id", title: id }, short(id)),
  );
  const body = h("div", null, h("p", { class: "quiet" }, "Asking the shop …"));
  main.append(head, body);
  let spans = -1;
  let since = performance.now();
  // A trace that is young may grow: looked at again until nothing has come for some seconds.
  life.every(1_500, async () => {
    if (spans >= 0 && performance.now() - since > 12_000) return;
    try {
      const trace = /** @type {Trace} */ (await ask(`traces/${encodeURIComponent(id)}`, { signal: life.signal }));
      if (trace.spans.length === spans) return;
      spans = trace.spans.length;
      since = performance.now();
      const first = trace.spans[0];
      const order = trace.spans.find((span) => span.attributes["messaging.kafka.message.key"])?.attributes[
        "messaging.kafka.message.key"
      ];
      replace(
        head,
        h("a", { href: "#/traces" }, "Traces"),
        h("span", { class: "quiet" }, "/"),
        h("h1", null, first?.name ?? short(id)),
        facts(trace, order),
      );
      replace(body, waterfall(trace, route.query.get("span"), life));
    } catch (error) {
      if (!life.signal.aborted && spans < 0) replace(body, trouble(error));
    }
  });
}

/**
 * @param {Trace} trace
 * @param {unknown} order
 */
function facts(trace, order) {
  const failed = trace.spans.filter((span) => span.error).length;
  return h(
    "span",
    { class: "row sub" },
    time(trace.started_at, "full"),
    h("strong", null, duration(trace.duration_us)),
    trace.total && trace.total > trace.spans.length
      ? `the first ${trace.spans.length} of ${trace.total} spans`
      : plural(trace.spans.length, "span"),
    failed ? badge(`${failed} failed`, "bad") : null,
    trace.orphans.length ? badge(plural(trace.orphans.length, "orphan"), "warn") : null,
    typeof order === "string" ? h("a", { href: to("orders", order) }, "order") : null,
    trace.logs
      ? h("a", { href: to("logs", null, { trace_id: trace.trace_id }) }, plural(trace.logs, "log line"))
      : null,
  );
}

/**
 * @param {Trace} trace
 * @param {string | null} asked  The span to begin with.
 * @param {import("../life.js").Life} life
 */
function waterfall(trace, asked, life) {
  const found = tree(trace.spans);
  const decisive = critical(trace.spans);
  /** @type {Set<string>} */
  const closed = new Set();
  let shown = rows(found, closed);
  const deepest = shown.reduce((most, row) => Math.max(most, row.depth), 1);
  const indent = Math.min(12, 120 / deepest);
  let chosen = Math.max(
    0,
    shown.findIndex((row) => row.span.id === asked),
  );
  const scroller = h("div", { class: "fall-rows", role: "tree", tabindex: 0, "aria-label": "Spans" });
  const details = h("aside", { class: "card details", "aria-label": "The chosen span" });
  const rowOf = (/** @type {number} */ index) =>
    rowElement(shown[index], index, trace.duration_us, decisive, index === chosen, indent);
  const list = virtual(scroller, HEIGHT, rowOf);

  function redraw() {
    shown = rows(found, closed);
    list.reset(shown.length);
  }

  /** @param {number} index @param {boolean} [quietly] */
  function choose(index, quietly) {
    const row = shown[index];
    if (!row) return;
    chosen = index;
    list.reset(shown.length);
    list.reveal(index);
    scroller.setAttribute("aria-activedescendant", `span-${row.span.id}`);
    replace(details, spanDetails(trace, row.span, life));
    if (!quietly) history.replaceState(null, "", to("traces", trace.trace_id, { span: row.span.id }));
  }

  /** @param {Row} row @param {boolean} open */
  function fold(row, open) {
    if (open) closed.delete(row.span.id);
    else closed.add(row.span.id);
    redraw();
  }

  scroller.addEventListener("click", (event) => {
    const place = event.target instanceof Element ? event.target.closest("[data-index]") : null;
    if (!(place instanceof HTMLElement)) return;
    const index = Number(place.dataset.index);
    const row = shown[index];
    if (row && event.target instanceof Element && event.target.closest(".fold")) fold(row, !row.open);
    choose(index);
  });
  scroller.addEventListener("keydown", (event) => {
    const row = shown[chosen];
    const page = Math.max(1, Math.floor(scroller.clientHeight / HEIGHT) - 1);
    /** @type {Record<string, () => void>} */
    const does = {
      ArrowDown: () => choose(Math.min(chosen + 1, shown.length - 1)),
      j: () => choose(Math.min(chosen + 1, shown.length - 1)),
      ArrowUp: () => choose(Math.max(chosen - 1, 0)),
      k: () => choose(Math.max(chosen - 1, 0)),
      PageDown: () => choose(Math.min(chosen + page, shown.length - 1)),
      PageUp: () => choose(Math.max(chosen - page, 0)),
      Home: () => choose(0),
      End: () => choose(shown.length - 1),
      ArrowLeft: () =>
        row &&
        (row.children && row.open
          ? fold(row, false)
          : choose(
              Math.max(
                0,
                shown.findIndex((other) => other.span.id === row.span.parent),
              ),
            )),
      ArrowRight: () =>
        row && (row.children && !row.open ? fold(row, true) : choose(Math.min(chosen + 1, shown.length - 1))),
    };
    const act = does[event.key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  });
  requestAnimationFrame(() => {
    redraw();
    choose(chosen, true);
  });
  scroller.style.height = `${Math.min(Math.max(shown.length * HEIGHT + 2, 120), 1200)}px`;
  return h(
    "div",
    { class: "two trace" },
    h("section", { class: "card fall", "aria-label": "Waterfall" }, legend(trace), axis(trace.duration_us), scroller),
    details,
  );
}

/** @param {Trace} trace */
function legend(trace) {
  return h(
    "header",
    { class: "small" },
    trace.services.map((name) => service(name)),
  );
}

/** @param {number} total */
function axis(total) {
  const marks = ticks(0, total, 6).filter((at) => at < total * 0.93);
  return h(
    "div",
    { class: "axis small quiet", "aria-hidden": "true" },
    h("span", { class: "label" }, "Span"),
    h(
      "span",
      { class: "bars" },
      marks.map((at) => h("span", { class: "tick", style: { left: `${(at / total) * 100}%` } }, duration(at))),
    ),
  );
}

/**
 * @param {Row | undefined} row
 * @param {number} index
 * @param {number} total
 * @param {Set<string>} decisive
 * @param {boolean} chosen
 * @param {number} indent  Pixels for each level.
 */
function rowElement(row, index, total, decisive, chosen, indent) {
  if (!row) return h("div");
  const { span, depth } = row;
  const { from, width } = bar(span, total);
  const left = from > 0.72;
  return h(
    "div",
    {
      class: `fall-row ${chosen ? "chosen" : ""} ${span.error ? "wrong" : ""}`,
      role: "treeitem",
      id: `span-${span.id}`,
      "data-index": index,
      "data-hue": hue(span.service),
      "aria-level": depth + 1,
      "aria-selected": String(chosen),
      "aria-expanded": row.children ? String(row.open) : null,
    },
    h(
      "span",
      { class: "label", style: { paddingLeft: `${8 + depth * indent}px` } },
      row.children
        ? h("span", { class: `fold ${row.open ? "open" : ""}`, title: plural(row.children, "child", "children") })
        : h("span", { class: "leaf" }),
      h("span", { class: "dot" }),
      h("span", { class: "cut" }, h("b", null, span.service), ` ${shortName(span.name)}`),
      row.orphan ? badge("orphan", "warn") : null,
    ),
    h(
      "span",
      { class: "bars" },
      h("span", {
        class: `bar ${span.kind} ${decisive.has(span.id) ? "decisive" : ""}`,
        style: { left: `${from * 100}%`, width: `${width * 100}%` },
      }),
      span.events.slice(0, 20).map((event) =>
        h("span", {
          class: "moment",
          title: event.name,
          style: { left: `${Math.min(Math.max(event.at_us / total, 0), 1) * 100}%` },
        }),
      ),
      h(
        "span",
        {
          class: `length ${left ? "before" : ""}`,
          style: left
            ? { right: `calc(${(1 - from) * 100}% + 6px)` }
            : { left: `calc(${(from + width) * 100}% + 6px)` },
        },
        duration(span.duration_us),
      ),
    ),
  );
}
