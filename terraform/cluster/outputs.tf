output "gateway_service" {
  description = "Inside the cluster the gateway answers here; outside at the shop's name."
  value       = "http://kong-kong-proxy.kong.svc.cluster.local"
}

output "prometheus" {
  description = "Where the canary asks: kubectl -n observability port-forward service/prometheus-operated 9090."
  value       = "http://prometheus-operated.observability.svc.cluster.local:9090"
}

output "next" {
  description = "What to apply next."
  value       = "kubectl apply -k eventing/overlays/${local.overlay} && eventing/kafka/share-credentials && kubectl apply -k knative/overlays/${local.overlay}"
}
