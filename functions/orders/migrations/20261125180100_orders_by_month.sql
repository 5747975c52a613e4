-- Orders in partitions by month, so that years of them neither slow down what is done today nor have to be deleted row by
-- row. The month is that of the id (UUID of version 7: its first 48 bits are milliseconds since 1970): so the primary key
-- stays the id alone, and who looks for one id looks into one partition. See docs/decisions/0012.
--
-- Nothing is copied: the table as it is becomes the partition of everything up to the end of a month, and a new one takes
-- its name. Statements of before find in `orders` what they found there; they wait while that happens, and not for long.
set local lock_timeout = '10s';

do $$
declare
    newest uuid := (select order_id from orders order by order_id desc limit 1);
    newest_at timestamptz := to_timestamp(('x' || translate(left(newest::text, 13), '-', ''))::bit(48)::bigint / 1000.0);
    -- The month after the present one, or after that of the newest order: clocks differ.
    ends timestamp := date_trunc('month', greatest(now(), newest_at) at time zone 'UTC') + interval '1 month';
    bound uuid := (lpad(to_hex((extract(epoch from ends at time zone 'UTC') * 1000)::bigint), 12, '0')
        || repeat('0', 20))::uuid;
    until text := 'orders_until_' || to_char(ends, 'YYYY_MM');
begin
    -- Unseen by 0.1.0: the name goes to the partitioned table within this transaction.
    execute format('alter table orders rename to %I', until);
    execute format('create table orders (like %I including defaults including constraints, primary key (order_id)) '
        'partition by range (order_id)', until);
    -- The partition's own index, by the same columns, becomes the part of each.
    execute 'create index orders_of_account on orders (account_id, placed_at desc, order_id desc)';
    execute 'create index orders_in_time on orders (placed_at desc, order_id desc)';
    execute 'create index orders_in_state on orders (state, placed_at desc, order_id desc)';
    execute format('alter table orders attach partition %I for values from (minvalue) to (%L)', until, bound);
    -- Orders of a month that nobody has made a partition for: taken, and moved when somebody does.
    execute 'create table orders_rest partition of orders default';
end $$;
