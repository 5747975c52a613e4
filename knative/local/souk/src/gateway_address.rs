//! The gateway's address, taken before anything is started.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

use crate::failure::{Failure, Outcome};
use crate::terminal::me;

/// Listens there for `souk <command>`, or says who has to give way.
pub(crate) fn listen(address: SocketAddr, command: &str) -> Outcome<TcpListener> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::new(
            format!("{address} is in use by another program; nothing was started"),
            format!(
                "Listen elsewhere: {0} {command} --listen {1}:{2} (or port 0 for a free one)",
                me(),
                address.ip(),
                address.port().saturating_add(1)
            ),
        ),
        _ => Failure::new(
            format!("the gateway cannot listen on {address}: {error}"),
            format!(
                "Name an address of this machine: {} {command} --listen 127.0.0.1:8000",
                me()
            ),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_use_is_refused_with_the_option_to_change_it() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let said = listen(address, "up").unwrap_err().to_string();
        assert!(
            said.contains(&address.to_string()) && said.contains("--listen 127.0.0.1:"),
            "{said}"
        );
    }

    #[test]
    fn port_0_takes_a_free_one() {
        let listener = listen("127.0.0.1:0".parse().unwrap(), "up").unwrap();
        assert_ne!(listener.local_addr().unwrap().port(), 0);
    }
}
