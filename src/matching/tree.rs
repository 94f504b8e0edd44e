//! A tree of areas or of categories, as far as it is needed: from each node upwards.

use crate::domain::area::Area;
use crate::domain::category::Category;
use crate::domain::id::{AreaId, CategoryId};
use std::collections::BTreeMap;

/// A node that knows its parent.
pub trait Branch {
    /// Names the nodes.
    type Id: Copy + Ord;
    /// Its id.
    fn id(&self) -> Self::Id;
    /// The node above; `None` at a root.
    fn parent(&self) -> Option<Self::Id>;
}

impl Branch for Area {
    type Id = AreaId;

    fn id(&self) -> AreaId {
        self.id
    }

    fn parent(&self) -> Option<AreaId> {
        self.parent_id
    }
}

impl Branch for Category {
    type Id = CategoryId;

    fn id(&self) -> CategoryId {
        self.id
    }

    fn parent(&self) -> Option<CategoryId> {
        self.parent_id
    }
}

/// Nodes by their ids. What lies above a node that is not there is unknown.
#[derive(Debug, Clone)]
pub struct Tree<T: Branch>(BTreeMap<T::Id, T>);

impl<T: Branch> Default for Tree<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Branch> FromIterator<T> for Tree<T> {
    fn from_iter<I: IntoIterator<Item = T>>(nodes: I) -> Self {
        Self(nodes.into_iter().map(|node| (node.id(), node)).collect())
    }
}

impl<T: Branch> Tree<T> {
    /// The node with this id.
    #[must_use]
    pub fn get(&self, id: T::Id) -> Option<&T> {
        self.0.get(&id)
    }

    /// All nodes, by id.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.values()
    }

    /// All nodes, by id, given away.
    pub fn into_nodes(self) -> impl Iterator<Item = T> {
        self.0.into_values()
    }

    /// The node and all above it, upwards.
    pub fn upwards(&self, id: T::Id) -> impl Iterator<Item = &T> {
        std::iter::successors(self.get(id), |node| self.get(node.parent()?))
    }

    /// How many steps lead up from a node to another; `None` where it does not lie below it.
    #[must_use]
    pub fn steps_up(&self, from: T::Id, to: T::Id) -> Option<usize> {
        self.upwards(from).position(|node| node.id() == to)
    }
}
