-- Events that no consumer took. A row is written once and never changed; it goes after thirty days.
create table dead_letters (
    -- UUID of version 7, made by the function on arrival.
    dead_letter_id uuid primary key,
    -- SHA-256 of source, id and destination, by which the same dead letter is recognised; of everything where source or id
    -- is missing.
    fingerprint bytea not null unique,
    -- What list_dead_letters filters by; empty where the event did not say.
    event_type text not null,
    -- The subscriber that did not take it, as the broker names it; empty where the broker did not.
    destination_url text not null,
    -- The function behind that address: the first label of its host.
    destination text not null,
    -- All attributes as they came, the broker's own (knativeerror...) included. `json` and not `jsonb`, which would refuse
    -- some of what a publisher can write.
    attributes json not null,
    -- The data byte for byte; null where there was none.
    data bytea,
    -- When it came, by the function's clock.
    arrived_at timestamptz not null
);

-- Newest first, for list_dead_letters, whose filters leave out rows on the way; and oldest first, for those that go.
create index dead_letters_by_time on dead_letters (arrived_at desc, dead_letter_id desc);
