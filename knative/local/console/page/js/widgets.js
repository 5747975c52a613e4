// What several parts show: times, services, badges, nothing, errors, dialogs, long lists.

import { overview } from "./api.js";
import { hue } from "./colours.js";
import { h, replace } from "./dom.js";
import { ago, clock } from "./format.js";

/** @typedef {import("./dom.js").Child} Child */

/** Now, as the shop's clock has it; it may have been moved. */
let ahead = 0;
/** @param {string} now  The shop's. */
export function setClock(now) {
  ahead = Date.parse(now) - Date.now();
}
export const now = () => Date.now() + ahead;

/**
 * A time: local, in UTC when pointed at.
 * @param {string | null} iso
 * @param {"clock" | "ago" | "full"} [how]
 */
export function time(iso, how = "clock") {
  if (!iso) return h("span", { class: "quiet" }, "–");
  const local = new Date(iso).toLocaleString();
  const text = how === "ago" ? ago(iso, now()) : how === "full" ? local : clock(iso);
  return h("time", { datetime: iso, title: `${iso.replace("T", " ").replace("Z", "")} UTC`, class: "nowrap" }, text);
}

/** @param {string} name */
export function service(name) {
  return h("span", { class: "service" }, h("span", { class: "dot", "data-hue": hue(name) }), name);
}

/** @type {Record<string, string>} */
const MOODS = {
  confirmed: "good",
  shipped: "good",
  delivered: "good",
  ok: "good",
  redriven: "good",
  cancelled: "",
  discarded: "",
  pending: "mark",
  cancelling: "warn",
  waiting: "warn",
  failed: "bad",
  open: "bad",
  error: "bad",
  warn: "warn",
};

/**
 * @param {string} word
 * @param {string} [mood]
 */
export function badge(word, mood = MOODS[word] ?? "mark") {
  return h("span", { class: `badge ${mood}` }, word.replaceAll("_", " "));
}

/**
 * Fills a choice of services; the chosen one is among them. What is as it was is left alone.
 * @param {HTMLSelectElement} select
 * @param {string} any  What the choice of none is called.
 * @param {string[]} names
 * @param {string} chosen
 */
export function fillServices(select, any, names, chosen) {
  const all = [...new Set([...names, ...(chosen ? [chosen] : [])])];
  if (select.options.length === all.length + 1) return;
  replace(
    select,
    h("option", { value: "" }, any),
    all.map((name) => h("option", { value: name }, name)),
  );
  select.value = chosen;
}

/**
 * Nothing to show, and what to do about it.
 * @param {string} title
 * @param {Child} why
 * @param {string} [command]  What to type.
 */
export function nothing(title, why, command) {
  return h("div", { class: "nothing" }, h("strong", null, title), why, command ? h("div", null, typed(command)) : null);
}

/**
 * A command, with a button that copies it.
 * @param {string} command
 */
export function typed(command) {
  const copy = h(
    "button",
    {
      type: "button",
      onclick: async () => {
        await navigator.clipboard?.writeText(command);
        toast("Copied.");
      },
    },
    "Copy",
  );
  return h("div", { class: "type" }, h("code", null, command), copy);
}

/** A sentence; what stands between backticks is code. @param {string} text */
export function sentence(text) {
  return text.split("`").map((part, index) => (index % 2 ? h("code", null, part) : part));
}

/** `souk`, as it finds this shop. @param {string} words */
export function souk(words) {
  const folder = overview.peek()?.data_dir;
  return folder && !/\/\.souk\/?$/.test(folder) ? `souk --data-dir ${folder} ${words}` : `souk ${words}`;
}

/** @param {unknown} error */
export function said(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {unknown} error */
export function trouble(error) {
  return h("div", { class: "notice", role: "alert" }, h("span", null, said(error)));
}

/**
 * A word at the bottom, for some seconds.
 * @param {string} text
 * @param {"bad" | ""} [mood]
 */
export function toast(text, mood = "") {
  let place = document.querySelector(".toasts");
  if (!place) {
    place = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
    document.body.append(place);
  }
  const word = h("div", { class: `toast ${mood}` }, text);
  for (const said of [...place.children].filter((one) => one.textContent === text)) said.remove();
  while (place.children.length > 2) place.firstElementChild?.remove();
  place.append(word);
  setTimeout(() => word.remove(), mood ? 9_000 : 4_000);
}

/**
 * Asks for something in a dialog. `null` when it was closed.
 * @param {{ title: string, body: Child[], yes: string, danger?: boolean }} question
 * @returns {Promise<FormData | null>}
 */
export function dialog(question) {
  return new Promise((resolve) => {
    const form = h(
      "form",
      { method: "dialog" },
      h("header", null, question.title),
      h("div", { class: "body" }, question.body),
      h(
        "footer",
        null,
        question.yes ? h("button", { type: "button", onclick: () => box.close() }, "Cancel") : null,
        h("button", { type: "submit", class: "main" }, question.yes || "Close"),
      ),
    );
    const box = h("dialog", { "aria-label": question.title }, form);
    /** @type {FormData | null} */
    let answer = null;
    form.addEventListener("submit", () => (answer = new FormData(form)));
    box.addEventListener("close", () => {
      box.remove();
      resolve(answer);
    });
    box.addEventListener("click", (event) => event.target === box && box.close());
    document.body.append(box);
    box.showModal();
  });
}

/**
 * Rows of one height, of which those exist that can be seen.
 * @param {HTMLElement} scroller
 * @param {number} height  Of a row, pixels.
 * @param {(index: number) => HTMLElement} make
 */
export function virtual(scroller, height, make) {
  const sheet = h("div", { class: "sheet", role: "presentation" });
  scroller.append(sheet);
  let length = 0;
  /** @type {Map<number, HTMLElement>} */
  let shown = new Map();
  function draw() {
    const first = Math.max(0, Math.floor(scroller.scrollTop / height) - 6);
    const last = Math.min(length, Math.ceil((scroller.scrollTop + scroller.clientHeight) / height) + 6);
    const next = new Map();
    for (let index = first; index < last; index++) {
      const row = shown.get(index) ?? make(index);
      row.style.transform = `translateY(${index * height}px)`;
      next.set(index, row);
      if (!shown.has(index)) sheet.append(row);
    }
    for (const [index, row] of shown) if (!next.has(index)) row.remove();
    shown = next;
  }
  scroller.addEventListener("scroll", draw, { passive: true });
  new ResizeObserver(draw).observe(scroller);
  return {
    /** Makes all rows anew. @param {number} rows */
    reset(rows) {
      length = rows;
      sheet.style.height = `${rows * height}px`;
      shown = new Map();
      replace(sheet);
      draw();
    },
    /** Brings a row into sight. @param {number} index */
    reveal(index) {
      const top = index * height;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top + height > scroller.scrollTop + scroller.clientHeight)
        scroller.scrollTop = top + height - scroller.clientHeight;
      draw();
    },
  };
}

/**
 * Opens what a table's row links to, wherever the row is clicked.
 * @param {MouseEvent} event
 */
export function openRow(event) {
  if (!(event.target instanceof Element) || event.target.closest("a, button, input, label")) return;
  if (String(getSelection()).length) return;
  const link = event.target.closest("tr")?.querySelector("a[href]");
  if (link instanceof HTMLElement) link.click();
}
