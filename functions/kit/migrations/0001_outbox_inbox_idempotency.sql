-- Events that are committed and not yet known to be with the broker. Nearly always empty: the relay deletes what it
-- has sent, so a sweep reads few rows and needs no further index.
create table outbox (
    -- The event's id; UUIDs of version 7, so that the key grows at its end.
    event_id text primary key,
    -- The whole event in the JSON format, and the trace it belongs to.
    kept json not null,
    -- When it was committed, by the function's clock: a sweep leaves young rows to the relay that was handed them.
    emitted_at timestamptz not null
);

-- Deliveries that were handled, so that the same one does nothing the second time.
create table inbox (
    -- Together they name an event for ever (CloudEvents 1.0).
    source text not null,
    event_id text not null,
    -- By which old rows are found and deleted.
    handled_at timestamptz not null,
    primary key (source, event_id)
);

-- Rows come in the order of time, so that a few pages of index are enough to find the old ones.
create index inbox_handled_at on inbox using brin (handled_at);

-- Requests with an Idempotency-Key, and what they were answered.
create table idempotency_keys (
    -- Who used the key, and for what: two callers may choose the same key.
    caller uuid not null,
    operation text not null,
    key text not null,
    -- SHA-256 of the request, by which another request under the same key is noticed.
    fingerprint bytea not null,
    -- {"status", "headers", "body"}; null only inside the transaction that handles the request.
    answer json,
    -- By which old rows are found and deleted.
    used_at timestamptz not null,
    primary key (caller, operation, key)
);

-- As for the inbox.
create index idempotency_keys_used_at on idempotency_keys using brin (used_at);
