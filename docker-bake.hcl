# What is built, and how it is named. `docker buildx bake` builds both images with nothing set;
# `docker buildx bake --list=targets` and `--list=variables` list what there is. Every variable is read from the
# environment: `GIT_SHA=$(git rev-parse HEAD) docker buildx bake`. `make docker-build` sets them from the checkout.

variable "REGISTRY" {
  default     = ""
  description = "registry, and folder in it, of the images: ghcr.io/acme; empty: none"
}

variable "VERSION" {
  default     = "0.1.0"
  description = "version of the project, as in pyproject.toml"
}

variable "GIT_SHA" {
  default     = ""
  description = "commit that is built: git rev-parse HEAD; /version shows it and images are tagged with it"
  validation {
    condition     = GIT_SHA == "" || length(regexall("^[0-9A-Za-z_][0-9A-Za-z_.-]{0,127}$", GIT_SHA)) == 1
    error_message = "GIT_SHA must be a commit's hash; images are tagged with it, so it may hold letters, digits, _ . and - only."
  }
}

variable "LATEST" {
  default     = false
  description = "whether to tag `latest` too: for builds of the main branch only"
}

variable "SOURCE_DATE_EPOCH" {
  default     = ""
  description = "seconds since 1970 that all times in the images become: those of the commit; empty: now"
  validation {
    condition     = length(regexall("^[0-9]*$", SOURCE_DATE_EPOCH)) == 1
    error_message = "SOURCE_DATE_EPOCH must be whole seconds since 1970."
  }
}

variable "BASE_IMAGE" {
  default     = "python:3.11-slim"
  description = "image that all stages start from; name a digest to pin it"
}

variable "ATTEST" {
  default     = "auto"
  description = "whether to attest provenance and SBOM: true, false, or auto: provenance always, the SBOM, which takes many seconds, once GIT_SHA says that the image gets a name to publish"
  validation {
    condition     = contains(["auto", "true", "false"], ATTEST)
    error_message = "ATTEST must be auto, true or false."
  }
}

variable "BUILDER_ID" {
  default     = "https://github.com/finchat-sec-qa/finchat-sec-qa/blob/main/docker-bake.hcl"
  description = "URI of who builds, for the provenance"
}

variable "CA_BUNDLE" {
  default     = ""
  description = "file of certificates to trust beside the usual ones, while installing"
}

variable "PLATFORMS" {
  default     = ""
  description = "platforms to build for, with commas between: linux/amd64,linux/arm64; empty: this one"
}

variable "IMAGES" {
  default     = "dist/images"
  description = "folder that the group `release` writes OCI archives to"
}

variable "PUSH" {
  default     = false
  description = "whether the group `release` pushes to REGISTRY, in place of writing archives; not with the docker driver"
}

function "repository" {
  params = [image]
  result = "${REGISTRY == "" ? "" : "${trimsuffix(REGISTRY, "/")}/"}finchat-sec-qa-${image}"
}

function "named" {
  params = []
  result = GIT_SHA != "" && GIT_SHA != "unknown"
}

# By commit and version once the commit is known: a tag must say what is in the image.
function "published" {
  params = [image]
  result = !named() ? [] : compact([
    "${repository(image)}:${GIT_SHA}",
    "${repository(image)}:${VERSION}",
    LATEST ? "${repository(image)}:latest" : "",
  ])
}

function "facts" {
  params = [title]
  result = {
    "org.opencontainers.image.title"       = title
    "org.opencontainers.image.description" = "Answers questions about SEC filings and proves every answer from the stored filing."
    "org.opencontainers.image.source"      = "https://github.com/finchat-sec-qa/finchat-sec-qa"
    "org.opencontainers.image.licenses"    = "MIT"
    "org.opencontainers.image.revision"    = GIT_SHA == "" ? "unknown" : GIT_SHA
    "org.opencontainers.image.version"     = VERSION
    "org.opencontainers.image.base.name"   = BASE_IMAGE
  }
}

# What is published is attested in full; a build of a developer, who waits for it, without the scan of every file.
function "attested" {
  params = [published]
  result = ATTEST == "false" ? ["type=provenance,disabled=true"] : compact([
    "type=provenance,mode=max,builder-id=${BUILDER_ID}",
    published || ATTEST == "true" ? "type=sbom" : "",
  ])
}

# An index holds an image and its attestations; without these there is none to annotate.
function "annotated" {
  params = [title]
  result = [for key, value in facts(title) : "${ATTEST == "false" ? "manifest" : "index,manifest"}:${key}=${value}"]
}

group "default" {
  targets = ["api", "webapp"]
}

group "validate" {
  targets = ["dockerfile", "lint", "test"]
}

group "release" {
  targets = ["release-api", "release-webapp"]
}

target "_common" {
  context    = "."
  dockerfile = "docker/Dockerfile"
  platforms  = PLATFORMS == "" ? [] : split(",", PLATFORMS)
  args = {
    BASE_IMAGE        = BASE_IMAGE
    SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH == "" ? null : SOURCE_DATE_EPOCH
  }
  secret = compact(["id=pip_index_url,env=PIP_INDEX_URL", CA_BUNDLE == "" ? "" : "id=ca_bundle,src=${CA_BUNDLE}"])
}

target "_image" {
  inherits = ["_common"]
  args     = { GIT_SHA = GIT_SHA == "" ? "unknown" : GIT_SHA }
  attest   = attested(named())
}

target "api" {
  inherits    = ["_image"]
  description = "image of the HTTP API and the finchat command"
  target      = "api"
  tags        = concat(["finchat-sec-qa:api"], published("api"))
  labels      = facts("finchat-sec-qa-api")
  annotations = annotated("finchat-sec-qa-api")
}

target "webapp" {
  inherits    = ["_image"]
  description = "image of the web pages; speaks to the API only"
  target      = "webapp"
  tags        = concat(["finchat-sec-qa:webapp"], published("webapp"))
  labels      = facts("finchat-sec-qa-webapp")
  annotations = annotated("finchat-sec-qa-webapp")
}

# Only this way are the times of files in the layers those of the commit, so that the same commit gives the same
# bytes. The docker driver can rewrite them in an archive only; `docker load` and `docker push` keep what it holds.
function "released" {
  params = [image]
  result = [PUSH ? "type=image,push=true,oci-mediatypes=true,rewrite-timestamp=true"
  : "type=oci,dest=${IMAGES}/${image}.tar,rewrite-timestamp=true"]
}

target "release-api" {
  inherits    = ["api"]
  description = "the API's image, reproducible, as an OCI archive or pushed"
  tags        = published("api")
  attest      = attested(true)
  output      = released("api")
}

target "release-webapp" {
  inherits    = ["webapp"]
  description = "the web pages' image, reproducible, as an OCI archive or pushed"
  tags        = published("webapp")
  attest      = attested(true)
  output      = released("webapp")
}

target "dev" {
  inherits    = ["_common"]
  description = "image for work on a mounted checkout; compose.dev.yaml runs it"
  target      = "dev"
  tags        = ["finchat-sec-qa:dev"]
}

target "wheel" {
  inherits    = ["_common"]
  description = "the sdist and the wheel, written to dist/"
  target      = "wheel"
  output      = ["type=local,dest=dist"]
}

target "dockerfile" {
  inherits    = ["_common"]
  description = "checks of the Dockerfile by BuildKit; any finding fails"
  target      = "api"
  call        = "check"
}

# What no image may hold reaches these checks as contexts of their own.
target "_checks" {
  inherits = ["_common"]
  contexts = {
    benchmarks = "benchmarks"
    delivery   = "delivery"
    deploy     = "deploy"
    docs       = "docs"
    scripts    = "scripts"
    tests      = "tests"
  }
  output = ["type=cacheonly"]
}

target "lint" {
  inherits    = ["_checks"]
  description = "style, types and import contracts; leaves nothing but cache"
  target      = "lint"
}

target "test" {
  inherits    = ["_checks"]
  description = "unit and contract tests on the images' Python; leaves nothing but cache"
  target      = "test"
}
