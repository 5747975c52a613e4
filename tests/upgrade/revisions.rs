//! What `souk` says and does about revisions.

use journeys::eventually;
use journeys::shop::Local;

use crate::load::Load;

/// Runs `souk apply`; gives whether it succeeded, and all it said.
pub(crate) fn apply(shop: &Local) -> (bool, String) {
    let output = shop.souk(&["apply", "--no-build"]);
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// Waits until a revision has answered so many requests more, while orders go on.
pub(crate) async fn until_it_has_answered(
    shop: &Local,
    load: &mut Load,
    revision: &str,
    requests: u64,
) {
    let before = answered(shop, revision).await;
    let what = format!("{revision} to answer {requests} requests");
    eventually(&what, async || {
        match answered(shop, revision).await - before {
            enough if enough >= requests => Ok(()),
            few => Err(few),
        }
    })
    .await;
    load.placed();
}

/// Requests that a revision has answered, by the query that a canary on a cluster makes.
pub(crate) async fn answered(shop: &Local, revision: &str) -> u64 {
    counted(shop, |labels| {
        labels.contains(&format!("kn_revision_name=\"{revision}\""))
    })
    .await
}

/// Requests of any revision that were answered with 5xx.
pub(crate) async fn failed(shop: &Local) -> u64 {
    counted(shop, |labels| {
        labels.contains("http_response_status_code=\"5")
    })
    .await
}

async fn counted(shop: &Local, wanted: impl Fn(&str) -> bool) -> u64 {
    let text = reqwest::get(shop.address("metrics"))
        .await
        .expect("metrics are served");
    let text = text.text().await.expect("metrics are text");
    let lines = text.lines().filter_map(|line| {
        let (labels, count) = line
            .strip_prefix("http_server_request_duration_seconds_count{")?
            .split_once("} ")?;
        wanted(labels).then(|| count.parse::<u64>().expect("a count is a number"))
    });
    lines.sum()
}
