// Dead letters: what no consumer took. Looked at, sent again, or discarded, one or many.

import { ask, countLetters, overview } from "../api.js";
import { h, replace } from "../dom.js";
import { eventName, plural, short } from "../format.js";
import { to } from "../routes.js";
import { badge, dialog, nothing, said, service, time, toast, trouble } from "../widgets.js";

/** @typedef {import("../types.js").Letter} Letter */

/**
 * @param {HTMLElement} body
 * @param {import("../routes.js").Route} route
 * @param {import("../life.js").Life} life
 */
export function showLetters(body, route, life) {
  const status = h(
    "select",
    { "aria-label": "Status" },
    [
      ["open", "open"],
      ["redriven", "sent again"],
      ["discarded", "discarded"],
      ["", "any"],
    ].map(([value, name]) => h("option", { value }, name)),
  );
  const destination = h("input", {
    type: "search",
    placeholder: "Consumer, such as inventory",
    "aria-label": "Consumer",
    value: route.query.get("destination") ?? "",
  });
  const again = h("button", { type: "button", class: "main", disabled: true }, "Send again");
  const discard = h("button", { type: "button", class: "danger", disabled: true }, "Discard");
  const all = h("input", { type: "checkbox", "aria-label": "All of them" });
  const number = h("span", { class: "quiet", role: "status" });
  const list = h("ul", { class: "letters" });
  const place = h(
    "section",
    { class: "card", "aria-label": "Dead letters" },
    h("header", null, all, number, h("span", { class: "grow" }), again, discard),
    list,
  );
  replace(body, h("div", { class: "filters" }, destination, status), place);
  if (route.query.get("open")) status.value = "";
  /** @type {Letter[]} */
  let letters = [];
  /** @type {Set<string>} */
  const chosen = new Set();
  let drawn = "";

  const query = () => ({ status: status.value, destination: destination.value.trim(), limit: 100 });
  async function load() {
    try {
      const answer = await ask("dead-letters", { query: query(), signal: life.signal });
      letters = answer.items ?? answer.dead_letters ?? [];
      draw();
    } catch (error) {
      if (life.signal.aborted) return;
      drawn = "";
      replace(list, h("li", { class: "body" }, trouble(error)));
    }
  }

  function draw() {
    for (const id of chosen)
      if (!letters.some((letter) => letter.dead_letter_id === id && letter.status === "open")) chosen.delete(id);
    const now = JSON.stringify(letters);
    if (now !== drawn) {
      drawn = now;
      const open = list.querySelector("details[open]")?.getAttribute("data-id") ?? route.query.get("open");
      replace(
        list,
        letters.length
          ? letters.map((letter) => row(letter, letter.dead_letter_id === open))
          : h(
              "li",
              null,
              status.value === "open"
                ? nothing("No dead letters", "Every event was taken by whoever it was for.")
                : nothing("None like that", "No dead letter fits these filters."),
            ),
      );
    }
    number.textContent = chosen.size ? `${chosen.size} chosen` : plural(letters.length, "dead letter");
    again.disabled = discard.disabled = chosen.size === 0;
    const open = letters.filter((letter) => letter.status === "open");
    all.disabled = open.length === 0;
    all.checked = open.length > 0 && chosen.size === open.length;
  }

  /** @param {Letter} letter @param {boolean} open */
  function row(letter, open) {
    const box = h("input", {
      type: "checkbox",
      "aria-label": `Choose ${letter.type}`,
      disabled: letter.status !== "open",
      onchange: () => {
        if (box.checked) chosen.add(letter.dead_letter_id);
        else chosen.delete(letter.dead_letter_id);
        draw();
      },
    });
    box.checked = chosen.has(letter.dead_letter_id);
    const event = h("div");
    const details = h(
      "details",
      {
        "data-id": letter.dead_letter_id,
        open,
        ontoggle: () => {
          if (details.open && !event.hasChildNodes()) void inspect(letter, event);
        },
      },
      h(
        "summary",
        null,
        h("strong", { class: "cut" }, eventName(letter.type)),
        h("span", { class: "row tight" }, h("span", { class: "quiet" }, "for"), service(letter.destination)),
        badge(letter.status),
        time(letter.arrived_at, "ago"),
        h("span", { class: "why-not cut" }, reason(letter)),
      ),
      h(
        "div",
        { class: "inside" },
        h(
          "dl",
          { class: "facts" },
          h("dt", null, "Answer"),
          h("dd", null, `${letter.error.code ?? "none"}: ${reason(letter)}`),
          h("dt", null, "From"),
          h("dd", null, letter.source),
          h("dt", null, "About"),
          h("dd", null, subject(letter)),
          h("dt", null, "Attempts"),
          h("dd", null, `sent again ${plural(letter.attempts, "time")}`),
          letter.discard_reason ? [h("dt", null, "Discarded"), h("dd", null, letter.discard_reason)] : [],
        ),
        letter.status === "open"
          ? h(
              "p",
              { class: "row" },
              h("button", { type: "button", onclick: () => void redrive([letter.dead_letter_id]) }, "Send again"),
              h(
                "button",
                { type: "button", class: "danger", onclick: () => void drop([letter.dead_letter_id]) },
                "Discard",
              ),
            )
          : null,
        event,
      ),
    );
    if (open) void inspect(letter, event);
    return h("li", null, box, details);
  }

  /** @param {Letter} letter @param {HTMLElement} place */
  async function inspect(letter, place) {
    try {
      const whole = await ask(`dead-letters/${letter.dead_letter_id}`, { signal: life.signal });
      replace(
        place,
        h("pre", { tabindex: 0, "aria-label": "The event" }, JSON.stringify(whole.event ?? whole, null, 2)),
      );
    } catch (error) {
      if (!life.signal.aborted) replace(place, trouble(error));
    }
  }

  /** @param {string[]} ids */
  async function redrive(ids) {
    await settle(ids, "redrive", {}, "sent again");
  }

  /** @param {string[]} ids */
  async function drop(ids) {
    const answer = await dialog({
      title: `Discard ${plural(ids.length, "dead letter")}`,
      yes: "Discard",
      body: [
        h("p", null, "It is not sent again. What its consumer should have done with it is not done."),
        h(
          "label",
          null,
          "Why",
          h("textarea", {
            name: "reason",
            required: true,
            maxlength: 500,
            placeholder: "Kept with it, for whoever asks later",
          }),
        ),
      ],
    });
    if (answer) await settle(ids, "discard", { reason: String(answer.get("reason") ?? "").trim() }, "discarded");
  }

  /** @param {string[]} ids @param {string} action @param {object} more @param {string} done */
  async function settle(ids, action, more, done) {
    again.disabled = discard.disabled = true;
    try {
      const one = ids.length === 1 ? ids[0] : null;
      const path = one ? `dead-letters/${one}/${action}` : `dead-letters/${action}`;
      const body = one && action === "redrive" ? undefined : one ? more : { dead_letter_ids: ids, ...more };
      const answer = await ask(path, { method: "POST", body, signal: life.signal });
      tell(answer, ids.length, done);
    } catch (error) {
      if (!life.signal.aborted) toast(said(error), "bad");
    }
    await load();
    void countLetters();
  }

  again.addEventListener("click", () => void redrive([...chosen]));
  discard.addEventListener("click", () => void drop([...chosen]));
  all.addEventListener("change", () => {
    chosen.clear();
    if (all.checked) for (const letter of letters) if (letter.status === "open") chosen.add(letter.dead_letter_id);
    drawn = "";
    draw();
  });
  status.addEventListener("change", () => void load());
  let typing = 0;
  destination.addEventListener("input", () => {
    clearTimeout(typing);
    typing = window.setTimeout(() => void load(), 250);
  });
  let givenUp = -1;
  life.every(1_000, async () => {
    const sum = overview.peek()?.parts.triggers.reduce((all, one) => all + one.dead_lettered, 0) ?? 0;
    if (sum === givenUp) return;
    givenUp = sum;
    await load();
  });
  life.every(10_000, load);
}

/** @param {any} answer @param {number} asked @param {string} done */
function tell(answer, asked, done) {
  const outcomes = answer?.outcomes ?? answer?.items ?? null;
  if (Array.isArray(outcomes)) {
    const well = outcomes.filter((/** @type {any} */ one) =>
      /redriven|discarded/.test(one.status ?? one.outcome ?? ""),
    ).length;
    toast(`${well} of ${asked} ${done}.`, well === asked ? "" : "bad");
  } else if (answer?.status === "open") toast(`It was refused again: ${reason(answer)}`, "bad");
  else toast(`${asked === 1 ? "One" : asked} ${done}.`);
}

/** What the consumer said, without what it is wrapped in. @param {Letter} letter */
function reason(letter) {
  const body = letter.error?.body;
  if (!body) return letter.error?.code ? `it answered ${letter.error.code}` : "it did not answer";
  try {
    const problem = JSON.parse(body);
    return String(problem.detail ?? problem.title ?? body);
  } catch {
    return body;
  }
}

/** @param {Letter} letter */
function subject(letter) {
  const order = letter.subject?.match(/^orders\/(.+)$/)?.[1];
  if (order) return h("a", { href: to("orders", order), title: order }, `order ${short(order)}`);
  return letter.subject ?? "–";
}
