-- Accounts whose owners want to be forgotten. An order that is over loses its name, address and e-mail at once; one that is
-- under way needs them still, and loses them when it is over: then it is looked up here.
create table erased_accounts (
    -- The account, or the guest.
    account_id uuid primary key,
    -- When its owner has said so, by identity's clock.
    erased_at timestamptz not null
);
