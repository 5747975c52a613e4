// One order's path.

import { ask } from "../api.js";
import { hue } from "../colours.js";
import { h, replace } from "../dom.js";
import { duration, eventName, short } from "../format.js";
import { icon } from "../icons.js";
import { to } from "../routes.js";
import { badge, sentence, service, souk, time, trouble, typed } from "../widgets.js";

/** @typedef {import("../types.js").Path} Path */
/** @typedef {import("../types.js").Step} Step */

/**
 * @param {HTMLElement} main
 * @param {string} id
 * @param {import("../life.js").Life} life
 */
export function showOrder(main, id, life) {
  const state = h("span");
  const body = h("div", { "aria-live": "polite" }, h("p", { class: "quiet" }, "Asking the shop …"));
  main.append(
    h(
      "div",
      { class: "head" },
      h("a", { href: "#/orders", "aria-label": "All orders" }, "Orders"),
      h("span", { class: "quiet" }, "/"),
      h(
        "h1",
        { class: "mono id", title: id },
        h("span", { class: "wide" }, id),
        h("span", { class: "narrow" }, short(id)),
      ),
      state,
    ),
    body,
  );
  let drawn = "";
  life.whileItFlows(1_200, async () => {
    try {
      const path = /** @type {Path} */ (await ask(`orders/${encodeURIComponent(id)}/path`, { signal: life.signal }));
      const now = JSON.stringify(path);
      if (now === drawn) return;
      drawn = now;
      replace(state, badge(path.state));
      replace(body, why(path), h("div", { class: "two order" }, timeline(path), beside(path)));
    } catch (error) {
      if (life.signal.aborted) return;
      drawn = "";
      replace(body, trouble(error));
    }
  });
}

/** @param {Path} path */
function why(path) {
  const failed = path.open.dead_letters.length || path.state === "cancelled";
  const waiting = path.open.retries.length || path.steps.some((step) => step.status === "waiting");
  return h("p", { class: `why ${failed ? "bad" : waiting ? "warn" : "good"}`, role: "status" }, sentence(path.why));
}

/** @param {Path} path */
function timeline(path) {
  const first = path.steps.find((step) => step.at)?.at ?? null;
  return h(
    "section",
    { class: "card", "aria-label": "What happened" },
    h("header", null, h("h2", null, "What happened")),
    h(
      "ol",
      { class: "path" },
      path.steps.map((step) => stepOf(step, first)),
    ),
  );
}

/**
 * @param {Step} step
 * @param {string | null} first
 */
function stepOf(step, first) {
  const since = step.at && first ? (Date.parse(step.at) - Date.parse(first)) * 1000 : null;
  const links = Object.entries(step.links ?? {}).filter(([, address]) => address);
  return h(
    "li",
    { class: `step ${step.status}`, "data-hue": hue(step.who) },
    h("span", { class: "sign" }, icon(step.kind)),
    h(
      "div",
      { class: "grow" },
      h("p", { class: "what" }, h("strong", null, step.title), step.status === "ok" ? null : badge(step.status)),
      step.detail ? h("p", { class: "detail" }, sentence(step.detail)) : null,
      h(
        "p",
        { class: "by small" },
        service(step.who),
        h("span", { class: "quiet" }, step.kind.replace("_", " ")),
        step.trace_id ? h("a", { href: to("traces", step.trace_id) }, "trace") : null,
        links.map(([name, address]) => link(name, address)),
      ),
    ),
    h(
      "div",
      { class: "when" },
      time(step.at),
      since === null ? null : h("span", { class: "quiet small" }, since < 500 ? "start" : `+${duration(since)}`),
    ),
  );
}

/**
 * Addresses of the shop's API cannot be opened without a token: they are said. The page's own are links.
 * @param {string} name
 * @param {string} address
 */
function link(name, address) {
  if (name === "dead_letter" || name === "dead-letter") {
    return h("a", { href: to("events", "letters", { open: address.split("/").at(-1) }) }, "dead letter");
  }
  if (address.startsWith("#") || address.startsWith("http"))
    return h("a", { href: address }, name.replaceAll("_", " "));
  return h("code", { class: "quiet", title: name }, address);
}

/** @param {Path} path */
function beside(path) {
  const retries = path.open.retries;
  const letters = path.open.dead_letters;
  return h(
    "div",
    { class: "stack" },
    retries.length
      ? h(
          "section",
          { class: "card" },
          h("header", null, h("h2", null, "Being tried again")),
          h(
            "ul",
            { class: "body plain-list" },
            retries.map((/** @type {any} */ one) =>
              h(
                "li",
                null,
                h("strong", null, one.trigger ?? one.type),
                h("p", { class: "quiet" }, one.why),
                one.next_at
                  ? h("p", { class: "quiet small" }, `attempt ${one.attempt}, next at `, time(one.next_at))
                  : null,
              ),
            ),
          ),
        )
      : null,
    letters.length
      ? h(
          "section",
          { class: "card" },
          h("header", null, h("h2", null, "Dead letters")),
          h(
            "ul",
            { class: "body plain-list" },
            letters.map((/** @type {any} */ one) =>
              h(
                "li",
                null,
                h("a", { href: to("events", "letters", { open: one.dead_letter_id }) }, eventName(String(one.type))),
                h("p", { class: "quiet" }, `not taken by ${one.destination}`),
              ),
            ),
          ),
        )
      : null,
    h(
      "section",
      { class: "card" },
      h("header", null, h("h2", null, "Traces")),
      h(
        "ul",
        { class: "body plain-list" },
        path.traces.length
          ? path.traces.map((id) =>
              h(
                "li",
                null,
                h("a", { class: "mono", href: to("traces", id), title: id }, short(id)),
                " ",
                h("a", { class: "small", href: to("logs", null, { trace_id: id }) }, "logs"),
              ),
            )
          : h("li", { class: "quiet" }, "None is kept. Traces of an open shop are kept for a day."),
      ),
      h(
        "div",
        { class: "body" },
        h("p", { class: "quiet small" }, "In a terminal:"),
        typed(souk(`trace ${path.order_id}`)),
      ),
    ),
  );
}
