"""Solves an instance of `gongjian bench matching` with another solver: peers.py FILE or-tools|highs|lemon.

Prints one line of JSON. See README.md.
"""

import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent


class Instance:
    def __init__(self, path):
        import numpy as np

        numbers = np.fromfile(path, dtype="<u4")
        needs, services, pairs = (int(count) for count in numbers[:3])
        parts = np.split(numbers[3:], np.cumsum([needs, needs, needs, services, pairs, pairs])[:6])
        self.quantity, self.penalty, self.ends, self.capacity, self.service, self.cost, self.at_most = (
            part.astype(np.int64) for part in parts
        )
        self.need = np.repeat(np.arange(needs), np.diff(self.ends, prepend=0))


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def or_tools(instance):
    """Needs, then services, then a node at which what is served and what is not come together."""
    import numpy as np
    from ortools.graph.python import min_cost_flow

    needs, services = len(instance.quantity), len(instance.capacity)
    end = needs + services
    built = time.process_time()
    flow = min_cost_flow.SimpleMinCostFlow()
    tails = [instance.need, np.arange(needs), needs + np.arange(services)]
    heads = [needs + instance.service, np.full(needs, end), np.full(services, end)]
    most = [instance.at_most, instance.quantity, instance.capacity]
    costs = [instance.cost, instance.penalty, np.zeros(services, dtype=np.int64)]
    flow.add_arcs_with_capacity_and_unit_cost(
        *(np.concatenate(part) for part in (tails, heads, most, costs))
    )
    supplies = np.concatenate([instance.quantity, np.zeros(services, dtype=np.int64), [-instance.quantity.sum()]])
    flow.set_nodes_supplies(np.arange(end + 1), supplies)
    build_s = time.process_time() - built
    wall, cpu = time.perf_counter(), time.process_time()
    status = flow.solve()
    spent = time.perf_counter() - wall, time.process_time() - cpu
    if status != flow.OPTIMAL:
        raise SystemExit(f"or-tools: {status}")
    return build_s, *spent, flow.optimal_cost()


def highs(instance):
    """The linear program; with whole numbers its optimum is whole."""
    import highspy
    import numpy as np

    needs, services, pairs = len(instance.quantity), len(instance.capacity), len(instance.service)
    built = time.process_time()
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = pairs + needs, needs + services
    program.col_cost_ = np.concatenate([instance.cost, instance.penalty]).astype(float)
    program.col_lower_ = np.zeros(pairs + needs)
    program.col_upper_ = np.concatenate([instance.at_most, instance.quantity]).astype(float)
    program.row_lower_ = np.concatenate([instance.quantity, np.zeros(services)]).astype(float)
    program.row_upper_ = np.concatenate([instance.quantity, instance.capacity]).astype(float)
    rows = np.empty(2 * pairs + needs, dtype=np.int32)
    rows[0 : 2 * pairs : 2], rows[1 : 2 * pairs : 2] = instance.need, needs + instance.service
    rows[2 * pairs :] = np.arange(needs)
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    starts = np.concatenate([np.arange(0, 2 * pairs, 2), 2 * pairs + np.arange(needs + 1)])
    program.a_matrix_.start_, program.a_matrix_.index_ = starts.astype(np.int32), rows
    program.a_matrix_.value_ = np.ones(len(rows))
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    build_s = time.process_time() - built
    wall, cpu = time.perf_counter(), time.process_time()
    solver.run()
    spent = time.perf_counter() - wall, time.process_time() - cpu
    return build_s, *spent, round(solver.getObjectiveValue())


def often(solver, instance):
    """Over and over for half a second, and the quickest counts, as with the hub's own solver."""
    begun, runs = time.perf_counter(), []
    while not runs or time.perf_counter() - begun < 0.5:
        runs.append(solver(instance))
    build_s, wall_s, cpu_s = (min(run[part] for run in runs) for part in range(3))
    return build_s, wall_s, cpu_s, runs[0][3]


def lemon(path):
    """Built once for each run; it measures itself."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "lemon"
        subprocess.run(["g++", "-O2", "-o", program, HERE / "lemon.cpp"], check=True)
        return json.loads(subprocess.run([program, path], check=True, capture_output=True).stdout)


def main():
    path, peer = sys.argv[1:]
    if peer == "lemon":
        print(json.dumps(lemon(path)))
        return
    # The libraries are read first, so that they do not count as memory that the solving takes; some print a greeting, which
    # must not be taken for the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    importlib.import_module({"or-tools": "ortools.graph.python.min_cost_flow", "highs": "highspy"}[peer])
    instance = Instance(path)
    before = peak_mib()
    build_s, wall_s, cpu_s, objective = often({"or-tools": or_tools, "highs": highs}[peer], instance)
    told = {"build_s": build_s, "wall_s": wall_s, "cpu_s": cpu_s, "objective": int(objective)}
    print(json.dumps({**told, "memory_mib": peak_mib() - before}), file=answer)


if __name__ == "__main__":
    main()
