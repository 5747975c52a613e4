// What needs somebody, in order of how much. Pure.

import { count, plural } from "./format.js";
import { to } from "./routes.js";
import { wrong } from "./wrong.js";

/** @typedef {{ mood: "bad" | "warn", title: string, why: string, link: string }} Concern */

/**
 * @param {import("./types.js").Overview} overview
 * @param {Map<string, number>} open  Dead letters by trigger.
 * @returns {Concern[]}
 */
export function concerns(overview, open) {
  const { functions, triggers, faults } = overview.parts;
  /** @type {Concern[]} */
  const found = [];
  for (const one of functions) {
    if (one.failing)
      found.push({
        mood: "bad",
        title: `${one.name} does not start`,
        why: one.failing,
        link: to("logs", null, { service: one.name }),
      });
    const refused = one.revisions?.find((revision) => revision.ready === "False");
    if (refused && !one.failing)
      found.push({
        mood: "bad",
        title: `${refused.name} is not ready`,
        why: refused.reason ?? "no reason was given",
        link: to("logs", null, { service: one.name }),
      });
  }
  const letters = [...open.values()].reduce((sum, number) => sum + number, 0);
  if (letters) {
    found.push({
      mood: "bad",
      title: plural(letters, "dead letter"),
      why: "No consumer took them. Mend the cause, then send them again or discard them.",
      link: to("events", "letters"),
    });
  }
  for (const trigger of triggers) {
    if (trigger.lost)
      found.push({
        mood: "bad",
        title: `${trigger.name} lost ${plural(trigger.lost, "event")}`,
        why: trigger.last_failure ?? "the dead letter sink did not take them",
        link: to("events"),
      });
    const waiting = trigger.retrying ?? [];
    if (waiting.length)
      found.push({
        mood: "warn",
        title: `${trigger.name} tries again`,
        why: `${plural(waiting.length, "event")}: ${waiting[0]?.why ?? "it was refused"}`,
        link: to("events"),
      });
  }
  if (overview.telemetry.dropped) {
    found.push({
      mood: "warn",
      title: "Telemetry was dropped",
      why: `${count(overview.telemetry.dropped)} spans, lines or points came faster than they could be kept.`,
      link: to("metrics"),
    });
  }
  const on = wrong(faults);
  if (on.length)
    found.push({ mood: "warn", title: "Faults are switched on", why: `${on.join("; ")}.`, link: to("faults") });
  return found;
}
