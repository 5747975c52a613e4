// What is known of one span.

import { ask } from "../api.js";
import { h, replace } from "../dom.js";
import { duration, short, shortName } from "../format.js";
import { to } from "../routes.js";
import { badge, service } from "../widgets.js";

/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {import("../types.js").Span} Span */

/**
 * @param {Trace} trace
 * @param {Span} span
 * @param {import("../life.js").Life} life
 */
export function spanDetails(trace, span, life) {
  const lines = h("div");
  // Whoever goes through spans quickly does not ask for the lines of each.
  setTimeout(
    () =>
      lines.isConnected &&
      void life.quietly(async () => {
        const answer = await ask("logs", {
          query: { trace_id: trace.trace_id, limit: 200 },
          signal: life.signal,
        }).catch(() => ({ lines: [] }));
        const own = answer.lines.filter((/** @type {any} */ line) => line.span_id === span.id);
        if (own.length) {
          replace(
            lines,
            h("h3", null, "Logs"),
            h(
              "ul",
              { class: "plain-list mono small" },
              own
                .slice(0, 12)
                .reverse()
                .map((/** @type {any} */ line) =>
                  h(
                    "li",
                    { class: line.level === "error" ? "bad" : line.level === "warn" ? "warn" : "" },
                    line.message,
                  ),
                ),
            ),
          );
        }
      }),
    150,
  );
  return h(
    "div",
    { class: "body" },
    h("p", { class: "row" }, service(span.service), badge(span.kind, ""), span.error ? badge("failed", "bad") : null),
    h("h2", { class: "name" }, shortName(span.name)),
    h("p", { class: "quiet" }, `${duration(span.duration_us)}, from +${duration(span.start_us)}`),
    span.status ? h("p", { class: "notice" }, span.status) : null,
    attributes("Attributes", span.attributes),
    span.events.length ? h("h3", null, "Events") : null,
    span.events.map((event) =>
      h(
        "div",
        { class: "event" },
        h("strong", null, event.name),
        h("span", { class: "quiet small" }, ` +${duration(event.at_us)}`),
        attributes("", event.attributes),
      ),
    ),
    span.links.length ? h("h3", null, "Links") : null,
    h(
      "ul",
      { class: "plain-list" },
      span.links.map((link) =>
        h(
          "li",
          null,
          h("a", { class: "mono", href: to("traces", link.trace_id, { span: link.span_id }) }, short(link.trace_id)),
        ),
      ),
    ),
    lines,
    h("p", { class: "quiet small mono ids" }, `span ${span.id}`),
  );
}

/**
 * @param {string} title
 * @param {Record<string, any>} all
 */
function attributes(title, all) {
  const names = Object.keys(all).sort();
  if (!names.length) return null;
  return h(
    "div",
    null,
    title ? h("h3", null, title) : null,
    h(
      "dl",
      { class: "attributes" },
      names.map((name) => [h("dt", null, name), h("dd", null, text(name, all[name]))]).flat(),
    ),
  );
}

/**
 * @param {string} name
 * @param {any} value
 */
function text(name, value) {
  const said = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (name === "messaging.kafka.message.key" && /^[0-9a-f-]{36}$/.test(said))
    return h("a", { href: to("orders", said) }, said);
  return said;
}
