// Dark or light: the system's, until somebody chooses.

import { h, replace } from "./dom.js";
import { icon } from "./icons.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : dark.matches;
}

export function changeTheme() {
  const next = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("souk-theme", next);
  } catch {
    // Not kept, then.
  }
  dispatchEvent(new Event("theme"));
}

export function themeButton() {
  const button = h("button", { class: "plain", type: "button", title: "Dark or light (t)", onclick: changeTheme });
  const draw = () => {
    replace(button, icon(isDark() ? "sun" : "moon"));
    button.setAttribute("aria-label", isDark() ? "Light theme" : "Dark theme");
  };
  addEventListener("theme", draw);
  dark.addEventListener("change", draw);
  draw();
  return button;
}
