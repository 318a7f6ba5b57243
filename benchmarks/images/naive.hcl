# Both naive images, with what our own are named after and without attestations. Paths are those of a checkout.
group "default" {
  targets = ["api", "webapp"]
}

target "api" {
  dockerfile = "benchmarks/images/naive-api.Dockerfile"
  attest     = ["type=provenance,disabled=true"]
}

target "webapp" {
  dockerfile = "benchmarks/images/naive-webapp.Dockerfile"
  attest     = ["type=provenance,disabled=true"]
}
