// What stands in for a framework: elements by h() and s(), values that tell who reads them, lists that keep their elements.

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, any>} Props */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element. `on...` are listeners, `style` an object (the page allows no style attributes), `dataset` an object, `true` an
 * empty attribute; `false`, `null` and `undefined` are left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Props | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/**
 * The same for SVG.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Props | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function s(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/**
 * @template {HTMLElement | SVGElement} E
 * @param {E} element
 * @param {Props | null | undefined} props
 * @param {(Child | Child[])[]} children
 * @returns {E}
 */
function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "value" && "value" in element) Reflect.set(element, "value", value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/**
 * @param {Node} element
 * @param {(Child | Child[])[]} children
 */
function append(element, children) {
  for (const child of children.flat()) {
    if (child == null || child === false) continue;
    element.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Puts `children` where the element's were. @param {Element} element @param {...(Child | Child[])} children */
export function replace(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/** @typedef {{ run: () => void, sources: Set<Set<any>> }} Reader */
/** @template V @typedef {{ value: V, peek: () => V }} Signal */

/** @type {Reader | null} */
let reading = null;

/**
 * A value. An effect that reads it runs again when another value is set.
 * @template V
 * @param {V} value
 * @returns {Signal<V>}
 */
export function signal(value) {
  /** @type {Set<Reader>} */
  const readers = new Set();
  return {
    get value() {
      if (reading) {
        readers.add(reading);
        reading.sources.add(readers);
      }
      return value;
    },
    set value(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const reader of [...readers]) reader.run();
    },
    peek: () => value,
  };
}

/**
 * Runs now, and whenever a signal that it has read is set. The answer ends it.
 * @param {() => void} act
 * @returns {() => void}
 */
export function effect(act) {
  /** @type {Reader} */
  const reader = { run, sources: new Set() };
  function end() {
    for (const source of reader.sources) source.delete(reader);
    reader.sources.clear();
  }
  function run() {
    end();
    const outer = reading;
    reading = reader;
    try {
      act();
    } finally {
      reading = outer;
    }
  }
  run();
  return end;
}

/**
 * Shows a list in `parent`; the element of a key is made once, so that focus and scroll positions stay.
 * @template I
 * @param {Element} parent
 * @param {I[]} items
 * @param {(item: I) => string} key
 * @param {(item: I) => Element & { show?: (item: I) => void }} make  Its `show`, if it has one, brings it up to date.
 */
export function keyed(parent, items, key, make) {
  /** @type {Map<string, any>} */
  const had = Reflect.get(parent, "keyed") ?? new Map();
  const now = new Map(items.map((item) => [key(item), had.get(key(item)) ?? make(item)]));
  for (const [name, element] of had) if (!now.has(name)) element.remove();
  let place = parent.firstElementChild;
  for (const item of items) {
    const element = now.get(key(item));
    element.show?.(item);
    if (place && element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  Reflect.set(parent, "keyed", now);
}
