# shellcheck shell=bash disable=SC2154
# Terraform and its providers, for the scripts beside it. Sourced after tools.sh.

terraform_version=1.11.4

# Whoever runs this has not chosen a configuration that does not exist.
if [ -n "${TF_CLI_CONFIG_FILE-}" ] && [ ! -e "$TF_CLI_CONFIG_FILE" ]; then unset TF_CLI_CONFIG_FILE; fi
export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_INPUT=0

# Terraform 1.11 or newer. Its Go module cannot be installed (it has replace directives), so it comes from its makers.
need_terraform() {
  local version archive
  version=$(terraform version -json 2>/dev/null | sed -n 's/.*"terraform_version": "\(.*\)".*/\1/p')
  if [ -n "$version" ] && [ "$(printf '%s\n' 1.11.0 "$version" | sort --version-sort | head -n 1)" = 1.11.0 ]; then return; fi
  need_apt curl ca-certificates unzip
  archive=terraform_${terraform_version}_linux_$(dpkg --print-architecture).zip
  (
    cd "$tools" && for file in "$archive" "terraform_${terraform_version}_SHA256SUMS"; do
      curl --fail --silent --show-error --location --remote-name "https://releases.hashicorp.com/terraform/$terraform_version/$file"
    done
    sha256sum --check --ignore-missing --quiet "terraform_${terraform_version}_SHA256SUMS"
    unzip -q -o "$archive" terraform -d bin && rm "$archive"
  )
}

# Where providers lie on this machine, if they do: in $TERRAFORM_MIRROR, or where Terraform itself looks or people put them.
provider_mirror() {
  local folder
  for folder in "${TERRAFORM_MIRROR-}" "$HOME/.terraform.d/plugins" /usr/local/share/terraform/plugins /usr/share/terraform/plugins /opt/*/; do
    if [ -d "${folder%/}/registry.terraform.io/hashicorp/aws" ]; then
      echo "${folder%/}"
      return
    fi
  done
}

# Providers that lie in one of these mirrors are taken from there, all others from the registry.
use_mirrors() {
  local mirror found all='' blocks=''
  for mirror in "$@"; do
    found=$(cd "$mirror" && find . -mindepth 3 -maxdepth 3 -printf '"%P", ')
    blocks+="  filesystem_mirror {"$'\n'"    path    = \"$mirror\""$'\n'"    include = [$found]"$'\n'"  }"$'\n'
    all+=$found
  done
  printf 'provider_installation {\n%s  direct {\n    exclude = [%s]\n  }\n}\n' "$blocks" "$all" >"$tools/terraform.rc"
  export TF_CLI_CONFIG_FILE=$tools/terraform.rc
}

# terraform init in a folder. Says false if a provider cannot be had.
initialise() {
  local folder=$1 mirror log
  shift
  mirror=$(provider_mirror)
  if [ -n "$mirror" ] && [ -z "${TF_CLI_CONFIG_FILE-}" ]; then use_mirrors "$mirror"; fi
  if log=$(terraform -chdir="$folder" init -no-color "$@" 2>&1); then return; fi
  if grep -qE 'Failed to (query|install)|Could not retrieve' <<<"$log"; then return 1; fi
  give_up "$log"
}

# The schema of the provider helm in its place, in a mirror of its own.
stand_in_for_helm() {
  local folder=$1 version aws
  version=$(sed -n '/hashicorp\/helm/{n;s/.*"\(.*\)".*/\1/p}' terraform/cluster/versions.tf)
  need_go_toolchain
  go -C .ci/terraform/helm-schema build -o "$folder/registry.terraform.io/hashicorp/helm/$version/linux_$(go env GOARCH)/terraform-provider-helm_v$version" .
  aws=$(provider_mirror)
  use_mirrors "$folder" ${aws:+"$aws"}
}
