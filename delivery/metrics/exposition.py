"""The last build in Prometheus' text format, for a node exporter's textfile folder or a push gateway."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from delivery.metrics.record import Image, Record


def exposition(record: Record) -> bytes:
    """The record's figures; what is not known has no sample, rather than a zero."""
    registry = CollectorRegistry()
    _build(registry, record)
    _sizes(registry, record)
    _packages(registry, record)
    _vulnerabilities(registry, record)
    return generate_latest(registry)


def _gauge(registry: CollectorRegistry, name: str, says: str, *labels: str) -> Gauge:
    return Gauge(name, says, labels, registry=registry)


def _build(registry: CollectorRegistry, record: Record) -> None:
    info = _gauge(registry, "finchat_build_info", "What was built", "revision", "version", "machine")
    info.labels(record.revision, record.version, record.machine).set(1)
    started = _gauge(registry, "finchat_build_started_timestamp_seconds", "When the build began")
    started.set(record.started.timestamp())
    _gauge(registry, "finchat_build_duration_seconds", "Wall time of the build").set(record.seconds)
    seconds = _gauge(registry, "finchat_build_stage_duration_seconds", "Time in which a stage ran", "stage")
    steps = _gauge(registry, "finchat_build_stage_steps", "Steps of a stage", "stage", "cached")
    for name, stage in record.stages.items():
        seconds.labels(name).set(stage.seconds)
        steps.labels(name, "true").set(stage.cached)
        steps.labels(name, "false").set(stage.steps - stage.cached)


def _sizes(registry: CollectorRegistry, record: Record) -> None:
    compressed = _gauge(registry, "finchat_image_compressed_bytes", "Compressed size", "image")
    above = _gauge(registry, "finchat_image_above_base_bytes", "Compressed size without the base", "image")
    unpacked = _gauge(registry, "finchat_image_unpacked_bytes", "Size of all files", "image")
    layers = _gauge(
        registry,
        "finchat_image_layer_compressed_bytes",
        "Compressed size of a layer",
        "image",
        "layer",
        "base",
    )
    for name, image in record.images.items():
        compressed.labels(name).set(image.compressed)
        unpacked.labels(name).set(image.unpacked)
        if image.above_base is not None:
            above.labels(name).set(image.above_base)
        for number, layer in enumerate(image.layers):
            base = "unknown" if layer.base is None else str(layer.base).lower()
            layers.labels(name, str(number), base).set(layer.compressed)


def _packages(registry: CollectorRegistry, record: Record) -> None:
    packages = _gauge(registry, "finchat_image_packages", "Installed packages", "image", "kind")
    attested = _gauge(registry, "finchat_image_sbom_attested", "1 when its SBOM lists packages", "image")
    listed = _gauge(registry, "finchat_image_sbom_packages", "Packages that its SBOM lists", "image")
    for name, image in record.images.items():
        packages.labels(name, "python").set(image.python_packages)
        packages.labels(name, "debian").set(image.debian_packages)
        attested.labels(name).set(bool(image.sbom))
        _known(listed, name, image)


def _known(listed: Gauge, name: str, image: Image) -> None:
    if image.sbom is not None:
        listed.labels(name).set(image.sbom)


def _vulnerabilities(registry: CollectorRegistry, record: Record) -> None:
    gauge = _gauge(registry, "finchat_build_vulnerabilities", "Known vulnerabilities", "check", "severity")
    for source, counts in record.vulnerabilities.items():
        for severity, count in (counts or {}).items():
            gauge.labels(source, severity).set(count)
