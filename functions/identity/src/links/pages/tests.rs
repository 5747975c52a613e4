use axum::http::StatusCode;

use super::super::tests::{ADA, ada, mailed};
use crate::{pages::visitor::Visitor, testing::Desk};

#[tokio::test]
async fn opening_the_page_changes_nothing_and_its_button_does() {
    let mut desk = Desk::open().await;
    let token = ada(&mut desk).await;
    let path = format!("/account/verify-email?token={token}");
    let mut visitor = Visitor::new(&desk);
    for _ in 0..2 {
        let page = visitor.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
    }
    let fields = [("token", token.as_str())];
    let done = visitor.submit("/account/verify-email", &fields).await;
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
    assert!(done.html.contains("is confirmed"));
    let again = visitor.get(&path).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_password_is_replaced_on_the_pages() {
    let mut desk = Desk::open().await;
    ada(&mut desk).await;
    let mut visitor = Visitor::new(&desk);
    visitor.get("/account/forgot-password").await;
    let asked = visitor
        .submit("/account/forgot-password", &[("email", ADA)])
        .await;
    assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
    let nobody = visitor.submit(
        "/account/forgot-password",
        &[("email", "nobody@souk.example")],
    );
    assert_eq!(nobody.await.html, asked.html);
    let token = mailed(&mut desk).await;
    let path = "/account/reset-password";
    visitor.get(&format!("{path}?token={token}")).await;
    let fields = |password| [("token", token.as_str()), ("password", password)];
    let weak = visitor.submit(path, &fields("short")).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(weak.html.contains("shorter than 8"), "{weak:?}");
    let foreign = visitor.post(path, &fields("staple of the horse")).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let done = visitor.submit(path, &fields("staple of the horse")).await;
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
    desk.token(ADA, "staple of the horse").await;
}
