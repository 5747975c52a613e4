//! PostgreSQL: whether one can be had, and whether it can read what is there. DynamoDB is a part of souk.

use souk_engines::postgres::{FETCHED_FROM, FETCHED_MAJOR, Found, OLDEST_MAJOR, Survey};

use super::super::facts::Facts;
use super::super::finding::Finding;

const CHECK: &str = "postgresql";

/// Which one the next `up` runs, decided as `up` decides it.
pub(super) fn postgres(facts: &Facts) -> Vec<Finding> {
    let survey = &facts.postgres.survey;
    let finding = match (&survey.written_by, &survey.given) {
        (Err(why), _) => Finding::fail(
            CHECK,
            format!("the databases cannot be used: {why}"),
            format!(
                "Take them from a backup: {} --data-dir <new dir> restore <file>",
                facts.me
            ),
        ),
        (Ok(written_by), Some((folder, found))) => {
            let folder = folder.display().to_string();
            given(&folder, found.as_ref(), *written_by, facts)
        }
        (Ok(written_by), None) => chosen(*written_by, facts),
    };
    vec![finding]
}

/// The one that `--postgres-bin` names, and no other.
fn given(folder: &str, found: Option<&Found>, written_by: Option<u32>, facts: &Facts) -> Finding {
    let Some(found) = found else {
        return Finding::fail(
            CHECK,
            format!("--postgres-bin {folder}: no initdb and postgres that can be run are in there"),
            "Name the folder that holds them, such as /usr/lib/postgresql/18/bin, or leave the option out.",
        );
    };
    if found.major < OLDEST_MAJOR {
        return Finding::fail(
            CHECK,
            format!(
                "--postgres-bin {folder}: PostgreSQL {} is too old",
                found.version
            ),
            format!("Name one of version {OLDEST_MAJOR} or newer, or leave the option out."),
        );
    }
    match written_by {
        Some(major) if major != found.major => another(&found.version, major, facts),
        _ => runs(found),
    }
}

/// The one that is fetched, else the machine's own.
fn chosen(written_by: Option<u32>, facts: &Facts) -> Finding {
    let survey = &facts.postgres.survey;
    let may_be_fetched = written_by.is_none_or(|major| major == FETCHED_MAJOR);
    if let Some(fetched) = survey.fetched.as_ref().filter(|_| may_be_fetched) {
        return runs(fetched);
    }
    let own = usable(survey, written_by);
    match (may_be_fetched, &facts.postgres.unreachable, own, written_by) {
        (_, _, Some(own), _) => runs(own),
        (true, None, None, _) => Finding::ok(
            CHECK,
            format!("PostgreSQL {FETCHED_MAJOR} is fetched once from {FETCHED_FROM} (15 MB)"),
        ),
        (true, Some(why), None, _) => none(why, facts),
        (false, _, None, Some(major)) => another(&versions(survey), major, facts),
        (false, _, None, None) => none("it may not be fetched", facts),
    }
}

/// The machine's own that would be run: of that major version, or the newest that is not too old.
fn usable(survey: &Survey, major: Option<u32>) -> Option<&Found> {
    let own = survey.installed.iter();
    let own = own.filter(|one| one.major >= OLDEST_MAJOR);
    own.filter(|one| major.is_none_or(|major| major == one.major))
        .max_by_key(|one| one.major)
}

fn runs(found: &Found) -> Finding {
    let Found {
        version, folder, ..
    } = found;
    Finding::ok(
        CHECK,
        format!("PostgreSQL {version} in {}", folder.display()),
    )
}

fn another(there: &str, major: u32, facts: &Facts) -> Finding {
    Finding::fail(
        CHECK,
        format!("PostgreSQL {major} wrote the databases, and no other reads them; here is {there}"),
        format!(
            "Name that version's folder: {} up --postgres-bin <dir> (Debian: apt-get install postgresql-{major})",
            facts.here
        ),
    )
}

fn none(why: &str, facts: &Facts) -> Finding {
    let survey = &facts.postgres.survey;
    Finding::fail(
        CHECK,
        format!(
            "no PostgreSQL can be had: {FETCHED_FROM} cannot be reached ({why}), and here is {}",
            versions(survey)
        ),
        format!(
            "Connect to the internet once, or install one of version {OLDEST_MAJOR} or newer \
             (Debian: apt-get install postgresql), or name its folder: {} up --postgres-bin <dir>",
            facts.here
        ),
    )
}

/// `15.14, 14.2`, or `none`.
fn versions(survey: &Survey) -> String {
    let all = survey.installed.iter().chain(&survey.fetched);
    let versions: Vec<&str> = all.map(|one| one.version.as_str()).collect();
    match versions.is_empty() {
        true => "none".to_owned(),
        false => versions.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::finding::Verdict;
    use super::*;

    fn one(major: u32) -> Found {
        Found {
            major,
            version: format!("{major}.1"),
            folder: format!("/usr/lib/postgresql/{major}/bin").into(),
        }
    }

    fn found(change: impl FnOnce(&mut Survey)) -> Finding {
        let mut facts = Facts::of_a_healthy_machine();
        change(&mut facts.postgres.survey);
        postgres(&facts).remove(0)
    }

    #[test]
    fn without_a_cache_a_network_or_an_installed_one_there_is_none() {
        let mut facts = Facts::of_a_healthy_machine();
        facts.postgres.survey.fetched = None;
        assert_eq!(
            postgres(&facts)[0].verdict,
            Verdict::Ok,
            "it can be fetched"
        );
        facts.postgres.unreachable = Some("no route".to_owned());
        let finding = postgres(&facts).remove(0);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.what.contains("no route"), "{finding:?}");
        assert!(finding.remedy.unwrap().contains("--postgres-bin"));
        facts.postgres.survey.written_by = Ok(None);
        facts.postgres.survey.installed = vec![one(14)];
        assert_eq!(postgres(&facts)[0].verdict, Verdict::Fail, "too old");
        facts.postgres.survey.installed.push(one(16));
        assert_eq!(postgres(&facts)[0].verdict, Verdict::Ok);
    }

    #[test]
    fn databases_of_another_major_version_need_that_version() {
        let finding = found(|survey| survey.written_by = Ok(Some(17)));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.remedy.unwrap().contains("postgresql-17"));
        let finding = found(|survey| {
            survey.written_by = Ok(Some(17));
            survey.installed = vec![one(17)];
        });
        assert_eq!(finding.verdict, Verdict::Ok, "{finding:?}");
    }

    #[test]
    fn the_one_that_was_named_is_the_only_one_that_counts() {
        let named = |found: Option<Found>| {
            move |survey: &mut Survey| survey.given = Some(("/opt/pg".into(), found))
        };
        assert_eq!(found(named(None)).verdict, Verdict::Fail);
        assert_eq!(found(named(Some(one(14)))).verdict, Verdict::Fail);
        assert_eq!(
            found(named(Some(one(17)))).verdict,
            Verdict::Fail,
            "18 wrote them"
        );
        assert_eq!(found(named(Some(one(18)))).verdict, Verdict::Ok);
    }

    #[test]
    fn a_cluster_that_is_half_there_is_a_failure() {
        let finding = found(|survey| survey.written_by = Err("PG_VERSION is missing".to_owned()));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.what.contains("PG_VERSION"), "{finding:?}");
    }
}
