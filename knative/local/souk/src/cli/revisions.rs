//! What goes from one revision to the next.

use clap::Args;

/// Options of `apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyOptions {
    /// Run the executables as they are, without asking cargo.
    #[arg(long)]
    pub(crate) no_build: bool,
}

/// Options of `traffic`.
#[derive(Debug, Args)]
pub(crate) struct TrafficOptions {
    /// The function.
    pub(crate) service: String,
    /// Of a hundred requests so many; all of them together 100. Revisions that are not named get none.
    #[arg(value_name = "REVISION|@latest=PERCENT", value_parser = percent)]
    pub(crate) percents: Vec<(String, u32)>,
    /// Let the revision answer at http://<tag>-<function>.<namespace>.svc.cluster.local as well.
    #[arg(long = "tag", value_name = "TAG=REVISION|@latest", value_parser = pair)]
    pub(crate) tags: Vec<(String, String)>,
    /// Take a tag away.
    #[arg(long, value_name = "TAG")]
    pub(crate) untag: Vec<String>,
}

/// Options of `revisions`.
#[derive(Debug, Args)]
pub(crate) struct RevisionsOptions {
    /// The function; all if none is named.
    pub(crate) service: Option<String>,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("must be two words with = between them".to_owned()),
    }
}

fn percent(text: &str) -> Result<(String, u32), String> {
    let (revision, percent) = pair(text)?;
    let percent = percent.parse().ok().filter(|percent| *percent <= 100);
    let percent = percent.ok_or("the percentage must be from 0 to 100, such as orders-00001=95")?;
    Ok((revision, percent))
}
