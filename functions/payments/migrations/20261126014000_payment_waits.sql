-- What a payment waits for, beside its row: one row for each payment that has ever waited. A table of its own, because a column that is
-- added to `payments` would make running instances of an older release fail: they have prepared `select *` from it.
create table payment_waits (
    order_id uuid primary key references payments,
    -- The provider's page on which the customer has to confirm the payment, and since when that is known; null when nothing is to be
    -- confirmed (any more). Both or none.
    authentication_url text,
    authentication_requested_at timestamptz,
    -- Since when the provider does not answer, and how often the payment was put off since then; null once it has answered. Both or none.
    postponed_since timestamptz,
    postponed_attempts bigint check (postponed_attempts >= 1),
    constraint authentication_whole check ((authentication_url is null) = (authentication_requested_at is null)),
    constraint postponed_whole check ((postponed_since is null) = (postponed_attempts is null))
);
