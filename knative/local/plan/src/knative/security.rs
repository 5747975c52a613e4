//! `securityContext` of a container: users, capabilities and file systems. A process here has those of whoever typed `souk up`, so
//! nothing of it is kept; a cluster refuses what is wrong, and Knative most of what gives a container more.

use crate::fields::{Field, Fields};

const IDS: std::ops::RangeInclusive<i64> = 0..=i32::MAX as i64;
const PROFILES: [&str; 3] = ["RuntimeDefault", "Localhost", "Unconfined"];
/// What a Job may ask for and a Knative Service may not. Whether it gets it is its namespace's business.
const NOT_IN_KNATIVE: [&str; 4] = [
    "appArmorProfile",
    "procMount",
    "seLinuxOptions",
    "windowsOptions",
];
const REFUSED: &str = "is refused by Knative";

/// Reads it, and says what a cluster would refuse.
pub(super) fn check(fields: Option<Fields<'_>>, in_knative: bool) {
    let Some(mut fields) = fields else { return };
    for name in ["runAsUser", "runAsGroup"] {
        let _: Option<u32> = fields.number(name, IDS);
    }
    for name in [
        "runAsNonRoot",
        "readOnlyRootFilesystem",
        "allowPrivilegeEscalation",
    ] {
        fields.flag(name);
    }
    if let Some(profile) = fields.fields("seccompProfile") {
        seccomp(profile);
    }
    if let Some(mut capabilities) = fields.fields("capabilities") {
        capabilities.texts("drop");
        match capabilities.take("add") {
            Some(field) if in_knative => field.wrong(REFUSED),
            Some(field) => drop(field.texts()),
            None => (),
        }
    }
    if let Some(field) = fields.take("privileged")
        && field.flag() == Some(true)
        && in_knative
    {
        field.wrong(REFUSED);
    }
    if in_knative {
        fields.refuse(&NOT_IN_KNATIVE, REFUSED);
    } else {
        fields.ignore(&NOT_IN_KNATIVE);
    }
}

fn seccomp(mut profile: Fields<'_>) {
    let file = profile.text("localhostProfile");
    let Some(field) = profile.required("type") else {
        return;
    };
    match (field.text(), file) {
        (Some("Localhost"), None) => field.wrong("needs localhostProfile"),
        (Some("RuntimeDefault" | "Unconfined"), Some(_)) => {
            field.wrong("must be Localhost when there is a localhostProfile");
        }
        (Some(other), _) if !PROFILES.contains(&other) => unknown(&field, other),
        _ => (),
    }
}

fn unknown(field: &Field<'_>, written: &str) {
    field.wrong(format!(
        "`{written}` is no profile; there are {}",
        PROFILES.join(", ")
    ));
}
