// The latest on the overview: what flowed while the page was open, and before that the newest traces. Pure.

/** @typedef {import("./types.js").Edge} Edge */
/** @typedef {import("./types.js").TraceRow} TraceRow */
/** @typedef {{ from: string, to: string | null, label: string, failed: boolean, trace_id: string | null, at: string }} Item */

const SHOWN = 8;

/** @param {Edge} edge @returns {Item} */
export function ofEdge(edge) {
  const { from, to, count, trace_id, at } = edge;
  const label = count > 1 ? `${edge.label} × ${count}` : edge.label;
  return { from, to, label, failed: edge.errors > 0, trace_id, at };
}

/** A trace as a whole. @param {TraceRow} trace @returns {Item} */
export function ofTrace(trace) {
  return {
    from: trace.service,
    to: null,
    label: trace.name,
    failed: trace.errors > 0,
    trace_id: trace.trace_id,
    at: trace.started_at,
  };
}

/**
 * The newest of all, newest first. A trace of which a hop is there is not there as a whole.
 * @param {Item[]} items
 */
export function latest(items) {
  const inHops = new Set(items.filter((one) => one.to !== null).map((one) => one.trace_id));
  const shown = items.filter((one) => one.to !== null || !inHops.has(one.trace_id));
  return shown.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, SHOWN);
}
