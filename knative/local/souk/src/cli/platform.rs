//! What can be said about keys and clients, as the operator.

use clap::{Args, Subcommand};

/// Options of `keys`.
#[derive(Debug, Args)]
pub(crate) struct KeysOptions {
    /// What to do; without it, show the keys.
    #[command(subcommand)]
    pub(crate) action: Option<KeysAction>,
    /// As JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysAction {
    /// Make a new key. It signs when the gateway and every function know it; tokens of the old one stay good until they expire.
    #[command(after_help = "\
Example:
  cargo souk keys rotate
  cargo souk keys rotate --compromised 2f9a0c   # that key is out at once, with all its tokens")]
    Rotate {
        /// Somebody else may have this key: take it out at once, and let a new one sign at once.
        #[arg(long, value_name = "KEY")]
        compromised: Option<String>,
    },
}

/// Options of `clients`.
#[derive(Debug, Args)]
pub(crate) struct ClientsOptions {
    /// What to do; without it, show the clients.
    #[command(subcommand)]
    pub(crate) action: Option<ClientsAction>,
    /// As JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What can be done with clients.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientsAction {
    /// Register a client. A secret, if it has one, is shown this once.
    #[command(after_help = "\
Example:
  cargo souk clients add depot --scope publish:dev.souk.goods.received.v1")]
    Add(AddClient),
    /// Make a new secret; the old one is worth nothing from now on. It is shown this once.
    #[command(after_help = "\
Example:
  cargo souk clients secret depot")]
    Secret {
        /// The client.
        client_id: String,
    },
    /// Shut a client off: it gets no tokens, and the gateway refuses those that it has.
    #[command(after_help = "\
Example:
  cargo souk clients disable depot")]
    Disable {
        /// The client.
        client_id: String,
    },
    /// Let a client in again.
    #[command(after_help = "\
Example:
  cargo souk clients enable depot")]
    Enable {
        /// The client.
        client_id: String,
    },
    /// Forget a client.
    #[command(after_help = "\
Example:
  cargo souk clients remove depot")]
    Remove {
        /// The client.
        client_id: String,
    },
}

/// A client to register.
#[derive(Debug, Args)]
pub(crate) struct AddClient {
    /// Lower-case letters, digits and hyphens.
    pub(crate) client_id: String,
    /// What people are told that it is called [default: its id].
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// `machine` acts for itself, `confidential` for people and with a secret, `public` for people and without one.
    #[arg(long, default_value = "machine", value_parser = ["machine", "confidential", "public"])]
    pub(crate) kind: String,
    /// What its tokens may be good for; may be repeated.
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    pub(crate) scopes: Vec<String>,
    /// Where people are sent with a code, exactly; may be repeated. Not for machines.
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub(crate) redirect_uris: Vec<String>,
    /// Where people are sent when they have logged out; may be repeated. Not for machines.
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    pub(crate) post_logout_redirect_uris: Vec<String>,
    /// Requests a minute that the gateway lets a machine make.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit_per_minute: Option<u32>,
}
