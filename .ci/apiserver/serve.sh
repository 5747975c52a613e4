# A real Kubernetes API server with etcd behind it, on 127.0.0.1 and free ports, until the script ends. Sourced by check-manifests.

# Builds it and kubectl from their Go modules unless they are there in this version.
build_server() {
  local stamp
  stamp=$tools/bin/.apiserver-$(sha256sum "$repository/.ci/apiserver/go.mod" | cut -c1-12)
  [ -e "$stamp" ] && return
  step "building kube-apiserver and kubectl (once)"
  go -C "$repository/.ci/apiserver" build -trimpath -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=v1.34.4" -o "$tools/bin/" tool
  : >"$stamp"
}

# Starts both and makes the CRDs. Sets KUBECONFIG.
serve() {
  need_apt etcd-server openssl
  home=$(mktemp -d)
  servers=()
  # shellcheck disable=SC2154
  trap 'kill "${servers[@]}" 2>/dev/null || true; wait; rm -rf "$home"' EXIT
  local client peer port token
  client=http://127.0.0.1:$(free_port) peer=http://127.0.0.1:$(free_port) port=$(free_port) token=$(openssl rand -hex 16)
  step "an API server on 127.0.0.1:$port"
  openssl genrsa -out "$home/account.key" 2048 2>/dev/null
  echo "$token,admin,1,system:masters" >"$home/tokens.csv"
  etcd --data-dir "$home/etcd" --listen-client-urls "$client" --advertise-client-urls "$client" --listen-peer-urls "$peer" \
    --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" >"$home/etcd.log" 2>&1 &
  servers+=($!)
  # No controllers run: nobody makes the tokens and default accounts that Pods usually wait for, but what they name must exist.
  kube-apiserver --etcd-servers="$client" --bind-address=127.0.0.1 --advertise-address=127.0.0.1 --secure-port="$port" --cert-dir="$home" \
    --service-cluster-ip-range=10.96.0.0/16 --authorization-mode=RBAC --token-auth-file="$home/tokens.csv" \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$home/account.key" \
    --service-account-signing-key-file="$home/account.key" --endpoint-reconciler-type=none >"$home/apiserver.log" 2>&1 &
  servers+=($!)
  export KUBECONFIG=$home/kubeconfig
  kubectl config set-cluster here --server="https://127.0.0.1:$port" --insecure-skip-tls-verify >/dev/null
  kubectl config set-credentials admin --token="$token" >/dev/null
  kubectl config set-context here --cluster=here --user=admin >/dev/null
  kubectl config use-context here >/dev/null
  until kubectl get --raw /readyz >/dev/null 2>&1; do
    kill -0 "${servers[@]}" 2>/dev/null || give_up "it does not start: $(tail -5 "$home/apiserver.log" "$home/etcd.log")"
    sleep 0.2
  done
  local crd
  for crd in "$@"; do kubectl apply --server-side -f "$crd" >/dev/null; done
  kubectl wait --for=condition=Established customresourcedefinitions --all --timeout=60s >/dev/null
}
