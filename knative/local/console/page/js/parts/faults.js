// What goes wrong on purpose, in a shop that was opened for it.

import { ask, faults, overview } from "../api.js";
import { h, replace } from "../dom.js";
import { wrong } from "../wrong.js";
import { badge, nothing, said, service, souk, toast } from "../widgets.js";

/** @typedef {import("../types.js").Faults} Faults */

export const title = () => "Faults";

/**
 * @param {HTMLElement} main
 * @param {import("../routes.js").Route} _route
 * @param {import("../life.js").Life} life
 */
export function show(main, _route, life) {
  const off = h(
    "button",
    {
      type: "button",
      onclick: () =>
        void change(
          { provider: null, mails: null, broker_disk: null, deliveries: null, functions: null },
          "Everything is as it should be.",
        ),
    },
    "Everything off",
  );
  const body = h("div");
  main.append(
    h(
      "div",
      { class: "head" },
      h("h1", null, "Faults"),
      h("span", { class: "sub grow" }, "for demonstrations and tests"),
      off,
    ),
    body,
  );
  let drawn = "";

  /** @param {object} what @param {string} done */
  async function change(what, done) {
    try {
      const now = await ask("faults", { method: "PUT", body: what, signal: life.signal });
      if (now && typeof now.allowed === "boolean") faults.value = now;
      toast(done);
    } catch (error) {
      if (!life.signal.aborted) toast(said(error), "bad");
    }
    drawn = "";
    await load();
  }

  async function load() {
    try {
      faults.value = await ask("faults", { signal: life.signal });
    } catch (error) {
      if (!life.signal.aborted && !faults.peek()) replace(body, nothing("Not to be had", said(error)));
    }
  }

  life.effect(() => {
    const now = faults.value;
    const names = (overview.value?.parts.functions ?? []).map((one) => one.name);
    const key = JSON.stringify([now, names]);
    if (key === drawn || (!now && !overview.value)) return;
    drawn = key;
    off.disabled = !now?.allowed || wrong(now).length === 0;
    replace(body, now?.allowed ? switches(now, names, change) : notAllowed());
  });
  life.every(4_000, load);
}

function notAllowed() {
  return h(
    "section",
    { class: "card" },
    nothing(
      "This shop does not break on purpose",
      "Faults are for shops that were opened for them, and cannot be written into manifests. Close this one with souk down, then type",
      souk("up --faults"),
    ),
  );
}

/**
 * @param {Faults} now
 * @param {string[]} names
 * @param {(what: object, done: string) => void} change
 */
function switches(now, names, change) {
  const dead = new Set(now.functions ?? []);
  const consumer = h(
    "select",
    { "aria-label": "Who is to refuse it" },
    ["inventory", "orders", "payments", "shipping", "notifications"]
      .filter((name) => !names.length || names.includes(name))
      .map((name) => h("option", { value: name }, name)),
  );
  return h(
    "div",
    { class: "switches" },
    choice(
      "Payment provider",
      "What functions see of the bank. Its orders wait, and go on when it is back.",
      now.provider,
      [
        ["normal", "normal"],
        ["slow", "2 s late"],
        ["fail", "answers 500"],
        ["hang", "never answers"],
      ],
      (provider) =>
        change(
          { provider },
          provider === "normal" ? "The provider answers again." : `The provider is switched to ${provider}.`,
        ),
    ),
    choice(
      "Mail server",
      "Mails are refused for now, and sent when it takes them again.",
      now.mails,
      [
        ["normal", "takes mails"],
        ["fail", "refuses them"],
      ],
      (mails) => change({ mails }, mails === "fail" ? "Mails are refused." : "Mails are taken again."),
    ),
    choice(
      "The broker's disk",
      "A broker without room answers 503; outboxes keep what they have.",
      now.broker_disk,
      [
        ["ok", "has room"],
        ["full", "is full"],
      ],
      (disk) => change({ broker_disk: disk }, disk === "full" ? "The disk is full." : "The disk has room again."),
    ),
    choice(
      "Deliveries",
      "Events come twice, late and out of order. Nothing may come of it.",
      now.deliveries ? "on" : "off",
      [
        ["off", "as they should"],
        ["on", "twice and late"],
      ],
      (on) =>
        change(
          { deliveries: on === "on" ? { duplicate: 0.3, delay_ms: 500, seed: 1 } : null },
          on === "on" ? "Deliveries come twice and late." : "Deliveries come as they should.",
        ),
    ),
    h(
      "section",
      { class: "card switch whole" },
      h(
        "div",
        { class: "body" },
        h(
          "div",
          { class: "row" },
          h("h2", { class: "grow" }, "A poisoned event"),
          now.poisoned ? badge(`${now.poisoned} sent`, "warn") : null,
        ),
        h("p", { class: "quiet" }, "One event that its consumer refuses for ever. It becomes a dead letter."),
        h(
          "div",
          { class: "row" },
          consumer,
          h(
            "button",
            { type: "button", onclick: () => change({ poison: consumer.value }, "Sent. Look among the dead letters.") },
            "Send one",
          ),
          h("a", { href: "#/events/letters", class: "small" }, "Dead letters"),
        ),
      ),
    ),
    h(
      "section",
      { class: "card switch whole" },
      h(
        "div",
        { class: "body" },
        h("h2", null, "Dead functions"),
        h(
          "p",
          { class: "quiet" },
          "A dead function's instances are killed, and each start fails, until it may live again.",
        ),
        h(
          "div",
          { class: "deaths" },
          names.map((name) =>
            h(
              "label",
              { class: dead.has(name) ? "dead" : "" },
              service(name),
              h("span", { class: "grow" }),
              h("input", {
                type: "checkbox",
                role: "switch",
                "aria-label": `${name} is dead`,
                checked: dead.has(name),
                onchange: () =>
                  change(
                    { functions: { [name]: dead.has(name) ? "alive" : "dead" } },
                    `${name} ${dead.has(name) ? "may live again, and starts within 10 s" : "is dead"}.`,
                  ),
              }),
            ),
          ),
        ),
      ),
    ),
  );
}

/**
 * @param {string} name
 * @param {string} what
 * @param {string | null} now
 * @param {string[][]} modes
 * @param {(mode: string) => void} set
 */
function choice(name, what, now, modes, set) {
  const wellMode = modes[0]?.[0];
  return h(
    "section",
    { class: `card switch ${now !== null && now !== wellMode ? "on" : ""}` },
    h(
      "div",
      { class: "body" },
      h("h2", null, name),
      h("p", { class: "quiet" }, what),
      now === null
        ? h("p", { class: "quiet" }, "There is none, or it does not answer.")
        : h(
            "div",
            { class: "modes", role: "group", "aria-label": name },
            modes.map(([mode = "", words]) =>
              h(
                "button",
                { type: "button", "aria-pressed": String(mode === now), onclick: () => mode !== now && set(mode) },
                words,
              ),
            ),
          ),
    ),
  );
}
