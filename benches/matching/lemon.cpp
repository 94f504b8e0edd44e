// Solves an instance of `gongjian bench matching` with LEMON's network simplex. See README.md.

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>
#include <sys/resource.h>
#include <vector>

using Graph = lemon::SmartDigraph;
using Numbers = std::vector<std::uint32_t>;

static Numbers read(std::FILE *file, std::size_t count) {
    Numbers numbers(count);
    if (std::fread(numbers.data(), 4, count, file) != count) throw "the instance is cut short";
    return numbers;
}

static double peak_mib() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss / 1024.0;
}

static double seconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int, char **arguments) {
    std::FILE *file = std::fopen(arguments[1], "rb");
    if (!file) return 1;
    Numbers counts = read(file, 3);
    std::size_t needs = counts[0], services = counts[1], pairs = counts[2];
    Numbers quantity = read(file, needs), penalty = read(file, needs), ends = read(file, needs);
    Numbers capacity = read(file, services);
    Numbers service = read(file, pairs), cost = read(file, pairs), at_most = read(file, pairs);
    double before = peak_mib(), built = seconds(CLOCK_PROCESS_CPUTIME_ID);

    Graph graph;
    graph.reserveNode(needs + services + 1);
    graph.reserveArc(pairs + needs + services);
    for (std::size_t node = 0; node < needs + services + 1; ++node) graph.addNode();
    Graph::ArcMap<std::int64_t> most(graph), costs(graph);
    Graph::NodeMap<std::int64_t> supply(graph, 0);
    std::size_t end = needs + services;
    auto add = [&](std::size_t from, std::size_t to, std::int64_t room, std::int64_t price) {
        Graph::Arc arc = graph.addArc(graph.nodeFromId(from), graph.nodeFromId(to));
        most[arc] = room;
        costs[arc] = price;
    };
    std::int64_t all = 0;
    for (std::size_t need = 0, pair = 0; need < needs; ++need) {
        for (; pair < ends[need]; ++pair) add(need, needs + service[pair], at_most[pair], cost[pair]);
        add(need, end, quantity[need], penalty[need]);
        supply[graph.nodeFromId(need)] = quantity[need];
        all += quantity[need];
    }
    for (std::size_t place = 0; place < services; ++place) add(needs + place, end, capacity[place], 0);
    supply[graph.nodeFromId(end)] = -all;
    lemon::NetworkSimplex<Graph, std::int64_t, std::int64_t> simplex(graph);
    simplex.upperMap(most).costMap(costs).supplyMap(supply);

    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (simplex.run() != simplex.OPTIMAL) return 2;
    double wall_s = seconds(CLOCK_MONOTONIC) - wall, cpu_s = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    std::printf("{\"build_s\": %.6f, \"wall_s\": %.6f, \"cpu_s\": %.6f, \"objective\": %lld, \"memory_mib\": %.3f}\n",
                cpu - built, wall_s, cpu_s, static_cast<long long>(simplex.totalCost()), peak_mib() - before);
}
