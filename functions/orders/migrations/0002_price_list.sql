-- What catalog has published, as far as it was heard. Read only while catalog does not answer.
create table price_list (
    sku text primary key,
    -- Of the newest event heard: an older one that comes later changes nothing.
    version bigint not null,
    -- What it is called and costs; null once it was withdrawn.
    name text,
    price_minor bigint check (price_minor >= 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    constraint priced_or_withdrawn check (num_nulls(name, price_minor, currency) in (0, 3))
);
