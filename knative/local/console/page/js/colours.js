// One colour for a service, the same in every part. Pure, but for what it has learnt.

const COLOURS = 14;
const FIXED = new Map([
  ["gateway", 0],
  ["broker", 1],
  ["activator", 13],
]);
/** @type {Map<string, number>} */
const learnt = new Map();

/**
 * The functions of this shop: in their order each gets a colour that no other has, as long as there are enough.
 * @param {string[]} names
 */
export function learn(names) {
  [...names].sort().forEach((name, index) => learnt.set(name, 2 + (index % (COLOURS - 3))));
}

/**
 * The number of a colour in css/base.css.
 * @param {string} service
 * @returns {number}
 */
export function hue(service) {
  const known = FIXED.get(service) ?? learnt.get(service);
  if (known !== undefined) return known;
  let hash = 7;
  for (const letter of service) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return 2 + (hash % (COLOURS - 3));
}
