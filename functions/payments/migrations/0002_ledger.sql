-- Everything that was asked of the provider, for ever: one row per authorisation, capture, void and refund. A row is written
-- before the provider is asked and closed with what it has answered, so that a crash in between leaves a trace.
create table ledger (
    -- Also the provider's idempotency key; an authorisation has the order's id there instead.
    entry_id uuid primary key,
    order_id uuid not null references payments,
    kind text not null check (kind in ('authorization', 'capture', 'void', 'refund')),
    -- How much it is about, in minor units of the payment's currency.
    amount_minor bigint not null check (amount_minor >= 0),
    -- open: the answer is not known. done: the provider has done it. refused: it will not.
    outcome text not null check (outcome in ('open', 'done', 'refused')),
    -- The provider's name for what it has done, and its code for why it will not.
    provider_reference text,
    reason text,
    -- The merchant who has asked for a refund; null for what an order asks for by itself.
    asked_by uuid,
    -- Until when somebody is asking the provider at this moment; nobody else asks in that time.
    claimed_until timestamptz,
    opened_at timestamptz not null,
    closed_at timestamptz,
    constraint closed_with_an_outcome check ((outcome = 'open') = (closed_at is null)),
    constraint refused_for_a_reason check ((outcome = 'refused') = (reason is not null)),
    constraint only_open_entries_are_claimed check (outcome = 'open' or claimed_until is null)
);

-- One thing at a time is asked about an order. Also what the sweep looks for.
create unique index ledger_one_open_entry on ledger (order_id) where outcome = 'open';

-- Money is held, taken and let go once.
create unique index ledger_done_once on ledger (order_id, kind) where outcome = 'done' and kind <> 'refund';

-- The history of one payment: get_payment.
create index ledger_by_order on ledger (order_id, opened_at, entry_id);
