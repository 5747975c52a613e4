// The frame around the parts: navigation, search, theme, what the shop says of itself; and which part is shown.

import { connected, countLetters, faults, firstLook, listen, openLetters, overview } from "./api.js";
import { learn } from "./colours.js";
import { effect, h, replace } from "./dom.js";
import { ago, plural } from "./format.js";
import { icon, sign } from "./icons.js";
import { help, listenToKeys } from "./keys.js";
import { Life } from "./life.js";
import { find, parse } from "./routes.js";
import { changeTheme, themeButton } from "./theme.js";
import { wrong } from "./wrong.js";
import { setClock, trouble } from "./widgets.js";
import * as eventsPart from "./parts/events.js";
import * as faultsPart from "./parts/faults.js";
import * as logsPart from "./parts/logs.js";
import * as manifestsPart from "./parts/manifests.js";
import * as metricsPart from "./parts/metrics.js";
import * as ordersPart from "./parts/orders.js";
import * as overviewPart from "./parts/overview.js";
import * as tracesPart from "./parts/traces.js";

/** @typedef {import("./routes.js").Route} Route */
/** @typedef {{ title: (route: Route) => string, show: (main: HTMLElement, route: Route, life: Life) => void }} Part */

/** @type {Record<string, { name: string, part: Part }>} */
const PARTS = {
  overview: { name: "Overview", part: overviewPart },
  orders: { name: "Orders", part: ordersPart },
  traces: { name: "Traces", part: tracesPart },
  events: { name: "Events", part: eventsPart },
  logs: { name: "Logs", part: logsPart },
  metrics: { name: "Metrics", part: metricsPart },
  faults: { name: "Faults", part: faultsPart },
  manifests: { name: "Manifests", part: manifestsPart },
};
/** What does not fit at the bottom of a phone. */
const REST = ["metrics", "faults", "manifests"];

const main = h("main", { id: "main", tabindex: -1 });
let life = new Life();

function frame() {
  const side = h(
    "nav",
    { class: "side", "aria-label": "Parts" },
    h("a", { class: "name", href: "#/overview" }, sign(), "Souk"),
    Object.entries(PARTS).map(([key, { name }]) =>
      h(
        "a",
        {
          class: `part ${REST.includes(key) ? "rest" : ""}`,
          href: `#/${key}`,
          dataset: { part: key },
          onclick: () => side.classList.remove("open"),
        },
        icon(key),
        name,
        h("span", { class: "mark hidden" }),
      ),
    ),
    h(
      "button",
      { class: "more-parts", type: "button", "aria-label": "More parts", onclick: () => side.classList.toggle("open") },
      icon("more"),
      "More",
    ),
    h("div", { class: "foot", id: "foot" }),
  );
  const banners = h("div", { id: "banners" });
  replace(
    /** @type {Element} */ (document.getElementById("frame")),
    side,
    h("div", { class: "page" }, banners, top(), main),
  );
  effect(() => tellFoot());
  effect(() => tellBanners(banners));
  effect(() => tellMarks(side));
}

function top() {
  const field = h("input", {
    type: "search",
    name: "find",
    placeholder: "Find order, trace, words",
    "aria-label": "Find an order, a trace, or words in the logs",
    autocomplete: "off",
  });
  const form = h(
    "form",
    {
      role: "search",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        if (field.value.trim()) location.hash = find(field.value);
      },
    },
    icon("search"),
    field,
    h("kbd", null, "/"),
  );
  return h(
    "div",
    { class: "top" },
    form,
    h("span", { class: "space" }),
    themeButton(),
    h(
      "button",
      { class: "plain help", type: "button", "aria-label": "Keys", title: "Keys (?)", onclick: () => void help() },
      icon("help"),
    ),
  );
}

function tellFoot() {
  const foot = document.getElementById("foot");
  const now = overview.value;
  if (!foot) return;
  replace(
    foot,
    h("span", { class: `live ${connected.value ? "" : "away"}` }, connected.value ? "live" : "no answer"),
    now
      ? h(
          "span",
          { title: now.data_dir },
          `souk ${now.version}, open ${ago(now.opened_at, Date.parse(now.now)).replace(" ago", "")}`,
        )
      : null,
    now ? h("a", { href: now.gateway, class: "cut" }, now.gateway.replace("http://", "")) : null,
  );
}

/** @param {Element} place */
function tellBanners(place) {
  const on = wrong(faults.value);
  const moved = overview.value?.parts?.clock?.moved_seconds ?? 0;
  replace(
    place,
    connected.value
      ? null
      : h(
          "div",
          { class: "banner bad", role: "alert" },
          "The shop does not answer. It was closed, or it is starting. What you see is as it was.",
        ),
    on.length
      ? h("div", { class: "banner" }, `On purpose: ${on.join("; ")}.`, h("a", { href: "#/faults" }, "Faults"))
      : null,
    moved
      ? h("div", { class: "banner" }, `The shop's clock was moved by ${plural(Math.round(moved / 60), "minute")}.`)
      : null,
  );
}

/** @param {Element} side */
function tellMarks(side) {
  const letters = [...openLetters.value.values()].reduce((sum, open) => sum + open, 0);
  mark(side, "events", letters, "");
  mark(side, "faults", wrong(faults.value).length, "warn");
}

/**
 * @param {Element} side
 * @param {string} part
 * @param {number} number
 * @param {string} mood
 */
function mark(side, part, number, mood) {
  const place = side.querySelector(`[data-part=${part}] .mark`);
  if (!place) return;
  place.className = `mark ${mood} ${number ? "" : "hidden"}`;
  place.textContent = String(number);
}

function show() {
  life.end();
  life = new Life();
  const route = parse(location.hash);
  const found = PARTS[route.part];
  for (const link of document.querySelectorAll(".side a.part")) {
    if (link instanceof HTMLElement && link.dataset.part === route.part) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.querySelector(".more-parts")?.classList.toggle("current", REST.includes(route.part));
  replace(main);
  scrollTo(0, 0);
  if (!found) {
    main.append(trouble("There is no such part. Press ? for what there is."));
    return;
  }
  document.title = `${found.part.title(route)} · Souk`;
  found.part.show(main, route, life);
}

/** Whether a part is shown: not before it is known which colours the functions have, or that nobody says. */
let begun = false;
function begin() {
  if (begun) return;
  begun = true;
  show();
}
effect(() => {
  const now = overview.value;
  if (!now) return;
  setClock(now.now);
  const areNew = learn(now.parts.functions.map((one) => one.name));
  // Not within this effect, which would read whatever the part reads.
  queueMicrotask(areNew && begun ? show : begin);
});
let givenUp = -1;
effect(() => {
  const triggers = overview.value?.parts.triggers;
  const sum = triggers?.reduce((all, one) => all + one.dead_lettered, 0) ?? givenUp;
  if (sum === givenUp) return;
  // The dead letter sink has it a moment after the broker gave it up.
  setTimeout(() => void countLetters(), givenUp < 0 ? 0 : 3_200);
  givenUp = sum;
});
frame();
listenToKeys(changeTheme);
addEventListener("hashchange", () => {
  document.querySelector(".toasts")?.replaceChildren();
  if (begun) show();
  main.focus({ preventScroll: true });
});
listen();
void firstLook().then(begin);
