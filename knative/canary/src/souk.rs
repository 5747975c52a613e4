//! A Service as `souk revisions` shows it and `souk traffic` changes it.

use anyhow::Result;
use serde::Deserialize;

use crate::traffic::{Standing, Target};

/// The words that print a Service's revisions.
pub(crate) fn revisions(service: &str) -> Vec<String> {
    ["revisions", service, "--json"].map(str::to_owned).into()
}

/// The words that replace its traffic. Percentages are replaced as a whole, tags one by one.
pub(crate) fn traffic(service: &str, wanted: &[Target], present: &[Target]) -> Vec<String> {
    let mut words = vec!["traffic".to_owned(), service.to_owned()];
    for target in wanted {
        let revision = target.revision_name.as_deref().unwrap_or("@latest");
        words.push(format!("{revision}={}", target.percent.unwrap_or(0)));
        if let Some(tag) = &target.tag {
            words.extend(["--tag".to_owned(), format!("{tag}={revision}")]);
        }
    }
    let kept = |tag| wanted.iter().any(|target| target.tag.as_ref() == Some(tag));
    for tag in present.iter().filter_map(|target| target.tag.as_ref()) {
        if !kept(tag) {
            words.extend(["--untag".to_owned(), tag.clone()]);
        }
    }
    words
}

/// Reads a Service's revisions, oldest first.
pub(crate) fn standing(json: &[u8]) -> Result<Option<Standing>> {
    let revisions: Vec<Revision> = serde_json::from_slice(json)?;
    let latest_ready = revisions.iter().find(|revision| revision.latest);
    let (Some(latest_ready), Some(newest)) = (latest_ready, revisions.last()) else {
        return Ok(None);
    };
    Ok(Some(Standing {
        latest_created: newest.name.clone(),
        latest_ready: latest_ready.name.clone(),
        traffic: revisions.iter().flat_map(Revision::targets).collect(),
    }))
}

#[derive(Deserialize)]
struct Revision {
    name: String,
    percent: u8,
    tags: Vec<String>,
    /// Whether it is the one that became ready last.
    latest: bool,
}

impl Revision {
    fn targets(&self) -> impl Iterator<Item = Target> {
        let target = |percent, tag| Target {
            revision_name: Some(self.name.clone()),
            latest_revision: None,
            percent: Some(percent),
            tag,
        };
        let share = (self.percent > 0).then(|| target(self.percent, None));
        let tagged = self
            .tags
            .iter()
            .map(move |tag| target(0, Some(tag.clone())));
        share.into_iter().chain(tagged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::{held, released};

    const TWO: &[u8] = br#"[
        {"name":"orders-00001","percent":95,"tags":["stable"],"latest":false},
        {"name":"orders-00002","percent":5,"tags":["candidate"],"latest":true}]"#;

    #[test]
    fn souk_is_told_as_kn_would_be() {
        let words = traffic("orders", &held("orders-00001"), &[]);
        let expected = "traffic orders orders-00001=100 --tag stable=orders-00001 @latest=0 --tag candidate=@latest";
        assert_eq!(words.join(" "), expected);
    }

    #[test]
    fn tags_that_are_no_longer_wanted_are_taken_away() {
        let present = standing(TWO).unwrap().unwrap().traffic;
        let words = traffic("orders", &released(), &present);
        let expected = "traffic orders @latest=100 --untag stable --untag candidate";
        assert_eq!(words.join(" "), expected);
    }

    #[test]
    fn a_release_under_way_is_recognised() {
        let release = standing(TWO)
            .unwrap()
            .unwrap()
            .release("orders")
            .unwrap()
            .unwrap();
        assert_eq!(release.stable, "orders-00001");
        assert_eq!(release.candidate, "orders-00002");
    }
}
