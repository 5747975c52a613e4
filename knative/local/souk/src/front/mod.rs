//! The gateway alone, in front of a cluster: its file, the values in it, and who is asked instead of a shop here.

mod admin;
mod public_url;
mod secrets;
mod status;
mod upstream;

pub(crate) use admin::serve_admin;
pub(crate) use public_url::PublicUrl;
pub(crate) use secrets::Secrets;
pub(crate) use status::serve_status;
pub(crate) use upstream::Upstream;
