"""The services that stand behind a server, run here for tests and benchmarks: PostgreSQL, Redis, an S3-compatible store.

`make services` starts them on free loopback ports under this checkout's `var/services/`; `make services-stop` ends them.
`backing.addresses.addresses()` tells what is up. Nothing here is part of the product.
"""
