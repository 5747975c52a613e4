//! What somebody with bad intentions would try, through the gateway and at the runtime's page. Each test is an attack that must fail; all
//! but `limits` and one of `console` share one shop. docs/security.md lists them, and `table` compares the list with these files.

mod bodies;
mod codes;
mod console;
mod enumeration;
mod headers;
mod inside;
mod limits;
mod links;
mod objects;
mod pages;
mod paths;
mod properties;
mod publishers;
mod quantities;
mod redirects;
mod roles;
mod sessions;
mod table;
mod tokens;
mod webhooks;
