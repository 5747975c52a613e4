//! Where the functions reach PostgreSQL, without anybody's name.

use crate::failure::{Failure, Outcome};

/// `postgres://host:port`, and what follows the name of a database.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PostgresAddress {
    authority: String,
    parameters: String,
}

impl PostgresAddress {
    /// Takes host, port and parameters of a URL; user, password and database are each function's own.
    pub(super) fn parse(url: &str) -> Outcome<Self> {
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"));
        let (rest, parameters) = match rest.and_then(|rest| rest.split_once('?')) {
            Some((rest, parameters)) => (Some(rest), format!("?{parameters}")),
            None => (rest, String::new()),
        };
        let authority = rest.map(|rest| {
            let named = rest.split('/').next().unwrap_or_default();
            named.rsplit_once('@').map_or(named, |(_, host)| host)
        });
        match authority {
            Some(authority) if !authority.is_empty() => Ok(Self {
                authority: authority.to_owned(),
                parameters,
            }),
            _ => Err(Failure::new(
                "--postgres-url is no address of PostgreSQL",
                "Write postgres://<host>:5432, and what the functions need to connect, such as ?sslmode=verify-full.",
            )),
        }
    }

    /// The URL of the role and database of this name. Passwords made here need no escape.
    pub(super) fn of(&self, name: &str, password: &str) -> String {
        let Self {
            authority,
            parameters,
        } = self;
        format!("postgres://{name}:{password}@{authority}/{name}{parameters}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_host_port_and_parameters_are_taken() {
        for url in [
            "postgres://db:5432?sslmode=require",
            "postgresql://admin:p@ss@db:5432/postgres?sslmode=require",
        ] {
            let address = PostgresAddress::parse(url).unwrap();
            assert_eq!(
                address.of("orders", "x"),
                "postgres://orders:x@db:5432/orders?sslmode=require"
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for url in ["db:5432", "postgres://", "http://secret@db"] {
            let said = PostgresAddress::parse(url).unwrap_err().to_string();
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
