#!/usr/bin/env bash
# Tries the nginx directives of gateway-config/helm/values.yaml in an nginx of its own: with and without TLS, and what is written of a
# request. Part of .ci/check-gateway.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
need_apt nginx-light openssl curl
need_python pyyaml==6.0.3

work=$repository/target/gateway/nginx
rm -rf "$work" && mkdir -p "$work"
python - "$repository/gateway-config/helm/values.yaml" "$work/log.conf" "$work/access.log" >"$work/https.conf" <<'PYTHON'
import sys, yaml
objects = yaml.safe_load(open(sys.argv[1]))["extraObjects"]
print(next(one["data"]["https.conf"] for one in objects if one["metadata"]["name"] == "kong-https"))
env = yaml.safe_load(open(sys.argv[1]))["env"]
# $kong_request_id is Kong's; nginx has $request_id.
log_format = env["nginx_http_log_format"].replace("$kong_request_id", "$request_id")
destination, name = env["proxy_access_log"].split()
assert destination == "/dev/stdout"
with open(sys.argv[2], "w") as file:
    file.write(f"log_format {log_format};\naccess_log {sys.argv[3]} {name};\n")
PYTHON
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=shop.example \
  -keyout "$work/tls.key" -out "$work/tls.crt" 2>/dev/null
# `return` would answer before the included directives get a word: Kong's own location is one that proxies.
cat >"$work/nginx.conf" <<NGINX
pid $work/nginx.pid;
error_log $work/error.log;
events {}
http {
  include $work/log.conf;
  client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work; uwsgi_temp_path $work; scgi_temp_path $work;
  server {
    listen unix:$work/http.sock;
    listen unix:$work/https.sock ssl;
    ssl_certificate $work/tls.crt;
    ssl_certificate_key $work/tls.key;
    include $work/https.conf;
    location / { proxy_pass http://unix:$work/function.sock; }
  }
  server {
    listen unix:$work/function.sock;
    access_log off;
    return 200 "function";
  }
}
NGINX
nginx=$(PATH=$PATH:/usr/sbin command -v nginx)
"$nginx" -c "$work/nginx.conf" -p "$work" -e "$work/error.log"
trap '"$nginx" -c "$work/nginx.conf" -p "$work" -e "$work/error.log" -s quit' EXIT

# What is answered: status, where to, and for how long https alone.
answered() {
  curl --silent --insecure --output /dev/null --write-out '%{http_code} %{redirect_url} %header{strict-transport-security}' "$@"
}
expect() {
  local expected=$1 got
  shift
  got=$(answered "$@")
  [ "$got" = "$expected" ] || give_up "curl $*: expected '$expected', got '$got'"
  echo "$got <- ${*: -1}"
}
http=(--unix-socket "$work/http.sock")
https=(--unix-socket "$work/https.sock")
expect '308 https://shop.example/v1/products?limit=3 ' "${http[@]}" 'http://shop.example/v1/products?limit=3'
expect '308 https://shop.svc.cluster.local.example/ ' "${http[@]}" http://shop.svc.cluster.local.example/
expect '200  ' "${http[@]}" http://kong-kong-proxy.kong.svc.cluster.local/v1/products
expect '200  ' "${http[@]}" http://kong-kong-proxy.kong.svc/v1/products
expect '200  ' "${http[@]}" http://localhost:8000/v1/products
expect '308 https://localhost.example/ ' "${http[@]}" http://localhost.example/
expect '200  max-age=31536000; includeSubDomains' "${https[@]}" https://shop.example/v1/products

expect '200  max-age=31536000; includeSubDomains' "${https[@]}" 'https://shop.example/v1/orders/1/updates?access_token=eyJhbGciOi'
for _ in {1..50}; do grep -q /updates "$work/access.log" && break || sleep 0.1; done
grep -q '"GET /v1/orders/1/updates HTTP' "$work/access.log" || give_up "the access log does not have the request: $(cat "$work/access.log")"
if grep -q 'access_token\|eyJhbGciOi' "$work/access.log"; then give_up "a token is in the access log"; fi
echo "a query is not written down"
