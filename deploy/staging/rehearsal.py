"""The release is deployed once more, beside itself and under load, as in production: nothing may be lost.

Afterwards both colours hold the release, which the other checks count on.
"""

from deploy import story
from deploy.staging.limits import Rate
from deploy.staging.load.run import running
from deploy.staging.loads import failures
from deploy.staging.model import Found
from deploy.staging.site import Site


def rehearse(site: Site, limits: Rate) -> Found:
    """Deploy and count. Raises DeployError when the deploy fails: the reason is its own."""
    gate = site.state().gate
    with running(site, limits) as load:
        event = story.deploy(site.host, site.release, gate)
        load.stop()
        result = load.result()
    figures = {**result.figures(), "deploy_seconds": event.seconds}
    told = (
        f"{event.colour} serves after {event.seconds:g} s; {len(result.failed)} of {len(result.requests)} "
        f"requests failed, the longest gap was {result.worst_gap:.2f} s"
    )
    return Found(told, tuple(failures(result, limits.most_failed)), figures, result.charts())
