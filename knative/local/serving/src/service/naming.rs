//! When a template makes a new revision, and what that is called. Pure.

use souk_plan::model::ServicePlan;

/// The same template running the same content: no new revision.
pub(super) fn is_same(revision: &ServicePlan, template: &ServicePlan) -> bool {
    revision.template_hash == template.template_hash
        && revision.container.digest == template.container.digest
}

/// `<service>-00002`: the number is the Configuration's generation, past names that somebody has given by hand.
pub(super) fn next(service: &str, generation: &mut u32, is_taken: impl Fn(&str) -> bool) -> String {
    loop {
        let name = format!("{service}-{generation:05}");
        if !is_taken(&name) {
            return name;
        }
        *generation += 1;
    }
}

/// Why a template may not have the name that it gives its revision.
pub(super) fn taken(revision: &ServicePlan, template: &ServicePlan) -> Option<String> {
    let what = if revision.template_hash != template.template_hash {
        "the template has changed"
    } else if revision.container.digest != template.container.digest {
        "its executable has changed"
    } else {
        return None;
    };
    Some(format!(
        "spec.template.metadata.name: there is a revision `{}` already, and {what} since: give this one another name, \
         or none",
        template.revision
    ))
}
