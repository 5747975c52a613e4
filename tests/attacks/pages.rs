//! The pages: framed, forged, or made to run what a stranger wrote.

use journeys::browser::{Browser, Page};
use journeys::relying_party::Pkce;
use journeys::{PASSWORD, Shop};

/// The login page of an application's request.
async fn login_page(shop: &Shop, browser: &mut Browser) -> Page {
    let application = shop.public_application().await;
    let page = application
        .sends(browser, &application.parameters(&Pkce::new()))
        .await;
    assert_eq!(page.status, 200, "{}", page.url);
    page
}

fn header<'a>(page: &'a Page, name: &str) -> &'a str {
    let value = page.headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_else(|| panic!("{} has no {name}", page.url))
}

#[tokio::test]
async fn a_page_cannot_be_framed_kept_or_made_to_run_a_script() {
    let shop = Shop::shared().await;
    let mut browser = Browser::new(&shop.gateway);
    let mut pages = vec![login_page(shop, &mut browser).await];
    for path in [
        "/account/login",
        "/account/register",
        "/account/forgot-password",
    ] {
        pages.push(browser.open(path).await);
    }
    for page in pages {
        assert_eq!(page.status, 200, "{}", page.url);
        let policy = header(&page, "content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(
            !policy.contains("script-src") || policy.contains("script-src 'none'"),
            "{policy}"
        );
        assert!(header(&page, "cache-control").contains("no-store"));
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        assert!(["no-referrer", "same-origin"].contains(&header(&page, "referrer-policy")));
        assert!(!page.html.contains("<script"), "{}", page.url);
    }
}

#[tokio::test]
async fn a_form_that_another_site_sends_logs_nobody_in() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    // The form of the thief's own browser, sent by the victim's.
    let (mut thief, mut victim) = (Browser::new(&shop.gateway), Browser::new(&shop.gateway));
    let form = login_page(shop, &mut thief).await.form();
    let form = form.filled("email", &email).filled("password", PASSWORD);
    let page = victim.submit(&form).await;
    assert_eq!(page.status, 403, "{}", page.url);

    // Without the secret of the form, and with a wrong one.
    let mut browser = Browser::new(&shop.gateway);
    let form = login_page(shop, &mut browser).await.form();
    let form = form.filled("email", &email).filled("password", PASSWORD);
    assert!(
        form.has("form"),
        "the form has no secret of its own: {form:?}"
    );
    for wrong in ["", "wrong"] {
        let page = browser.submit(&form.clone().filled("form", wrong)).await;
        assert_eq!(page.status, 403, "{}", page.url);
    }
}

#[tokio::test]
async fn a_browsers_cookie_is_new_after_login_and_out_of_reach_for_scripts() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let mut browser = Browser::new(&shop.gateway);
    let page = browser.open("/account/login").await;
    let before = browser.cookies.clone();
    let planted = "planted-by-a-thief".to_owned();
    for value in browser.cookies.values_mut() {
        value.clone_from(&planted);
    }
    // What was planted is not taken over: either the form is refused, or the cookie is another one afterwards.
    let form = page
        .form()
        .filled("email", &email)
        .filled("password", PASSWORD);
    let _ = browser.submit(&form).await;
    let page = browser.open("/account/sessions").await;
    assert!(!page.html.contains(&email), "a planted cookie is a login");

    let mut browser = Browser::new(&shop.gateway);
    browser.cookies = before.clone();
    let page = browser.open("/account/login").await;
    let form = page
        .form()
        .filled("email", &email)
        .filled("password", PASSWORD);
    let _ = browser.submit(&form).await;
    let is_new = browser
        .cookies
        .iter()
        .any(|(name, value)| before.get(name) != Some(value));
    assert!(
        is_new,
        "the login lives in a cookie from before: {:?}",
        browser.cookies.keys()
    );
}

#[tokio::test]
async fn every_cookie_says_http_only_and_same_site() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let visitor = shop.visitor().undocumented();
    let mut browser = Browser::new(&shop.gateway);
    let page = browser.open("/account/login").await;
    let form = page
        .form()
        .filled("email", &email)
        .filled("password", PASSWORD);
    let cookie = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let cookie = cookie.collect::<Vec<_>>().join("; ");
    let request = visitor.request(reqwest::Method::POST, "/account/login");
    let answer = visitor
        .send(
            request.header("cookie", cookie).form(&form.fields),
            "log in",
        )
        .await;
    let first = visitor.get("/account/login").await;
    let set = answer.headers.get_all("set-cookie").iter();
    let set: Vec<_> = set.chain(first.headers.get_all("set-cookie")).collect();
    assert!(
        !set.is_empty(),
        "nobody is remembered: {} {:#}",
        answer.status,
        answer.body
    );
    for cookie in set {
        let text = cookie.to_str().unwrap_or_default().to_ascii_lowercase();
        assert!(text.contains("httponly"), "{text}");
        assert!(
            text.contains("samesite=lax") || text.contains("samesite=strict"),
            "{text}"
        );
        assert!(!text.contains("domain="), "{text}");
    }
}

#[tokio::test]
async fn what_a_person_typed_is_shown_as_text() {
    let shop = Shop::shared().await;
    let mut browser = Browser::new(&shop.gateway);
    let page = browser.open("/account/login").await;
    let evil = "\"><img src=x onerror=alert(1)>@souk.example";
    let form = page
        .form()
        .filled("email", evil)
        .filled("password", "<b>x</b>");
    let page = browser.submit(&form).await;
    assert!(!page.html.contains("<img src=x"), "{}", page.html);
    assert!(
        !page.html.contains("<b>x</b>"),
        "the password is shown: {}",
        page.html
    );
    let hint = browser
        .open("/account/login?email=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
        .await;
    assert!(!hint.html.contains("<script"), "{}", hint.html);
}

#[tokio::test]
async fn nobody_is_logged_in_silently() {
    let shop = Shop::shared().await;
    let application = shop.public_application().await;
    let mut parameters = application.parameters(&Pkce::new());
    parameters.push(("prompt", "none".to_owned()));
    let page = application
        .sends(&mut Browser::new(&shop.gateway), &parameters)
        .await;
    assert_eq!(
        page.query("error").as_deref(),
        Some("login_required"),
        "{}",
        page.url
    );
    assert_eq!(page.query("code"), None);
}

#[tokio::test]
async fn an_application_gets_nothing_that_the_person_did_not_agree_to() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let application = shop.public_application().await;
    let mut browser = Browser::new(&shop.gateway);
    let page = application
        .sends(&mut browser, &application.parameters(&Pkce::new()))
        .await;
    let form = page
        .form()
        .filled("email", &email)
        .filled("password", PASSWORD);
    let consent = browser.submit(&form).await;
    assert!(
        !consent.is_elsewhere(&shop.gateway),
        "no one was asked: {}",
        consent.url
    );
    // Now logged in, but not agreed: silently it is refused.
    let mut parameters = application.parameters(&Pkce::new());
    parameters.push(("prompt", "none".to_owned()));
    let page = application.sends(&mut browser, &parameters).await;
    assert_eq!(
        page.query("error").as_deref(),
        Some("consent_required"),
        "{}",
        page.url
    );
}
