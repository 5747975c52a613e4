//! The resolved plan: everything the runtime needs to know, and nothing about how it was written down.
//!
//! Every other part of the runtime sees this and never a manifest. All names are Kubernetes' and Kong's own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Namespace and name of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectName {
    /// The object's namespace.
    pub namespace: String,
    /// The object's name.
    pub name: String,
}

/// What `souk up` runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Knative Services, by name.
    pub services: Vec<ServicePlan>,
    /// Brokers of class Kafka.
    pub brokers: Vec<BrokerPlan>,
    /// Triggers, each with the delivery that applies to it.
    pub triggers: Vec<TriggerPlan>,
    /// PingSources with their resolved sink.
    pub ping_sources: Vec<PingSourcePlan>,
    /// Jobs: run to completion once for each version of their template.
    pub jobs: Vec<JobPlan>,
    /// ConfigMaps and Secrets in the manifests.
    pub config: Vec<ConfigObject>,
    /// ConfigMap and Secret keys that are referenced but in no manifest: the operator's to make.
    pub needs: Vec<ConfigNeed>,
    /// Kong's routes and plugins.
    pub gateway: GatewayPlan,
}

/// A ConfigMap or a Secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ConfigKind {
    /// `v1` ConfigMap.
    ConfigMap,
    /// `v1` Secret.
    Secret,
}

/// A ConfigMap or Secret that the manifests hold (Secret data decoded from base64).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConfigObject {
    /// Which of the two.
    pub kind: ConfigKind,
    /// Where it is.
    pub object: ObjectName,
    /// Its entries. Never printed for a Secret.
    #[serde(skip)]
    pub data: BTreeMap<String, String>,
}

/// A key that some object refers to and no manifest defines.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ConfigNeed {
    /// Which of the two.
    pub kind: ConfigKind,
    /// The object referred to.
    pub object: ObjectName,
    /// The key in it. None: the whole object (`envFrom`).
    pub key: Option<String>,
    /// The reference is marked `optional`.
    pub optional: bool,
    /// Who asks, for messages: `Service souk/orders, env DATABASE_URL (knative/base/orders.yaml:31)`.
    pub wanted_by: String,
}

/// One environment variable, resolved when a process is started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvVar {
    /// Name of the variable.
    pub name: String,
    /// Where its value comes from.
    pub value: EnvValue,
}

/// Where the value of a variable comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum EnvValue {
    /// Written in the manifest.
    Literal(String),
    /// `valueFrom.configMapKeyRef` or `secretKeyRef`.
    Ref {
        /// Which of the two.
        kind: ConfigKind,
        /// The object (same namespace as the container).
        object: ObjectName,
        /// The key in it.
        key: String,
        /// A missing key leaves the variable unset instead of failing.
        optional: bool,
    },
}

/// The one serving container of a revision, or the container of a Job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContainerPlan {
    /// Image as written.
    pub image: String,
    /// Last segment of the image's name, without tag and digest: the executable's name.
    pub executable: String,
    /// The content of what it runs, as a registry's digest is that of an image. Manifests do not know it: None in a plan
    /// made of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// `command` (replaces the executable's own entry point arguments) as written; empty when absent.
    pub command: Vec<String>,
    /// `args` as written.
    pub args: Vec<String>,
    /// Variables in order, `envFrom` first, SinkBinding's `K_SINK` and `K_CE_OVERRIDES` last.
    pub env: Vec<EnvVar>,
    /// `envFrom` references in order: (kind, object, prefix, optional).
    pub env_from: Vec<(ConfigKind, ObjectName, String, bool)>,
    /// `resources.limits.memory`; a process has none, a container is ended above it.
    #[serde(default)]
    pub memory_limit_bytes: Option<u64>,
}

/// One Knative Service: its template, which is a revision as soon as somebody runs it, and where its requests go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServicePlan {
    /// The Service.
    pub object: ObjectName,
    /// The template's own name, else `<service>-00001`, as the first revision is called.
    pub revision: String,
    /// The template names its revision itself (`spec.template.metadata.name`).
    pub named: bool,
    /// Changes when the template does, SinkBindings included.
    pub template_hash: String,
    /// `serving.knative.dev/no-gc`: the revision is kept for ever.
    pub no_gc: bool,
    /// `spec.traffic`. None: the manifest leaves it open, which is all to the latest ready revision unless somebody says
    /// otherwise.
    pub traffic: Option<Vec<TrafficTarget>>,
    /// What runs.
    pub container: ContainerPlan,
    /// `ports[0].containerPort`, default 8080. A process gets a free port instead, in `PORT`.
    pub container_port: u16,
    /// Hard limit of requests in one instance; 0: none.
    pub container_concurrency: u32,
    /// Whole request duration.
    pub timeout_seconds: u64,
    /// Until the first byte of the answer; None: same as the whole.
    pub response_start_timeout_seconds: Option<u64>,
    /// Between bytes; None: off.
    pub idle_timeout_seconds: Option<u64>,
    /// How it scales.
    pub scale: ScalePlan,
    /// When an instance is ready.
    pub readiness: ProbePlan,
    /// Where its template was written, for messages: `knative/base/orders.yaml:13`.
    pub at: String,
}

/// One entry of `spec.traffic`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficTarget {
    /// `revisionName`. None: `latestRevision: true`, the latest that is ready.
    pub revision: Option<String>,
    /// `percent`; the percentages of all entries sum to 100.
    pub percent: u32,
    /// `tag`: the revision also answers at `http://<tag>-<service>.<namespace>.svc.cluster.local`.
    pub tag: Option<String>,
}

/// What the autoscaler measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScaleMetric {
    /// Requests in flight.
    Concurrency,
    /// Requests per second.
    Rps,
}

/// KPA settings of one revision, defaults filled in (`config-autoscaler`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScalePlan {
    /// `min-scale`.
    pub min: u32,
    /// `max-scale`; 0: unlimited.
    pub max: u32,
    /// `initial-scale`.
    pub initial: u32,
    /// `activation-scale`.
    pub activation: u32,
    /// `metric`.
    pub metric: ScaleMetric,
    /// `target` before utilisation, capped by the concurrency limit.
    pub target: f64,
    /// `target-utilization-percentage` as a fraction.
    pub utilization: f64,
    /// `window`.
    pub stable_window_seconds: u64,
    /// `panic-window-percentage`.
    pub panic_window_percentage: f64,
    /// `panic-threshold-percentage`.
    pub panic_threshold_percentage: f64,
    /// `scale-down-delay`.
    pub scale_down_delay_seconds: u64,
    /// `scale-to-zero-pod-retention-period`.
    pub pod_retention_seconds: u64,
}

/// Readiness probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbePlan {
    /// What is asked.
    pub action: ProbeAction,
    /// 0: Knative's own fast probing, every 50 ms.
    pub period_seconds: u64,
    /// Per attempt.
    pub timeout_seconds: u64,
    /// Attempts in a row that must succeed.
    pub success_threshold: u32,
    /// Attempts in a row that may fail.
    pub failure_threshold: u32,
    /// Paid in full at each cold start.
    pub initial_delay_seconds: u64,
}

/// What a readiness probe does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ProbeAction {
    /// Connect to the port.
    TcpSocket,
    /// GET; 200 to 399 is ready.
    HttpGet {
        /// Path asked for.
        path: String,
        /// Extra headers.
        headers: Vec<(String, String)>,
    },
}

/// A Broker of class Kafka.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BrokerPlan {
    /// The Broker.
    pub object: ObjectName,
    /// `default.topic.partitions`.
    pub partitions: u32,
}

/// Where events are sent: a URL as the functions know it, such as
/// `http://orders.souk.svc.cluster.local/events`.
pub type SinkUrl = String;

/// One Trigger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TriggerPlan {
    /// The Trigger.
    pub object: ObjectName,
    /// The Broker it listens to.
    pub broker: ObjectName,
    /// Which events it wants; all must match.
    pub filters: Vec<Filter>,
    /// Where it sends them.
    pub subscriber: SinkUrl,
    /// How it sends them: the Trigger's own `delivery` whole, else the Broker's whole.
    pub delivery: DeliveryPlan,
    /// `kafka.eventing.knative.dev/delivery.order: ordered`.
    pub ordered: bool,
}

/// One element of `spec.filters` (or `spec.filter.attributes` as `Exact`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Filter {
    /// Every attribute equals its value.
    Exact(BTreeMap<String, String>),
    /// Every attribute begins with its value.
    Prefix(BTreeMap<String, String>),
    /// Every attribute ends with its value.
    Suffix(BTreeMap<String, String>),
    /// All of them.
    All(Vec<Filter>),
    /// One of them at least.
    Any(Vec<Filter>),
    /// Not this one.
    Not(Box<Filter>),
}

/// How undelivered events are retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum BackoffPolicy {
    /// delay x n, n from 1.
    Linear,
    /// delay x 2^n, n from 1.
    Exponential,
}

/// `spec.delivery`, resolved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeliveryPlan {
    /// Attempts after the first.
    pub retry: u32,
    /// How the waits grow.
    pub backoff_policy: BackoffPolicy,
    /// Tenths of a second count; under 100 ms the Kafka broker does not retry at all.
    pub backoff_delay_ms: u64,
    /// Per attempt; default 600 s.
    pub timeout_ms: u64,
    /// Where an event goes that could not be delivered.
    pub dead_letter_sink: Option<SinkUrl>,
}

/// One PingSource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PingSourcePlan {
    /// The PingSource.
    pub object: ObjectName,
    /// Cron expression, five fields (or six with seconds).
    pub schedule: String,
    /// IANA name, or None for UTC.
    pub timezone: Option<String>,
    /// `contentType`.
    pub content_type: Option<String>,
    /// `data`.
    pub data: Option<String>,
    /// Where the event is sent.
    pub sink: SinkUrl,
    /// `ceOverrides.extensions`.
    pub extensions: BTreeMap<String, String>,
}

/// One Job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobPlan {
    /// The Job.
    pub object: ObjectName,
    /// What runs.
    pub container: ContainerPlan,
    /// Failed attempts allowed after the first.
    pub backoff_limit: u32,
    /// Whole duration; None: no limit.
    pub active_deadline_seconds: Option<u64>,
    /// `spec.suspend`: not run.
    pub suspend: bool,
    /// Changes when the template does; a Job is run once for each.
    pub template_hash: String,
}

/// Kong's declarative configuration, rendered, flattened and with defaults filled in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GatewayPlan {
    /// The file it was read from.
    pub file: PathBuf,
    /// Kong services.
    pub services: Vec<KongService>,
    /// Kong routes.
    pub routes: Vec<KongRoute>,
    /// Kong consumers with their credentials.
    pub consumers: Vec<KongConsumer>,
    /// All plugins at any level; the scope says where each is attached.
    pub plugins: Vec<KongPlugin>,
}

/// A Kong service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KongService {
    /// Its name.
    pub name: String,
    /// Upstream host, such as `orders.souk.svc.cluster.local`.
    pub host: String,
    /// Upstream port.
    pub port: u16,
    /// Upstream path prefix.
    pub path: Option<String>,
    /// Further tries.
    pub retries: u32,
    /// Milliseconds.
    pub connect_timeout_ms: u64,
    /// Milliseconds.
    pub read_timeout_ms: u64,
    /// Milliseconds.
    pub write_timeout_ms: u64,
    /// A disabled service's routes are not built.
    pub enabled: bool,
    /// Where it was written, for messages: `gateway-config/kong.yaml:88`.
    pub at: String,
}

/// A Kong route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KongRoute {
    /// Its name.
    pub name: String,
    /// UUIDv5 of the name unless given; the greatest wins a tie.
    pub id: uuid::Uuid,
    /// The service's name.
    pub service: String,
    /// `http`, `https`.
    pub protocols: Vec<String>,
    /// Empty: any.
    pub methods: Vec<String>,
    /// Empty: any.
    pub hosts: Vec<String>,
    /// Plain prefixes, or regexes with `~` in front. Empty: any.
    pub paths: Vec<String>,
    /// Header name to allowed values.
    pub headers: BTreeMap<String, Vec<String>>,
    /// Only for regex paths.
    pub regex_priority: i64,
    /// Cut the matched prefix off.
    pub strip_path: bool,
    /// Send the client's Host to the upstream.
    pub preserve_host: bool,
    /// Where it was written, for messages: `gateway-config/kong.yaml:88`.
    pub at: String,
}

/// A Kong consumer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KongConsumer {
    /// `username`.
    pub username: String,
    /// `custom_id`.
    pub custom_id: Option<String>,
    /// UUIDv5 of the username unless given.
    pub id: uuid::Uuid,
    /// `jwt_secrets`.
    pub jwt_secrets: Vec<JwtSecret>,
    /// `keyauth_credentials` keys.
    #[serde(skip)]
    pub keyauth_keys: Vec<String>,
    /// `acls` groups.
    pub acl_groups: Vec<String>,
    /// Where it was written, for messages: `gateway-config/kong.yaml:88`.
    pub at: String,
}

/// A credential of the jwt plugin.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JwtSecret {
    /// Compared with the token's key claim.
    pub key: String,
    /// `HS256`, `ES256`, ...
    pub algorithm: String,
    /// For HS algorithms.
    #[serde(skip)]
    pub secret: Option<String>,
    /// PEM; Kong uses this field for EC keys as well.
    pub rsa_public_key: Option<String>,
}

/// One plugin instance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KongPlugin {
    /// `jwt`, `rate-limiting`, ...
    pub name: String,
    /// Disabled ones are kept for printing and not run.
    pub enabled: bool,
    /// Attached to this service.
    pub service: Option<String>,
    /// Attached to this route.
    pub route: Option<String>,
    /// Attached to this consumer.
    pub consumer: Option<String>,
    /// As written, checked for unknown fields; defaults are the plugin's own.
    pub config: serde_json::Value,
    /// Where it was written, for messages: `gateway-config/kong.yaml:88`.
    pub at: String,
}
