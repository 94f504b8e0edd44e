//! A second solver, as plain as can be: every unit of the network is an arc, and the cheapest path is found
//! anew, by Bellman and Ford, until nothing is left to send.

use super::*;

struct Edge {
    from: usize,
    to: usize,
    room: u64,
    cost: i64,
}

#[derive(Default)]
struct Graph {
    nodes: usize,
    /// Each arc, and after it the same one backwards.
    edges: Vec<Edge>,
}

impl Graph {
    fn node(&mut self) -> usize {
        self.nodes += 1;
        self.nodes - 1
    }

    fn edge(&mut self, from: usize, to: usize, room: u64, cost: i64) {
        self.edges.push(Edge { from, to, room, cost });
        self.edges.push(Edge { from: to, to: from, room: 0, cost: -cost });
    }

    /// Sends all it can at the least cost, and returns that cost.
    fn send(&mut self, source: usize, sink: usize) -> i64 {
        let mut total = 0;
        while let Some((distance, path)) = self.cheapest(source, sink) {
            let units = path.iter().map(|&edge| self.edges[edge].room).min().unwrap();
            for edge in path {
                self.edges[edge].room -= units;
                self.edges[edge ^ 1].room += units;
            }
            total += distance * i64::try_from(units).unwrap();
        }
        total
    }

    fn cheapest(&self, source: usize, sink: usize) -> Option<(i64, Vec<usize>)> {
        let mut known: Vec<Option<(i64, usize)>> = vec![None; self.nodes];
        known[source] = Some((0, usize::MAX));
        let mut changed = true;
        while changed {
            changed = false;
            for (number, edge) in self.edges.iter().enumerate() {
                let Some((distance, _)) = known[edge.from] else { continue };
                let distance = distance + edge.cost;
                if edge.room > 0 && known[edge.to].is_none_or(|known| distance < known.0) {
                    known[edge.to] = Some((distance, number));
                    changed = true;
                }
            }
        }
        let mut path = Vec::new();
        let mut node = sink;
        while node != source {
            let (_, edge) = known[node]?;
            path.push(edge);
            node = self.edges[edge].from;
        }
        Some((known[sink]?.0, path))
    }
}

/// The least objective of a problem.
pub(super) fn least(problem: &Problem) -> i64 {
    let mut graph = Graph::default();
    let (source, sink) = (graph.node(), graph.node());
    let pools: Vec<usize> = problem.pools.iter().map(|_| graph.node()).collect();
    let groups: Vec<usize> = problem.groups.iter().map(|_| graph.node()).collect();
    let supplies: Vec<usize> = problem.supplies.iter().map(|_| graph.node()).collect();
    for (pool, &node) in problem.pools.iter().zip(&pools) {
        graph.edge(node, sink, u64::from(pool.capacity), 0);
    }
    for (group, &node) in problem.groups.iter().zip(&groups) {
        for step in &group.steps {
            graph.edge(node, sink, u64::from(step.units), i64::from(step.cost));
        }
        graph.edge(node, sink, 1 << 40, group.steps.last().map_or(0, |step| i64::from(step.cost)));
    }
    for (supply, &node) in problem.supplies.iter().zip(&supplies) {
        let to = pools.get(supply.pool as usize).copied().unwrap_or(sink);
        graph.edge(node, to, u64::from(supply.capacity), 0);
    }
    let mut start = 0;
    for (demand, &end) in problem.demands.iter().zip(&problem.ends) {
        let node = graph.node();
        graph.edge(source, node, u64::from(demand.quantity), 0);
        let to = groups.get(demand.group as usize).copied().unwrap_or(sink);
        graph.edge(node, to, u64::from(demand.quantity), i64::from(demand.penalty));
        for pair in &problem.pairs[start..end as usize] {
            graph.edge(node, supplies[pair.supply as usize], u64::from(pair.at_most), i64::from(pair.cost));
        }
        start = end as usize;
    }
    graph.send(source, sink)
}
