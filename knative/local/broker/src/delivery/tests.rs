use std::cell::RefCell;
use std::future::ready;

use souk_plan::model::{BackoffPolicy, DeliveryPlan};

use super::*;

fn twice_linear() -> Schedule {
    Schedule::of(&DeliveryPlan {
        retry: 2,
        backoff_policy: BackoffPolicy::Linear,
        backoff_delay_ms: 500,
        timeout_ms: 1000,
        dead_letter_sink: None,
    })
}

/// Lets the attempts end as told; gives the outcome and the waits between them.
async fn outcome(verdicts: Vec<Verdict>, waited: Waited) -> (Outcome, Vec<u64>) {
    let (verdicts, waits) = (RefCell::new(verdicts.into_iter()), RefCell::new(vec![]));
    let attempt = || ready(verdicts.borrow_mut().next().unwrap());
    let pause = |_: &Failure, wait: Duration| {
        waits
            .borrow_mut()
            .push(wait.as_millis().try_into().unwrap());
        ready(waited)
    };
    let outcome = persist(&twice_linear(), attempt, pause).await;
    assert_eq!(verdicts.borrow_mut().len(), 0, "not all attempts were made");
    (outcome, waits.into_inner())
}

fn later() -> Verdict {
    Verdict::Later(Failure::without_answer("503"))
}

fn never() -> Verdict {
    Verdict::Never(Failure::without_answer("400"))
}

#[tokio::test]
async fn attempts_go_on_until_one_is_final() {
    let failed = |why| Outcome::Failed(Failure::without_answer(why));
    for (verdicts, outcome_wanted, waits_wanted) in [
        (vec![Verdict::Delivered], Outcome::Delivered, vec![]),
        (
            vec![later(), Verdict::Delivered],
            Outcome::Delivered,
            vec![500],
        ),
        (vec![never()], failed("400"), vec![]),
        (vec![later(), never()], failed("400"), vec![500]),
        (
            vec![later(), later(), later()],
            failed("503"),
            vec![500, 1000],
        ),
    ] {
        let found = outcome(verdicts, Waited::Whole).await;
        assert_eq!(found, (outcome_wanted, waits_wanted));
    }
}

#[tokio::test]
async fn a_wait_that_is_cut_short_leaves_the_event_undelivered() {
    let (outcome, _) = outcome(vec![later()], Waited::CutShort).await;
    assert_eq!(outcome, Outcome::Interrupted);
}
