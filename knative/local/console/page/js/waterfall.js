// A trace's spans as rows, one beneath the other. Pure.

/** @typedef {import("./types.js").Span} Span */
/** @typedef {{ span: Span, depth: number, children: number, open: boolean, orphan: boolean }} Row */
/** @typedef {{ roots: Span[], children: Map<string, Span[]>, orphans: Set<string> }} Tree */

/**
 * Who is whose child. A span whose parent is not there is a root, and so is one that would be its own ancestor.
 * @param {Span[]} spans
 * @returns {Tree}
 */
export function tree(spans) {
  const byId = new Map(spans.map((span) => [span.id, span]));
  /** @type {Map<string, Span[]>} */
  const children = new Map();
  /** @type {Span[]} */
  const roots = [];
  /** @type {Set<string>} */
  const orphans = new Set();
  for (const span of spans) {
    if (span.parent === null || !byId.has(span.parent) || span.parent === span.id) {
      roots.push(span);
      if (span.parent !== null) orphans.add(span.id);
      continue;
    }
    const siblings = children.get(span.parent);
    if (siblings) siblings.push(span);
    else children.set(span.parent, [span]);
  }
  for (const list of [roots, ...children.values()]) list.sort((a, b) => a.start_us - b.start_us);
  return rescue(spans, { roots, children, orphans });
}

/**
 * Makes roots of what no root leads to: circles.
 * @param {Span[]} spans
 * @param {Tree} found
 * @returns {Tree}
 */
function rescue(spans, found) {
  const seen = new Set();
  const walk = (/** @type {Span} */ from) => {
    const stack = [from];
    for (let span = stack.pop(); span; span = stack.pop()) {
      if (seen.has(span.id)) continue;
      seen.add(span.id);
      stack.push(...(found.children.get(span.id) ?? []));
    }
  };
  found.roots.forEach(walk);
  for (const span of spans) {
    if (seen.has(span.id)) continue;
    const siblings = found.children.get(span.parent ?? "") ?? [];
    found.children.set(
      span.parent ?? "",
      siblings.filter((other) => other !== span),
    );
    found.roots.push(span);
    found.orphans.add(span.id);
    walk(span);
  }
  return found;
}

/**
 * The rows to be shown, top to bottom. No recursion: a chain of 20,000 spans is a chain of 20,000 calls.
 * @param {Tree} found
 * @param {Set<string>} closed  Spans whose children are hidden.
 * @returns {Row[]}
 */
export function rows(found, closed) {
  /** @type {Row[]} */
  const shown = [];
  const stack = found.roots.map((span) => ({ span, depth: 0 })).reverse();
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { span, depth } = next;
    const children = found.children.get(span.id) ?? [];
    const open = !closed.has(span.id);
    shown.push({ span, depth, children: children.length, open, orphan: found.orphans.has(span.id) });
    if (!open) continue;
    for (let index = children.length - 1; index >= 0; index--) {
      const child = children[index];
      if (child) stack.push({ span: child, depth: depth + 1 });
    }
  }
  return shown;
}

/**
 * The spans that decided when the trace ended: the one that ended last, and what led to it.
 * @param {Span[]} spans
 * @returns {Set<string>}
 */
export function critical(spans) {
  const byId = new Map(spans.map((span) => [span.id, span]));
  let last = spans[0];
  for (const span of spans) {
    if (last && span.start_us + span.duration_us > last.start_us + last.duration_us) last = span;
  }
  /** @type {Set<string>} */
  const path = new Set();
  while (last && !path.has(last.id)) {
    path.add(last.id);
    last = last.parent === null ? undefined : byId.get(last.parent);
  }
  return path;
}

/**
 * From where to where a bar goes, in parts of the whole; never so narrow that it cannot be seen.
 * @param {Span} span
 * @param {number} total  Microseconds.
 */
export function bar(span, total) {
  const whole = Math.max(total, 1);
  const from = Math.min(Math.max(span.start_us / whole, 0), 1);
  return { from, width: Math.min(Math.max(span.duration_us / whole, 0.0015), 1 - from || 0.0015) };
}
