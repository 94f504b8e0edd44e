//! Partner units (共建单位): who gives, and often also asks.

use super::id::{AreaId, ContactId, UnitId};
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
    /// Its liaison (联络员).
    pub contact_id: Option<ContactId>,
    /// Counts the edits, so that two editors do not overwrite each other.
    pub version: i64,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
}
