// Addresses behind the `#`: `#/traces/<id>?span=<id>`. Pure.

/** @typedef {{ part: string, id: string | null, query: URLSearchParams }} Route */

/**
 * @param {string} hash
 * @returns {Route}
 */
export function parse(hash) {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [part = "", ...rest] = path.split("/");
  return {
    part: part || "overview",
    id: rest.length ? decode(rest.join("/")) : null,
    query: new URLSearchParams(query),
  };
}

/**
 * What cannot be decoded stays as it is.
 * @param {string} text
 */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * @param {string} part
 * @param {string | null} [id]
 * @param {Record<string, string | null | undefined>} [query]
 */
export function to(part, id, query) {
  const said = Object.entries(query ?? {}).filter(([, value]) => value);
  const search = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
  return `#/${part}${id ? `/${encodeURIComponent(id)}` : ""}${search ? `?${search}` : ""}`;
}

/**
 * Where a search leads: an order's id, a trace's id, or words in the logs.
 * @param {string} text
 */
export function find(text) {
  const said = text
    .trim()
    .toLowerCase()
    .replace(/^(orders|traces)\//, "");
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(said)) return to("orders", said);
  if (/^[0-9a-f]{32}$/.test(said)) return to("traces", said);
  return to("logs", null, { q: text.trim() });
}
