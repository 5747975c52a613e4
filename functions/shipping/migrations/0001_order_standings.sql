-- What was heard of an order, one row each. Confirmation and cancellation may come in any order and at the same moment:
-- whoever hears of an order writes this row first, and so waits for whoever else is hearing of it.
create table order_standings (
    order_id uuid primary key,
    -- When it was to be shipped; null while that was not heard. Its shipments were booked when this was written.
    confirmed_at timestamptz,
    -- When it was given up; null while that was not heard. Nothing is booked for it from then on.
    cancelled_at timestamptz,
    constraint heard_of check (num_nonnulls(confirmed_at, cancelled_at) > 0)
);
