//! Ports of this machine that stay the same from one start to the next, as long as nobody else takes them.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

/// A listener on the port that `file` remembers, or on a free one that is remembered from now on.
///
/// # Errors
///
/// When no port is free or `file` cannot be written.
pub fn remembered_listener(file: &Path) -> io::Result<TcpListener> {
    let remembered = fs::read_to_string(file)
        .ok()
        .and_then(|text| text.trim().parse::<u16>().ok());
    if let Some(listener) =
        remembered.and_then(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
    {
        return Ok(listener);
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    fs::write(file, listener.local_addr()?.port().to_string())?;
    Ok(listener)
}

/// As [`remembered_listener`], for a process that binds the port itself.
///
/// # Errors
///
/// When no port is free or `file` cannot be written.
pub fn remembered_port(file: &Path) -> io::Result<u16> {
    Ok(remembered_listener(file)?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_remembered_while_nobody_takes_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("port");
        let first = remembered_port(&file).unwrap();
        assert_eq!(remembered_port(&file).unwrap(), first);
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first)).unwrap();
        assert_ne!(remembered_port(&file).unwrap(), first);
        drop(taken);
    }
}
