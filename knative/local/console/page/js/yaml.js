// The parts of a line of YAML that have a colour: key, text, number, comment. Pure; good enough to read by, not a parser.

/**
 * @param {string} line
 * @returns {[string, string][]}  What it is ("" is nothing in particular), and the text.
 */
export function pieces(line) {
  const comment = line.match(/^(.*?)((?:^|\s)#.*)$/);
  if (comment && !/["']/.test(comment[1] ?? "")) return [...pieces(comment[1] ?? ""), ["comment", comment[2] ?? ""]];
  const key = line.match(/^(\s*(?:- )*)([\w./$@"'-]+)(:)(?=\s|$)(.*)$/);
  if (key) return [["", key[1] ?? ""], ["key", key[2] ?? ""], ["", key[3] ?? ""], ...value(key[4] ?? "")];
  const item = line.match(/^(\s*(?:- )+)(.*)$/);
  return item ? [["", item[1] ?? ""], ...value(item[2] ?? "")] : value(line);
}

/**
 * @param {string} text
 * @returns {[string, string][]}
 */
function value(text) {
  if (!text) return [];
  const trimmed = text.trim();
  if (/^(-?\d[\d.]*|true|false|null)$/.test(trimmed)) return [["number", text]];
  return [[/^["']/.test(trimmed) ? "text" : "", text]];
}
