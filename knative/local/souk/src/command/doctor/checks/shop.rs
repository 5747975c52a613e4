//! The shop itself: open or closed, and whether it answers.

use serde_json::Value;

use super::super::facts::{Facts, Shop};
use super::super::finding::Finding;
use super::some_of;

const CHECK: &str = "shop";

/// Whether it runs, and whether its functions come up.
pub(super) fn shop(facts: &Facts) -> Vec<Finding> {
    let here = &facts.here;
    match &facts.shop {
        Shop::Closed => vec![Finding::ok(CHECK, format!("closed; open it: {here} up"))],
        Shop::Open {
            pid,
            parts: Err(why),
        } => vec![Finding::fail(
            CHECK,
            format!("open (pid {pid}), but it does not answer: {why}"),
            format!(
                "What it does: {here} logs souk. If that says nothing new: {here} down, or kill {pid}"
            ),
        )],
        Shop::Open {
            pid,
            parts: Ok(parts),
        } => {
            let open = Finding::ok(CHECK, format!("open (pid {pid})"));
            let told = [failing(parts, here), lost(parts, here)];
            std::iter::once(open)
                .chain(told.into_iter().flatten())
                .collect()
        }
    }
}

/// Functions that do not come up.
fn failing(parts: &Value, here: &str) -> Option<Finding> {
    let functions = parts["functions"].as_array().into_iter().flatten();
    let failing: Vec<(&str, &str)> = functions
        .filter_map(|one| Some((one["name"].as_str()?, one["failing"].as_str()?)))
        .collect();
    let (first, _) = failing.first()?;
    let told: Vec<String> = failing
        .iter()
        .map(|(name, why)| format!("{name} ({why})"))
        .collect();
    Some(Finding::fail(
        "functions",
        format!("these do not come up: {}", some_of(&told)),
        format!("What it says: {here} logs {first}"),
    ))
}

/// Events that were given up.
fn lost(parts: &Value, here: &str) -> Option<Finding> {
    let triggers = parts["triggers"].as_array().into_iter().flatten();
    let counted = |one: &Value| Some((one["name"].as_str()?.to_owned(), one["lost"].as_u64()?));
    let lost: Vec<String> = triggers
        .filter_map(counted)
        .filter(|(_, lost)| *lost > 0)
        .map(|(name, lost)| format!("{name} ({lost})"))
        .collect();
    (!lost.is_empty()).then(|| {
        Finding::warn(
            "triggers",
            format!("events were lost, because the dead letters did not take them: {}", some_of(&lost)),
            format!("Why: {here} logs deadletters, {here} logs souk. Whether the books are right: {here} audit"),
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::finding::Verdict;
    use super::*;

    fn found(parts: Result<Value, String>) -> Vec<Finding> {
        let mut facts = Facts::of_a_healthy_machine();
        facts.shop = Shop::Open { pid: 7, parts };
        shop(&facts)
    }

    #[test]
    fn a_shop_that_does_not_answer_is_a_failure() {
        let findings = found(Err("nothing within 10s".to_owned()));
        assert_eq!(findings[0].verdict, Verdict::Fail);
        assert!(findings[0].what.contains("pid 7"), "{findings:?}");
    }

    #[test]
    fn a_function_that_does_not_come_up_and_events_that_were_lost_are_told() {
        let parts = json!({
            "functions": [{ "name": "orders", "failing": "exit code 1" }, { "name": "carts" }],
            "triggers": [{ "name": "a", "lost": 0 }, { "name": "b", "lost": 2 }],
        });
        let findings = found(Ok(parts));
        let verdicts: Vec<Verdict> = findings.iter().map(|one| one.verdict).collect();
        assert_eq!(verdicts, [Verdict::Ok, Verdict::Fail, Verdict::Warn]);
        assert!(
            findings[1]
                .remedy
                .as_ref()
                .unwrap()
                .ends_with("logs orders")
        );
        assert!(findings[2].what.ends_with("b (2)"), "{findings:?}");
    }

    #[test]
    fn a_shop_that_is_well_says_only_that_it_is_open() {
        let parts = json!({ "functions": [{ "name": "orders" }], "triggers": [] });
        assert_eq!(found(Ok(parts)).len(), 1);
    }
}
