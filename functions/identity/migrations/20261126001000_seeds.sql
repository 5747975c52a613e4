-- For the accounts that Secrets name: shows that the Secret's password is the account's, without hashing it again at each start. An
-- HMAC of both under the key that seals the signing keys; null where that was not seen yet. Another password has another hash, and so
-- another mark.
alter table accounts add column seed_mark bytea check (octet_length(seed_mark) = 32);
