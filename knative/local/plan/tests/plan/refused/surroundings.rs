//! Fields that say nothing on one machine, and that a cluster reads all the same.

use super::check;

const PROBE: &str = "readinessProbe: {httpGet: {path: /readyz}}";
const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: held, namespace: souk}\ndata:\n  key: aGVsbG8=";

#[test]
fn what_a_cluster_refuses_of_resources_and_security_is_refused() {
    check(&[
        (
            PROBE,
            "resources: {request: {cpu: 1}}",
            "m.yaml:20: spec.template.spec.containers[0].resources.request: there is no such field; did you mean `requests`?",
        ),
        (
            PROBE,
            "resources: {requests: {memory: 64MB}}",
            "m.yaml:20: spec.template.spec.containers[0].resources.requests[memory]: must be a quantity",
        ),
        (
            PROBE,
            "resources: {requests: {memory: 65Mi}, limits: {memory: 64Mi}}",
            "m.yaml:20: spec.template.spec.containers[0].resources.requests[memory]: must not be above the limit",
        ),
        (
            PROBE,
            "resources: {limits: {ram: 64Mi}}",
            "m.yaml:20: spec.template.spec.containers[0].resources.limits[ram]: `ram` is no resource",
        ),
        (
            PROBE,
            "securityContext: {privileged: true}",
            "m.yaml:20: spec.template.spec.containers[0].securityContext.privileged: is refused by Knative",
        ),
        (
            PROBE,
            "securityContext: {capabilities: {add: [NET_ADMIN]}}",
            "m.yaml:20: spec.template.spec.containers[0].securityContext.capabilities.add: is refused by Knative",
        ),
        (
            PROBE,
            "securityContext: {seLinuxOptions: {}}",
            "m.yaml:20: spec.template.spec.containers[0].securityContext.seLinuxOptions: is refused by Knative",
        ),
        (
            PROBE,
            "securityContext: {readOnlyRootFileSystem: true}",
            "m.yaml:20: spec.template.spec.containers[0].securityContext.readOnlyRootFileSystem: there is no such field; did you mean `readOnlyRootFilesystem`?",
        ),
        (
            PROBE,
            "securityContext: {runAsUser: -1}",
            "m.yaml:20: spec.template.spec.containers[0].securityContext.runAsUser: must be 0 or more",
        ),
        (
            PROBE,
            "securityContext: {seccompProfile: {type: runtime/default}}",
            "m.yaml:20: spec.template.spec.containers[0].securityContext.seccompProfile.type: `runtime/default` is no profile",
        ),
        (
            PROBE,
            "imagePullPolicy: Sometimes",
            "m.yaml:20: spec.template.spec.containers[0].imagePullPolicy: must be Always or IfNotPresent or Never",
        ),
        (
            PROBE,
            "terminationMessagePolicy: Logs",
            "m.yaml:20: spec.template.spec.containers[0].terminationMessagePolicy: must be File or FallbackToLogsOnError",
        ),
        (
            "timeoutSeconds: 60",
            "serviceAccountName: Orders",
            "m.yaml:13: spec.template.spec.serviceAccountName: `Orders` is not a name",
        ),
    ]);
}

#[test]
fn a_job_may_ask_for_what_a_knative_service_may_not() {
    let text = crate::files::changed(
        super::RIGHT,
        "image: souk/open",
        "image: souk/open, securityContext: {capabilities: {add: [NET_BIND_SERVICE]}, procMount: Default}",
    );
    let plan = crate::files::Files::new(&[("m.yaml", &text)]).load("");
    assert!(plan.is_ok(), "{plan:?}");
}

#[test]
fn what_a_cluster_refuses_of_accounts_and_policies_is_refused() {
    let object = |api: &str, kind: &str, rest: &str| {
        format!(
            "apiVersion: {api}\nkind: {kind}\nmetadata: {{name: held, namespace: souk}}\n{rest}"
        )
    };
    let account = |rest: &str| object("v1", "ServiceAccount", rest);
    let policy = |rest: &str| object("networking.k8s.io/v1", "NetworkPolicy", rest);
    let table = [
        (
            account("automountServiceAccountTokens: false"),
            "m.yaml:86: automountServiceAccountTokens: there is no such field",
        ),
        (
            policy("spec: {podselector: {}}"),
            "m.yaml:86: spec.podselector: there is no such field; did you mean `podSelector`?",
        ),
        (
            policy("spec: {podSelector: {}, policyTypes: [In]}"),
            "m.yaml:86: spec.policyTypes[0]: must be Ingress or Egress",
        ),
        (
            policy("spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0}}]}]}"),
            "m.yaml:86: spec.egress[0].to[0].ipBlock.cidr: must be addresses such as",
        ),
        (
            policy("spec: {podSelector: {}, ingress: [{from: [{}]}]}"),
            "m.yaml:86: spec.ingress[0].from[0]: must have ipBlock, podSelector or namespaceSelector",
        ),
        (
            policy("spec: {podSelector: {matchExpressions: [{key: a, operator: In}]}}"),
            "m.yaml:86: spec.podSelector.matchExpressions[0].operator: In and NotIn need values",
        ),
        (
            policy("spec: {podSelector: {}, egress: [{ports: [{port: 70000}]}]}"),
            "m.yaml:86: spec.egress[0].ports[0].port: must be from 1 to 65535",
        ),
    ];
    for (text, expected) in &table {
        check(&[(SECRET, text, expected)]);
    }
}
