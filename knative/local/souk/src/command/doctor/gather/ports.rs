//! Whether the shop can listen where it wants to, and who does if it cannot.

use std::fs;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::super::facts::{Port, PortState};
use super::processes;
use crate::cli::DoctorOptions;
use crate::console;
use crate::data_dir::DataDir;

/// It is on this machine.
const CONNECTED_WITHIN: Duration = Duration::from_secs(2);
/// The state of a listening socket in the kernel's tables.
const LISTENING: &str = "0A";

/// Those of the open shop by what it has written down, else those that a new one would take.
pub(super) fn ports(options: &DoctorOptions, holder: Option<u32>, data_dir: &DataDir) -> Vec<Port> {
    if holder.is_some() {
        return of_the_open_shop(data_dir);
    }
    let new = |name, address, has_alternative| Port {
        name,
        address,
        has_alternative,
        state: state(address),
    };
    vec![
        new("gateway", options.listen, false),
        new(
            "console",
            options.console.unwrap_or(console::DEFAULT),
            options.console.is_none(),
        ),
    ]
}

fn of_the_open_shop(data_dir: &DataDir) -> Vec<Port> {
    let addresses = fs::read(data_dir.addresses()).unwrap_or_default();
    let addresses: Value = serde_json::from_slice(&addresses).unwrap_or_default();
    let port = |name: &'static str| {
        let address = addresses[name].as_str()?.strip_prefix("http://")?;
        let address: SocketAddr = address.trim_end_matches('/').parse().ok()?;
        let state = match TcpStream::connect_timeout(&address, CONNECTED_WITHIN) {
            Ok(_) => PortState::Answers,
            Err(error) => PortState::Silent(error.to_string()),
        };
        Some(Port {
            name,
            address,
            has_alternative: false,
            state,
        })
    };
    ["gateway", "console"]
        .into_iter()
        .filter_map(port)
        .collect()
}

/// Tries to listen there, as `up` does.
fn state(address: SocketAddr) -> PortState {
    match TcpListener::bind(address) {
        Ok(_) => PortState::Free,
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let holder = sockets(address.port())
                .into_iter()
                .find_map(processes::with_socket);
            PortState::Taken(holder.map(|pid| (pid, processes::name(pid))))
        }
        Err(error) => PortState::Unusable(error.to_string()),
    }
}

/// The numbers of the sockets that listen on a port.
fn sockets(port: u16) -> Vec<u64> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let tables = tables
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok());
    tables.flat_map(|table| listening(&table, port)).collect()
}

/// `sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt   uid  timeout inode`
fn listening(table: &str, port: u16) -> Vec<u64> {
    let inode = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (_, local) = fields.get(1)?.rsplit_once(':')?;
        let is_it = u16::from_str_radix(local, 16) == Ok(port) && fields.get(3) == Some(&LISTENING);
        fields.get(9).filter(|_| is_it)?.parse().ok()
    };
    table.lines().filter_map(inode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listening_socket_is_found_by_its_port_and_a_connection_is_not() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 x\n\
            1: 0100007F:1F40 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 x\n\
            2: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 x\n";
        assert_eq!(listening(table, 8000), [4711]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_port_that_this_process_has_taken_is_this_processs() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let PortState::Taken(Some((pid, _))) = state(taken.local_addr().unwrap()) else {
            panic!("it is taken")
        };
        assert_eq!(pid, std::process::id());
    }

    #[test]
    fn an_open_shop_answers_where_it_says_or_is_silent() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::chosen(Some(folder.path().to_owned()));
        let gateway = TcpListener::bind("127.0.0.1:0").unwrap();
        let console = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
        let addresses = serde_json::json!({ "gateway": url(&gateway), "console": url(&console) });
        fs::write(data_dir.addresses(), addresses.to_string()).unwrap();
        drop(console);
        let found = of_the_open_shop(&data_dir);
        assert!(matches!(found[0].state, PortState::Answers), "{found:?}");
        assert!(matches!(found[1].state, PortState::Silent(_)), "{found:?}");
    }
}
