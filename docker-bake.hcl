# `docker buildx bake` builds both images with nothing set; `docker buildx bake --list=targets` lists the rest.

variable "REGISTRY" {
  default     = ""
  description = "where images are pushed, with a / at its end; empty keeps them local"
}

variable "VERSION" {
  default     = "0.1.0"
  description = "version of the project, as in pyproject.toml"
}

variable "GIT_SHA" {
  default     = "unknown"
  description = "commit that is built; /version shows it and images are tagged with it"
}

variable "BASE_IMAGE" {
  default     = "python:3.11-slim"
  description = "image that all stages start from; name a digest to pin it"
}

function "tags" {
  params = [image]
  result = compact([
    "finchat-sec-qa:${image}",
    GIT_SHA == "unknown" ? "" : "${REGISTRY}finchat-sec-qa-${image}:${GIT_SHA}",
    GIT_SHA == "unknown" ? "" : "${REGISTRY}finchat-sec-qa-${image}:${VERSION}",
  ])
}

group "default" {
  targets = ["api", "webapp"]
}

target "_common" {
  dockerfile = "docker/Dockerfile"
  args = {
    BASE_IMAGE = BASE_IMAGE
    GIT_SHA    = GIT_SHA
  }
  labels = {
    "org.opencontainers.image.source"   = "https://github.com/finchat-sec-qa/finchat-sec-qa"
    "org.opencontainers.image.licenses" = "MIT"
    "org.opencontainers.image.revision" = GIT_SHA
    "org.opencontainers.image.version"  = VERSION
  }
  attest = ["type=provenance,mode=max", "type=sbom"]
}

target "api" {
  inherits    = ["_common"]
  description = "the HTTP API and the finchat command"
  target      = "api"
  tags        = tags("api")
}

target "webapp" {
  inherits    = ["_common"]
  description = "the web pages; speaks to the API only"
  target      = "webapp"
  tags        = tags("webapp")
}
