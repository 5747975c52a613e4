// Asking the console. Errors are said as its problem documents say them.

import { signal } from "./dom.js";

/** @typedef {import("./types.js").Overview} Overview */
/** @typedef {import("./types.js").Edge} Edge */
/** @typedef {import("./types.js").Faults} Faults */

/** A refusal, or no answer. */
export class Trouble extends Error {
  /**
   * @param {string} message
   * @param {number} status  0: no answer at all.
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} path  With what comes behind `/api/`.
 * @param {{ method?: string, body?: unknown, query?: Record<string, any>, signal?: AbortSignal, headers?: Record<string, string> }} [options]
 * @returns {Promise<any>}
 */
export async function ask(path, options = {}) {
  const said = Object.entries(options.query ?? {}).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  const search = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
  const headers =
    options.body === undefined ? options.headers : { "content-type": "application/json", ...options.headers };
  let response;
  try {
    response = await fetch(`/api/${path}${search ? `?${search}` : ""}`, {
      method: options.method ?? "GET",
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Trouble("The shop does not answer. Is it open? souk up opens it.", 0);
  }
  const text = await response.text();
  const document = parse(text);
  if (response.ok) return document;
  const why = document?.detail ?? document?.title ?? `answered ${response.status}`;
  throw new Trouble(String(why), response.status);
}

/** @param {string} text */
function parse(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** The newest overview. @type {import("./dom.js").Signal<Overview | null>} */
export const overview = signal(/** @type {Overview | null} */ (null));
/** The last batch of edges. @type {import("./dom.js").Signal<Edge[]>} */
export const flow = signal(/** @type {Edge[]} */ ([]));
/** Faults, as last heard. @type {import("./dom.js").Signal<Faults | null>} */
export const faults = signal(/** @type {Faults | null} */ (null));
/** Whether the stream is there. */
export const connected = signal(true);

/** Open dead letters by trigger. @type {import("./dom.js").Signal<Map<string, number>>} */
export const openLetters = signal(new Map());

/** Asks for them: at first, and when the broker has given one up or somebody dealt with one. Asking wakes `deadletters`. */
export async function countLetters() {
  try {
    const answer = await ask("triggers");
    /** @type {import("./types.js").Trigger[]} */
    const triggers = Array.isArray(answer) ? answer : answer.triggers;
    openLetters.value = new Map(triggers.map((one) => [one.name, one.dead_letters_open ?? 0]));
  } catch {
    // The number stays as it was; who opens the list is told why.
  }
}

/** What is as it was is no news. @param {Faults | null} now */
function hear(now) {
  if (JSON.stringify(now) !== JSON.stringify(faults.peek())) faults.value = now;
}

/** Asks for the overview, unless the stream was quicker. A shop that does not answer is told of by the stream. */
export async function firstLook() {
  const now = await ask("overview").catch(() => null);
  if (now) overview.value ??= now;
}

/** Listens to the shop for as long as the page is open; the browser connects again by itself. */
export function listen() {
  const stream = new EventSource("/api/stream");
  stream.addEventListener("open", () => (connected.value = true));
  stream.addEventListener("error", () => (connected.value = false));
  stream.addEventListener("overview", (event) => {
    overview.value = JSON.parse(event.data);
    hear(overview.peek()?.parts?.faults ?? null);
  });
  stream.addEventListener("flow", (event) => (flow.value = JSON.parse(event.data).edges));
  stream.addEventListener("faults", (event) => hear(JSON.parse(event.data)));
  // A page that goes away leaves no connection behind.
  window.addEventListener("pagehide", () => stream.close());
}
