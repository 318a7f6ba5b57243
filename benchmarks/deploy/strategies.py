"""The same load on two plain ways to bring a new image out, for comparison: no second proxy, no watch."""

import json
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.common import free_port
from benchmarks.deploy import images
from benchmarks.deploy.address import published
from benchmarks.deploy.users import users

Say = Callable[[str], None]
PROXY = """
global
  maxconn 4000
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
{ways}
"""
WAY = """
listen {name}
  bind :{port}
  option httpchk GET /health
  default-server check inter 1s fall 2 rise 1 init-addr last,libc,none resolvers docker
  server one one-{name}:{port}
  server two two-{name}:{port}
"""
RESOLVERS = """
resolvers docker
  nameserver dns 127.0.0.11:53
  hold valid 1s
"""


def recreate(count: int, rate: float, say: Say) -> dict[str, Any]:
    """`docker compose up --force-recreate` of API and pages, published directly."""
    with _project({"api": "api", "webapp": "webapp"}, proxy=False) as (up, addresses):
        with users(*addresses, rate) as running:
            time.sleep(2)
            for number in range(count):
                up("--force-recreate", "api", "webapp")
                say(f"recreate {number + 1} of {count}")
            time.sleep(2)
        return {"deploys": count, **running.figures}


def rolling(count: int, rate: float, say: Say) -> dict[str, Any]:
    """Two replicas of each behind one proxy that checks their health; one after the other is made anew."""
    replicas = {
        f"{which}-{kind}": image
        for which in ("one", "two")
        for kind, image in (("api", "api"), ("web", "webapp"))
    }
    with _project(replicas, proxy=True) as (up, addresses):
        with users(*addresses, rate) as running:
            time.sleep(2)
            for number in range(count):
                for which in ("one", "two"):
                    up("--force-recreate", "--no-deps", f"{which}-api", f"{which}-web")
                say(f"rolling update {number + 1} of {count}")
            time.sleep(2)
        return {"deploys": count, **running.figures}


@contextmanager
def _project(
    services: dict[str, str], *, proxy: bool
) -> Iterator[tuple[Callable[..., None], tuple[str, str]]]:
    """A compose project of our images; gives `up` and the addresses of API and pages."""
    name = f"finchat-bench-{uuid.uuid4().hex[:6]}"
    ports = {"api": (free_port(), 8000), "webapp": (free_port(), 5000)}
    release = images.good()
    made: dict[str, Any] = {"services": {}, "volumes": {"data": {}}}
    for service, kind in services.items():
        made["services"][service] = _service(kind, getattr(release, kind), "proxy" if proxy else "api")
        if not proxy:
            outer, inner = ports[kind]
            made["services"][service]["ports"] = [f"{published()}:{outer}:{inner}"]
    if proxy:
        made["services"]["proxy"] = _proxy(ports)

    def up(*arguments: str) -> None:
        command = ["docker", "compose", "-p", name, "-f", "-", "up", "--detach", "--wait", *arguments]
        subprocess.run(command, input=json.dumps(made), text=True, capture_output=True, check=True)

    try:
        up()
        first = next(service for service, kind in services.items() if kind == "api")
        command = ["docker", "exec", f"{name}-{first}-1", "finchat", "ingest", "--samples"]
        subprocess.run(command, capture_output=True, check=True)
        yield up, (f"http://{published()}:{ports['api'][0]}", f"http://{published()}:{ports['webapp'][0]}")
    finally:
        down = ["docker", "compose", "-p", name, "-f", "-", "down", "--volumes", "--timeout", "5"]
        subprocess.run(down, input=json.dumps(made), text=True, capture_output=True, check=False)


def _service(kind: str, image: str, api: str) -> dict[str, Any]:
    """`api` is the name by which the pages reach the API."""
    if kind == "webapp":
        return {
            "image": image,
            "environment": {"FINCHAT_API_URL": f"http://{api}:8000"},
            "networks": {"default": {}},
        }
    return {
        "image": image,
        "environment": {"FINCHAT_API_ANONYMOUS": "true", "FINCHAT_API_RATE": "1000000/second"},
        "volumes": ["data:/var/lib/finchat"],
        "networks": {"default": {}},
    }


def _proxy(ports: dict[str, tuple[int, int]]) -> dict[str, Any]:
    ways = RESOLVERS + "".join(
        WAY.format(name=name, port=port) for name, port in (("api", 8000), ("web", 5000))
    )
    return {
        "image": "haproxy:3.0",
        "entrypoint": [
            "sh",
            "-c",
            'printf "%s" "$$CONFIG" > /tmp/haproxy.cfg && exec haproxy -db -f /tmp/haproxy.cfg',
        ],
        "environment": {"CONFIG": PROXY.format(ways=ways)},
        "ports": [f"{published()}:{outer}:{inner}" for outer, inner in ports.values()],
    }
