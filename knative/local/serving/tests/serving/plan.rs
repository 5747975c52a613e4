//! A Service without anything special, for the tests and for `examples/serving_throughput.rs`.

use souk_plan::model::{
    ContainerPlan, ObjectName, ProbeAction, ProbePlan, ScaleMetric, ScalePlan, ServicePlan,
};

/// The example `serving_echo` with the defaults of `config-autoscaler`, and at most five instances.
pub(crate) fn plan() -> ServicePlan {
    ServicePlan {
        object: ObjectName {
            namespace: "souk".to_owned(),
            name: "echo".to_owned(),
        },
        revision: "echo-00001".to_owned(),
        named: false,
        template_hash: "1".to_owned(),
        no_gc: false,
        traffic: None,
        container: ContainerPlan {
            image: "echo".to_owned(),
            executable: "serving_echo".to_owned(),
            digest: None,
            command: Vec::new(),
            args: Vec::new(),
            env: Vec::new(),
            env_from: Vec::new(),
            memory_limit_bytes: None,
        },
        container_port: 8080,
        container_concurrency: 0,
        timeout_seconds: 30,
        response_start_timeout_seconds: None,
        idle_timeout_seconds: None,
        scale: ScalePlan {
            min: 0,
            max: 5,
            initial: 1,
            activation: 1,
            metric: ScaleMetric::Concurrency,
            target: 100.0,
            utilization: 0.7,
            stable_window_seconds: 60,
            panic_window_percentage: 10.0,
            panic_threshold_percentage: 200.0,
            scale_down_delay_seconds: 0,
            pod_retention_seconds: 0,
        },
        readiness: ProbePlan {
            action: ProbeAction::TcpSocket,
            period_seconds: 0,
            timeout_seconds: 1,
            success_threshold: 1,
            failure_threshold: 3,
            initial_delay_seconds: 0,
        },
        at: String::new(),
    }
}
