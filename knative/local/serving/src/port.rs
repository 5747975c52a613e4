//! A free port for each instance.

use std::collections::HashSet;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

/// How often the system may offer a port that a starting instance was already given.
const OFFERS_MOST: usize = 32;

/// The ports that instances were given. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ports(Arc<Mutex<HashSet<u16>>>);

/// One port, given back when dropped.
#[derive(Debug)]
pub(crate) struct Port {
    number: u16,
    ports: Ports,
}

impl Ports {
    /// A port that is free on all addresses (a function listens on all) and that no other instance was given.
    ///
    /// The function binds it itself, so somebody may be faster. Then the function ends, and the next one gets another port.
    pub(crate) fn take(&self) -> io::Result<Port> {
        for _ in 0..OFFERS_MOST {
            let number = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?
                .local_addr()?
                .port();
            if self.given().insert(number) {
                return Ok(Port {
                    number,
                    ports: self.clone(),
                });
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            "no free port was found",
        ))
    }

    fn given(&self) -> std::sync::MutexGuard<'_, HashSet<u16>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Port {
    pub(crate) fn number(&self) -> u16 {
        self.number
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.ports.given().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_instances_are_given_the_same_port() {
        let ports = Ports::default();
        let taken: Vec<Port> = (0..20).map(|_| ports.take().unwrap()).collect();
        let numbers: HashSet<u16> = taken.iter().map(Port::number).collect();
        assert_eq!(numbers.len(), taken.len());
        drop(taken);
        assert!(ports.given().is_empty());
    }
}
