{{/* Metadata of an object in the release's namespace; takes (list $ NAME [NAMESPACE]). */}}
{{- define "orlop.metadata" -}}
{{- $root := index . 0 -}}
name: {{ index . 1 }}
namespace: {{ if gt (len .) 2 }}{{ index . 2 }}{{ else }}{{ $root.Release.Namespace }}{{ end }}
{{ include "orlop.marks" $root }}
{{- end }}

{{/* Labels and annotations of every object. */}}
{{- define "orlop.marks" -}}
labels:
  {{- include "orlop.labels" . | nindent 2 }}
{{- with .Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "orlop.labels" -}}
{{ include "orlop.selector" . }}
app.kubernetes.io/part-of: orlop
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* By what the pods are found; it can never change. */}}
{{- define "orlop.selector" -}}
app.kubernetes.io/name: {{ .Values.fullnameOverride }}
{{- end }}

{{- define "orlop.serviceAccount" -}}
{{ .Values.serviceAccount.name | default .Values.fullnameOverride }}
{{- end }}

{{/* Operators for named namespaces may stand side by side in a cluster, one in each namespace of theirs. */}}
{{- define "orlop.clusterRole" -}}
{{ .Values.fullnameOverride }}{{ if .Values.namespaces }}-{{ .Release.Namespace }}{{ end }}
{{- end }}

{{- define "orlop.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}
