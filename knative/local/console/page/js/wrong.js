// What goes wrong on purpose, in words. Pure.

/** @typedef {import("./types.js").Faults} Faults */

/**
 * @param {Faults | null} faults
 * @returns {string[]}
 */
export function wrong(faults) {
  if (!faults) return [];
  const on = [];
  if (faults.provider && faults.provider !== "normal") on.push(`the payment provider is ${word(faults.provider)}`);
  if (faults.mails === "fail") on.push("the mail server refuses mails");
  if (faults.broker_disk === "full") on.push("the broker's disk is full");
  if (faults.deliveries) on.push("deliveries come twice or late");
  for (const name of faults.functions ?? []) on.push(`${name} is dead`);
  return on;
}

/** @param {string} mode */
function word(mode) {
  return { slow: "slow", fail: "failing", hang: "hanging" }[mode] ?? mode;
}
