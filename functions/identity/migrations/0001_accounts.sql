-- One row per account.
create table accounts (
    -- UUID of version 7, made by the function; the `sub` of tokens.
    account_id uuid primary key,
    -- Trimmed and in lower case, so that one mailbox has one account however it is written.
    email text not null,
    -- What its owner is called.
    name text not null,
    -- What it may do.
    role text not null check (role in ('customer', 'merchant')),
    -- argon2id, with its salt and its parameters in it (PHC string format).
    password_hash text not null check (password_hash like '$argon2id$%'),
    -- When it was made and when it last changed, by the function's clock.
    registered_at timestamptz not null,
    updated_at timestamptz not null,
    constraint email_is_normalised check (email = lower(btrim(email)))
);

-- Who logs in: open_session. An address is taken once: register_account.
create unique index accounts_by_email on accounts (email);
