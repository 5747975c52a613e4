{{/* A file of this chart whose runbooks can be clicked. */}}
{{- define "observability.linked" -}}
{{ .root.Files.Get .path | replace "docs/runbooks/" (printf "%s/docs/runbooks/" .root.Values.repositoryUrl) }}
{{- end }}
