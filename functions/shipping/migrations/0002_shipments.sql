-- What is to be packed, and what became of it. An order has one shipment now; nothing here forbids several.
create table shipments (
    -- UUID of version 7, made by the function: ids grow with time, so the primary key does, too.
    shipment_id uuid primary key,
    order_id uuid not null references order_standings,
    -- Whose order it is: customers see their own shipments only.
    account_id uuid not null,
    state text not null check (state in ('booked', 'dispatched', 'delivered', 'cancelled')),
    -- [{"sku", "quantity"}]: what is in it. Never changes and is always read with the rest.
    lines jsonb not null,
    -- {"name", "line1", "line2"?, "postal_code", "city", "country"}.
    shipping_address jsonb not null,
    -- Who carries the parcel and what they call it, once it has left.
    carrier text,
    tracking_number text,
    -- When it came to be what it is: by the function's clock, an arrival by the carrier's.
    booked_at timestamptz not null,
    dispatched_at timestamptz,
    delivered_at timestamptz,
    cancelled_at timestamptz,
    constraint parcels_have_both_names check ((carrier is null) = (tracking_number is null)),
    constraint what_has_left_is_a_parcel check ((state in ('dispatched', 'delivered')) = (tracking_number is not null)),
    constraint parcels_have_left check ((tracking_number is null) = (dispatched_at is null)),
    constraint delivered_at_some_time check ((state = 'delivered') = (delivered_at is not null)),
    constraint cancelled_at_some_time check ((state = 'cancelled') = (cancelled_at is not null))
);

-- The shipments of one order: when it is cancelled, and list_shipments with an order_id.
create index shipments_by_order on shipments (order_id);

-- Which parcel a carrier speaks of. A number that is given twice is a slip of the pen.
create unique index shipments_by_tracking_number on shipments (tracking_number) where tracking_number is not null;

-- A customer's own shipments, newest first: list_shipments.
create index shipments_by_account on shipments (account_id, booked_at desc, shipment_id desc);

-- Everybody's shipments, newest first: list_shipments for a merchant.
create index shipments_by_time on shipments (booked_at desc, shipment_id desc);

-- Shipments in some state, such as those that wait to be packed: list_shipments with a status.
create index shipments_by_state on shipments (state, booked_at desc, shipment_id desc);
