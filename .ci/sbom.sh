# shellcheck shell=bash disable=SC2154 # what build-images has set
# What is linked into each program, as CycloneDX: a part of build-images, which sources it.
# Uses $repository, $output, ${only[@]}; SOURCE_DATE_EPOCH leaves out serial numbers and sets the time.

# cargo-cyclonedx writes beside each Cargo.toml of the workspace and nowhere else: what is not wanted is removed again.
sboms() {
  local leaf=souk-image-sbom name manifest
  # shellcheck disable=SC2064 # the folder of now
  trap "find '$repository' -name '$leaf.json' -not -path '*/target/*' -delete" EXIT
  cargo cyclonedx --quiet --quiet --format json --spec-version 1.5 --no-build-deps --target x86_64-unknown-linux-musl \
    --override-filename "$leaf"
  for name in "${only[@]}"; do
    manifest=$(cargo metadata --no-deps --locked --format-version 1 |
      jq --raw-output --arg name "$name" '.packages[] | select(.name == $name or .name == "souk-" + $name) | .manifest_path')
    # Where the checkout is says nothing about the image.
    sed "s|$repository|/souk|g" "${manifest%Cargo.toml}$leaf.json" | jq . >"$output/$name.cdx.json"
  done
}
sboms
