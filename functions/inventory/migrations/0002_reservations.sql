-- What an order has asked for, and what became of it. One row per order, also for orders that got nothing, so that a fact
-- that comes late or again is recognised as such.
create table reservations (
    order_id uuid primary key,
    -- held: the pieces are set aside. released: given back, as the order was cancelled; also the row of an order that was
    -- cancelled before anything was reserved. expired: given back, as nobody confirmed the order in time. rejected: there
    -- was too little. booked_out: the parcel has left.
    state text not null check (state in ('held', 'released', 'expired', 'rejected', 'booked_out')),
    -- [{"sku", "quantity"}]; empty where nothing was reserved.
    lines jsonb not null,
    -- When the pieces are given back unless the order is confirmed; null once it is, or when nothing is held.
    expires_at timestamptz,
    -- When it was made and when it last changed, by the function's clock.
    reserved_at timestamptz not null,
    updated_at timestamptz not null,
    constraint only_held_pieces_expire check (expires_at is null or state = 'held')
);

-- What the sweep looks for.
create index reservations_by_expiry on reservations (expires_at) where expires_at is not null;
