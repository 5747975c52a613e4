-- Who has written last, and a mark of that write: committed with it, so that a replica that shows the mark shows the write.
-- Only kept where lists are read from a replica; rows of yesterday are deleted, as no replica is that far behind.
create table last_writes (
    -- Whose write.
    account_id uuid primary key,
    -- A new one with each write.
    mark uuid not null,
    -- By which old rows are found. No index: rows are few, and without one their updates touch no index.
    written_at timestamptz not null
);
