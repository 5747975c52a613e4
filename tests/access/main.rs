//! Every operation, as everybody, through the gateway: docs/access.md says what must happen, so a row that lies fails.

mod people;
mod scopes;
mod table;
mod things;

use journeys::Shop;
use serde_json::json;

use crate::people::People;
use crate::table::{ROLES, Row, table};

/// Forms that are refused to whoever was not shown them, whatever the role: 403, or the page again with 401.
fn is_page(row: &Row) -> bool {
    row.is_public() && (row.path.starts_with("/account/") || row.path.starts_with("/oauth2/"))
}

/// What the gate or the function said to somebody of this role.
async fn asked(people: &People, row: &Row, role: &str) -> journeys::Answer {
    let client = people.somebody(role, row).await;
    let path = things::filled(&row.path, things::of_nobody);
    things::ask(&client, &row.method, &path).await
}

#[tokio::test]
async fn who_may_not_is_refused_by_every_operation() {
    let people = People::of(Shop::shared().await).await;
    let mut lies = Vec::new();
    for row in table() {
        for role in ROLES.iter().filter(|role| !row.is_open_to(role)) {
            let expected = if *role == "nobody" { 401 } else { 403 };
            let answer = asked(&people, &row, role).await;
            if answer.status != expected {
                lies.push(format!(
                    "{} as {role}: {} {}",
                    row.operation, answer.status, answer.body
                ));
            }
        }
    }
    assert!(lies.is_empty(), "{lies:#?}");
}

#[tokio::test]
async fn who_may_is_let_in_by_every_operation() {
    let people = People::of(Shop::shared().await).await;
    let mut lies = Vec::new();
    for row in table().iter().filter(|row| !is_page(row)) {
        for role in ROLES.iter().filter(|role| row.is_open_to(role)) {
            let answer = asked(&people, row, role).await;
            let is_refused = [401, 403].contains(&answer.status);
            let is_missing = answer.body["message"] == "no Route matched with those values";
            if is_refused || is_missing || answer.status >= 500 {
                lies.push(format!(
                    "{} as {role}: {} {}",
                    row.operation, answer.status, answer.body
                ));
            }
        }
    }
    assert!(lies.is_empty(), "{lies:#?}");
}

#[tokio::test]
async fn a_page_is_the_same_for_everybody_whatever_token_they_carry() {
    let people = People::of(Shop::shared().await).await;
    let mut lies = Vec::new();
    for row in table().iter().filter(|row| is_page(row)) {
        let nobody = asked(&people, row, "nobody").await;
        if nobody.body["message"] == "no Route matched with those values" || nobody.status >= 500 {
            lies.push(format!(
                "{}: {} {}",
                row.operation, nobody.status, nobody.body
            ));
        }
        for role in &ROLES[1..] {
            let answer = asked(&people, row, role).await;
            if answer.status != nobody.status {
                lies.push(format!(
                    "{} as {role}: {}, not {}",
                    row.operation, answer.status, nobody.status
                ));
            }
        }
    }
    assert!(lies.is_empty(), "{lies:#?}");
}

#[tokio::test]
async fn the_scope_alone_and_the_role_alone_open_nothing() {
    let shop = Shop::shared().await;
    let Some(key) = shop.signing_key() else {
        return;
    };
    let rows = table();
    let mut lies = Vec::new();
    for row in rows.iter().filter(|row| !row.is_public()) {
        let path = things::filled(&row.path, things::of_nobody);
        for role in &ROLES[1..] {
            let scope = match row.is_open_to(role) {
                true => scopes::all_but(&rows, &row.scope),
                false => row.enough(),
            };
            let token = scopes::forged(&key, role, &scope);
            let client = shop.visitor().with_token(&token);
            let answer = things::ask(&client, &row.method, &path).await;
            if answer.status != 403 {
                lies.push(format!(
                    "{} as {role} with `{scope}`: {} {}",
                    row.operation, answer.status, answer.body
                ));
            }
            let challenge = answer.header("www-authenticate");
            if row.is_open_to(role) && !challenge.contains("insufficient_scope") {
                lies.push(format!("{} as {role}: `{challenge}`", row.operation));
            }
        }
    }
    assert!(lies.is_empty(), "{lies:#?}");
}

#[tokio::test]
async fn what_belongs_to_somebody_is_shown_to_them_and_to_whoever_sees_all() {
    let people = People::of(Shop::shared().await).await;
    let owner = people.shop.customer().await;
    let owned = things::Owned::by(&owner, people.shop).await;
    let mut lies = Vec::new();
    // What changes a thing of somebody who sees all would change it for good, so only what shows is asked for there.
    for row in table().iter().filter(|row| owned.has_all(&row.path)) {
        let path = things::filled(&row.path, |name| owned.id(name));
        for role in &ROLES[1..] {
            let (reach, shows) = (row.reach(role), row.method == "GET");
            if reach == "-" || (reach == "all" && !shows) {
                continue;
            }
            let stranger = people.somebody(role, row).await;
            let path = owned.asked_by(role, &path);
            let answer = things::ask(&stranger, &row.method, &path).await;
            let expected = if reach == "own" { 404 } else { 200 };
            if answer.status != expected {
                lies.push(format!(
                    "{path} as another {role}: {} {}",
                    answer.status, answer.body
                ));
            }
        }
        if row.method == "GET" && row.reach("customer") == "own" {
            let answer = things::ask(&owner, "GET", &path).await;
            if answer.status != 200 {
                lies.push(format!(
                    "{path} as its owner: {} {}",
                    answer.status, answer.body
                ));
            }
        }
    }
    assert!(lies.is_empty(), "{lies:#?}");
}

#[tokio::test]
async fn a_list_holds_what_its_reader_may_see() {
    let people = People::of(Shop::shared().await).await;
    let owner = people.shop.customer().await;
    let owned = things::Owned::by(&owner, people.shop).await;
    let lists = table()
        .into_iter()
        .filter(|row| row.method == "GET" && owned.of_list(&row.path).is_some());
    for row in lists.collect::<Vec<_>>() {
        let id = owned.of_list(&row.path).expect("it is such a list");
        for role in &ROLES[1..] {
            let path = format!("{}?limit=50", row.path);
            if row.reach(role) == "own" {
                let stranger = people.somebody(role, &row).await;
                let list = stranger.get(&path).await.expect(200);
                assert!(
                    !list.body.to_string().contains(&id),
                    "{path} as another {role} has {id}"
                );
            } else if row.reach(role) == "all" && *role == "merchant" {
                let list = people
                    .somebody(role, &row)
                    .await
                    .get(&path)
                    .await
                    .expect(200);
                assert!(
                    list.body.to_string().contains(&id),
                    "{path} as {role} has no {id}"
                );
            }
        }
        let own = owner.get(&row.path).await.expect(200);
        assert!(
            own.body.to_string().contains(&id),
            "{} of its owner has no {id}: {:#}",
            row.path,
            json!(own.body)
        );
    }
}
