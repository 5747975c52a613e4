// Events: the triggers that deliver them, what was given up, and the newest ones.

import { ask, openLetters, overview } from "../api.js";
import { h, replace } from "../dom.js";
import { count, eventName, plural, short } from "../format.js";
import { to } from "../routes.js";
import { badge, nothing, service, souk, time, trouble } from "../widgets.js";
import { showLetters } from "./letters.js";

/** @typedef {import("../types.js").Trigger} Trigger */

const TABS = [
  ["", "Triggers"],
  ["letters", "Dead letters"],
  ["newest", "Newest events"],
];

/** @param {import("../routes.js").Route} route */
export const title = (route) => TABS.find(([id]) => id === (route.id ?? ""))?.[1] ?? "Events";

/**
 * @param {HTMLElement} main
 * @param {import("../routes.js").Route} route
 * @param {import("../life.js").Life} life
 */
export function show(main, route, life) {
  const body = h("div");
  main.append(
    h("div", { class: "head" }, h("h1", null, "Events")),
    h(
      "nav",
      { class: "tabs", "aria-label": "Of events" },
      TABS.map(([id, name]) =>
        h("a", { href: to("events", id), "aria-current": id === (route.id ?? "") ? "page" : null }, name),
      ),
    ),
    body,
  );
  if (route.id === "letters") showLetters(body, route, life);
  else if (route.id === "newest") showNewest(body, route, life);
  else showTriggers(body, life);
}

/**
 * @param {HTMLElement} body
 * @param {import("../life.js").Life} life
 */
function showTriggers(body, life) {
  const search = h("input", { type: "search", placeholder: "Function or event", "aria-label": "Function or event" });
  const place = h("section", { class: "card", "aria-label": "Triggers" });
  replace(body, h("div", { class: "filters" }, search), place);
  /** @type {Trigger[]} */
  let triggers = [];
  let drawn = "";
  const draw = () => {
    const words = search.value.trim().toLowerCase();
    const shown = triggers
      .filter((one) => one.name.includes(words))
      .sort((a, b) => weight(b) - weight(a) || a.name.localeCompare(b.name));
    const now = JSON.stringify(shown);
    if (now === drawn) return;
    drawn = now;
    replace(place, shown.length ? table(shown) : nothing("None like that", "No trigger is called that."));
  };
  search.addEventListener("input", draw);
  life.effect(() => {
    const open = openLetters.value;
    const now = overview.value;
    if (!now) return replace(place, h("p", { class: "quiet body" }, "Asking the shop …"));
    triggers = now.parts.triggers.map((one) => ({ ...one, dead_letters_open: open.get(one.name) ?? 0 }));
    draw();
  });
}

/** How much a trigger asks for somebody. @param {Trigger} one */
function weight(one) {
  return (one.dead_letters_open ?? 0) * 1_000 + (one.retrying?.length ?? 0) * 100 + one.in_flight;
}

/** @param {Trigger[]} triggers */
function table(triggers) {
  const cell = (/** @type {number | null | undefined} */ number, mood = "", wide = true) =>
    h("td", { class: `num ${wide ? "wide" : ""} ${number ? mood : "zero"}` }, count(number ?? 0));
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      null,
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          h("th", null, "Trigger"),
          h("th", { class: "num", title: "Events in the broker that it is not done with" }, "Lag"),
          h("th", { class: "num wide" }, "In flight"),
          h("th", { class: "num" }, "Retrying"),
          h("th", { class: "num wide" }, "Delivered"),
          h("th", { class: "num wide", title: "Attempts that the subscriber refused" }, "Failed"),
          h("th", { class: "num" }, "Dead letters"),
        ),
      ),
      h(
        "tbody",
        null,
        triggers.flatMap((one) => {
          const name = one.subscriber.match(/^https?:\/\/([^./:]+)/)?.[1] ?? "";
          const open = one.dead_letters_open ?? 0;
          return [
            h(
              "tr",
              null,
              h(
                "td",
                null,
                h(
                  "div",
                  { class: "row tight" },
                  h(
                    "span",
                    { class: "trigger" },
                    service(name),
                    h("span", { class: "quiet" }, one.name.replace(`${name}-`, "").replaceAll("-", " ")),
                  ),
                ),
              ),
              cell(one.lag, "warn", false),
              cell(one.in_flight),
              cell(one.retrying?.length, "warn", false),
              cell(one.delivered),
              cell(one.failed ?? one.retried, "warn"),
              h(
                "td",
                { class: `num ${open ? "bad" : "zero"}` },
                open ? h("a", { href: to("events", "letters", { destination: name }) }, count(open)) : "0",
              ),
            ),
            ...(one.retrying ?? [])
              .slice(0, 5)
              .map((retry) =>
                h(
                  "tr",
                  { class: "under" },
                  h(
                    "td",
                    { colspan: 7 },
                    h(
                      "span",
                      { class: "row tight" },
                      badge(`attempt ${retry.attempt}`, "warn"),
                      h("strong", null, eventName(retry.type)),
                      h("span", { class: "cut quiet" }, retry.why),
                      retry.next_at ? h("span", { class: "quiet small" }, "next ", time(retry.next_at)) : null,
                    ),
                  ),
                ),
              ),
            one.last_failure && open
              ? h(
                  "tr",
                  { class: "under" },
                  h("td", { colspan: 7 }, h("span", { class: "quiet small" }, `given up last: ${one.last_failure}`)),
                )
              : null,
          ];
        }),
      ),
    ),
  );
}

/**
 * @param {HTMLElement} body
 * @param {import("../routes.js").Route} route
 * @param {import("../life.js").Life} life
 */
function showNewest(body, route, life) {
  const search = h("input", {
    type: "search",
    placeholder: "Type, subject, or the key (an order's id)",
    "aria-label": "Type, subject or key",
    value: route.query.get("key") ?? "",
  });
  const place = h("section", { class: "card", "aria-label": "Events" });
  const number = h("span", { class: "sub" });
  replace(body, h("div", { class: "filters" }, search, number), place);
  /** @type {any[]} */
  let events = [];
  let drawn = "";
  const draw = () => {
    const words = search.value.trim().toLowerCase();
    const shown = events.filter((one) =>
      [one.type, one.subject, one.partitionkey, one.key, one.source, one.id].some((text) =>
        String(text ?? "")
          .toLowerCase()
          .includes(words),
      ),
    );
    const now = `${words} ${shown.map((one) => one.id).join()}`;
    if (now === drawn) return;
    drawn = now;
    number.textContent = plural(shown.length, "event");
    replace(
      place,
      shown.length
        ? newest(shown)
        : nothing("No events", "Place an order and they come. A terminal shows them with", souk("events --follow")),
    );
  };
  search.addEventListener("input", draw);
  life.every(1_500, async () => {
    try {
      const answer = await ask("events", { query: { limit: 200 }, signal: life.signal });
      events = Array.isArray(answer) ? answer : answer.events;
      draw();
    } catch (error) {
      if (life.signal.aborted) return;
      drawn = "";
      replace(place, h("div", { class: "body" }, trouble(error)));
    }
  });
}

/** @param {any[]} events */
function newest(events) {
  return h(
    "ul",
    { class: "newest" },
    events.map((one) => {
      const from =
        String(one.source ?? "")
          .split("/")
          .at(-1) ?? "";
      const key = one.partitionkey ?? one.key;
      const trace = one.trace_id ?? String(one.traceparent ?? "").split("-")[1];
      return h(
        "li",
        null,
        h(
          "details",
          null,
          h(
            "summary",
            null,
            time(one.accepted_at ?? one.time),
            service(from),
            h("strong", { class: "cut" }, eventName(String(one.type))),
            h("span", { class: "mono quiet small cut" }, short(one.subject)),
          ),
          h(
            "div",
            { class: "inside" },
            h(
              "p",
              { class: "row small" },
              key && one.type.includes(".") ? h("a", { href: to("orders", key) }, `key ${short(key)}`) : null,
              trace ? h("a", { href: to("traces", trace) }, "trace") : null,
            ),
            h("pre", { tabindex: 0 }, JSON.stringify(one, null, 2)),
          ),
        ),
      );
    }),
  );
}
