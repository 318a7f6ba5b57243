"""Every check of the scan, in the order they are reported."""

from datetime import datetime

from delivery.scan.debian import DebianPackages
from delivery.scan.dependencies import Dependencies
from delivery.scan.dockerfile import BuildChecks, Hadolint
from delivery.scan.image_files import ImageFiles
from delivery.scan.image_settings import ImageSettings
from delivery.scan.image_users import ImageUsers
from delivery.scan.model import Check
from delivery.scan.python_code import Bandit, RuffSecurity
from delivery.scan.secrets import Secrets
from delivery.scan.trivy import Trivy
from delivery.scan.workflows import Schemas, Zizmor

IMAGE_CHECKS = {"trivy", "debian", "image-files", "image-users", "image-settings"}


def every_check(now: datetime) -> tuple[Check, ...]:
    """All checks, as of `now` (aware)."""
    return (
        Dependencies(), Bandit(), RuffSecurity(), Secrets(), Hadolint(), BuildChecks(), Zizmor(), Schemas(),
        Trivy(), DebianPackages(now), ImageFiles(), ImageUsers(), ImageSettings(),
    )  # fmt: skip
