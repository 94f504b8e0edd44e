//! Areas (区划): the administrative tree from provinces down to grids and compounds.

use super::id::AreaId;
use super::place::Place;
use super::text::text_enum;
use chrono::{DateTime, Utc};

text_enum! {
    /// The level of an area in the administrative tree.
    pub enum AreaKind {
        /// A province, an autonomous region or a municipality.
        Province = "province", "省", "province";
        /// A prefecture-level city.
        City = "city", "市", "city";
        /// A district or a county.
        District = "district", "区县", "district";
        /// A street or a town: the lowest level with an official code here.
        Street = "street", "街道", "street";
        /// A residents' or villagers' community.
        Community = "community", "社区", "community";
        /// A residential compound.
        Compound = "compound", "小区", "compound";
        /// A grid: the smallest patch with a grid worker of its own.
        Grid = "grid", "网格", "grid";
        /// A planning zone or a street of shops that is no level of the administration.
        Zone = "zone", "片区", "zone";
    }
}

impl AreaKind {
    /// Whether an area of this kind may lie directly inside one of the other.
    #[must_use]
    pub fn may_lie_in(self, parent: Self) -> bool {
        match self {
            Self::Province => false,
            Self::City => parent == Self::Province,
            Self::District => parent == Self::City,
            Self::Street => parent == Self::District,
            Self::Community => parent == Self::Street,
            Self::Compound | Self::Grid => matches!(parent, Self::Community | Self::Zone | Self::Compound),
            Self::Zone => matches!(parent, Self::Street | Self::Community | Self::Zone),
        }
    }
}

/// A node of the administrative tree.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Area {
    /// Its id.
    pub id: AreaId,
    /// The area that it lies in; `None` for a province.
    pub parent_id: Option<AreaId>,
    /// The street that it is or lies in; `None` above the streets.
    pub street_id: Option<AreaId>,
    /// The community that it is or lies in; `None` above the communities.
    pub community_id: Option<AreaId>,
    /// Its level.
    pub kind: AreaKind,
    /// Its official division code, where one exists: 2, 4, 6 or 9 digits.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// An English gloss of the name.
    pub name_en: Option<String>,
    /// Where its middle is.
    #[sqlx(flatten)]
    pub place: Place,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}
