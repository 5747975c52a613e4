// The keyboard: `g` and a letter goes to a part, `/` searches, `?` helps, `t` changes the theme.

import { h } from "./dom.js";
import { dialog } from "./widgets.js";

/** @type {Record<string, string>} */
const PLACES = {
  o: "overview",
  r: "orders",
  t: "traces",
  l: "logs",
  m: "metrics",
  e: "events",
  f: "faults",
  y: "manifests",
};

/** @param {() => void} changeTheme */
export function listenToKeys(changeTheme) {
  let afterG = 0;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const target = event.target;
    if (target instanceof HTMLElement && target.closest("input, select, textarea")) {
      if (event.key === "Escape") target.blur();
      return;
    }
    const place = PLACES[event.key];
    if (event.timeStamp - afterG < 1_500 && place) {
      location.hash = `#/${place}`;
      afterG = 0;
    } else if (event.key === "g") {
      afterG = event.timeStamp;
      return;
    } else if (event.key === "/") search();
    else if (event.key === "?") void help();
    else if (event.key === "t") changeTheme();
    else return;
    event.preventDefault();
  });
}

/** Goes to the part's own search if it has one, else to the one on top. */
function search() {
  const field = document.querySelector("main input[type=search]") ?? document.querySelector(".top input[type=search]");
  if (field instanceof HTMLInputElement) {
    field.focus();
    field.select();
  }
}

export function help() {
  const row = (/** @type {string[]} */ keys, /** @type {string} */ does) => [
    h("dt", null, keys.map((key) => [h("kbd", null, key), " "]).flat()),
    h("dd", null, does),
  ];
  return dialog({
    title: "Keys",
    yes: "",
    body: [
      h(
        "dl",
        { class: "facts" },
        Object.entries(PLACES)
          .map(([key, place]) => row(["g", key], `${place[0]?.toUpperCase()}${place.slice(1)}`))
          .flat(),
        row(["/"], "Search in this part"),
        row(["t"], "Dark or light"),
        row(["↑", "↓"], "In a trace: from span to span"),
        row(["←", "→"], "In a trace: close and open what a span led to"),
        row(["Esc"], "Leave a field, close a dialog"),
        row(["?"], "This"),
      ),
      h("p", { class: "quiet small" }, "The same in a terminal: souk top, souk trace <order or trace>, souk doctor."),
    ],
  });
}
