-- Requests under a key that are still worked on. Both are null once there is an answer, and for handlers that store the answer
-- in the transaction that does the thing.
alter table idempotency_keys
    -- Who works on it: each attempt has an id of its own. Whoever has lost the claim cannot store an answer any more.
    add column holder uuid,
    -- Until when the claim lasts if it is not renewed, by the database's clock, which all instances share. After that the next
    -- one who asks gets the key: the process has died.
    add column held_until timestamptz;
