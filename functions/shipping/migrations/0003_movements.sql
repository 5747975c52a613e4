-- Where a parcel has been, as its carrier tells it.
create table movements (
    -- In the order in which they were heard.
    movement_id bigint generated always as identity primary key,
    shipment_id uuid not null references shipments,
    status text not null check (status in ('in_transit', 'out_for_delivery', 'delivered')),
    -- Where it was, if the carrier says so.
    location text,
    -- When, by the carrier's clock. Tracks are told in this order, for the news of them come in any.
    occurred_at timestamptz not null,
    -- Carriers repeat themselves under new event ids. It is also the index by which a track is read.
    constraint told_once unique nulls not distinct (shipment_id, occurred_at, status, location)
);
