// The manifests, as this shop has loaded them.

import { ask } from "../api.js";
import { h, replace } from "../dom.js";
import { plural } from "../format.js";
import { to } from "../routes.js";
import { pieces } from "../yaml.js";
import { nothing, trouble } from "../widgets.js";

/** @typedef {import("../types.js").Manifest} Manifest */
/** @typedef {import("../types.js").ManifestFile} ManifestFile */

export const title = () => "Manifests";

/**
 * @param {HTMLElement} main
 * @param {import("../routes.js").Route} route
 * @param {import("../life.js").Life} life
 */
export function show(main, route, life) {
  const search = h("input", {
    type: "search",
    placeholder: "Kind, name or text",
    "aria-label": "Kind, name or text",
    value: route.query.get("q") ?? "",
  });
  const names = h("nav", { class: "names", "aria-label": "Objects" });
  const place = h(
    "section",
    { class: "card yaml", "aria-label": "Manifest" },
    h("p", { class: "quiet body" }, "Asking the shop …"),
  );
  const number = h("span", { class: "sub" });
  main.append(
    h("div", { class: "head" }, h("h1", null, "Manifests"), number),
    h(
      "div",
      { class: "two metrics" },
      h(
        "section",
        { class: "card picker", "aria-label": "Pick an object" },
        h("div", { class: "body" }, search),
        names,
      ),
      place,
    ),
  );
  /** @type {ManifestFile[]} */
  let files = [];

  function draw() {
    const words = search.value.trim().toLowerCase();
    const shown = files
      .map((file) => ({
        file,
        objects: file.objects.filter((one) =>
          `${one.kind} ${one.name} ${file.path} ${one.yaml}`.toLowerCase().includes(words),
        ),
      }))
      .filter(({ objects }) => objects.length);
    replace(
      names,
      shown.map(({ file, objects }) =>
        h(
          "div",
          { class: "file" },
          h("span", { class: "quiet small mono cut", title: file.path }, file.path),
          h(
            "ul",
            null,
            objects.map((one) =>
              h(
                "li",
                null,
                h(
                  "a",
                  {
                    href: to("manifests", id(file, one), { q: words }),
                    "aria-current": id(file, one) === wanted(shown) ? "page" : null,
                  },
                  h("span", { class: "cut" }, one.name || one.kind),
                  h("span", { class: "quiet small" }, one.kind),
                ),
              ),
            ),
          ),
        ),
      ),
    );
    const all = shown.flatMap(({ file, objects }) => objects.map((object) => ({ file, object })));
    const chosen = all.find(({ file, object }) => id(file, object) === wanted(shown));
    if (chosen) replace(place, ...document_(chosen.file, chosen.object));
    else replace(place, nothing("None like that", "No object that was loaded has these words."));
  }

  /** @param {{ file: ManifestFile, objects: Manifest[] }[]} shown */
  function wanted(shown) {
    const first = shown[0];
    const all = shown.flatMap(({ file, objects }) => objects.map((one) => id(file, one)));
    if (route.id && all.includes(route.id)) return route.id;
    return first?.objects[0] ? id(first.file, first.objects[0]) : null;
  }

  search.addEventListener("input", draw);
  void life.quietly(async () => {
    try {
      files = (await ask("manifests", { signal: life.signal })).files;
      number.textContent = `${plural(
        files.reduce((sum, file) => sum + file.objects.length, 0),
        "object",
      )} of ${plural(files.length, "file")}, as loaded; values of Secrets are hidden`;
      draw();
      names.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    } catch (error) {
      if (!life.signal.aborted) replace(place, h("div", { class: "body" }, trouble(error)));
    }
  });
}

/** @param {ManifestFile} file @param {Manifest} one */
function id(file, one) {
  return `${file.path}:${one.line}`;
}

/** @param {ManifestFile} file @param {Manifest} one */
function document_(file, one) {
  return [
    h(
      "header",
      null,
      h("h2", null, `${one.kind} ${one.name}`),
      h("span", { class: "quiet small mono cut grow" }, `${file.path}:${one.line}`),
      one.namespace ? h("span", { class: "badge" }, one.namespace) : null,
    ),
    h(
      "pre",
      { tabindex: 0 },
      h(
        "ol",
        { start: one.line, style: { counterReset: `line ${one.line - 1}` } },
        one.yaml
          .replace(/\n$/, "")
          .split("\n")
          .map((line) =>
            h(
              "li",
              null,
              pieces(line).map(([kind, text]) => (kind ? h("span", { class: `y-${kind}` }, text) : text)),
            ),
          ),
      ),
    ),
  ];
}
