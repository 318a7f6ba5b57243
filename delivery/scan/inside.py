"""What the checks of images have in common: the same look at each image, and the missing ones named."""

from collections.abc import Callable

from delivery.scan.errors import NotCheckedError
from delivery.scan.image import Image
from delivery.scan.model import Missing, Outcome, Scope, joined


def each(scope: Scope, look: Callable[[Image], Outcome]) -> Outcome:
    """One outcome of a look at every image; an image that is not there or cannot be looked at is named."""
    if not scope.images:
        raise NotCheckedError("no image was named; --image REF names one")
    return joined([_one(image, look) for image in scope.images])


def _one(image: Image | Missing, look: Callable[[Image], Outcome]) -> Outcome:
    if isinstance(image, Missing):
        return Outcome(not_checked=(image.reason,))
    try:
        return look(image)
    except NotCheckedError as reason:
        return Outcome(not_checked=(f"{image.name}: {reason}",))
