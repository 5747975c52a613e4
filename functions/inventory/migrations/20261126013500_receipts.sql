-- Deliveries of goods that were counted, by the event that told of them, for ever. Everything else that is heard here is
-- recognised by the state it has led to; a delivery only adds, and the inbox forgets after a week. A dead letter can be
-- delivered again after that.
create table receipts (
    -- The event's source and id.
    source text,
    event_id text,
    -- When it was counted, by the function's clock.
    counted_at timestamptz not null,
    primary key (source, event_id)
);
