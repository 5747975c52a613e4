// One colour for a service, the same in every part. Pure, but for what it has learnt.

/** Those from 2 on are the functions'. */
const OF_FUNCTIONS = 11;
const FIXED = new Map([
  ["gateway", 0],
  ["broker", 1],
  ["activator", 13],
]);
/** Of whatever is no function of this shop: the colour of quiet text. */
const OTHERS = 14;
/** @type {Map<string, number>} */
let learnt = new Map();

/**
 * The functions of this shop: in their order each gets a colour that no other has, as long as there are enough.
 * @param {string[]} names
 * @returns {boolean} Whether colours have changed: what was drawn has to be drawn again.
 */
export function learn(names) {
  const before = [...learnt.keys()].join();
  const sorted = [...names].sort();
  learnt = new Map(sorted.map((name, index) => [name, 2 + (index % OF_FUNCTIONS)]));
  return sorted.join() !== before;
}

/**
 * The number of a colour in css/colours.css.
 * @param {string} service
 * @returns {number}
 */
export function hue(service) {
  return FIXED.get(service) ?? learnt.get(service) ?? OTHERS;
}
