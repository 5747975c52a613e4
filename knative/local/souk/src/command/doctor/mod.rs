//! `souk doctor`: one check for each thing that goes wrong on somebody's machine, each with what to type.
//!
//! Facts are gathered first; the checks are functions of them. It changes nothing.

mod checks;
mod facts;
mod finding;
mod gather;

use serde_json::json;

use crate::cli::DoctorOptions;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::terminal::{answer, pretty};
use crate::version;
use finding::{Finding, Verdict};

/// Prints what was found; a check that fails makes the command fail.
pub(crate) fn run(options: &DoctorOptions, data_dir: &DataDir) -> Outcome {
    let facts = gather::facts(options, data_dir);
    let findings = checks::all(&facts);
    let text = match options.json {
        true => pretty(&json!({ "souk": version::OWN, "checks": findings }))?,
        false => text(&findings),
    };
    answer(&text);
    match findings.iter().any(|one| one.verdict == Verdict::Fail) {
        true => Err(Failure::told(1)),
        false => Ok(()),
    }
}

fn text(findings: &[Finding]) -> String {
    let mut lines: Vec<String> = findings.iter().map(paragraph).collect();
    let count = |verdict| findings.iter().filter(|one| one.verdict == verdict).count();
    let sum = match (count(Verdict::Fail), count(Verdict::Warn)) {
        (0, 0) => "nothing to mend".to_owned(),
        (0, warnings) => format!("nothing to mend; worth knowing: {warnings}"),
        (failures, 0) => format!("to mend: {failures}"),
        (failures, warnings) => format!("to mend: {failures}; worth knowing: {warnings}"),
    };
    lines.push(format!("\n  {sum}"));
    lines.join("\n")
}

/// The finding, and what to type below it.
fn paragraph(finding: &Finding) -> String {
    let verdict = match finding.verdict {
        Verdict::Ok => "ok",
        Verdict::Warn => "warn",
        Verdict::Fail => "FAIL",
    };
    let what = finding.what.replace('\n', "\n                        ");
    let said = format!("  {verdict:<4}  {:<14}  {what}", finding.check);
    match &finding.remedy {
        None => said,
        Some(remedy) => format!("{said}\n{:24}{remedy}", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_is_a_line_and_what_to_type_stands_below_it() {
        let findings = [
            Finding::ok("disk", "50 GB left"),
            Finding::fail("gateway", "127.0.0.1:8000 is taken", "End it."),
        ];
        let expected = "  ok    disk            50 GB left\n  \
                        FAIL  gateway         127.0.0.1:8000 is taken\n                        End it.\n\n  \
                        to mend: 1";
        assert_eq!(text(&findings), expected);
    }

    #[test]
    fn a_machine_where_all_is_well_says_so() {
        assert!(text(&[Finding::ok("disk", "")]).ends_with("nothing to mend"));
    }
}
