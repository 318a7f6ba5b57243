"""What the agent of a deployed stack exports on its port, as Prometheus' job `deploy`.

One list, for the agent, for the rules and dashboards in docker/, and for the test that holds them together
(tests/integration/test_monitoring_names.py, tests/unit/deploy/test_agent_program.py).
"""

from typing import NamedTuple


class AgentMetric(NamedTuple):
    """A gauge: its name, what it says, and its labels. Moments are seconds since 1970."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


AGENT_METRICS = (
    AgentMetric("finchat_deploy_in_progress", "1 while a deploy, switch or rollback goes on"),
    AgentMetric("finchat_deploy_started_timestamp_seconds", "When the present one began; absent without"),
    AgentMetric("finchat_deploy_canary_percent", "Share of the requests that the canary gets, 0 to 100"),
    AgentMetric("finchat_deploy_active", "1 for the colour that serves", ("colour",)),
    AgentMetric(
        "finchat_deploy_image_created_timestamp_seconds", "When the image that serves was made", ("image",)
    ),
    AgentMetric("finchat_deploy_gate_refused", "1 where a check refused the last image", ("check",)),
    AgentMetric("finchat_deploy_last_success_timestamp_seconds", "When a deploy last succeeded"),
    AgentMetric(
        "finchat_deploy_certificate_expiry_timestamp_seconds", "When the certificate expires; with TLS only"
    ),
)
