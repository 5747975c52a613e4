// The map: the gateway on the left, functions in the middle, the broker on the right; what flows between them runs along the lines.

import { hue } from "./colours.js";
import { h, keyed, replace, s } from "./dom.js";
import { ago, eventName, plural } from "./format.js";
import { legs } from "./legs.js";
import { to } from "./routes.js";
import { now } from "./widgets.js";

/** @typedef {import("./types.js").Edge} Edge */
/** @typedef {import("./types.js").Fn} Fn */
/** @typedef {{ from: string, to: string, event: boolean, label: string, count: number, errors: number }} Leg */

const ROW = 46;
const LANE = 5;
const PULSES = 48;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export function flowMap() {
  const cards = h("ul", { class: "map-cards", "aria-label": "Functions" });
  const lines = s("svg", { class: "map-lines", "aria-hidden": "true" });
  const gateway = h("div", { class: "map-bar gateway", "data-hue": hue("gateway") }, h("span", null, "Gateway"));
  const broker = h("div", { class: "map-bar broker", "data-hue": hue("broker") }, h("span", null, "Broker"));
  const said = h("p", { class: "for-readers", role: "status" });
  const root = h("div", { class: "map" }, lines, gateway, cards, broker, said);
  /** @type {string[]} */
  let names = [];
  /** @type {string[]} Nodes that flow has named and that are no functions. */
  const outside = [];
  let geometry = { left: 0, right: 0, cardLeft: 0, cardRight: 0 };

  /** @param {Fn[]} functions */
  function show(functions) {
    const known = functions.map((one) => one.name);
    keyed(
      cards,
      [...functions, ...outside],
      (one) => (typeof one === "string" ? `:${one}` : one.name),
      (one) => (typeof one === "string" ? outsideCard(one) : functionCard(one.name)),
    );
    const next = [...known, ...outside];
    if (next.join() !== names.join()) {
      names = next;
      draw();
    }
  }

  function draw() {
    const box = root.getBoundingClientRect();
    if (!box.width) return;
    const at = (/** @type {Element} */ element) => element.getBoundingClientRect();
    geometry = {
      left: at(gateway).right - box.left,
      right: at(broker).left - box.left,
      cardLeft: at(cards).left - box.left,
      cardRight: at(cards).right - box.left,
    };
    lines.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    const before = new Map([...lines.querySelectorAll(".lane")].map((lane) => [lane.getAttribute("data-lane"), lane]));
    replace(
      lines,
      names.flatMap((name, row) => {
        const inside = !outside.includes(name);
        return inside ? [line(name, "gateway", row), line(name, "in", row), line(name, "out", row)] : [];
      }),
    );
    for (const lane of lines.querySelectorAll(".lane")) {
      const old = before.get(lane.getAttribute("data-lane"));
      if (!old) continue;
      lane.setAttribute("class", old.getAttribute("class") ?? "");
      const text = lane.querySelector("text");
      if (text) text.textContent = old.querySelector("text")?.textContent ?? "";
    }
  }

  /**
   * @param {string} name
   * @param {"gateway" | "in" | "out"} lane
   * @param {number} row
   */
  function line(name, lane, row) {
    const [[x1, y1], [x2, y2]] = ends(lane, row);
    const text =
      lane === "gateway"
        ? { x: x1 + 8, y: y1 - 5, "text-anchor": "start" }
        : { x: x2 - 8, y: lane === "in" ? y1 - 5 : y1 + 13, "text-anchor": "end" };
    return s(
      "g",
      { class: `lane ${lane}`, "data-lane": `${name}/${lane}` },
      s("line", { x1, y1, x2, y2 }),
      s("text", text),
    );
  }

  /**
   * @param {"gateway" | "in" | "out"} lane  `in`: from the broker to the function.
   * @param {number} row
   * @returns {[[number, number], [number, number]]}
   */
  function ends(lane, row) {
    const y = row * ROW + ROW / 2;
    if (lane === "gateway")
      return [
        [geometry.left, y],
        [geometry.cardLeft, y],
      ];
    const shift = lane === "in" ? -LANE : LANE;
    return [
      [geometry.cardRight, y + shift],
      [geometry.right, y + shift],
    ];
  }

  /** @param {Leg} leg */
  function run(leg) {
    const function_ = leg.to === "broker" ? leg.from : leg.from === "broker" || leg.from === "gateway" ? leg.to : null;
    const lane = leg.to === "broker" ? "out" : leg.from === "broker" ? "in" : "gateway";
    const row = names.indexOf(function_ ?? leg.to);
    if (row < 0) return;
    if (function_ === null) return arc(names.indexOf(leg.from), row, leg);
    const place = lines.querySelector(`[data-lane="${CSS.escape(function_)}/${lane}"]`);
    const text = place?.querySelector("text");
    if (!place || !text) return;
    text.textContent = fitting(leg.event ? eventName(leg.label) : leg.label, lane);
    flash(place, leg);
    const [a, b] = ends(lane, row);
    if (lane === "in") pulse(b, a, leg, row);
    else pulse(a, b, leg, row);
  }

  /**
   * As much of the words as there is room for.
   * @param {string} words
   * @param {"gateway" | "in" | "out"} lane
   */
  function fitting(words, lane) {
    const room = lane === "gateway" ? geometry.cardLeft - geometry.left : geometry.right - geometry.cardRight;
    const letters = Math.floor((room - 14) / 5.6);
    return words.length <= letters ? words : `${words.slice(0, Math.max(letters - 1, 0))}…`;
  }

  /** @param {Element} place @param {Leg} leg */
  function flash(place, leg) {
    place.classList.toggle("wrong", leg.errors > 0);
    place.classList.remove("hot");
    requestAnimationFrame(() => place.classList.add("hot"));
    const until = String(Date.now() + 4_000);
    Reflect.set(place, "until", until);
    setTimeout(() => Reflect.get(place, "until") === until && place.classList.remove("hot", "wrong"), 4_000);
  }

  /**
   * @param {[number, number]} from
   * @param {[number, number]} end
   * @param {Leg} leg
   * @param {number} row
   */
  function pulse(from, end, leg, row) {
    if (still.matches || document.hidden) return;
    for (let n = 0; n < Math.min(leg.count, 4); n++) {
      if (lines.querySelectorAll(".pulse").length > PULSES) return;
      const dot = s("circle", { class: `pulse ${leg.errors ? "wrong" : ""}`, r: 4, "data-hue": hue(names[row] ?? "") });
      lines.append(dot);
      const path = [from, end].map(([x, y]) => ({ transform: `translate(${x}px, ${y}px)` }));
      const moving = dot.animate(path, {
        duration: 700,
        delay: n * 120,
        easing: "cubic-bezier(.4,0,.2,1)",
        fill: "both",
      });
      moving.onfinish = () => dot.remove();
    }
  }

  /**
   * From function to function, past the cards' left side.
   * @param {number} from
   * @param {number} end
   * @param {Leg} leg
   */
  function arc(from, end, leg) {
    if (from < 0) return;
    const x = geometry.cardLeft;
    const [y1, y2] = [from, end].map((row) => row * ROW + ROW / 2);
    const bend = x - Math.min(34, Math.max(14, (x - geometry.left) * 0.3));
    const path = s("path", {
      class: `arc ${leg.errors ? "wrong" : ""}`,
      d: `M${x} ${y1} C${bend} ${y1} ${bend} ${y2} ${x} ${y2}`,
      "data-hue": hue(names[from] ?? ""),
    });
    lines.append(path);
    const length = path.getTotalLength();
    const shown = still.matches
      ? [{ opacity: 1 }, { opacity: 0 }]
      : [
          { strokeDasharray: `0 ${length}`, opacity: 1 },
          { strokeDasharray: `${length} 0`, opacity: 1, offset: 0.5 },
          { strokeDasharray: `${length} 0`, opacity: 0 },
        ];
    path.animate(shown, { duration: 1_600 }).onfinish = () => path.remove();
  }

  /** @param {Edge[]} edges @param {Fn[]} functions */
  function flow(edges, functions) {
    const known = new Set(functions.map((one) => one.name));
    const found = edges.flatMap(legs);
    for (const leg of found) {
      for (const name of [leg.from, leg.to]) {
        if (
          !known.has(name) &&
          name !== "gateway" &&
          name !== "broker" &&
          !outside.includes(name) &&
          outside.length < 5
        )
          outside.push(name);
      }
    }
    show(functions);
    found.forEach(run);
    const last = found.at(-1);
    if (last) said.textContent = `${last.from} to ${last.to}: ${last.label}`;
  }

  const watch = new ResizeObserver(draw);
  watch.observe(root);
  return { root, show, flow, end: () => watch.disconnect() };
}

/** @param {string} name */
function outsideCard(name) {
  return h(
    "li",
    { class: "map-card outside" },
    h("span", { class: "cut" }, name),
    h("span", { class: "state" }, "called"),
  );
}

/** @param {string} name */
function functionCard(name) {
  const dots = h("span", { class: "instances", "aria-hidden": "true" });
  const state = h("span", { class: "state" });
  const card = h(
    "li",
    { class: "map-card", "data-hue": hue(name) },
    h("a", { href: to("logs", null, { service: name }), class: "cut", title: `Logs of ${name}` }, name),
    dots,
    state,
  );
  /** @param {Fn | string} one */
  const show = (one) => {
    if (typeof one === "string") return;
    const kinds = one.instances.map((instance) => instance.state);
    const waking = kinds.some((kind) => /start|creat|pending/i.test(kind)) || (one.desired > 0 && kinds.length === 0);
    card.classList.toggle("awake", kinds.length > 0);
    card.classList.toggle("waking", waking);
    card.classList.toggle("failing", Boolean(one.failing));
    replace(
      dots,
      one.instances.slice(0, 6).map((instance) =>
        h("i", {
          class: `instance ${instance.state}`,
          title: `${instance.state}, pid ${instance.pid ?? "–"}, ${plural(instance.in_flight, "request")}`,
        }),
      ),
    );
    state.textContent = describe(one, waking);
    state.title = one.last_request_at
      ? `last asked ${ago(one.last_request_at, now())}; ${plural(one.cold_starts, "cold start")}`
      : "not asked yet";
  };
  return Object.assign(card, { show });
}

/**
 * @param {Fn} one
 * @param {boolean} waking
 */
function describe(one, waking) {
  if (one.failing) return "failing";
  if (one.waiting) return `${one.waiting} waiting`;
  if (waking) return "waking";
  const busy = one.instances.reduce((sum, instance) => sum + instance.in_flight, 0);
  if (busy) return `${busy} in flight`;
  if (one.instances.length)
    return one.desired === 0
      ? "falling asleep"
      : one.instances.length === 1
        ? "awake"
        : `${one.instances.length} awake`;
  return "asleep";
}
