"""Tests of the services that tests and benchmarks use."""
