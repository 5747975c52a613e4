//! Who calls too often, and who tries to look like many.

use journeys::{Answer, Client, PASSWORD, Shop};
use reqwest::Method;
use serde_json::json;

/// The limits of the shop below, in requests a minute.
const LOGINS: usize = 8;
const CALLS: usize = 20;

/// A shop whose gate lets little through. The names are those of `gateway-config/environments/local.env`.
fn narrow() -> Shop {
    let (logins, calls) = (LOGINS.to_string(), CALLS.to_string());
    Shop::start_with(
        &[],
        &[
            ("DECK_GATEWAY_LOGIN_LIMIT_PER_SECOND", &logins),
            ("DECK_GATEWAY_LOGIN_LIMIT_PER_MINUTE", &logins),
            ("DECK_GATEWAY_ACCOUNT_LIMIT_PER_MINUTE", &calls),
        ],
    )
}

/// A visitor of an address that nobody else has, who takes 429 for an answer.
fn visitor(shop: &Shop, number: u8) -> Client {
    Client::visitor_from(&shop.gateway, &format!("127.0.5.{number}")).impatient()
}

/// How many of so many requests were answered otherwise than with 429. A minute may end meanwhile, so that twice the limit may pass.
async fn passed(count: usize, request: impl AsyncFn(usize) -> Answer) -> usize {
    let mut passed = 0;
    for number in 0..count {
        let answer = request(number).await;
        if answer.status == 429 {
            assert_ne!(answer.header("retry-after"), "", "{:?}", answer.headers);
            // Identity itself slows guesses down as well, and says so by a problem.
            let is_the_gates = answer.header("content-type") != "application/problem+json";
            let remaining = answer.header("ratelimit-remaining");
            assert!(!is_the_gates || remaining == "0", "{:?}", answer.headers);
        } else {
            passed += 1;
        }
    }
    passed
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_cannot_make_itself_many_at_the_door() {
    let shop = narrow();
    guesses_are_counted_whatever_they_say_of_their_address(&shop).await;
    another_token_is_no_other_address(&shop).await;
    one_address_does_not_use_up_anothers_allowance(&shop).await;
}

async fn guesses_are_counted_whatever_they_say_of_their_address(shop: &Shop) {
    let thief = visitor(shop, 1);
    let guess = async |number: usize| {
        let fake = format!("10.0.0.{number}");
        let request = thief
            .request(Method::POST, "/v1/sessions")
            .header("x-forwarded-for", &fake)
            .header("x-real-ip", &fake)
            .header("forwarded", format!("for={fake}"))
            .header("true-client-ip", &fake)
            .header("cf-connecting-ip", &fake)
            .header("user-agent", format!("browser {number}"))
            .header("authorization", format!("Bearer {number}"));
        let body = json!({ "email": format!("nobody-{number}@souk.example"), "password": "a guess of mine" });
        thief.send(request.json(&body), "log in").await
    };
    let passed = passed(LOGINS * 4, guess).await;
    assert!(passed <= LOGINS * 2, "{passed} guesses have passed");
}

async fn another_token_is_no_other_address(shop: &Shop) {
    let thief = visitor(shop, 2);
    let account =
        json!({ "email": journeys::shopping::new_email(), "password": PASSWORD, "name": "T" });
    let _ = thief
        .post("/v1/accounts", account.clone())
        .await
        .expect(201);
    let login = json!({ "email": account["email"], "password": PASSWORD });
    let session = thief.post("/v1/sessions", login).await.expect(201);
    let mut customer = thief.with_tokens_of(&session);
    let mut passed = 0;
    for number in 0..CALLS * 4 {
        // A new token every few calls.
        if number % 10 == 0 {
            let answer = customer.refreshed().await;
            if answer.status == 200 {
                customer = customer.with_tokens_of(&answer);
            }
        }
        passed += usize::from(customer.get("/v1/orders").await.status == 200);
    }
    assert!(passed <= CALLS * 2, "{passed} calls have passed");
}

async fn one_address_does_not_use_up_anothers_allowance(shop: &Shop) {
    let (loud, quiet) = (visitor(shop, 3), visitor(shop, 4));
    let body = json!({ "email": "nobody@souk.example", "password": "a guess of mine" });
    let guess = async |_| loud.post("/v1/sessions", body.clone()).await;
    let passed = passed(LOGINS * 3, guess).await;
    assert!(passed <= LOGINS * 2, "{passed} guesses have passed");
    let other = json!({ "email": "somebody@souk.example", "password": "a guess of mine" });
    let answer = quiet.post("/v1/sessions", other).await;
    assert_eq!(answer.status, 401, "{:#}", answer.body);
    assert_ne!(answer.header("ratelimit-limit"), "", "{:?}", answer.headers);
}

#[tokio::test]
async fn a_machine_that_calls_too_often_slows_no_other_one() {
    let shop = Shop::shared().await;
    let slow = shop
        .new_machine(&["publish:dev.souk.goods.received.v1"], 5)
        .await;
    let loud = shop.visitor().machine(&slow, None).await.impatient();
    // A body that is no event: the gate counts it all the same.
    let mut passed = 0;
    for _ in 0..40 {
        // A new token is no new allowance: it is the client's, not the token's.
        let answer = loud.post("/v1/events", json!({})).await;
        passed += usize::from(answer.status != 429);
    }
    assert!(passed <= 10, "{passed} requests have passed");
    let again = shop.visitor().machine(&slow, None).await.impatient();
    let statuses = [
        again.post("/v1/events", json!({})).await.status,
        again.post("/v1/events", json!({})).await.status,
    ];
    assert!(statuses.contains(&429) || passed < 10, "{statuses:?}");
    let other = shop.erp().await.impatient();
    assert_ne!(other.post("/v1/events", json!({})).await.status, 429);
}

#[tokio::test]
async fn guessing_a_password_gets_slower_and_the_right_one_among_guesses_is_not_told() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let thief = visitor(shop, 5);
    let guess = |password: &str| json!({ "email": email, "password": password });
    let mut is_locked_out = false;
    for number in 0..30 {
        let answer = thief
            .post("/v1/sessions", guess(&format!("guess number {number}")))
            .await;
        if answer.status == 429 {
            assert_ne!(answer.header("retry-after"), "", "{:?}", answer.headers);
            is_locked_out = true;
            break;
        }
        assert_eq!(answer.status, 401, "{:#}", answer.body);
    }
    assert!(is_locked_out, "30 guesses, and none was slowed");
    assert_eq!(
        thief.post("/v1/sessions", guess(PASSWORD)).await.status,
        429
    );
}

#[tokio::test]
async fn an_attacker_cannot_lock_the_owner_out() {
    let shop = Shop::shared().await;
    let email = journeys::shopping::new_email();
    let owner = visitor(shop, 6);
    let account = json!({ "email": email, "password": PASSWORD, "name": "O" });
    let _ = owner.post("/v1/accounts", account).await.expect(201);
    // The owner's address is known from a login.
    let _ = owner.logged_in(&email, PASSWORD).await;
    for address in 7..15 {
        let thief = visitor(shop, address);
        for number in 0..8 {
            let guess = json!({ "email": email, "password": format!("guess number {number}") });
            let answer = thief.post("/v1/sessions", guess).await;
            assert!([401, 429].contains(&answer.status), "{:#}", answer.body);
        }
    }
    let login = json!({ "email": email, "password": PASSWORD });
    let answer = owner.post("/v1/sessions", login).await;
    assert_eq!(
        answer.status, 201,
        "the owner is locked out: {:#}",
        answer.body
    );
}

#[tokio::test]
async fn a_guest_has_one_cart_at_a_time() {
    let shop = Shop::shared().await;
    let guest = shop.guest().await;
    let _ = guest.post("/v1/carts", json!({})).await.expect(201);
    let _ = guest.post("/v1/carts", json!({})).await.expect(409);
}
