{{/* Another name for every set of passwords, and for every change of what is done with them. */}}
{{- define "databases.name" -}}
{{- $content := printf "%s%s%s%s" (toJson .Values.postgres) (.Files.Get "files/database.sql") (.Files.Get "files/make-databases.sh") .Values.image -}}
make-databases-{{ sha256sum $content | trunc 8 }}
{{- end }}
