-- Dead letters become workable: sent again to the subscriber that failed, or discarded. Only added to: the release before goes on
-- keeping and listing letters, and every letter that it keeps is open.

alter table dead_letters
    -- `open`: nobody has dealt with it. `redriven`: its subscriber took it when it was sent again. `discarded`: somebody said that it
    -- is not to be sent again. The same event that fails once more is open again.
    add column status text not null default 'open',
    -- How often it was sent again, taken or not.
    add column attempts integer not null default 0,
    -- When it was sent again last and not taken; null if it never was. Then the next two say why, and before that the broker's
    -- attributes do.
    add column failed_at timestamptz,
    -- The status that the subscriber answered then; null if it did not answer.
    add column error_code integer,
    -- What it answered, shortened; null if it did not answer.
    add column error_body text,
    -- Whoever is sending it just now; null otherwise. Only who holds the claim writes down how it went.
    add column claim uuid,
    -- Until when that is believed: a process that dies holds nothing for longer.
    add column claimed_until timestamptz,
    -- When it was redriven or discarded, by the function's clock; null while it is open.
    add column settled_at timestamptz,
    -- The account or client that redrove or discarded it; null while it is open.
    add column settled_by uuid,
    -- Why it was discarded; null otherwise.
    add column discard_reason text;

-- What is still to be dealt with, newest first: for list_dead_letters with `status=open`, and to pick what is redriven by a filter.
create index dead_letters_open on dead_letters (arrived_at desc, dead_letter_id desc) where status = 'open';
