"""The deployer's hand on a host: one program of the standard library, run in a container of the stack.

deploy/agent/program.py   runs there; it knows files, the proxies' sockets and HTTP, and no deploy
"""
