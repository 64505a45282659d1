"""One script per promise of speed, measured beside a peer or a physical limit in the same run: `make bench [NAME=forms]`."""
