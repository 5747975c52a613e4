// Whether the books are right: `souk audit`, asked from here.

import { ask } from "../api.js";
import { h, replace } from "../dom.js";
import { plural } from "../format.js";
import { badge, said as words, time } from "../widgets.js";

/** @param {import("../life.js").Life} life */
export function auditCard(life) {
  const body = h("div", { class: "body" });
  const button = h("button", { type: "button", onclick: () => void start() }, "Check the books");
  let timer = 0;
  life.onEnd(() => clearTimeout(timer));

  async function start() {
    button.disabled = true;
    await run(() => ask("audit", { method: "POST", signal: life.signal }));
    await look();
  }

  const look = () =>
    run(async () => {
      const report = await ask("audit", { signal: life.signal });
      button.disabled = Boolean(report?.running);
      replace(body, ...tell(report));
      if (report?.running) timer = window.setTimeout(() => void look(), 700);
    });

  /** @param {() => Promise<void>} act */
  async function run(act) {
    try {
      await act();
    } catch (error) {
      if (life.signal.aborted) return;
      button.disabled = false;
      replace(body, h("p", { class: "quiet" }, words(error)));
    }
  }

  void look();
  return h("section", { class: "card" }, h("header", null, h("h2", { class: "grow" }, "Audit"), button), body);
}

/** @typedef {{ rule: string, means: string, checked: number, left_out?: string, violations: any[] }} Rule */

/**
 * @param {any} said  `{"running": true}`, the report of `souk audit --json`, or that with the time beside it.
 * @returns {HTMLElement[]}
 */
function tell(said) {
  if (said?.running) return [h("p", { class: "quiet", role: "status" }, "Reading every store …")];
  const report = said?.report ?? said;
  if (!report?.rules) {
    const why = said?.error ?? said?.why;
    return [
      h(
        "p",
        { class: "quiet" },
        why ? String(why) : "Not asked yet. It reads every store and says whether orders, stock and money agree.",
      ),
    ];
  }
  const rules = /** @type {Rule[]} */ (report.rules);
  const broken = rules.filter((rule) => rule.violations.length);
  const checked = rules.reduce((sum, rule) => sum + rule.checked, 0);
  return [
    h(
      "p",
      { class: "row" },
      badge(
        report.is_kept ? "the books are right" : `${plural(broken.length, "rule")} broken`,
        report.is_kept ? "good" : "bad",
      ),
      h(
        "span",
        { class: "quiet small" },
        `${plural(rules.length, "rule")}, ${plural(checked, "thing")} looked at`,
        said.ended_at ? [" ", time(said.ended_at, "ago")] : null,
      ),
    ),
    h(
      "ul",
      { class: "plain-list findings" },
      broken.map((rule) =>
        h("li", null, h("strong", null, rule.means), h("p", { class: "quiet small" }, first(rule.violations[0]))),
      ),
    ),
  ];
}

/** @param {any} violation */
function first(violation) {
  return typeof violation === "string" ? violation : (violation?.says ?? violation?.what ?? JSON.stringify(violation));
}
