# shellcheck shell=bash disable=SC2154 # what build-images has set
# How an image was made: an in-toto statement (v1) with SLSA's provenance (v1). A part of build-images, which sources it.
# `cosign attest --type slsaprovenance1` takes the predicate alone: jq .predicate NAME.provenance.json

sha256() { sha256sum "$1" | cut -d ' ' -f 1; }

# Who builds: a GitLab runner, or somebody's machine.
builder() {
  if [ -n "${CI_JOB_URL:-}" ]; then
    echo "${CI_PROJECT_URL}/-/runners/${CI_RUNNER_ID}"
  else
    echo "https://souk.dev/builders/workstation"
  fi
}

# provenance <name> <reference> <digest>: the statement on stdout.
provenance() {
  jq --null-input --arg name "${2%:*}" --arg digest "${3#sha256:}" --arg program "$1" --arg reference "$2" \
    --arg builder "$(builder)" --arg job "${CI_JOB_URL:-}" --arg started "$started" \
    --arg finished "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" --arg source "$source_url" --arg revision "$revision" \
    --arg rust "$(rustc --version)" --arg buildah "$(command buildah --version)" --arg epoch "$SOURCE_DATE_EPOCH" \
    --arg lock "$(sha256 Cargo.lock)" --arg dockerfile "$(sha256 functions/Dockerfile)" \
    --arg authorities "$(sha256 "$context/image/$1/etc/ssl/certs/ca-certificates.crt")" \
    --arg executable "$(sha256 "$context/image/$1/function")" --arg sbom "$(sha256 "$output/$1.cdx.json")" '{
      _type: "https://in-toto.io/Statement/v1",
      subject: [{name: $name, digest: {sha256: $digest}}],
      predicateType: "https://slsa.dev/provenance/v1",
      predicate: {
        buildDefinition: {
          buildType: "https://souk.dev/build-images/v1",
          externalParameters: {program: $program, reference: $reference, source: $source, revision: $revision},
          internalParameters: {profile: "image", target: "x86_64-unknown-linux-musl", rust: $rust, buildah: $buildah,
            SOURCE_DATE_EPOCH: $epoch},
          resolvedDependencies: [
            ({name: "source", digest: {gitCommit: ($revision | rtrimstr("-dirty"))}}
              + if $source == "" then {} else {uri: ("git+" + $source)} end),
            {name: "Cargo.lock", digest: {sha256: $lock}},
            {name: "functions/Dockerfile", digest: {sha256: $dockerfile}},
            {name: "ca-certificates.crt", digest: {sha256: $authorities}}
          ]
        },
        runDetails: {
          builder: {id: $builder},
          metadata: {invocationId: $job, startedOn: $started, finishedOn: $finished},
          byproducts: [
            {name: "executable", digest: {sha256: $executable}},
            {name: "sbom", mediaType: "application/vnd.cyclonedx+json", digest: {sha256: $sbom}}
          ]
        }
      }
    }'
}
