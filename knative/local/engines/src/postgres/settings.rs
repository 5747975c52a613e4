//! What stands in the cluster's configuration files: small enough for a laptop, safe enough for a shop's only server.

/// Who may connect: everybody with a password, from this machine.
pub(super) const HOST_BASED_AUTHENTICATION: &str = "\
# Written by souk at every start.
local all all scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
";

/// Settings of every version.
const COMMON: &str = "\
# Written by souk at every start; put your own settings into postgresql.auto.conf (ALTER SYSTEM).
listen_addresses = '127.0.0.1'
unix_socket_directories = '.'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 64MB
max_wal_size = 256MB
min_wal_size = 64MB
# Nobody replicates from here: less is written, and fewer processes idle.
wal_level = minimal
max_wal_senders = 0
max_logical_replication_workers = 0
# Short queries by key: compiling them or sharing them out costs more than it saves.
jit = off
max_parallel_workers_per_gather = 0
autovacuum_max_workers = 1
log_checkpoints = off
log_timezone = 'UTC'
timezone = 'UTC'
";

/// The passwords are 256 random bits: stretching them adds nothing but 4096 rounds to every cold start.
const SINCE_16: &str = "scram_iterations = 16\n";

/// Reading ahead by worker processes pays for their memory on larger machines only.
const SINCE_18: &str = "io_method = sync\n";

/// `postgresql.conf` for a server of this major version on this port.
pub(super) fn server_configuration(major: u32, port: u16) -> String {
    let mut text = format!("{COMMON}port = {port}\n");
    if major >= 16 {
        text.push_str(SINCE_16);
    }
    if major >= 18 {
        text.push_str(SINCE_18);
    }
    text
}

/// Arguments of initdb: UTF-8, sorted by code point on every machine alike, pages with checksums.
pub(super) fn initdb_arguments(major: u32) -> Vec<&'static str> {
    let mut arguments = vec![
        "--username=postgres",
        "--encoding=UTF8",
        "--locale=C",
        "--data-checksums",
        "--auth=scram-sha-256",
    ];
    if major >= 17 {
        arguments.extend(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_gets_no_setting_it_does_not_know() {
        let old = server_configuration(15, 5432);
        assert!(!old.contains("scram_iterations") && !old.contains("io_method"));
        assert!(server_configuration(18, 5432).contains("io_method"));
        assert!(!initdb_arguments(16).contains(&"--locale-provider=builtin"));
    }
}
