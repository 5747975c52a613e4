-- One row per order that is to be paid, and per order that was cancelled before anybody asked for its money.
create table payments (
    order_id uuid primary key,
    -- What the payment is called in events; UUID of version 7, made by the function.
    payment_id uuid not null,
    -- Whose order it is.
    account_id uuid not null,
    -- What the provider has confirmed. pending: nothing yet. authorized: the money is held. declined: it will not pay.
    -- captured: the money is taken. refunded: all of it was given back. voided: the money that was held was let go.
    -- unwanted: cancelled before it was requested, so that a request which is still on its way does nothing.
    state text not null check (
        state in ('pending', 'authorized', 'declined', 'captured', 'refunded', 'voided', 'unwanted')
    ),
    -- What the order wants of the money. hold: until the parcel leaves. take: it has left. let_go: the order was cancelled.
    wanted text not null check (wanted in ('hold', 'take', 'let_go')),
    -- How much is asked for, in minor units; null for what was never requested.
    amount_minor bigint check (amount_minor >= 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    -- The provider's name for the means of payment.
    payment_method text,
    -- How much was taken, and how much of that was given back: the sums of the ledger's entries that are done.
    captured_minor bigint not null default 0,
    refunded_minor bigint not null default 0,
    -- The provider's name for the payment, once it holds the money.
    provider_reference text,
    -- Why the provider will not pay, in its own code.
    decline_reason text,
    -- When it was made and when it last changed, by the function's clock.
    requested_at timestamptz not null,
    updated_at timestamptz not null,
    constraint never_more_given_back_than_taken check (captured_minor - refunded_minor >= 0 and refunded_minor >= 0),
    constraint never_more_taken_than_asked_for check (captured_minor <= coalesce(amount_minor, 0)),
    constraint declined_for_a_reason check ((state = 'declined') = (decline_reason is not null)),
    constraint requested_or_unwanted check (
        num_nulls(amount_minor, currency, payment_method) = (case when state = 'unwanted' then 3 else 0 end)
    )
);

-- A customer's own payments, newest first: list_payments.
create index payments_by_account on payments (account_id, requested_at desc, order_id desc);

-- Everybody's payments, newest first: list_payments for a merchant.
create index payments_by_time on payments (requested_at desc, order_id desc);

-- Payments in some state: list_payments with a status.
create index payments_by_state on payments (state, requested_at desc, order_id desc);
