//! How the gateway follows identity.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};
use souk_engines::secrets::SigningKey;
use souk_gate_keys::{Client, Key, State};

use super::*;

const SOURCE: &str = "http://identity.souk.svc.cluster.local/v1/identity/gate";

const KONG: &str = "\
_format_version: '3.0'
consumers:
  - {username: guests, acls: [{group: guest}]}
  - {username: customers, acls: [{group: customer}]}
  - {username: merchants, acls: [{group: merchant}]}
  - {username: operators, acls: [{group: operator}]}
services:
  - name: identity
    host: identity.souk.svc.cluster.local
    routes:
      - {name: token, paths: [/oauth2/token], strip_path: false}
  - name: intake
    host: intake.souk.svc.cluster.local
    routes:
      - name: publish
        paths: [/v1/events]
        strip_path: false
        plugins:
          - {name: jwt, config: {key_claim_name: kid}}
          - {name: acl, config: {allow: [machine]}}
";

fn declared() -> GatewayPlan {
    let mut plan = souk_plan::load_gateway(Path::new("kong.yaml"), KONG).unwrap();
    plan.keys_from = Some(SOURCE.to_owned());
    plan
}

/// A cluster with identity in it, and echoes.
#[derive(Clone, Default)]
struct Cluster(Arc<std::sync::Mutex<Identity>>, Arc<AtomicUsize>);

#[derive(Default)]
struct Identity {
    version: String,
    state: State,
    is_away: bool,
}

impl Cluster {
    fn has(&self, version: &str, keys: &[&SigningKey], clients: &[&str]) {
        let mut identity = self.0.lock().unwrap();
        version.clone_into(&mut identity.version);
        let key = |key: &&SigningKey| Key {
            kid: key.kid.clone(),
            public_key_pem: key.public_pem.clone(),
        };
        let client = |id: &&str| Client {
            client_id: (*id).to_owned(),
            limit_per_minute: 60,
        };
        identity.state.keys = keys.iter().map(key).collect();
        identity.state.clients = clients.iter().map(client).collect();
    }

    fn is_away(&self, is_away: bool) {
        self.0.lock().unwrap().is_away = is_away;
    }

    /// How often it was asked for its state.
    fn asked(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

impl Network for Cluster {
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
        let mut response = Response::new(Body::empty());
        if request.uri().host() == Some("identity.souk.svc.cluster.local") {
            let identity = self.0.lock().unwrap();
            let version = identity.version.parse().unwrap();
            response.headers_mut().insert(VERSION, version);
            if request.uri().path().ends_with("/gate") {
                self.1.fetch_add(1, Ordering::SeqCst);
                match identity.is_away {
                    true => *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE,
                    false => *response.body_mut() = json!(identity.state).to_string().into(),
                }
            }
        }
        std::future::ready(response).boxed()
    }
}

struct Shop {
    gate: Gate,
    gateway: Gateway,
    cluster: Cluster,
}

impl Shop {
    fn open(file: Option<PathBuf>, cluster: Cluster) -> Self {
        let gate = Gate::open(declared(), file);
        let followed = Followed {
            network: Arc::new(cluster.clone()),
            gate: gate.clone(),
        };
        let gateway = Gateway::new(&gate.plan().unwrap(), Arc::new(followed)).unwrap();
        gate.tell(gateway.clone());
        Self {
            gate,
            gateway,
            cluster,
        }
    }

    async fn get(&self, path: &str, token: Option<&str>) -> StatusCode {
        let mut request = Request::get(format!("http://shop.example{path}"));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::empty()).unwrap();
        let client = SocketAddr::from(([127, 0, 0, 1], 1));
        self.gateway.answer(request, client).await.status()
    }

    async fn publish(&self, token: &str) -> StatusCode {
        self.get("/v1/events", Some(token)).await
    }
}

/// A token as identity signs it for a consumer.
fn token(key: &SigningKey, consumer: &str) -> String {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "sub": "x", "kid": format!("{}.{consumer}", key.kid) });
    let signed = format!(
        "{}.{}",
        part(json!({"alg": "ES256", "kid": key.kid})),
        part(claims)
    );
    let lines: Vec<&str> = key
        .private_pem
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let der = base64::engine::general_purpose::STANDARD
        .decode(lines.concat())
        .unwrap();
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random).unwrap();
    let signature = pair.sign(&random, signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn a_token_is_good_at_the_gate_as_soon_as_identity_has_answered() {
    let (first, second) = (
        SigningKey::generate().unwrap(),
        SigningKey::generate().unwrap(),
    );
    let shop = Shop::open(None, Cluster::default());
    let erp = token(&first, "erp");
    assert_eq!(shop.publish(&erp).await, StatusCode::UNAUTHORIZED);
    shop.cluster.has("v1", &[&first], &["erp"]);
    assert_eq!(shop.get("/oauth2/token", None).await, StatusCode::OK);
    assert_eq!(shop.publish(&erp).await, StatusCode::OK);
    shop.cluster.has("v2", &[&first, &second], &["erp"]);
    shop.get("/oauth2/token", None).await;
    assert_eq!(shop.publish(&token(&second, "erp")).await, StatusCode::OK);
    assert_eq!(shop.publish(&erp).await, StatusCode::OK);
}

#[tokio::test]
async fn a_client_that_is_shut_off_is_refused_alone() {
    let key = SigningKey::generate().unwrap();
    let shop = Shop::open(None, Cluster::default());
    shop.cluster.has("v1", &[&key], &["erp", "carrier"]);
    shop.get("/oauth2/token", None).await;
    assert_eq!(shop.publish(&token(&key, "erp")).await, StatusCode::OK);
    shop.cluster.has("v2", &[&key], &["carrier"]);
    shop.get("/oauth2/token", None).await;
    assert_eq!(
        shop.publish(&token(&key, "erp")).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(shop.publish(&token(&key, "carrier")).await, StatusCode::OK);
    assert_eq!(
        shop.publish(&token(&key, "customers")).await,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn identity_is_asked_once_for_each_state_however_many_answers_name_it() {
    let key = SigningKey::generate().unwrap();
    let shop = Shop::open(None, Cluster::default());
    shop.cluster.has("v1", &[&key], &["erp"]);
    let all = (0..20).map(|_| shop.get("/oauth2/token", None));
    futures::future::join_all(all).await;
    assert_eq!(shop.cluster.asked(), 1);
}

#[tokio::test]
async fn a_state_that_cannot_be_had_is_asked_for_again() {
    let key = SigningKey::generate().unwrap();
    let shop = Shop::open(None, Cluster::default());
    shop.cluster.has("v1", &[&key], &["erp"]);
    shop.cluster.is_away(true);
    assert_eq!(shop.get("/oauth2/token", None).await, StatusCode::OK);
    assert_eq!(
        shop.publish(&token(&key, "erp")).await,
        StatusCode::UNAUTHORIZED
    );
    shop.cluster.is_away(false);
    shop.get("/oauth2/token", None).await;
    assert_eq!(shop.publish(&token(&key, "erp")).await, StatusCode::OK);
}

#[tokio::test]
async fn what_is_known_outlives_a_restart_and_a_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gate.json");
    let key = SigningKey::generate().unwrap();
    let shop = Shop::open(Some(file.clone()), Cluster::default());
    shop.cluster.has("v1", &[&key], &["erp"]);
    shop.get("/oauth2/token", None).await;
    let again = Shop::open(Some(file), shop.cluster.clone());
    assert_eq!(again.publish(&token(&key, "erp")).await, StatusCode::OK);
    again.gate.declare(declared()).unwrap();
    assert_eq!(again.publish(&token(&key, "erp")).await, StatusCode::OK);
    again.get("/oauth2/token", None).await;
    assert_eq!(again.cluster.asked(), 1);
}

#[tokio::test]
async fn a_state_that_does_not_go_with_the_file_changes_nothing_and_is_asked_for_once() {
    let key = SigningKey::generate().unwrap();
    let shop = Shop::open(None, Cluster::default());
    shop.cluster.has("v1", &[&key], &["erp"]);
    shop.get("/oauth2/token", None).await;
    shop.cluster.has("v2", &[&key], &["merchants"]);
    for _ in 0..2 {
        assert_eq!(shop.get("/oauth2/token", None).await, StatusCode::OK);
    }
    assert_eq!(shop.publish(&token(&key, "erp")).await, StatusCode::OK);
    assert_eq!(shop.cluster.asked(), 2);
}

#[tokio::test]
async fn a_file_that_names_no_source_is_used_as_it_is() {
    let mut plan = declared();
    plan.keys_from = None;
    let gate = Gate::open(plan.clone(), None);
    assert_eq!(gate.plan().unwrap(), plan);
    assert!(!gate.follows(&SOURCE.parse().unwrap()));
}

#[test]
fn this_repositorys_own_file_goes_with_what_identity_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .unwrap();
    let file = root.join("gateway-config/kong.yaml");
    let settings = souk_plan::Settings::beside(&file).unwrap();
    let plan = souk_plan::load(&[], Some(&file), &mut |_, name| {
        settings.get(name).map(str::to_owned)
    });
    let gate = Gate::open(plan.unwrap().gateway, None);
    assert!(gate.follows(&SOURCE.parse().unwrap()));
    let key = SigningKey::generate().unwrap();
    let state = State {
        keys: vec![Key {
            kid: key.kid.clone(),
            public_key_pem: key.public_pem.clone(),
        }],
        clients: vec![Client {
            client_id: "erp".to_owned(),
            limit_per_minute: 6000,
        }],
    };
    gate.take(Known {
        version: "v1".to_owned(),
        state,
    })
    .unwrap();
    let plan = gate.plan().unwrap();
    let erp = plan
        .consumers
        .iter()
        .find(|one| one.username == "erp")
        .unwrap();
    assert_eq!(erp.jwt_secrets[0].key, format!("{}.erp", key.kid));
    let gateway = Gateway::new(&plan, Arc::new(Cluster::default()));
    assert!(gateway.is_ok(), "{:?}", gateway.err());
}
