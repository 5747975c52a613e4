-- Accounts whose owners want to be forgotten. A shipment that is over loses its name and address at once; one that is to be
-- packed or on its way needs them still, and loses them when it is over: then it is looked up here.
create table erased_accounts (
    -- The account, or the guest.
    account_id uuid primary key,
    -- When its owner has said so, by identity's clock.
    erased_at timestamptz not null
);
