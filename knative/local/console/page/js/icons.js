// Small drawings, 20 units wide.

import { s } from "./dom.js";

/** @type {Record<string, string>} */
const PATHS = {
  overview: "M3 5h4v4H3zM3 13h4v3H3zM13 4h4v3h-4zM13 11h4v5h-4zM7 7h3v6.500h3M7 14.500h3M10 7V5.500h3",
  orders: "M4 3h9l3 3v11H4zM7 8h6M7 11h6M7 14h3",
  traces: "M3 5h9M6 9h8M9 13h8M12 17h5",
  logs: "M3 5h14M3 10h14M3 15h9",
  metrics: "M3 17V3M3 17h14M6 13l3-4 3 2 5-6",
  events: "M11 2L4 12h5l-1 6 8-10h-5z",
  faults: "M10 3l8 14H2zM10 8v4M10 14.500v.1",
  manifests: "M10 2l7 4v8l-7 4-7-4V6zM3 6l7 4 7-4M10 10v8",
  search: "M9 3a6 6 0 1 1 0 12A6 6 0 0 1 9 3zM13.500 13.500L17 17",
  moon: "M15.500 12A7 7 0 0 1 8 4.500 6.500 6.500 0 1 0 15.500 12z",
  sun: "M10 6.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zM10 2v1.500M10 16.500V18M2 10h1.500M16.500 10H18M4.300 4.300l1 1M14.700 14.700l1 1M4.300 15.700l1-1M14.700 5.300l1-1",
  help: "M7.500 7.500a2.500 2.500 0 1 1 3.700 2.200c-.8.4-1.200 1-1.200 1.800M10 14.500v.1M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16z",
  more: "M4 10h.1M10 10h.1M16 10h.1",
  request: "M3 10h13M11 5l5 5-5 5",
  saga: "M5 15V9a4 4 0 0 1 4-4h6M12 2l3 3-3 3M5 15m-2 0a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
  event: "M11 2L4 12h5l-1 6 8-10h-5z",
  delivery: "M2 6h10v8H2zM12 9h3l3 3v2h-6M5.500 16a1 1 0 1 0 0-2M14.500 16a1 1 0 1 0 0-2",
  retry: "M16 10a6 6 0 1 1-2-4.500M16 3v4h-4",
  dead_letter: "M3 5h14v10H3zM3 5l7 6 7-6M13 12l3 3M16 12l-3 3",
  money: "M2 5h16v10H2zM10 7.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5zM5 8v4M15 8v4",
  mail: "M3 5h14v10H3zM3 5l7 6 7-6",
  stock: "M10 2l7 4v8l-7 4-7-4V6zM3 6l7 4 7-4M10 10v8",
  shipment: "M2 6h10v8H2zM12 9h3l3 3v2h-6M5.500 16a1 1 0 1 0 0-2M14.500 16a1 1 0 1 0 0-2",
  open: "M7 4l6 6-6 6",
  unknown: "M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM7 10h6",
};

/** @param {string} name */
export function icon(name) {
  return s(
    "svg",
    { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" },
    s("path", { d: PATHS[name] ?? PATHS.unknown ?? "" }),
  );
}

/** The shop's sign: an awning. */
export function sign() {
  return s(
    "svg",
    { viewBox: "0 0 32 32", "aria-hidden": "true" },
    s("path", { d: "M5 6h22l3 8a4 4 0 0 1-8 0 4 4 0 0 1-6 0 4 4 0 0 1-6 0 4 4 0 0 1-8 0z", fill: "var(--saffron)" }),
    s("path", { d: "M6 20h3v6h14v-6h3v9H6z", fill: "var(--quiet)" }),
  );
}
