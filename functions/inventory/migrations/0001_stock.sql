-- How many pieces there are of each article, and how many of them are promised to somebody. Rows are updated all the
-- time and only in columns that no index has: the free space keeps the versions of a row on its page.
create table stock (
    sku text primary key,
    -- Pieces in the house.
    on_hand bigint not null,
    -- Those of them that are set aside for orders.
    reserved bigint not null,
    constraint never_oversold check (on_hand >= reserved and reserved >= 0)
) with (fillfactor = 50);
