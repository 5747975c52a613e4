//! What runs: Services and Jobs, their containers, probes and scale.

use serde::{Deserialize, Serialize};

use super::{ConfigKind, ObjectName};

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
