// A line through points, with gaps where there is no value. Pure.

/**
 * @param {[number, number | null][]} points
 * @param {(at: number) => number} x
 * @param {(value: number) => number} y
 */
export function line(points, x, y) {
  let pen = "M";
  let path = "";
  for (const [at, value] of points) {
    if (value === null) {
      pen = "M";
      continue;
    }
    path += `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
  }
  return path;
}

/**
 * Points without a neighbour, which a line does not show.
 * @param {[number, number | null][]} points
 * @returns {[number, number][]}
 */
export function alone(points) {
  const there = (/** @type {number} */ index) => (points[index]?.[1] ?? null) !== null;
  return points.flatMap(([at, value], index) =>
    value !== null && !there(index - 1) && !there(index + 1) ? [/** @type {[number, number]} */ ([at, value])] : [],
  );
}
