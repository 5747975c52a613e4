-- A browser in which somebody is logged in, for the pages and for authorization requests.
create table browser_logins (
    -- UUID of version 7.
    login_id uuid primary key,
    -- SHA-256 of the 32 random bytes in the browser's cookie: whoever reads this table cannot make a cookie of it.
    cookie_hash bytea not null check (length(cookie_hash) = 32),
    -- Who is logged in.
    account_id uuid not null references accounts (account_id) on delete cascade,
    -- When the password was given: `auth_time` of id_tokens.
    authenticated_at timestamptz not null,
    -- When the password is asked for again.
    expires_at timestamptz not null
);

-- Who is this browser: every page.
create unique index browser_logins_by_cookie on browser_logins (cookie_hash);
-- Ending all of an account: a new password, an erasure.
create index browser_logins_by_account on browser_logins (account_id);
-- Clearing away, at each login.
create index browser_logins_by_expiry on browser_logins (expires_at);

-- What somebody has allowed a client. Clients of the shop itself ask nobody and have no row.
create table consents (
    account_id uuid not null references accounts (account_id) on delete cascade,
    client_id text not null,
    -- The scopes, separated by blanks: all that were ever allowed.
    scope text not null,
    -- When it was last allowed. A client that was registered later under the same name asks again.
    allowed_at timestamptz not null,
    primary key (account_id, client_id)
);

-- Authorization codes: for a minute, for one client, for one use.
create table authorization_codes (
    -- SHA-256 of the 32 random bytes that the code is.
    code_hash bytea primary key check (length(code_hash) = 32),
    -- Who may redeem it, and the redirect_uri and code_challenge of the request, which have to be met again.
    client_id text not null,
    redirect_uri text not null,
    code_challenge text not null,
    -- What it is good for: who has allowed what, and when he had given his password.
    account_id uuid not null references accounts (account_id) on delete cascade,
    scope text not null,
    authenticated_at timestamptz not null,
    -- The request's nonce, for the id_token.
    nonce text,
    -- Until when it can be redeemed.
    expires_at timestamptz not null,
    -- When it was presented; a code is presented once, rightly or not.
    presented_at timestamptz,
    -- The session that was opened with it, which ends if it is presented again (RFC 6749, 4.1.2).
    session_id uuid
);

-- Clearing away, when a code is given out. Presented codes are kept for a day, to know one that is presented again.
create index authorization_codes_by_expiry on authorization_codes (expires_at);
-- Forgetting an account.
create index authorization_codes_by_account on authorization_codes (account_id);
