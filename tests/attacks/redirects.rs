//! Where the shop sends people, and where it does not.

use journeys::browser::Browser;
use journeys::relying_party::{Pkce, RelyingParty};
use journeys::{PASSWORD, Shop};

/// Nothing leaves the shop: the person sees a page.
async fn stays(shop: &Shop, application: &RelyingParty, uri: &str) {
    let mut parameters = application.parameters(&Pkce::new());
    parameters.retain(|(name, _)| *name != "redirect_uri");
    parameters.push(("redirect_uri", uri.to_owned()));
    let page = application
        .sends(&mut Browser::new(&shop.gateway), &parameters)
        .await;
    assert_eq!(page.status, 400, "{uri}: {}", page.url);
    assert!(page.url.starts_with(&shop.gateway), "{uri}: {}", page.url);
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_exactly_the_registered_one_is_refused() {
    let shop = Shop::shared().await;
    let application = shop.public_application().await;
    let uri = application.redirect_uri.clone();
    let host = uri.trim_start_matches("https://").trim_end_matches("/back");
    let variants = [
        String::new(),
        format!("{uri}/"),
        format!("{uri}?next=https://evil.example"),
        format!("{uri}#fragment"),
        format!("{uri}/../evil"),
        format!("{uri}%2f..%2fevil"),
        format!("{uri}\u{0}"),
        format!("{uri} "),
        uri.replace("https://", "http://"),
        uri.replace("https://", "HTTPS://"),
        uri.to_uppercase(),
        uri.replace("/back", ":443/back"),
        uri.replace("/back", "/BACK"),
        uri.replace("/back", "//back"),
        uri.replace("/back", "/./back"),
        format!("https://evil.example/?{uri}"),
        format!("https://evil.example#{uri}"),
        format!("https://{host}.evil.example/back"),
        format!("https://evil.example\\@{host}/back"),
        format!("https://evil@{host}/back"),
        format!("https://{host}@evil.example/back"),
        format!("https://evil.{host}/back"),
        format!("//{host}/back"),
        "/back".to_owned(),
        "javascript:alert(1)".to_owned(),
        "data:text/html,x".to_owned(),
        format!("{}/account/login", shop.gateway),
        "http://127.0.0.1:1/back".to_owned(),
        "http://localhost/back".to_owned(),
    ];
    for variant in variants {
        stays(shop, &application, &variant).await;
    }
}

#[tokio::test]
async fn a_second_redirect_uri_in_the_same_request_is_refused() {
    let shop = Shop::shared().await;
    let application = shop.public_application().await;
    for name in ["redirect_uri", "client_id"] {
        let mut parameters = application.parameters(&Pkce::new());
        parameters.push((name, "https://evil.example/back".to_owned()));
        let page = application
            .sends(&mut Browser::new(&shop.gateway), &parameters)
            .await;
        assert!(!page.url.contains("evil.example/back?"), "{}", page.url);
        assert_eq!(page.status, 400, "{name}: {}", page.url);
    }
}

#[tokio::test]
async fn an_unknown_client_is_told_on_a_page_of_the_shop() {
    let shop = Shop::shared().await;
    let mut application = shop.public_application().await;
    let registered = application.redirect_uri.clone();
    application.client_id = "nobody".to_owned();
    stays(shop, &application, &registered).await;
    application.client_id = "<script>alert(1)</script>".to_owned();
    let page = application
        .sends(
            &mut Browser::new(&shop.gateway),
            &application.parameters(&Pkce::new()),
        )
        .await;
    assert!(!page.html.contains("<script>"), "{}", page.html);
}

#[tokio::test]
async fn another_clients_redirect_uri_is_refused() {
    let shop = Shop::shared().await;
    let application = shop.public_application().await;
    let other = shop.public_application().await;
    stays(shop, &application, &other.redirect_uri).await;
}

#[tokio::test]
async fn logging_out_leads_nowhere_that_was_not_registered() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let application = shop.public_application().await;
    let (_, tokens) = application.client_of(&email, PASSWORD).await;
    let hint = tokens.text("/id_token");
    for target in [
        "https://evil.example/bye".to_owned(),
        format!("{}/", application.post_logout_redirect_uri),
        format!("{}?x=y", application.post_logout_redirect_uri),
        application.redirect_uri.clone(),
    ] {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query
            .append_pair("id_token_hint", hint)
            .append_pair("client_id", &application.client_id)
            .append_pair("post_logout_redirect_uri", &target)
            .finish();
        let mut browser = Browser::new(&shop.gateway);
        let mut page = browser.open(&format!("/oauth2/logout?{query}")).await;
        if page.status == 200 && !page.forms().is_empty() {
            page = browser.submit(&page.form().agreed()).await;
        }
        assert!(
            page.url.starts_with(&shop.gateway),
            "{target}: {}",
            page.url
        );
    }
}

#[tokio::test]
async fn the_way_back_after_login_cannot_be_bent_to_another_host() {
    let shop = Shop::shared().await;
    let (_, email) = shop.visitor().new_customer().await;
    let targets = [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/%2f/evil.example",
        "/.evil.example/..//evil.example/",
    ];
    for target in targets {
        for name in [
            "return_to",
            "next",
            "continue",
            "redirect",
            "return",
            "request",
        ] {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            let query = query.append_pair(name, target).finish();
            let mut browser = Browser::new(&shop.gateway);
            let page = browser.open(&format!("/account/login?{query}")).await;
            if page.status != 200 {
                assert!(
                    page.status >= 400 && page.status < 500,
                    "{name}={target}: {}",
                    page.status
                );
                continue;
            }
            let form = page
                .form()
                .filled("email", &email)
                .filled("password", PASSWORD);
            let after = browser.submit(&form).await;
            assert!(
                after.url.starts_with(&format!("{}/", shop.gateway)),
                "{name}={target}: {}",
                after.url
            );
        }
    }
}
