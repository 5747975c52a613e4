-- What an account goes through: its address is verified, its password guessed at and replaced, its owner forgotten.

-- Operators have accounts too. Wider than before, so what the previous release writes still fits.
alter table accounts drop constraint accounts_role_check;
alter table accounts add constraint accounts_role_check check (role in ('customer', 'merchant', 'operator'));

alter table accounts
    -- When the owner has shown that the mailbox is theirs; null if never.
    add column email_verified_at timestamptz,
    -- When the owner asked to be forgotten; then the address, the name and the password are replaced by words without meaning.
    add column erased_at timestamptz;

-- Pages of accounts in the order of their making: list_accounts.
create index accounts_by_time on accounts (registered_at desc, account_id desc);

-- One-time links that are mailed. What is secret in a link is derived from its id and a key that is not in the database.
create table links (
    -- UUID of version 7, made by the function.
    link_id uuid primary key,
    -- Whose link it is. No foreign key: for an address without an account the row is written too, with an id that nobody has, so
    -- that asking for a link takes the same time.
    account_id uuid not null,
    -- The digest of the address that the link is for.
    account_key bytea not null check (octet_length(account_key) = 32),
    -- What it is good for.
    purpose text not null check (purpose in ('email_verification', 'password_reset')),
    -- When it was asked for, and until when it is good.
    requested_at timestamptz not null,
    expires_at timestamptz not null,
    -- When the mail server took it; null if not yet.
    mailed_at timestamptz,
    -- When it was used, or ended by another that was; null if it may still be.
    ended_at timestamptz
);

-- How many an address was sent lately: links::issue.
create index links_by_account_key on links (account_key, requested_at);
-- All of an account, when one is used and when the account is erased.
create index links_by_account on links (account_id);
-- What can be removed: links::sweep.
create index links_by_expiry on links (expires_at);

-- Wrong passwords, counted for each account and place. Removed a day after the last one.
create table login_failures (
    -- The digest of the account's address, whether there is such an account or not.
    account_key bytea not null check (octet_length(account_key) = 32),
    -- The digest of a device or a network; empty for all places together where the account has never logged in.
    source bytea not null check (octet_length(source) in (0, 32)),
    -- How many, and when the last one was.
    failures integer not null check (failures > 0),
    last_failed_at timestamptz not null,
    primary key (account_key, source)
);

-- What can be removed: lockout::failed.
create index login_failures_by_time on login_failures (last_failed_at);

-- Where an account has logged in. Such a place is not slowed by what happens elsewhere. Removed after 90 days without a login.
create table known_sources (
    -- The digest of the account's address.
    account_key bytea not null check (octet_length(account_key) = 32),
    -- The digest of a device's secret or of a network.
    source bytea not null check (octet_length(source) = 32),
    -- When the last login there was, to the day.
    last_login_at timestamptz not null,
    primary key (account_key, source)
);
