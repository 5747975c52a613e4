// What the console's API answers, as types for the checker. Nothing here runs.

/** @typedef {{ pid: number | null, state: string, revision: string, in_flight: number }} Instance */
/**
 * @typedef {object} Fn
 * @property {string} name
 * @property {string} revision
 * @property {Instance[]} instances
 * @property {number} desired
 * @property {number} waiting
 * @property {number} cold_starts
 * @property {string | null} failing
 * @property {string | null} last_request_at
 * @property {{ name: string, percent: number, ready: string, reason: string | null }[]} [revisions]
 */
/** @typedef {{ event_id: string, type: string, attempt: number, next_at: string | null, why: string }} Retrying */
/**
 * @typedef {object} Trigger
 * @property {string} name
 * @property {string} subscriber
 * @property {number} lag
 * @property {number} in_flight
 * @property {number} delivered
 * @property {number} retried
 * @property {number} dead_lettered
 * @property {number} [failed]
 * @property {number} lost
 * @property {string | null} last_failure
 * @property {Retrying[]} [retrying]
 * @property {number | null} [dead_letters_open]
 */
/** @typedef {{ name: string, version: string, address: string }} Engine */
/** @typedef {{ name: string, pid: number, restarts: number, page: string | null }} StandIn */
/**
 * @typedef {object} Faults
 * @property {boolean} allowed
 * @property {{ duplicate: number, delay_ms: number, seed: number } | null} deliveries
 * @property {string} broker_disk
 * @property {string | null} provider
 * @property {string | null} mails
 * @property {string[]} [functions]
 * @property {number} [poisoned]
 */
/**
 * @typedef {object} Parts
 * @property {Fn[]} functions
 * @property {Trigger[]} triggers
 * @property {Engine[]} engines
 * @property {StandIn[]} stand_ins
 * @property {{ moved_seconds: number }} clock
 * @property {Faults | null} faults
 */
/**
 * @typedef {object} Overview
 * @property {string} version
 * @property {string} opened_at
 * @property {string} now
 * @property {string} gateway
 * @property {string} data_dir
 * @property {{ spans: number, logs: number, points: number, dropped: number, bytes: number }} telemetry
 * @property {Parts} parts
 * @property {{ requests_per_second: number, errors_per_second: number, events_per_second: number }} rates
 */
/**
 * @typedef {object} Edge
 * @property {string} from
 * @property {string} to
 * @property {"request" | "event"} kind
 * @property {string} label
 * @property {number} count
 * @property {number} errors
 * @property {string | null} trace_id
 * @property {string} at
 */
/**
 * @typedef {object} TraceRow
 * @property {string} trace_id
 * @property {string} name
 * @property {string} service
 * @property {string} started_at
 * @property {number} duration_ms
 * @property {number} spans
 * @property {number} errors
 * @property {string[]} services
 * @property {string | null} key
 */
/** Times of spans and their events: microseconds since the trace began. */
/** @typedef {{ name: string, at_us: number, attributes: Record<string, any> }} SpanEvent */
/**
 * @typedef {object} Span
 * @property {string} id
 * @property {string | null} parent
 * @property {string} service
 * @property {string} name
 * @property {string} kind
 * @property {number} start_us
 * @property {number} duration_us
 * @property {boolean} error
 * @property {string} [status]
 * @property {Record<string, any>} attributes
 * @property {SpanEvent[]} events
 * @property {{ trace_id: string, span_id: string }[]} links
 */
/**
 * @typedef {object} Trace
 * @property {string} trace_id
 * @property {string} started_at
 * @property {number} duration_us
 * @property {string[]} services
 * @property {Span[]} spans
 * @property {string[]} orphans
 * @property {number} logs
 * @property {number} [total]
 */
/**
 * @typedef {object} Line
 * @property {number | string} id
 * @property {string} time
 * @property {string} service
 * @property {string | null} level
 * @property {string} message
 * @property {string | null} trace_id
 * @property {string | null} span_id
 * @property {Record<string, any>} fields
 */
/** @typedef {{ name: string, type: string, unit: string, help: string, source: string, labels: Record<string, string[]> }} Metric */
/** @typedef {{ labels: Record<string, string>, points: [number, number | null][] }} Series */
/** @typedef {{ name: string, as: string, unit: string, series: Series[] }} Answer */
/** @typedef {{ amount_minor: number, currency: string }} Money */
/** @typedef {{ order_id: string, state: string, placed_at: string, total: Money, lines: number }} OrderRow */
/**
 * @typedef {object} Step
 * @property {string | null} at
 * @property {string} kind
 * @property {string} who
 * @property {string} title
 * @property {string} detail
 * @property {string} status
 * @property {string | null} trace_id
 * @property {Record<string, string>} links
 */
/**
 * @typedef {object} Path
 * @property {string} order_id
 * @property {string} state
 * @property {string} why
 * @property {Step[]} steps
 * @property {string[]} traces
 * @property {{ retries: any[], dead_letters: any[] }} open
 */
/**
 * @typedef {object} Letter
 * @property {string} dead_letter_id
 * @property {string} type
 * @property {string} source
 * @property {string} id
 * @property {string | null} subject
 * @property {string} destination
 * @property {{ code: number | null, body: string | null }} error
 * @property {string} arrived_at
 * @property {string} status
 * @property {number} attempts
 * @property {string | null} [discard_reason]
 * @property {any} [event]
 */
/** @typedef {{ kind: string, name: string, namespace: string | null, line: number, yaml: string }} Manifest */
/** @typedef {{ path: string, objects: Manifest[] }} ManifestFile */

export {};
