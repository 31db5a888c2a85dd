"""`python -m bench [NAME …] [--json]`: measure, as ratios against a limit or peer."""

import argparse
import importlib
import json
import sys
from collections.abc import Callable

MODULES = {
    "submit-sqlite": "bench.submit_sqlite",
    "submit-postgres": "bench.submit_postgres",
    "scaling": "bench.scaling",
    "http": "bench.http",
    "nodes": "bench.nodes",
    "append-memory": "bench.append_memory",
    "audit": "bench.audit_speed",
    "state-root": "bench.state_root",
    "audit-million": "bench.audit_million",
    "rebuild": "bench.rebuild",
    "certificate": "bench.certificate",
    "overlap": "bench.overlap",
    "publish": "bench.publish",
    "proofs": "bench.proofs",
    "volume": "bench.volume",
    "verification": "bench.verification",
}


def main() -> int:
    """Run the named benchmarks, or all."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MODULES], metavar="NAME")
    parser.add_argument("--json", action="store_true", help="one JSON object per benchmark")
    asked = parser.parse_args()
    for name in asked.names or MODULES:
        sys.stderr.write(f"{name} …\n")
        run: Callable[[], dict[str, object]] = importlib.import_module(MODULES[name]).run
        result = run()
        if asked.json:
            sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(f"{result['name']}: {result['ratio']} of {result['against']}\n")
            figures = result["figures"]
            if isinstance(figures, dict):
                sys.stdout.writelines(f"    {key}: {value}\n" for key, value in figures.items())
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
