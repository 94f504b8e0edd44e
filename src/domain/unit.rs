//! Partner units (共建单位): who gives, and often also asks.

use super::id::{AreaId, ContactId, UnitCapacityId, UnitId};
use super::place::Place;
use super::service::Measure;
use super::text::text_enum;
use chrono::{DateTime, Utc};

text_enum! {
    /// What kind of organisation a unit is.
    pub enum UnitKind {
        /// A government organ.
        GovernmentOrgan = "government_organ", "机关", "government organ";
        /// A public institution.
        PublicInstitution = "public_institution", "事业单位", "public institution";
        /// An enterprise owned by the state.
        StateEnterprise = "state_enterprise", "国有企业", "state enterprise";
        /// A private enterprise.
        PrivateEnterprise = "private_enterprise", "民营企业", "private enterprise";
        /// A social organisation.
        SocialOrganisation = "social_organisation", "社会组织", "social organisation";
        /// A school.
        School = "school", "学校", "school";
        /// A property company.
        PropertyCompany = "property_company", "物业公司", "property company";
        /// A team of volunteers.
        VolunteerTeam = "volunteer_team", "志愿服务队", "volunteer team";
        /// A street office, which offers services of its own.
        StreetOffice = "street_office", "街道办事处", "street office";
        /// A community, which offers services of its own.
        Community = "community", "社区居委会", "community";
    }
}

/// An organisation that offers services, or asks for some, or both.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PartnerUnit {
    /// Its id.
    pub id: UnitId,
    /// The street that registered it.
    pub street_id: AreaId,
    /// What kind of organisation it is.
    pub kind: UnitKind,
    /// Its name.
    pub name: String,
    /// An English gloss of the name.
    pub name_en: Option<String>,
    /// Its unified social credit code (GB 32100), 18 characters.
    pub credit_code: Option<String>,
    /// Its address.
    pub address: Option<String>,
    /// Where it is.
    #[sqlx(flatten)]
    pub place: Place,
    /// Its liaison (联络员).
    pub contact_id: Option<ContactId>,
    /// Counts the edits, so that two editors do not overwrite each other.
    pub version: i64,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
}

/// A line of what a unit can do in all within a window, whatever its services.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UnitCapacity {
    /// Its id.
    pub id: UnitCapacityId,
    /// The unit.
    pub unit_id: UnitId,
    /// When the window begins.
    pub starts_at: DateTime<Utc>,
    /// When the window ends, itself outside.
    pub ends_at: DateTime<Utc>,
    /// What it is counted in.
    pub measure: Measure,
    /// How much there is in all.
    pub total: i64,
    /// How much is held by suggestions and proposals that are not answered yet.
    pub held: i64,
    /// How much is promised or already used.
    pub committed: i64,
}

impl UnitCapacity {
    /// How much is left.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.total - self.held - self.committed
    }
}
