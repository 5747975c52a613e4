//! The page: files that are part of the executable. Browsers ask each time whether theirs is still the same.

use std::sync::LazyLock;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode, Uri};
use sha2::{Digest, Sha256};

use crate::console::Console;
use crate::hex;
use crate::problem::Problem;

/// Names of files under `page/`, with what is in them.
macro_rules! files {
    ($($name:literal,)*) => {
        [$(($name, include_bytes!(concat!("../page/", $name)).as_slice()),)*]
    };
}

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let files = files![
        "css/base.css",
        "css/colours.css",
        "css/events.css",
        "css/faults.css",
        "css/frame.css",
        "css/logs.css",
        "css/metrics.css",
        "css/order.css",
        "css/overview.css",
        "css/parts.css",
        "css/trace.css",
        "favicon.svg",
        "index.html",
        "js/api.js",
        "js/board.js",
        "js/colours.js",
        "js/concerns.js",
        "js/dom.js",
        "js/early.js",
        "js/flowmap.js",
        "js/format.js",
        "js/icons.js",
        "js/keys.js",
        "js/latest.js",
        "js/legs.js",
        "js/life.js",
        "js/lines.js",
        "js/main.js",
        "js/parts/audit.js",
        "js/parts/events.js",
        "js/parts/faults.js",
        "js/parts/letters.js",
        "js/parts/logs.js",
        "js/parts/manifests.js",
        "js/parts/metrics.js",
        "js/parts/order.js",
        "js/parts/orders.js",
        "js/parts/overview.js",
        "js/parts/span.js",
        "js/parts/trace.js",
        "js/parts/traces.js",
        "js/plot.js",
        "js/routes.js",
        "js/theme.js",
        "js/ticks.js",
        "js/types.js",
        "js/waterfall.js",
        "js/widgets.js",
        "js/wrong.js",
        "js/yaml.js",
    ];
    files.map(|(name, bytes)| File::new(name, bytes)).into()
});

/// A file of the page.
struct File {
    name: &'static str,
    bytes: &'static [u8],
    /// What is in it, in short: the first half of its SHA-256, in quotes.
    tag: String,
}

impl File {
    fn new(name: &'static str, bytes: &'static [u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let tag = format!("\"{}\"", hex::encode(&digest[..16]));
        Self { name, bytes, tag }
    }

    fn media_type(&self) -> &'static str {
        match self.name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("html") => "text/html; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        }
    }
}

/// The routes of the page.
pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/", get(file))
        .route("/favicon.svg", get(file))
        .route("/css/{*name}", get(file))
        .route("/js/{*name}", get(file))
}

async fn file(uri: Uri, headers: HeaderMap) -> Response {
    let name = match uri.path().trim_start_matches('/') {
        "" => "index.html",
        name => name,
    };
    let Some(file) = FILES.iter().find(|file| file.name == name) else {
        return Problem::not_found("the page has no such file").into_response();
    };
    let kept = [(ETAG, file.tag.as_str()), (CACHE_CONTROL, "no-cache")];
    if is_known(&headers, &file.tag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let kind = [(CONTENT_TYPE, file.media_type())];
    (kept, kind, file.bytes).into_response()
}

/// Whether the browser has what it would get.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let named = headers.get_all(IF_NONE_MATCH).into_iter();
    let mut tags = named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    tags.any(|named| named.trim().trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/page");

    fn names_below(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let names = entries.flat_map(|path| match path.is_dir() {
            true => names_below(&path),
            false => vec![
                path.strip_prefix(PAGE)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
            ],
        });
        names.collect()
    }

    async fn answer(path: &str, knows: Option<&str>) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(tag) = knows {
            headers.insert(IF_NONE_MATCH, tag.parse().unwrap());
        }
        file(path.parse().unwrap(), headers).await
    }

    #[test]
    fn every_file_of_the_page_is_in_the_executable() {
        let there: BTreeSet<String> = names_below(Path::new(PAGE)).into_iter().collect();
        let here: BTreeSet<String> = FILES.iter().map(|file| file.name.to_owned()).collect();
        assert_eq!(here, there);
    }

    #[test]
    fn every_file_has_a_type() {
        for file in FILES.iter() {
            assert_ne!(
                file.media_type(),
                "application/octet-stream",
                "{}",
                file.name
            );
        }
    }

    #[tokio::test]
    async fn a_browser_that_has_a_file_does_not_get_it_again() {
        let first = answer("/js/main.js", None).await;
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        assert_eq!(
            answer("/js/main.js", Some(&tag)).await.status(),
            StatusCode::NOT_MODIFIED
        );
        assert_eq!(
            answer("/js/main.js", Some("\"other\"")).await.status(),
            StatusCode::OK
        );
    }

    #[tokio::test]
    async fn what_is_no_file_of_the_page_is_not_found() {
        for path in [
            "/js/none.js",
            "/js/../index.html",
            "/css/../../Cargo.toml",
            "/js//etc/passwd",
        ] {
            assert_eq!(
                answer(path, None).await.status(),
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
    }

    #[test]
    fn the_page_asks_no_other_host_and_has_nothing_inline() {
        for file in FILES.iter() {
            let text = std::str::from_utf8(file.bytes).unwrap();
            let others = text
                .replace("http://www.w3.org/2000/svg", "")
                .replace("http://127.0.0.1", "");
            assert!(!others.contains("https://"), "{}", file.name);
            assert!(!others.contains("src=\"http"), "{}", file.name);
        }
        let index = include_str!("../page/index.html");
        assert!(!index.contains("style="));
        assert!(
            index.matches("<script").count()
                == index.matches("<script src").count()
                    + index.matches("<script type=\"module\" src").count()
        );
    }
}
