# shellcheck shell=bash
# How a job of the pipeline becomes somebody in AWS and in a cluster. Sourced after tools.sh. A person who has KUBECONFIG and AWS's usual
# variables needs none of it, and nothing is done then.

# With AWS_ROLE_ARN and the job's identity token: every further call of aws is made as that role, for an hour.
become_role() {
  [ -n "${AWS_ROLE_ARN:-}" ] && [ -n "${GITLAB_ID_TOKEN:-}" ] || return 0
  need_python awscli==1.46.3
  AWS_WEB_IDENTITY_TOKEN_FILE=$(mktemp)
  printf %s "$GITLAB_ID_TOKEN" >"$AWS_WEB_IDENTITY_TOKEN_FILE"
  export AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_SESSION_NAME=gitlab-${CI_JOB_ID:-0}
}

# kubectl's access to an environment's cluster.
enter_cluster() {
  local environment=$1
  [ -z "${KUBECONFIG:-}" ] && [ -n "${AWS_ROLE_ARN:-}" ] || return 0
  become_role
  KUBECONFIG=$(mktemp)
  export KUBECONFIG
  aws eks update-kubeconfig --name "souk-$environment" --region "${AWS_REGION:-eu-central-1}" >/dev/null
}

# crane's and cosign's access to a registry.
enter_registry() {
  local registry=${1%%/*}
  if [[ $registry == *.dkr.ecr.*.amazonaws.com ]]; then
    become_role
    need_python awscli==1.46.3
    aws ecr get-login-password --region "$(cut -d. -f4 <<<"$registry")" | crane auth login "$registry" --username AWS --password-stdin
  elif [ -n "${CI_REGISTRY_PASSWORD:-}" ]; then
    crane auth login "$CI_REGISTRY" --username "$CI_REGISTRY_USER" --password-stdin <<<"$CI_REGISTRY_PASSWORD"
  fi
}
