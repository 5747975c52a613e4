// What the functions, the runtime and the stand-ins have said.

import { ask, overview } from "../api.js";
import { hue } from "../colours.js";
import { h, replace } from "../dom.js";
import { plural, short } from "../format.js";
import { to } from "../routes.js";
import { fillServices, nothing, said, souk, time, toast, trouble } from "../widgets.js";

/** @typedef {import("../types.js").Line} Line */

const KEPT = 1_000;
const LEVELS = ["error", "warn", "info", "debug", "trace"];

export const title = () => "Logs";

/**
 * @param {HTMLElement} main
 * @param {import("../routes.js").Route} route
 * @param {import("../life.js").Life} life
 */
export function show(main, route, life) {
  const asked = route.query;
  const search = h("input", {
    type: "search",
    placeholder: "Words",
    "aria-label": "Words in a line",
    value: asked.get("q") ?? "",
  });
  const service = h("select", { "aria-label": "Function" });
  const level = h(
    "select",
    { "aria-label": "Level" },
    h("option", { value: "" }, "every level"),
    LEVELS.slice(0, 4).map((name) => h("option", { value: name }, name === "debug" ? "debug" : `${name} and worse`)),
  );
  level.value = asked.get("level") ?? "";
  const live = h("button", { type: "button", "aria-pressed": "true", title: "New lines come by themselves" }, "Live");
  const trace = h("span");
  const number = h("span", { class: "sub", role: "status" });
  const list = h("ol", { class: "lines", "aria-label": "Lines, the newest first" });
  const place = h("section", { class: "card" }, list);
  const older = h("button", { type: "button", class: "hidden" }, "Older ones");
  main.append(
    h("div", { class: "head" }, h("h1", null, "Logs"), number),
    h("div", { class: "filters" }, search, service, level, live, trace),
    place,
    h("p", { class: "after" }, older),
  );

  let traceId = asked.get("trace_id") ?? "";
  const filters = () => ({ q: search.value.trim(), service: service.value, level: level.value, trace_id: traceId });
  /** @type {Line[]} */
  let lines = [];
  /** @type {string | number | null} */
  let next = null;
  /** @type {EventSource | null} */
  let stream = null;

  life.effect(() => {
    const names = (overview.value?.parts.functions ?? []).map((one) => one.name);
    const others = (overview.value?.parts.stand_ins ?? []).map((one) => one.name);
    const chosen = service.value || asked.get("service") || "";
    fillServices(service, "every function", [...names, ...others], chosen);
  });

  function drawTrace() {
    replace(
      trace,
      traceId
        ? h(
            "button",
            {
              type: "button",
              title: "Show every trace again",
              onclick: () => {
                traceId = "";
                changed();
              },
            },
            `Trace ${short(traceId)} ×`,
          )
        : null,
    );
  }

  async function load() {
    drawTrace();
    try {
      const answer = await ask("logs", { query: { ...filters(), limit: 200 }, signal: life.signal });
      lines = answer.lines;
      next = answer.next_before;
      replace(list, lines.length ? lines.map(lineOf) : none());
      tell();
    } catch (error) {
      if (!life.signal.aborted) replace(list, h("li", null, trouble(error)));
    }
  }

  function tell() {
    number.textContent = lines.length ? plural(lines.length, "line") : "";
    older.classList.toggle("hidden", !next);
  }

  function none() {
    const filtered = Object.values(filters()).some(Boolean);
    return h(
      "li",
      null,
      filtered
        ? nothing("No line like that", "Nothing that is kept fits these filters.")
        : nothing(
            "No lines yet",
            "Functions write when they are asked something. A terminal shows the same with",
            souk("logs -f orders"),
          ),
    );
  }

  function follow() {
    stream?.close();
    stream = null;
    if (live.getAttribute("aria-pressed") !== "true") return;
    const said = Object.entries(filters()).filter(([, value]) => value);
    stream = life.stream(`/api/logs/stream?${new URLSearchParams(said)}`);
    const take = (/** @type {MessageEvent} */ event) => {
      const document = JSON.parse(event.data);
      if (document.missed) return toast(`${plural(document.missed, "line")} came too fast to be shown.`);
      /** @type {Line[]} */
      const fresh = Array.isArray(document) ? document : (document.lines ?? [document]);
      const known = new Set(lines.slice(0, 300).map((line) => String(line.id)));
      add(fresh.filter((line) => line?.message !== undefined && !known.has(String(line.id))));
    };
    for (const name of ["message", "line", "missed"]) stream.addEventListener(name, take);
  }

  /** @param {Line[]} fresh  In the order they came. */
  function add(fresh) {
    if (!fresh.length) return;
    if (!lines.length) replace(list);
    for (const line of fresh) list.prepend(Object.assign(lineOf(line), { className: "line fresh" }));
    lines = [...[...fresh].reverse(), ...lines].slice(0, KEPT);
    while (list.children.length > KEPT) list.lastElementChild?.remove();
    tell();
  }

  function changed() {
    history.replaceState(null, "", to("logs", null, filters()));
    void load();
    follow();
  }

  let typing = 0;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = window.setTimeout(changed, 200);
  });
  service.addEventListener("change", changed);
  level.addEventListener("change", changed);
  live.addEventListener("click", () => {
    live.setAttribute("aria-pressed", String(live.getAttribute("aria-pressed") !== "true"));
    follow();
  });
  older.addEventListener("click", async () => {
    try {
      const answer = await ask("logs", { query: { ...filters(), limit: 200, before: next }, signal: life.signal });
      lines = [...lines, ...answer.lines];
      next = answer.next_before;
      list.append(...answer.lines.map(lineOf));
      tell();
    } catch (error) {
      toast(said(error), "bad");
    }
  });
  void load();
  follow();
}

/** @param {Line} line */
function lineOf(line) {
  const fields = Object.entries(line.fields ?? {});
  const level = line.level ?? "";
  return h(
    "li",
    { class: "line", "data-level": level },
    time(line.time),
    h("span", { class: "level" }, level || "–"),
    h(
      "span",
      { class: "service" },
      h("span", { class: "dot", "data-hue": hue(line.service) }),
      h("span", { class: "cut" }, line.service),
    ),
    h(
      "span",
      { class: "said" },
      h("span", null, line.message),
      fields.length
        ? h(
            "details",
            null,
            h(
              "summary",
              null,
              fields
                .slice(0, 3)
                .map(([name, value]) => `${name}=${text(value)}`)
                .join(" "),
            ),
            h(
              "dl",
              { class: "attributes" },
              fields.map(([name, value]) => [h("dt", null, name), h("dd", null, text(value))]).flat(),
            ),
          )
        : null,
    ),
    line.trace_id
      ? h(
          "a",
          { class: "small", href: to("traces", line.trace_id, { span: line.span_id }), title: line.trace_id },
          "trace",
        )
      : h("span"),
  );
}

/** @param {any} value */
function text(value) {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
