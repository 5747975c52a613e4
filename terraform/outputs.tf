output "gateway_service" {
  description = "Inside the cluster the gateway answers here; the load balancer's address: kubectl -n kong get service kong-kong-proxy."
  value       = "http://kong-kong-proxy.${kubernetes_namespace_v1.platform["kong"].metadata[0].name}.svc.cluster.local"
}

output "overlays" {
  description = "What to apply next."
  value       = "kubectl apply -k eventing/overlays/${var.environment} && kubectl apply -k knative/overlays/${var.environment}"
}
