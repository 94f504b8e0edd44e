//! Where units leave the network, or come into it.

use super::{
    residual::{Kind, Residual},
    steps::{Way, clamped, put, put_many},
};

/// The end of a path: where units leave the network, or come into it.
#[derive(Clone, Copy)]
pub(super) struct Exit {
    pub cost: i64,
    pub room: u32,
}

impl Residual {
    /// The end of a path at a node, if there is room for one.
    pub fn exit(&self, node: usize, way: Way) -> Option<Exit> {
        let spare = |capacity: u32, load: u32| if way == Way::Push { capacity - load } else { load };
        let exit = match self.kind(node) {
            Kind::Group(group) => self.group_exit(group, way),
            _ if self.above(node).is_some() => return None,
            Kind::Demand(demand) => {
                let penalty = i64::from(self.problem.demands[demand].penalty);
                match way {
                    Way::Push => Exit { cost: penalty, room: u32::MAX },
                    Way::Pull => Exit { cost: -penalty, room: clamped(self.unmet[demand]) },
                }
            }
            Kind::Supply(supply) => {
                Exit { cost: 0, room: spare(self.problem.supplies[supply].capacity, self.loads[supply]) }
            }
            Kind::Pool(pool) => {
                let (size, load) = (self.pool_sizes[pool], self.pool_loads[pool]);
                Exit { cost: 0, room: clamped(if way == Way::Push { size - load } else { load }) }
            }
        };
        (exit.room > 0).then_some(exit)
    }

    /// The step that the next unmet unit of a group falls on, or from which the last one is taken.
    fn group_exit(&self, group: usize, way: Way) -> Exit {
        let load = self.group_loads[group];
        let mut begin = 0;
        let mut steps = self.problem.groups[group].steps.iter().peekable();
        while let Some(step) = steps.next() {
            let cost = i64::from(step.cost);
            let last = steps.peek().is_none();
            let end = if last { u64::MAX } else { begin + u64::from(step.units) };
            match way {
                Way::Push if load < end => return Exit { cost, room: clamped(end - load) },
                Way::Pull if load <= end => return Exit { cost: -cost, room: clamped(load - begin) },
                _ => begin = end,
            }
        }
        Exit { cost: 0, room: if way == Way::Push { u32::MAX } else { clamped(load) } }
    }

    /// Ends a path at a node. There must be room.
    pub fn leave(&mut self, node: usize, way: Way, exit: Exit, units: u32) {
        let more = way == Way::Push;
        match self.kind(node) {
            Kind::Demand(demand) => self.leave_unmet(demand, more, units),
            Kind::Supply(supply) => put(&mut self.loads[supply], more, units),
            Kind::Pool(pool) => put_many(&mut self.pool_loads[pool], more, units),
            Kind::Group(group) => {
                put_many(&mut self.group_loads[group], more, units);
                self.count(way.signed(exit.cost), more, units);
            }
        }
    }

    pub fn leave_unmet(&mut self, demand: usize, more: bool, units: u32) {
        put_many(&mut self.unmet[demand], more, units);
        self.count(i64::from(self.problem.demands[demand].penalty), more, units);
    }

    pub fn count(&mut self, cost: i64, more: bool, units: u32) {
        let cost = i128::from(cost) * i128::from(units);
        self.objective += if more { cost } else { -cost };
    }
}
