-- One row per key that signs, has signed or will sign tokens.
create table signing_keys (
    -- The `kid` of its tokens.
    key_id text primary key check (key_id ~ '^[A-Za-z0-9_-]{1,64}$'),
    -- The private half (PKCS #8, PEM), encrypted with AES-256-GCM: 12 bytes of nonce, then the sealed text.
    sealed bytea not null,
    -- The public half (SPKI, PEM), for the gate.
    public_key_pem text not null,
    -- When it was made known.
    published_at timestamptz not null,
    -- From when on it signs, until a newer one does.
    signs_from timestamptz not null,
    -- When its last token has expired and it stops being believed; null: it is the newest.
    retires_at timestamptz
);

-- One row per client: a program that is given tokens.
create table clients (
    -- Its name, in requests and in tokens.
    client_id text primary key check (client_id ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    -- What people are told that it is called.
    name text not null,
    -- What it can do.
    kind text not null check (kind in ('first-party', 'public', 'confidential', 'machine')),
    -- Where people may be sent with a code, and after logging out. Compared exactly.
    redirect_uris text[] not null,
    post_logout_redirect_uris text[] not null,
    -- The most that its tokens are good for; scopes apart by one space.
    scope text not null,
    -- UUID; the `sub` of the tokens that it gets for itself.
    subject uuid not null unique,
    -- Requests in a minute that the gate lets a machine make.
    limit_per_minute integer not null check (limit_per_minute > 0),
    -- Whether it is given tokens, and known to the gate.
    enabled boolean not null,
    -- Whether the configuration says what it is.
    declared boolean not null,
    -- SHA-256 of its secret; null: it keeps none.
    secret_hash bytea,
    registered_at timestamptz not null,
    updated_at timestamptz not null
);

-- One row per session: somebody who is logged in with a client, until it ends or has not been used for long.
create table sessions (
    -- UUID of version 7; the `sid` of its tokens.
    session_id uuid primary key,
    -- The account, or the guest, who has no account.
    subject uuid not null,
    -- Guests have a session without an account; the role of all others is in their account.
    role text not null,
    client_id text not null,
    -- What was granted; scopes apart by one space.
    scope text not null,
    -- When the password was given.
    authenticated_at timestamptz not null,
    opened_at timestamptz not null,
    -- When tokens were given out last.
    last_used_at timestamptz not null,
    -- When it ends unless it is used, and when it ends even so.
    expires_at timestamptz not null,
    ends_at timestamptz not null,
    -- When somebody has ended it; null: nobody.
    ended_at timestamptz,
    -- From where it was used last, for its owner: the address, and the program (`User-Agent`).
    address text,
    agent text not null
);

-- Whose sessions there are: get_sessions, end_all.
create index sessions_by_subject on sessions (subject, opened_at);
-- Those of a client that is shut off.
create index sessions_by_client on sessions (client_id);
-- Those that are over are cleared away.
create index sessions_by_expiry on sessions (expires_at);

-- One row per refresh token that was given out in a session; the one that has not been replaced is good.
create table refresh_tokens (
    -- SHA-256 of the token.
    token_hash bytea primary key,
    session_id uuid not null references sessions (session_id) on delete cascade,
    issued_at timestamptz not null,
    -- When it was exchanged for the next one, and by whom: SHA-256 of address and program.
    replaced_at timestamptz,
    replaced_by bytea
);

-- The tokens of a session that goes: the foreign key.
create index refresh_tokens_by_session on refresh_tokens (session_id);
