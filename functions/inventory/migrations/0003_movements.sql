-- Every piece that came or went, for ever: the sum of an article's movements is its stock on hand. Reservations move
-- nothing and are not in here.
create table movements (
    -- In the order in which they were written.
    movement_id bigint generated always as identity primary key,
    sku text not null,
    -- received: came in. booked_out: left in a parcel. adjusted: counted anew by a person.
    kind text not null check (kind in ('received', 'booked_out', 'adjusted')),
    -- Pieces; those that leave are negative.
    quantity bigint not null,
    -- The order that they left for.
    order_id uuid,
    -- The merchant who has counted.
    account_id uuid,
    -- The delivery note they came with, or the merchant's reason.
    reference text,
    moved_at timestamptz not null,
    constraint came_or_went check (
        quantity <> 0 and (kind <> 'received' or quantity > 0) and (kind <> 'booked_out' or quantity < 0)
    )
);

-- The history of one article, for people and for audits.
create index movements_by_sku on movements (sku, movement_id);
