// Where an axis has its marks. Pure.

/**
 * Round numbers from 0 or `low` up to at least `high`, about `wanted` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} [wanted]
 * @returns {number[]}
 */
export function ticks(low, high, wanted = 4) {
  if (!(high > low)) high = low + 1;
  const step = round((high - low) / wanted);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/**
 * The next of 1, 2, 5, 10, ... at or above.
 * @param {number} rough
 */
export function round(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  const times = rough / power;
  return (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10) * power;
}

const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/**
 * Times at which a clock is round, between two times in seconds.
 * @param {number} from
 * @param {number} to
 * @param {number} [wanted]
 * @param {number} [offset]  Seconds by which the clock here is ahead of UTC.
 * @returns {number[]}
 */
export function timeTicks(from, to, wanted = 6, offset = 0) {
  const step =
    SECONDS.find((seconds) => (to - from) / seconds <= wanted) ?? 86_400 * Math.ceil((to - from) / 86_400 / wanted);
  const found = [];
  for (let at = Math.ceil((from + offset) / step) * step - offset; at <= to; at += step) found.push(at);
  return found;
}

/**
 * The index of the number nearest to `value` in a rising list; -1 in an empty one.
 * @param {number[]} list
 * @param {number} value
 */
export function nearest(list, value) {
  let low = 0;
  let high = list.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) < value) low = middle;
    else high = middle;
  }
  if (high < 0) return -1;
  return Math.abs((list[low] ?? 0) - value) <= Math.abs((list[high] ?? 0) - value) ? low : high;
}
