-- One function's database. The owner owns everything in it and cannot log in; logins come and go, and act as the owner, so
-- that a new password is a new login beside the old one, which stays good until the next time.

\getenv database DATABASE
\getenv login LOGIN
\getenv password PASSWORD

set client_min_messages = warning;

select format('create role %I nologin', :'database')
where not exists (select from pg_roles where rolname = :'database')
\gexec

select format('create role %I', :'login')
where not exists (select from pg_roles where rolname = :'login')
\gexec

-- Whoever runs this is no superuser on RDS, and gives a database only to whom it is a member of.
grant :"database" to current_user;

alter role :"login" login password :'password';
grant :"database" to :"login";
-- Tables that a login makes belong to the owner.
alter role :"login" set role = :'database';

select format('create database %I owner %I', :'database', :'database')
where not exists (select from pg_database where datname = :'database')
\gexec

-- No other function gets in, even by mistake.
revoke all on database :"database" from public;
