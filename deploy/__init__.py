"""Brings images to hosts: blue-green, checked before anything moves. `python -m deploy --help`.

deploy/gate/      what an image must show before it is let in
deploy/stack/     what runs on a host: proxies, colours, Prometheus
"""
