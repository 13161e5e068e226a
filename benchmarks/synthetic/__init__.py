"""The synthetic lake that the benchmarks of the warehouse are made on."""
