use super::super::testing::{NOW, consumers_with, exchange, message, plugin_for, refusal, text};
use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::json;
use souk_plan::model::JwtSecret;

const RSA_PUBLIC_KEY: &str = include_str!("testdata/rsa_public.pem");
const RS256_TOKEN: &str = include_str!("testdata/rs256_token.txt");

/// Signs with P-256, and knows the key that verifies it.
struct Signer(EcdsaKeyPair);

impl Signer {
    fn new() -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap())
    }

    fn token(&self, claims: &Value) -> String {
        let signed = unsigned(&json!({"alg": "ES256", "kid": "k1"}), claims);
        let signature = self
            .0
            .sign(&SystemRandom::new(), signed.as_bytes())
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn credential(&self, key: &str) -> JwtSecret {
        let point = self.0.public_key().as_ref();
        let der = [b"\x30\x59\x30\x13", key::P256, b"\x03\x42\x00", point].concat();
        let pem = format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            STANDARD.encode(der)
        );
        secret(key, "ES256", None, Some(pem))
    }
}

fn secret(key: &str, algorithm: &str, secret: Option<&str>, pem: Option<String>) -> JwtSecret {
    JwtSecret {
        key: key.to_owned(),
        algorithm: algorithm.to_owned(),
        secret: secret.map(str::to_owned),
        rsa_public_key: pem,
    }
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn hs256(secret: &str, claims: &Value) -> String {
    let signed = unsigned(&json!({"alg": "HS256"}), claims);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let signature = ring::hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn shared_secret() -> Arc<Consumers> {
    consumers_with(vec![secret("shop", "HS256", Some("s3cret"), None)])
}

/// The outcome of a request with this `Authorization`.
fn outcome(
    config: Value,
    consumers: &Arc<Consumers>,
    authorization: &str,
) -> Result<Exchange, Box<Exit>> {
    let mut request = exchange("GET", "/", &[("authorization", authorization)]);
    plugin_for("jwt", config, consumers).access(&mut request)?;
    Ok(request)
}

fn refused(config: Value, consumers: &Arc<Consumers>, token: &str) -> (u16, String) {
    let exit = outcome(config, consumers, &format!("Bearer {token}"))
        .err()
        .unwrap();
    assert_eq!(
        exit.headers[WWW_AUTHENTICATE],
        "Bearer error=\"invalid_token\""
    );
    (exit.status.as_u16(), text(&exit))
}

#[test]
fn a_signed_token_names_its_consumer_to_the_upstream() {
    let signer = Signer::new();
    let consumers = consumers_with(vec![signer.credential("k1")]);
    let token = signer.token(&json!({"sub": "u1", "exp": NOW + 60}));
    let config = json!({"key_claim_name": "kid", "claims_to_verify": ["exp"]});
    let request = outcome(config, &consumers, &format!("bearer {token}")).unwrap();
    assert_eq!(request.header("x-consumer-username"), Some("erp"));
    assert_eq!(request.header("x-consumer-custom-id"), Some("erp-1"));
    assert_eq!(request.header("x-credential-identifier"), Some("k1"));
    assert_eq!(
        request.header("authorization"),
        Some(format!("bearer {token}").as_str())
    );
}

#[test]
fn rsa_and_shared_secrets_verify_too() {
    let rsa = secret("rsa", "RS256", None, Some(RSA_PUBLIC_KEY.to_owned()));
    let rsa = consumers_with(vec![rsa]);
    assert!(outcome(json!({}), &rsa, &format!("Bearer {RS256_TOKEN}")).is_ok());
    let token = hs256("s3cret", &json!({"iss": "shop"}));
    assert!(outcome(json!({}), &shared_secret(), &format!("Bearer {token}")).is_ok());
    let base64 = consumers_with(vec![secret("shop", "HS256", Some("czNjcmV0"), None)]);
    let config = json!({"secret_is_base64": true});
    assert!(outcome(config, &base64, &format!("Bearer {token}")).is_ok());
}

#[test]
fn every_refusal_has_kongs_message() {
    let consumers = shared_secret();
    let good = hs256("s3cret", &json!({"iss": "shop"}));
    let header = json!({"alg": "HS256"});
    for (token, expected) in [
        ("a.b".to_owned(), "Bad token; invalid JSON"),
        ("not.a.token".to_owned(), "Bad token; invalid JSON"),
        (
            unsigned(&json!({"alg": "none"}), &json!({})) + ".",
            "Bad token; invalid alg",
        ),
        (
            unsigned(&header, &json!({})) + ".!",
            "Bad token; invalid signature",
        ),
        (hs256("s3cret", &json!({})), "No mandatory 'iss' in claims"),
        (
            hs256("s3cret", &json!({"iss": false})),
            "No mandatory 'iss' in claims",
        ),
        (
            hs256("s3cret", &json!({"iss": ""})),
            "Invalid 'iss' in claims",
        ),
        (
            hs256("s3cret", &json!({"iss": "who"})),
            "No credentials found for given 'iss'",
        ),
        (
            Signer::new().token(&json!({"iss": "shop"})),
            "Invalid algorithm",
        ),
        (hs256("wrong", &json!({"iss": "shop"})), "Invalid signature"),
        (format!("{}x", &good[..good.len() - 2]), "Invalid signature"),
    ] {
        let body = format!(r#"{{"message":"{expected}"}}"#);
        assert_eq!(
            refused(json!({}), &consumers, &token),
            (401, body),
            "{token}"
        );
    }
    let no_key = consumers_with(vec![secret("shop", "ES256", None, None)]);
    let token = Signer::new().token(&json!({"iss": "shop"}));
    let body = r#"{"message":"Invalid key/secret"}"#.to_owned();
    assert_eq!(refused(json!({}), &no_key, &token), (401, body));
}

#[test]
fn what_kong_fails_on_is_a_500() {
    let signer = Signer::new();
    let consumers = consumers_with(vec![signer.credential("k1")]);
    let short = signer.token(&json!({"iss": "k1"}));
    for token in [
        signer.token(&json!({"iss": 7})),
        signer.token(&json!({"iss": null})),
        signer.token(&json!({"iss": ["k1"]})),
        short[..short.len() - 8].to_owned(),
    ] {
        let exit = outcome(json!({}), &consumers, &format!("Bearer {token}"))
            .err()
            .unwrap();
        assert_eq!(
            (exit.status.as_u16(), message(&exit).as_str()),
            (500, "An unexpected error occurred")
        );
    }
}

#[test]
fn the_key_claim_is_looked_for_in_the_claims_before_the_header() {
    let signer = Signer::new();
    let consumers = consumers_with(vec![signer.credential("k1")]);
    let by_kid = json!({"key_claim_name": "kid"});
    let token = signer.token(&json!({"kid": "another"}));
    let body = r#"{"message":"No credentials found for given 'kid'"}"#.to_owned();
    assert_eq!(refused(by_kid, &consumers, &token), (401, body));
}

#[test]
fn times_are_verified_only_where_told_to() {
    let both = json!({"claims_to_verify": ["exp", "nbf"]});
    let longest = json!({"claims_to_verify": ["exp"], "maximum_expiration": 60});
    let consumers = shared_secret();
    for (config, claims, expected) in [
        (json!({}), json!({"exp": 1}), None),
        (both.clone(), json!({"exp": NOW + 1, "nbf": NOW}), None),
        (
            both.clone(),
            json!({"exp": NOW, "nbf": NOW}),
            Some(r#"{"exp":"token expired"}"#),
        ),
        (
            both.clone(),
            json!({"exp": NOW + 9, "nbf": NOW + 1}),
            Some(r#"{"nbf":"token not valid yet"}"#),
        ),
        (
            both,
            json!({"exp": "soon", "nbf": 1}),
            Some(r#"{"exp":"must be a number"}"#),
        ),
        (longest.clone(), json!({"exp": NOW + 60}), None),
        (
            longest,
            json!({"exp": NOW + 61}),
            Some(r#"{"exp":"exceeds maximum allowed expiration"}"#),
        ),
    ] {
        let mut claims = claims;
        claims["iss"] = json!("shop");
        let token = hs256("s3cret", &claims);
        match expected {
            None => assert!(
                outcome(config, &consumers, &format!("Bearer {token}")).is_ok(),
                "{claims}"
            ),
            Some(body) => assert_eq!(refused(config, &consumers, &token), (401, body.to_owned())),
        }
    }
}

#[test]
fn a_remembered_token_expires_and_dies_with_its_key() {
    let consumers = shared_secret();
    let jwt = plugin_for("jwt", json!({"claims_to_verify": ["exp"]}), &consumers);
    let token = format!(
        "Bearer {}",
        hs256("s3cret", &json!({"iss": "shop", "exp": NOW + 10}))
    );
    let mut request = exchange("GET", "/", &[("authorization", token.as_str())]);
    for (seconds, passes) in [(0, true), (9, true), (10, false)] {
        request.now = chrono::DateTime::from_timestamp(NOW + seconds, 0).unwrap();
        assert_eq!(
            jwt.access(&mut request).is_ok(),
            passes,
            "after {seconds} s"
        );
    }

    let shared = Arc::new(Shared::new(souk_network::Spans::default()));
    let with_key = |key: &str| {
        let consumers = consumers_with(vec![secret("shop", "HS256", Some(key), None)]);
        let plugin = souk_plan::model::KongPlugin {
            name: "jwt".to_owned(),
            enabled: true,
            service: None,
            route: None,
            consumer: None,
            config: json!({}),
            at: String::new(),
        };
        build(&Setting {
            plugin: &plugin,
            consumers: &consumers,
            shared: &shared,
        })
        .unwrap()
    };
    assert!(with_key("s3cret").access(&mut request).is_ok());
    assert!(with_key("another").access(&mut request).is_err());
}

#[test]
fn tokens_are_found_in_every_place_and_two_different_ones_are_too_many() {
    let consumers = shared_secret();
    let (one, two) = (
        hs256("s3cret", &json!({"iss": "shop"})),
        hs256("s3cret", &json!({"iss": "shop", "n": 2})),
    );
    let jwt = plugin_for("jwt", json!({"cookie_names": ["session"]}), &consumers);
    let status = |path: &str, headers: &[(&str, &str)]| {
        let exit = jwt.access(&mut exchange("GET", path, headers)).err();
        exit.map(|exit| (exit.status.as_u16(), text(&exit)))
    };
    let bearer = format!("Bearer {one}");
    let cookie = format!("a=b; session={one}");
    assert_eq!(status(&format!("/?jwt={one}"), &[]), None);
    assert_eq!(status("/", &[("cookie", cookie.as_str())]), None);
    assert_eq!(
        status(
            &format!("/?jwt={one}"),
            &[("authorization", bearer.as_str())]
        ),
        None
    );
    let several = r#"{"message":"Multiple tokens provided"}"#.to_owned();
    let path = format!("/?jwt={two}");
    assert_eq!(
        status(&path, &[("authorization", bearer.as_str())]),
        Some((401, several))
    );
}

#[test]
fn without_a_token_the_challenge_names_no_error() {
    let consumers = shared_secret();
    for (authorization, realm, challenge) in [
        ("", None, "Bearer"),
        ("Basic abc", Some("shop"), "Bearer realm=\"shop\""),
        ("BEARER abc", None, "Bearer"),
    ] {
        let exit = outcome(json!({"realm": realm}), &consumers, authorization)
            .err()
            .unwrap();
        assert_eq!(text(&exit), r#"{"message":"Unauthorized"}"#);
        assert_eq!(exit.headers[WWW_AUTHENTICATE], challenge);
    }
}

#[test]
fn the_anonymous_consumer_stands_for_whoever_has_no_token() {
    let request = outcome(json!({"anonymous": "guest"}), &shared_secret(), "").unwrap();
    assert_eq!(request.header("x-consumer-username"), Some("guest"));
    assert_eq!(request.header("x-anonymous-consumer"), Some("true"));
}

#[test]
fn keys_that_do_not_fit_their_algorithm_are_refused() {
    let es256 = Signer::new().credential("k").rsa_public_key.unwrap();
    for (algorithm, pem, expected) in [
        ("RS256", es256.as_str(), "is no key for RS256"),
        ("ES256", RSA_PUBLIC_KEY, "is no key for ES256"),
        ("ES256", "nothing", "is no PEM"),
        (
            "ES512",
            es256.as_str(),
            "`ES512` with a public key is not supported here",
        ),
    ] {
        let error = VerifyingKey::from_pem(algorithm, pem).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn configuration_is_checked() {
    for (config, expected) in [
        (
            json!({"claims_to_verify": ["aud"]}),
            "config.claims_to_verify[0]",
        ),
        (
            json!({"maximum_expiration": 5}),
            "config.maximum_expiration",
        ),
        (json!({"issuer": "x"}), "unknown field `issuer`"),
        (
            json!({"anonymous": "nobody"}),
            "there is no consumer `nobody`",
        ),
    ] {
        let error = refusal("jwt", config);
        assert!(error.contains(expected), "{error}");
    }
}
