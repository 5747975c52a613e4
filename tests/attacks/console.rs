//! The runtime's own page, which whoever is on this machine may open and nobody else.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use journeys::raw::{RawAnswer, raw};
use journeys::{Client, Shop};
use reqwest::Method;

/// What the console tells whoever may ask.
const OVERVIEW: &str = "/api/overview";
/// What changes the shop.
const CHANGES: [(&str, &str); 5] = [
    ("PUT", "/api/faults"),
    ("POST", "/api/audit"),
    ("POST", "/api/dead-letters/redrive"),
    ("POST", "/api/dead-letters/discard"),
    ("POST", "/v1/traces"),
];

/// The console of the shared shop, unless that runs elsewhere.
async fn console() -> Option<String> {
    let shop = Shop::shared().await;
    let local = shop.local.as_ref()?;
    Some(local.address("console"))
}

/// A request with these headers, `Host` among them.
async fn ask(console: &str, line: &str, headers: &[(&str, &str)], body: &str) -> RawAnswer {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\n{headers}Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    raw(console, request).await
}

#[tokio::test]
async fn a_strangers_name_that_leads_to_this_machine_opens_nothing() {
    let Some(console) = console().await else {
        return;
    };
    let port = console.rsplit(':').next().unwrap_or_default();
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("0.0.0.0:{port}"),
        format!("169.254.169.254:{port}"),
        String::new(),
    ] {
        for path in ["/", OVERVIEW, "/api/traces", "/api/manifests"] {
            let line = format!("GET {path}");
            let answer = ask(&console, &line, &[("Host", &host)], "").await;
            assert!(
                (400..500).contains(&answer.status),
                "{path} as {host}: {}",
                answer.text
            );
            assert!(
                !answer.text.contains("gateway"),
                "{path} as {host}: {}",
                answer.text
            );
        }
    }
    let own = console.trim_start_matches("http://");
    let answer = ask(&console, &format!("GET {OVERVIEW}"), &[("Host", own)], "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing_in_the_shop() {
    let Some(console) = console().await else {
        return;
    };
    let host = console.trim_start_matches("http://");
    let port = host.rsplit(':').next().unwrap_or_default();
    let near = format!("http://localhost.evil.example:{port}");
    for (method, path) in CHANGES {
        let line = format!("{method} {path}");
        for origin in ["https://evil.example", "null", "http://127.0.0.1:1", &near] {
            let headers = [("Host", host), ("Origin", origin)];
            let answer = ask(&console, &line, &headers, "{}").await;
            assert_eq!(answer.status, 403, "{line} of {origin}: {}", answer.text);
        }
        for site in ["cross-site", "same-site", "CROSS-SITE", ""] {
            let headers = [("Host", host), ("Sec-Fetch-Site", site)];
            let answer = ask(&console, &line, &headers, "{}").await;
            assert_eq!(answer.status, 403, "{line} from {site:?}: {}", answer.text);
        }
    }
    // Nor may it read.
    let headers = [("Host", host), ("Origin", "https://evil.example")];
    let answer = ask(&console, &format!("GET {OVERVIEW}"), &headers, "").await;
    let said = answer.text.to_ascii_lowercase();
    assert!(!said.contains("access-control-allow-origin"), "{said}");
}

#[tokio::test]
async fn the_console_runs_no_strangers_script_and_is_framed_by_nobody() {
    let Some(console) = console().await else {
        return;
    };
    let client = Client::elsewhere(&console);
    for path in [
        "/",
        OVERVIEW,
        "/nowhere",
        "/api/nowhere",
        "/?x=<script>alert(1)</script>",
    ] {
        let answer = client.get(path).await;
        let policy = answer.header("content-security-policy").to_owned();
        assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let text = answer.body.to_string();
        assert!(!text.contains("<script>alert"), "{path}: {text}");
        assert!(
            !text.contains(" onclick=") && !text.contains(" style="),
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_path_of_the_console_leads_to_a_file_or_to_the_rest_of_the_shop() {
    let Some(console) = console().await else {
        return;
    };
    let host = console.trim_start_matches("http://");
    for path in [
        "/../credentials.json",
        "/../../etc/passwd",
        "/%2e%2e/credentials.json",
        "/js/..%2f..%2f..%2fetc%2fpasswd",
        "/css/%2e%2e%2f%2e%2e%2fcredentials.json",
        "//etc/passwd",
        "/console-token",
        "/secrets/souk/orders-database.json",
        "/api/dead-letters/..%2f..%2fv1%2faccounts",
        "/api/dead-letters/../../v1/accounts",
        "/api/dead-letters/%2e%2e%2f%2e%2e%2fv1%2forders",
        "/api/orders/..%2f..%2fcredentials.json/path",
        "/api/traces/..%2f..%2fcredentials.json",
    ] {
        let line = format!("GET {path}");
        let answer = ask(&console, &line, &[("Host", host)], "").await;
        assert!(
            (400..500).contains(&answer.status),
            "{path}: {}",
            answer.text
        );
        for word in ["root:", "client_secret", "postgres://", "password\""] {
            assert!(!answer.text.contains(word), "{path}: {}", answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_another_machine_nothing_is_told_without_the_token_and_only_when_that_was_asked_for() {
    if std::env::var_os("SOUK_GATEWAY_URL").is_some() {
        return;
    }
    let shared = Shop::shared().await.local().address("console");
    assert!(shared.starts_with("http://127.0.0.1:"), "{shared}");
    let Some(outside) = address_of_this_machine() else {
        eprintln!("left out: this machine has no address but its own");
        return;
    };
    let shop = Shop::start(&["--console".to_owned(), "0.0.0.0:0".to_owned()]);
    let data_dir = shop.local().data_dir();
    let (file, token) = token_of(data_dir.join("console-token"));
    let port = shop.local().address("console");
    let port = port.rsplit(':').next().unwrap_or_default();
    let port: String = port.chars().take_while(char::is_ascii_digit).collect();
    let mode = std::fs::metadata(file)
        .expect("the token is there")
        .permissions();
    assert_eq!(mode.mode() & 0o077, 0, "others can read the token");
    assert!(token.len() >= 32, "{} characters", token.len());

    for address in [outside.to_string(), "127.0.0.1".to_owned()] {
        let console = Client::elsewhere(&format!("http://{address}:{port}"));
        for (method, path) in [
            (Method::GET, OVERVIEW),
            (Method::GET, "/api/stream"),
            (Method::GET, "/api/logs/stream"),
            (Method::POST, "/v1/traces"),
            (Method::PUT, "/api/faults"),
        ] {
            let wrong = format!("{path}?token={}", "0".repeat(token.len()));
            for path in [path, &wrong] {
                let request = console.request(method.clone(), path);
                let answer = console.send(request, path).await;
                assert_eq!(answer.status, 401, "{method} {path} at {address}");
                assert!(!answer.body.to_string().contains(&token));
            }
            let cut = console.with_token(&token[..token.len() - 1]);
            let answer = cut.send(cut.request(method.clone(), path), path).await;
            assert_eq!(answer.status, 401, "{method} {path} at {address}");
        }
        let known = console.with_token(&token);
        let _ = known.get(OVERVIEW).await.expect(200);
        let link = console.get(&format!("/?token={token}")).await;
        let cookie = link.header("set-cookie").to_owned();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
            "{cookie}"
        );
    }
}

/// The file that `souk` names, and what is in it.
fn token_of(file: PathBuf) -> (PathBuf, String) {
    let token = std::fs::read_to_string(&file).expect("the token can be read");
    (file, token.trim().to_owned())
}

/// An address at which other machines would reach this one. Nothing is sent to find it.
fn address_of_this_machine() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}
