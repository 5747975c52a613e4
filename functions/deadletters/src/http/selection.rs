//! Which dead letters a request is about: some by their ids, or those that a filter finds.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use souk_kit::{Answer, FieldError, Problem};
use uuid::Uuid;

use crate::store::{claims::Picked, dead_letters::Wanted};

/// So many are dealt with in one request.
pub(crate) const LETTERS_MAX: usize = 100;

/// Open dead letters: either `dead_letter_ids` or `filter`, not both.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Selection {
    /// These.
    #[schemars(length(min = 1, max = LETTERS_MAX))]
    dead_letter_ids: Option<Vec<Uuid>>,
    /// Those open ones that match: at most 100 in one request, those tried least first, then the oldest.
    filter: Option<OpenFilter>,
}

/// Which open dead letters; all of them if it is empty.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OpenDeadLetters")]
pub(crate) struct OpenFilter {
    /// Only events of this type.
    #[serde(rename = "type")]
    event_type: Option<String>,
    /// Only what this function did not take.
    destination: Option<String>,
    /// Only what came here since then.
    since: Option<DateTime<Utc>>,
}

impl Selection {
    /// What is to be picked.
    pub(super) fn picked(self) -> Answer<Picked> {
        let refuse =
            |field: &str, detail: &str| Err(Problem::invalid(vec![FieldError::new(field, detail)]));
        match (self.dead_letter_ids, self.filter) {
            (Some(mut ids), None) => {
                ids.sort_unstable();
                ids.dedup();
                if !(1..=LETTERS_MAX).contains(&ids.len()) {
                    return refuse("dead_letter_ids", "has to name 1 to 100 dead letters");
                }
                Ok(Picked::Ids(ids))
            }
            (None, Some(filter)) => {
                let wanted = Wanted {
                    event_type: filter.event_type,
                    destination: filter.destination,
                    since: filter.since,
                    status: None,
                };
                Ok(Picked::Matching(wanted, LETTERS_MAX))
            }
            (None, None) => refuse("dead_letter_ids", "is needed, or `filter` instead"),
            (Some(_), Some(_)) => {
                refuse("filter", "cannot be there together with `dead_letter_ids`")
            }
        }
    }
}
