-- What is known of an order beside its row: what shipping has said, what is wanted of it, and what went wrong with its money.
-- A table of its own and no columns of `orders`: instances of the release before are running while this is made, and a
-- statement that they have prepared as `select * from orders` would fail once it had more columns. Written and read by whoever
-- has locked the order's row. A row stays when its order's month is taken off: it names nobody.
create table order_notes (
    -- The order. No foreign key: it would keep a month of orders from being detached.
    order_id uuid primary key,
    -- When the order was confirmed; null if the release before has confirmed it, and then nobody asks why it was not booked.
    confirmed_at timestamptz,
    -- When it was heard that shipping has booked a shipment.
    booked_at timestamptz,
    -- Since when the confirmed order is wanted cancelled, and why. Whether it was is said by the order's state: while that is
    -- `confirmed`, shipping is asked.
    cancellation_requested_at timestamptz,
    cancellation_reason text check (cancellation_reason in ('requested_by_customer', 'out_of_stock', 'not_fulfilled')),
    -- When shipping was asked for the last time; null once the order is no longer `confirmed`.
    cancellation_asked_at timestamptz,
    -- Why the provider did not hand over the money of an order that has left, in its own code, and when that was heard.
    payment_problem text,
    payment_problem_at timestamptz,
    constraint wanted_for_a_reason check ((cancellation_requested_at is null) = (cancellation_reason is null)),
    constraint a_problem_has_a_time check ((payment_problem is null) = (payment_problem_at is null))
);

-- What the sweep looks for: confirmed orders of which shipping has said nothing. Few at any time.
create index order_notes_unbooked on order_notes (confirmed_at) where booked_at is null and confirmed_at is not null;

-- What the sweep looks for: questions that shipping has not answered. Fewer still.
create index order_notes_unanswered on order_notes (cancellation_asked_at) where cancellation_asked_at is not null;
