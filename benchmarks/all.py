"""All benchmarks, one after another, each in a process of its own: `make bench`."""

import subprocess
import sys

MODULES = (
    "benchmarks.classify",
    "benchmarks.line",
    "benchmarks.search",
    "benchmarks.month",
    "benchmarks.latency",
)


def main() -> None:
    """Runs them and fails when one of them does."""
    codes = []
    for module in MODULES:
        print(f"== {module}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", module], check=False).returncode)
    sys.exit(max(codes))


if __name__ == "__main__":
    main()
