# shellcheck shell=bash
# What the scripts that work on a cluster share. Sourced after tools.sh.

# Forwards a port of a Service to a free one here and prints it; what was forwarded ends with end_forwards.
forwards=()
forward() {
  local namespace=$1 service=$2 port=$3 log
  log=$(mktemp)
  kubectl --namespace "$namespace" port-forward "service/$service" ":$port" >"$log" 2>&1 &
  forwards+=($!)
  until grep -q Forwarding "$log"; do
    kill -0 "${forwards[-1]}" 2>/dev/null || give_up "port $port of $service cannot be forwarded: $(cat "$log")"
    sleep 0.2
  done
  forwarded=$(grep -oPm1 '127\.0\.0\.1:\K\d+' "$log")
  rm -f "$log"
}
end_forwards() { [ ${#forwards[@]} = 0 ] || kill "${forwards[@]}" 2>/dev/null || true; }

# A kustomization above another: the same, with every image pinned by the digest that .ci/push-images wrote down.
pinned() {
  local resource=$1 pushed=$2
  printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [%s]\nimages:\n' "$resource"
  jq -r '.[] | "  - name: registry.example.com/souk/\(.name)\n    newName: \(.repository)\n    digest: \(.digest)"' "$pushed"
}

# Files of objects as one stream.
joined() {
  local object
  for object in "$@"; do printf -- '---\n' && cat "$object"; done
}

# The stores of stores.yaml in a namespace, ready; further words go to kubectl apply.
make_stores() {
  local namespace=$1 password
  shift
  kubectl create namespace "$namespace" --dry-run=client --output yaml | kubectl apply --filename -
  if ! kubectl --namespace "$namespace" get secret postgres >/dev/null 2>&1; then
    password=$(head -c 24 /dev/urandom | base64 | tr -d '/+=')
    kubectl --namespace "$namespace" create secret generic postgres --from-literal="password=$password"
  fi
  sed "s/namespace: stores/namespace: $namespace/; s/^  name: stores$/  name: $namespace/" .ci/cluster/stores.yaml |
    kubectl apply --filename - "$@"
  kubectl --namespace "$namespace" wait deployment --all --for=condition=Available --timeout=5m
}

# Sets admin_url: PostgreSQL's administrator in a namespace of stores, by a forwarded port.
forward_postgres() {
  local namespace=$1 password
  password=$(kubectl --namespace "$namespace" get secret postgres --output jsonpath='{.data.password}' | base64 -d)
  forward "$namespace" postgres 5432
  # shellcheck disable=SC2034 # read by who calls this
  admin_url=postgres://postgres:$password@127.0.0.1:$forwarded/postgres
}

# Every Service ready, or what is wrong with those that are not.
await_ready() {
  local namespace=$1
  kubectl --namespace "$namespace" wait services.serving.knative.dev --all --for=condition=Ready --timeout=10m && return
  kubectl --namespace "$namespace" get services.serving.knative.dev,revisions.serving.knative.dev,pods
  give_up "not every function is ready"
}
