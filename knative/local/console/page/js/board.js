// Which metrics the board shows, and how a metric can be shown. Pure.

/** @typedef {import("./parts/metrics.js").Question} Question */

/** @type {Question[]} */
export const BOARD = [
  {
    title: "Requests",
    metric: "http_server_request_duration_seconds",
    source: "functions",
    as: "rate",
    by: "service_name",
  },
  {
    title: "How long requests take",
    metric: "http_server_request_duration_seconds",
    source: "functions",
    as: "p95",
    by: "service_name",
  },
  { title: "Orders by state", metric: "souk_orders_transitions_total", as: "rate", by: "souk_order_state" },
  { title: "From placed to settled", metric: "souk_orders_saga_duration_seconds", as: "p95", by: "souk_order_state" },
  { title: "Payments", metric: "souk_payments_operations_total", as: "rate", by: "souk_outcome" },
  { title: "From event to handled", metric: "souk_event_freshness_seconds", as: "p95", by: "service_name" },
  { title: "From commit to broker", metric: "souk_outbox_lag_seconds", as: "p95", by: "service_name" },
  { title: "Database", metric: "db_client_operation_duration_seconds", as: "p95", by: "service_name" },
  { title: "Cold starts", metric: "faas_coldstarts_total", as: "rate", by: "service_name" },
  { title: "Waiting for a consumer", metric: "kafka_consumergroup_lag", as: "value", by: "consumergroup" },
];

/**
 * @param {string} type
 * @returns {string[]}
 */
export function choices(type) {
  if (type === "histogram") return ["p95", "p50", "p99", "rate"];
  return type === "counter" ? ["rate", "value"] : ["value"];
}

/** @param {Question} question */
export function hint(question) {
  const what = {
    rate: "per second",
    p50: "half are quicker",
    p95: "95 of 100 are quicker",
    p99: "99 of 100 are quicker",
    value: "",
  }[question.as];
  return what ?? question.as;
}
