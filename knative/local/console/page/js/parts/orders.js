// Orders, and one order's whole way: what happened to it, and why it is where it is.

import { ask } from "../api.js";
import { h, replace } from "../dom.js";
import { money, plural, short } from "../format.js";
import { to } from "../routes.js";
import { badge, nothing, openRow, souk, time, trouble } from "../widgets.js";
import { showOrder } from "./order.js";

/** @typedef {import("../types.js").OrderRow} OrderRow */

/** @param {import("../routes.js").Route} route */
export const title = (route) => (route.id ? `Order ${short(route.id)}` : "Orders");

/**
 * @param {HTMLElement} main
 * @param {import("../routes.js").Route} route
 * @param {import("../life.js").Life} life
 */
export function show(main, route, life) {
  if (route.id) return showOrder(main, route.id, life);
  const search = h("input", {
    type: "search",
    placeholder: "Order id",
    "aria-label": "Order id",
    value: route.query.get("q") ?? "",
  });
  const state = h(
    "select",
    { "aria-label": "State" },
    ["any state", "pending", "confirmed", "cancelling", "cancelled", "shipped", "delivered"].map((name) =>
      h("option", { value: name === "any state" ? "" : name }, name),
    ),
  );
  const place = h("section", { class: "card", "aria-label": "Orders" });
  const number = h("span", { class: "sub" });
  main.append(
    h("div", { class: "head" }, h("h1", null, "Orders"), number),
    h("div", { class: "filters" }, search, state),
    place,
  );
  /** @type {OrderRow[]} */
  let orders = [];
  let drawn = "";
  const draw = () => {
    const words = search.value.trim().toLowerCase();
    const shown = orders.filter(
      (order) => order.order_id.includes(words) && (!state.value || order.state === state.value),
    );
    const now = JSON.stringify(shown);
    if (now === drawn) return;
    drawn = now;
    number.textContent = orders.length ? (orders.length < 100 ? plural(orders.length, "order") : "the newest 100") : "";
    replace(
      place,
      shown.length
        ? table(shown)
        : orders.length
          ? nothing("None of these", "No order of the newest ones is like that.")
          : none(),
    );
  };
  search.addEventListener("input", draw);
  state.addEventListener("change", draw);
  search.addEventListener("keydown", (event) => {
    const first = place.querySelector("tbody a");
    if (event.key === "Enter" && first instanceof HTMLElement) first.click();
  });
  life.whileItFlows(1_500, async () => {
    try {
      orders = (await ask("orders", { query: { limit: 100 }, signal: life.signal })).orders;
      draw();
    } catch (error) {
      if (life.signal.aborted) return;
      drawn = "";
      replace(place, h("div", { class: "body" }, trouble(error)));
    }
  });
}

function none() {
  return nothing(
    "No orders yet",
    "Place one with the command that souk up printed. It is printed again by",
    souk("up"),
  );
}

/** @param {OrderRow[]} orders */
function table(orders) {
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { onclick: openRow },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          h("th", null, "State"),
          h("th", null, "Order"),
          h("th", null, "Placed"),
          h("th", { class: "num wide" }, "Lines"),
          h("th", { class: "num" }, "Total"),
        ),
      ),
      h(
        "tbody",
        null,
        orders.map((order) =>
          h(
            "tr",
            { class: "link" },
            h("td", null, badge(order.state)),
            h(
              "td",
              null,
              h(
                "a",
                { class: "mono", href: to("orders", order.order_id), title: order.order_id },
                h("span", { class: "wide" }, order.order_id),
                h("span", { class: "narrow" }, short(order.order_id)),
              ),
            ),
            h("td", null, time(order.placed_at, "ago")),
            h("td", { class: "num wide" }, order.lines),
            h("td", { class: "num", title: plural(order.lines, "line") }, money(order.total)),
          ),
        ),
      ),
    ),
  );
}
