{{- define "worker.name" -}}
{{- .Release.Name | trunc 47 | trimSuffix "-" -}}
{{- end -}}

{{- define "worker.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "worker.labels" -}}
{{ include "worker.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "worker.image" -}}
{{- $image := .Values.image -}}
{{- $repository := required "image.repository is missing: where you have pushed the image that the Dockerfile builds" $image.repository -}}
{{- if $image.digest -}}
{{ $repository }}@{{ $image.digest }}
{{- else -}}
{{ $repository }}:{{ $image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "worker.address" -}}
{{- required "temporal.address is missing: host:port of the Temporal server" .Values.temporal.address -}}
{{- end -}}

{{- define "worker.connection" -}}
{{- .Values.workerDeployment.connection | default (include "worker.name" .) -}}
{{- end -}}

{{/* How Temporal is reached. The controller says it to the workers of a WorkerDeployment. */}}
{{- define "worker.temporalEnv" -}}
{{- $temporal := .Values.temporal -}}
- name: TEMPORAL_ADDRESS
  value: {{ include "worker.address" . | quote }}
- name: TEMPORAL_NAMESPACE
  value: {{ $temporal.namespace | quote }}
{{- if $temporal.tlsServerName }}
- name: TEMPORAL_TLS_SERVER_NAME
  value: {{ $temporal.tlsServerName | quote }}
{{- end }}
{{- if $temporal.apiKeySecret.name }}
- name: TEMPORAL_API_KEY
  valueFrom:
    secretKeyRef:
      name: {{ $temporal.apiKeySecret.name }}
      key: {{ $temporal.apiKeySecret.key }}
{{- end }}
{{- if $temporal.clientCertificateSecret }}
- name: TEMPORAL_TLS_CLIENT_CERT_PATH
  value: /etc/temporal/tls/tls.crt
- name: TEMPORAL_TLS_CLIENT_KEY_PATH
  value: /etc/temporal/tls/tls.key
{{- end }}
{{- end -}}

{{- define "worker.podTemplate" -}}
{{- $isVersioned := eq .Values.kind "WorkerDeployment" -}}
{{- $certificate := and (not $isVersioned) .Values.temporal.clientCertificateSecret -}}
{{- $ca := .Values.temporal.serverCaSecret -}}
{{- $config := .Values.temporal.configSecret -}}
{{- $receivers := .Values.receiversSecret -}}
{{- $rules := .Values.eventRulesConfigMap -}}
metadata:
  labels:
    {{- include "worker.selectorLabels" . | nindent 4 }}
    {{- with .Values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "worker.name" . }}
  # The role of the worker is told by a token of its own; it asks nothing of Kubernetes.
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    seccompProfile: { type: RuntimeDefault }
  # A node that fails takes one worker with it.
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "worker.selectorLabels" . | nindent 10 }}
  containers:
    - name: worker
      image: {{ include "worker.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [worker]
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      env:
        - name: POD_NAME
          valueFrom: { fieldRef: { fieldPath: metadata.name } }
        - name: POD_NAMESPACE
          valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
        # So Temporal's list of pollers leads to the pod.
        - name: IDENTITY_CENTER_WORKER_IDENTITY
          value: $(POD_NAMESPACE)/$(POD_NAME)
        - name: IDENTITY_CENTER_METRICS_ADDRESS
          value: 0.0.0.0:9464
        {{- if not $isVersioned }}
        {{- include "worker.temporalEnv" . | nindent 8 }}
        {{- end }}
        {{- if $config.name }}
        - name: TEMPORAL_CONFIG_FILE
          value: /etc/temporal/config/temporal.toml
        {{- end }}
        {{- if $ca.name }}
        - name: TEMPORAL_TLS_SERVER_CA_CERT_PATH
          value: /etc/temporal/ca/ca.crt
        {{- end }}
        {{- if $receivers.name }}
        - name: IDENTITY_CENTER_RECEIVERS_FILE
          value: /etc/identity-center/receivers/{{ $receivers.key }}
        {{- end }}
        {{- if $rules.name }}
        - name: IDENTITY_CENTER_EVENT_RULES_FILE
          value: /etc/identity-center/rules/{{ $rules.key }}
        {{- end }}
        {{- range $name, $value := .Values.settings }}
        {{- if and $isVersioned (has $name (list "TEMPORAL_DEPLOYMENT_NAME" "TEMPORAL_WORKER_BUILD_ID")) }}
        {{- fail (printf "settings.%s: the Temporal Worker Controller sets it, leave it out" $name) }}
        {{- end }}
        - name: {{ $name }}
          value: {{ $value | quote }}
        {{- end }}
      {{- with .Values.settingsFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - { name: metrics, containerPort: 9464, protocol: TCP }
      startupProbe:
        httpGet: { path: /healthz, port: metrics }
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /healthz, port: metrics }
        periodSeconds: 20
        timeoutSeconds: 5
      readinessProbe:
        httpGet: { path: /readyz, port: metrics }
        periodSeconds: 5
        timeoutSeconds: 5
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
        {{- if $certificate }}
        - { name: client-certificate, mountPath: /etc/temporal/tls, readOnly: true }
        {{- end }}
        {{- if $config.name }}
        - { name: config, mountPath: /etc/temporal/config, readOnly: true }
        {{- end }}
        {{- if $ca.name }}
        - { name: server-ca, mountPath: /etc/temporal/ca, readOnly: true }
        {{- end }}
        {{- if $receivers.name }}
        - { name: receivers, mountPath: /etc/identity-center/receivers, readOnly: true }
        {{- end }}
        {{- if $rules.name }}
        - { name: event-rules, mountPath: /etc/identity-center/rules, readOnly: true }
        {{- end }}
  {{- /* 288 is 0440: versions of YAML read what begins with a zero in two ways. */}}
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: 64Mi }
    {{- if $certificate }}
    - name: client-certificate
      secret: { secretName: {{ $certificate }}, defaultMode: 288 }
    {{- end }}
    {{- if $config.name }}
    - name: config
      secret:
        secretName: {{ $config.name }}
        defaultMode: 288
        items: [{ key: {{ $config.key }}, path: temporal.toml }]
    {{- end }}
    {{- if $ca.name }}
    - name: server-ca
      secret:
        secretName: {{ $ca.name }}
        items: [{ key: {{ $ca.key }}, path: ca.crt }]
    {{- end }}
    {{- if $receivers.name }}
    - name: receivers
      secret: { secretName: {{ $receivers.name }}, defaultMode: 288 }
    {{- end }}
    {{- if $rules.name }}
    - name: event-rules
      configMap: { name: {{ $rules.name }} }
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
