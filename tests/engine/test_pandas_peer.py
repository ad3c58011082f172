"""The benchmark of the engine runs, and what pandas computes there is what we compute."""

from benchmarks import bench_engine


def test_the_benchmark_compares_the_same_numbers():
    # It stops where one number differs.
    found = {name for name, _, _ in bench_engine.figures(policies=2_000, rounds=1)}
    assert {"engine_pandas_vs_ours_cpu", "cube_10000_lookups"} <= found
