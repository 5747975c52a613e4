//! What stands in the cluster's configuration files: small enough for a laptop, safe enough for a shop's only server, and for
//! one with a replica.

use super::replication::REPLICA;

/// Who may connect: everybody with a password, from this machine; the superuser also to follow.
pub(super) const HOST_BASED_AUTHENTICATION: &str = "\
# Written by souk at every start.
local all all scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
host  replication postgres 127.0.0.1/32 scram-sha-256
";

/// What a server is to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Nobody follows it.
    Alone,
    /// A replica may follow it. Synchronous: a commit is acknowledged when the replica's disk has it as well.
    Primary { synchronous: bool },
    /// Follows the server on this port of 127.0.0.1, as the superuser with this password.
    Replica { port: u16, password: String },
}

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
max_logical_replication_workers = 0
# Short queries by key: compiling them or sharing them out costs more than it saves.
jit = off
max_parallel_workers_per_gather = 0
autovacuum_max_workers = 1
log_checkpoints = off
log_timezone = 'UTC'
timezone = 'UTC'
";

/// After a kill everything is synced before the server starts: in one call rather than file by file, of which there are some
/// thousands (0.4 s instead of 4 s).
const SYNCED_BEFORE_RECOVERY: &str = if cfg!(target_os = "linux") {
    "recovery_init_sync_method = syncfs\n"
} else {
    ""
};

/// Less is written, and fewer processes idle.
const NOBODY_FOLLOWS: &str = "\
wal_level = minimal
max_wal_senders = 0
";

/// The same on both servers, so that they can change places. A replica that is away keeps at most 1 GB of the log from being
/// reused, and one that says nothing for 5 s is away.
const REPLICATED: &str = "\
wal_level = replica
max_wal_senders = 4
max_replication_slots = 4
max_slot_wal_keep_size = 1GB
wal_sender_timeout = 5s
wal_receiver_timeout = 5s
wal_receiver_status_interval = 1s
wal_retrieve_retry_interval = 200ms
# What a list still reads in the replica is not cleaned away under it.
hot_standby_feedback = on
";

/// The passwords are 256 random bits: stretching them adds nothing but 4096 rounds to every cold start.
const SINCE_16: &str = "scram_iterations = 16\n";

/// Reading ahead by worker processes pays for their memory on larger machines only.
const SINCE_18: &str = "io_method = sync\n";

/// `postgresql.conf` for a server of this major version on this port.
pub(super) fn server_configuration(major: u32, port: u16, role: &Role) -> String {
    let mut text = format!("{COMMON}{SYNCED_BEFORE_RECOVERY}port = {port}\n");
    if major >= 16 {
        text.push_str(SINCE_16);
    }
    if major >= 18 {
        text.push_str(SINCE_18);
    }
    text.push_str(&replication(role));
    text
}

fn replication(role: &Role) -> String {
    match role {
        Role::Alone => NOBODY_FOLLOWS.to_owned(),
        Role::Primary { synchronous } => {
            let waited_for = if *synchronous { REPLICA } else { "" };
            format!("{REPLICATED}synchronous_standby_names = '{waited_for}'\n")
        }
        Role::Replica { port, password } => format!(
            "{REPLICATED}primary_slot_name = '{REPLICA}'\n\
             primary_conninfo = 'host=127.0.0.1 port={port} user=postgres password={password} \
             application_name={REPLICA} sslmode=disable'\n"
        ),
    }
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
        let old = server_configuration(15, 5432, &Role::Alone);
        assert!(!old.contains("scram_iterations") && !old.contains("io_method"));
        assert!(server_configuration(18, 5432, &Role::Alone).contains("io_method"));
        assert!(!initdb_arguments(16).contains(&"--locale-provider=builtin"));
    }

    #[test]
    fn a_primary_waits_for_its_replica_only_while_it_is_synchronous() {
        let text = |role: &Role| server_configuration(18, 5432, role);
        let waits = text(&Role::Primary { synchronous: true });
        assert!(waits.contains("synchronous_standby_names = 'souk_replica'"));
        let alone = text(&Role::Primary { synchronous: false });
        assert!(alone.contains("synchronous_standby_names = ''"));
        let replica = text(&Role::Replica {
            port: 7,
            password: "p-w".to_owned(),
        });
        assert!(replica.contains("port=7 user=postgres password=p-w"));
        assert!(!replica.contains("synchronous_standby_names"));
        assert!(text(&Role::Alone).contains("wal_level = minimal"));
    }
}
