-- One row per order. Lines and address never change and are always read together with the rest, so they are kept in the
-- row: an order is written by one insert and read by one key.
create table orders (
    -- UUID of version 7, made by the function: ids grow with time, so the primary key does, too.
    order_id uuid primary key,
    -- Whose order it is, by the token it was placed with.
    account_id uuid not null,
    -- Where its owner is written to: the facts about the order carry it, so that nobody has to ask identity.
    email text not null,
    -- Where the saga stands. Clients see both awaiting states as `pending`.
    state text not null check (
        state in ('awaiting_stock', 'awaiting_payment', 'confirmed', 'shipped', 'delivered', 'cancelled')
    ),
    -- Why it was cancelled; null unless it was.
    cancel_reason text check (
        cancel_reason in ('out_of_stock', 'payment_declined', 'payment_timed_out', 'requested_by_customer')
    ),
    -- The same in words, such as the provider's decline code.
    cancel_detail text,
    -- [{"sku", "name", "quantity", "unit_price": {"amount_minor", "currency"}}], at the prices of the moment.
    lines jsonb not null,
    -- The sum of the lines, in minor units of the one currency that all of them have.
    total_minor bigint not null check (total_minor >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    -- The payment provider's name for the means of payment; handed on when the stock is there.
    payment_method text not null,
    -- {"name", "line1", "line2"?, "postal_code", "city", "country"}.
    shipping_address jsonb not null,
    -- Who carries the parcel and what they call it, once it has left.
    carrier text,
    tracking_number text,
    -- When the customer ordered, and when the row last changed, by the function's clock.
    placed_at timestamptz not null,
    updated_at timestamptz not null,
    constraint cancelled_for_a_reason check ((state = 'cancelled') = (cancel_reason is not null)),
    constraint parcels_have_both_names check ((carrier is null) = (tracking_number is null))
);

-- A customer's own orders, newest first: list_orders.
create index orders_by_account on orders (account_id, placed_at desc, order_id desc);

-- Everybody's orders, newest first: list_orders for a merchant.
create index orders_by_time on orders (placed_at desc, order_id desc);

-- Orders in some state: list_orders with a status, and the sweep that looks for orders nobody has paid.
create index orders_by_state on orders (state, placed_at desc, order_id desc);
