// Numbers, times and names as people read them. Pure.

/** @typedef {import("./types.js").Money} Money */

/**
 * A length of time, given in microseconds.
 * @param {number} us
 */
export function duration(us) {
  if (us < 1) return "0";
  if (us < 1_000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${trim(us / 1_000)} ms`;
  if (us < 120_000_000) return `${trim(us / 1_000_000)} s`;
  const minutes = Math.round(us / 60_000_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${trim(minutes / 60)} h` : `${trim(minutes / 1440)} d`;
}

/**
 * Three figures, no more.
 * @param {number} value
 */
function trim(value) {
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}

/**
 * @param {number | null | undefined} value
 */
export function count(value) {
  if (value === null || value === undefined) return "–";
  if (value < 10_000) return value.toLocaleString("en");
  return value < 1e6 ? `${trim(value / 1e3)} k` : `${trim(value / 1e6)} M`;
}

/**
 * A number for an axis or a tile, with its unit.
 * @param {number | null | undefined} value
 * @param {string} [unit]  As OpenTelemetry writes it: `s`, `By`, `1`, `{request}`.
 */
export function measure(value, unit = "") {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (unit === "s") return value === 0 ? "0" : duration(value * 1e6);
  if (unit === "ms") return value === 0 ? "0" : duration(value * 1e3);
  if (unit === "By") return bytes(value);
  const size = Math.abs(value);
  if (size >= 1e6) return `${trim(value / 1e6)} M`;
  if (size >= 1e4) return `${trim(value / 1e3)} k`;
  return size === 0 ? "0" : String(Number(value.toPrecision(3)));
}

/** @param {number} value */
export function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit ? trim(value) : Math.round(value)} ${units[unit]}`;
}

/** @param {Money | null | undefined} amount */
export function money(amount) {
  if (!amount) return "–";
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency: amount.currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount.amount_minor / 10 ** digits);
}

/**
 * The time of day here, to the millisecond.
 * @param {string} iso
 */
export function clock(iso) {
  const time = new Date(iso);
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/**
 * How long ago, in one word or two.
 * @param {string} iso
 * @param {number} now  Milliseconds.
 */
export function ago(iso, now) {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/**
 * The end of an id, which tells ids of the same time apart.
 * @param {string | null | undefined} id
 */
export function short(id) {
  return id ? `…${id.slice(-8)}` : "–";
}

/**
 * `dev.souk.order.placed.v1` as people say it.
 * @param {string} type
 */
export function eventName(type) {
  return type.replace(/^dev\.souk\./, "").replace(/\.v1$/, "");
}

/**
 * A span's name with its event's type as people say it.
 * @param {string} name
 */
export function shortName(name) {
  return name.replace(/\bdev\.souk\.[\w.]+/g, eventName);
}

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}
