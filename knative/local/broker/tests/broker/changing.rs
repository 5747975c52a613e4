//! Other triggers while the broker runs.

use crate::world::{
    Subscriber, World, accept, delivery, event, of_type, response, until, until_nothing_lags,
};

#[tokio::test]
async fn a_new_trigger_hears_what_comes_from_then_on_and_the_old_one_goes_on() {
    let (old, new) = (Subscriber::willing().await, Subscriber::willing().await);
    let world = World::new().with_trigger(of_type("placed"), &old, delivery(0, None));
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[])).await;
    old.after(1).await;
    let world = world.with_trigger(of_type("placed"), &new, delivery(0, None));
    broker.change(&world.triggers, &[]).await.unwrap();
    accept(&broker, event("2", "placed", &[])).await;
    assert_eq!(new.after(1).await[0].id(), "2");
    let received = old.after(2).await;
    let received: Vec<&str> = received.iter().map(|one| one.id()).collect();
    assert_eq!(received, ["1", "2"]);
    // Its numbers go on. The subscriber has an event before it is counted.
    until(&broker, |trigger| trigger.delivered == 2).await;
    broker.stop().await;
}

#[tokio::test]
async fn a_changed_trigger_goes_on_where_it_was_under_its_new_delivery() {
    let down = Subscriber::answering(503, "").await;
    let up = Subscriber::willing().await;
    let world = World::new().with_trigger(of_type("placed"), &down, delivery(1000, None));
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[])).await;
    down.after(2).await;
    let mut triggers = world.triggers.clone();
    triggers[0].subscriber.clone_from(&up.url);
    broker.change(&triggers, &[]).await.unwrap();
    assert_eq!(up.after(1).await[0].id(), "1", "it was not lost");
    until_nothing_lags(&broker).await;
    broker.stop().await;
}

#[tokio::test]
async fn a_removed_trigger_hears_no_more_and_starts_anew_when_it_comes_back() {
    let subscriber = Subscriber::start(|_, _| async { response(202, "") }).await;
    let world = World::new().with_trigger(of_type("placed"), &subscriber, delivery(0, None));
    let broker = world.open().await;
    accept(&broker, event("1", "placed", &[])).await;
    until(&broker, |trigger| trigger.delivered == 1).await;
    broker.change(&[], &[]).await.unwrap();
    assert!(broker.triggers().is_empty());
    accept(&broker, event("2", "placed", &[])).await;
    broker.change(&world.triggers, &[]).await.unwrap();
    accept(&broker, event("3", "placed", &[])).await;
    let received = subscriber.after(2).await;
    let received: Vec<&str> = received.iter().map(|one| one.id()).collect();
    assert_eq!(received, ["1", "3"]);
    broker.stop().await;
}
