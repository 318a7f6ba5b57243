"""The gate: what an image must show before anything moves, by a policy, in one typed verdict.

`inspect` is the whole story (inspection.py); each check is a function of the opened image and the policy.
"""

from deploy.gate.errors import GateError, PolicyError
from deploy.gate.inspection import inspect
from deploy.gate.model import CHECKS, Check, Verdict
from deploy.gate.policy import Policy
from deploy.gate.policy import read as read_policy

__all__ = ["CHECKS", "Check", "GateError", "Policy", "PolicyError", "Verdict", "inspect", "read_policy"]
