// An edge of the flow as the map draws it. Pure.

/** @typedef {import("./types.js").Edge} Edge */

/**
 * What the gateway passes through the activator comes from the gateway; an event from function to function goes through the broker.
 * @param {Edge} edge
 * @returns {{ from: string, to: string, event: boolean, label: string, count: number, errors: number }[]}
 */
export function legs(edge) {
  const leg = { event: edge.kind === "event", label: edge.label, count: edge.count, errors: edge.errors };
  const from = edge.from === "activator" ? "gateway" : edge.from;
  if (edge.to === "activator" || from === edge.to) return [];
  if (leg.event && from !== "broker" && edge.to !== "broker" && from !== "gateway") {
    return [
      { ...leg, from, to: "broker" },
      { ...leg, from: "broker", to: edge.to },
    ];
  }
  return [{ ...leg, from, to: edge.to }];
}
