//! A Service's `spec.traffic`, and what the commands make of it.
//!
//! The words are [Knative's](https://knative.dev/docs/serving/traffic-management/). Two tags say who is who while a
//! release is under way: `stable` is the revision that customers know, `candidate` the one that is to replace it.

use serde::{Deserialize, Serialize};

/// The tag of the revision that is to be replaced.
pub(crate) const STABLE: &str = "stable";
/// The tag of the revision that is to replace it.
pub(crate) const CANDIDATE: &str = "candidate";

/// One entry of `spec.traffic`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Target {
    /// Which revision; absent with `latest_revision`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) revision_name: Option<String>,
    /// Whichever revision became ready last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) latest_revision: Option<bool>,
    /// Share of the requests, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) percent: Option<u8>,
    /// Name under which the revision can be asked for alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tag: Option<String>,
}

impl Target {
    fn pinned(revision: &str, percent: u8, tag: &str) -> Self {
        Self {
            revision_name: Some(revision.to_owned()),
            percent: Some(percent),
            tag: Some(tag.to_owned()),
            ..Self::default()
        }
    }

    fn latest(percent: u8, tag: Option<&str>) -> Self {
        Self {
            latest_revision: Some(true),
            percent: Some(percent),
            tag: tag.map(str::to_owned),
            ..Self::default()
        }
    }

    fn is_tagged(&self, tag: &str) -> bool {
        self.tag.as_deref() == Some(tag)
    }
}

/// How a Service stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The newest revision, ready or not.
    pub(crate) latest_created: String,
    /// The newest revision that became ready.
    pub(crate) latest_ready: String,
    /// `spec.traffic`; empty: everything goes to the latest.
    pub(crate) traffic: Vec<Target>,
}

impl Standing {
    /// The revision that customers know: the one tagged `stable`, else the one with the most traffic.
    #[must_use]
    pub(crate) fn stable(&self) -> &str {
        let tagged = self.traffic.iter().find(|target| target.is_tagged(STABLE));
        let busiest = || self.traffic.iter().max_by_key(|target| target.percent);
        tagged
            .or_else(busiest)
            .and_then(|target| target.revision_name.as_deref())
            .unwrap_or(&self.latest_ready)
    }

    /// The two revisions of a release under way; none when the newest revision is the stable one.
    ///
    /// # Errors
    ///
    /// When the newest revision did not become ready: it must not get a single request.
    pub(crate) fn release(&self, service: &str) -> anyhow::Result<Option<Release>> {
        anyhow::ensure!(
            self.latest_created == self.latest_ready,
            "{service}: revision {} is not ready; {} keeps its traffic. Ask for its state: kubectl describe revision {0}",
            self.latest_created,
            self.stable(),
        );
        let release = Release {
            service: service.to_owned(),
            stable: self.stable().to_owned(),
            candidate: self.latest_ready.clone(),
        };
        Ok((release.stable != release.candidate).then_some(release))
    }
}

/// A Service on its way from one revision to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Release {
    /// The Service.
    pub(crate) service: String,
    /// What customers know.
    pub(crate) stable: String,
    /// What is to replace it.
    pub(crate) candidate: String,
}

impl Release {
    /// The candidate gets `percent` of the requests, the stable revision the others.
    #[must_use]
    pub(crate) fn share(&self, percent: u8) -> Vec<Target> {
        vec![
            Target::pinned(&self.stable, 100 - percent, STABLE),
            Target::pinned(&self.candidate, percent, CANDIDATE),
        ]
    }
}

/// Everything stays where it is, whatever is applied next; the newest revision can be asked for by its tag.
#[must_use]
pub(crate) fn held(stable: &str) -> Vec<Target> {
    vec![
        Target::pinned(stable, 100, STABLE),
        Target::latest(0, Some(CANDIDATE)),
    ]
}

/// The release is over: the newest revision has everything.
#[must_use]
pub(crate) fn released() -> Vec<Target> {
    vec![Target::latest(100, None)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(created: &str, ready: &str, traffic: Vec<Target>) -> Standing {
        Standing {
            latest_created: created.into(),
            latest_ready: ready.into(),
            traffic,
        }
    }

    #[test]
    fn without_traffic_in_the_manifest_the_latest_ready_revision_is_the_stable_one() {
        assert_eq!(standing("o-2", "o-1", vec![]).stable(), "o-1");
        assert_eq!(standing("o-2", "o-2", released()).stable(), "o-2");
    }

    #[test]
    fn a_held_service_keeps_its_stable_revision_when_a_newer_one_becomes_ready() {
        let held = standing("o-2", "o-2", held("o-1"));
        let release = held.release("orders").unwrap().unwrap();
        assert_eq!((&*release.stable, &*release.candidate), ("o-1", "o-2"));
    }

    #[test]
    fn a_revision_that_is_not_ready_is_refused_by_name() {
        let refused = standing("o-3", "o-2", held("o-2")).release("orders");
        assert!(refused.unwrap_err().to_string().contains("o-3"));
    }

    #[test]
    fn a_service_without_a_new_revision_has_nothing_to_release() {
        let unchanged = standing("o-1", "o-1", held("o-1"));
        assert_eq!(unchanged.release("orders").unwrap(), None);
    }

    #[test]
    fn the_shares_add_up_to_a_hundred() {
        let release = Release {
            service: "orders".into(),
            stable: "o-1".into(),
            candidate: "o-2".into(),
        };
        for percent in [0, 5, 25, 100] {
            let sum: u8 = release
                .share(percent)
                .iter()
                .filter_map(|t| t.percent)
                .sum();
            assert_eq!(sum, 100);
        }
    }

    #[test]
    fn a_traffic_target_is_written_as_knative_reads_it() {
        assert_eq!(
            serde_json::to_value(held("o-1")).unwrap(),
            serde_json::json!([
                { "revisionName": "o-1", "percent": 100, "tag": "stable" },
                { "latestRevision": true, "percent": 0, "tag": "candidate" },
            ])
        );
    }
}
