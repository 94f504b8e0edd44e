//! A small street to tell stories about: 朝阳街道 with two communities, and a second street beside it.

pub mod live;
pub mod matches;
pub mod matching;
pub mod needs;
pub mod runs;
mod services;
pub mod subgraphs;
pub mod two_worlds;

use crate::hub::{Hub, administrator, monday};
use chrono::{NaiveDate, TimeDelta};
use gongjian_hub::domain::area::AreaKind;
use gongjian_hub::domain::id::{AreaId, CategoryId, Id as _, NeedId, ServiceId, UnitId};
use gongjian_hub::domain::need::{Source, Terms, Urgency};
use gongjian_hub::domain::place::Place;
use gongjian_hub::domain::service::{Measure, Mode, TargetGroup, TargetGroups};
use gongjian_hub::domain::unit::UnitKind;
use gongjian_hub::domain::viewer::{Actor, Viewer};
use gongjian_hub::store::area::{self, CodedArea, NewArea};
use gongjian_hub::store::contact::NewContact;
use gongjian_hub::store::need::{self, NeedFacts};
use gongjian_hub::store::service::{self, NewCapacity, ServiceFacts};
use gongjian_hub::store::unit::{self, UnitFacts};
use uuid::Uuid;

/// Two streets of one district, and who works there.
pub struct Streets {
    pub street: AreaId,
    pub community: AreaId,
    pub other_community: AreaId,
    pub far_street: AreaId,
    pub far_community: AreaId,
    pub coordinator: Viewer,
    pub staff: Viewer,
    pub far_coordinator: Viewer,
    pub far_staff: Viewer,
}

impl Hub {
    /// Adds the two streets.
    pub async fn streets(&self) -> Streets {
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        for (code, name, kind, parent) in [
            ("43", "湖南省", AreaKind::Province, None),
            ("4301", "长沙市", AreaKind::City, Some("43")),
            ("430102", "芙蓉区", AreaKind::District, Some("4301")),
            ("430102002", "朝阳街街道", AreaKind::Street, Some("430102")),
            ("430102003", "韭菜园街道", AreaKind::Street, Some("430102")),
        ] {
            let coded = CodedArea {
                code: code.into(),
                name: name.into(),
                kind,
                parent: parent.map(ToOwned::to_owned),
            };
            area::import_level(&mut tx, &[coded]).await.unwrap();
        }
        let street = area::by_code(&mut tx, "430102002").await.unwrap().unwrap().id;
        let far_street = area::by_code(&mut tx, "430102003").await.unwrap().unwrap().id;
        let mut communities = Vec::new();
        for (parent, name) in [(street, "人民新村社区"), (street, "二里牌社区"), (far_street, "乐道古巷社区")]
        {
            let place = Place::default();
            let new = NewArea { parent, kind: AreaKind::Community, name: name.into(), name_en: None, place };
            communities.push(area::add(&mut tx, new).await.unwrap());
        }
        tx.commit().await.unwrap();
        let [community, other_community, far_community] = communities[..] else { unreachable!() };
        let staff = |street, community| Viewer::local(Actor::Staff { street, community });
        Streets {
            street,
            community,
            other_community,
            far_street,
            far_community,
            coordinator: Viewer::local(Actor::Coordinator { street }),
            staff: staff(street, community),
            far_coordinator: Viewer::local(Actor::Coordinator { street: far_street }),
            far_staff: staff(far_street, far_community),
        }
    }

    /// Registers a unit that has checked in at its street, and gives back its liaison too.
    pub async fn unit(&self, street: AreaId, name: &str) -> (UnitId, Viewer) {
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        let facts = UnitFacts {
            kind: UnitKind::PublicInstitution,
            name: name.into(),
            name_en: None,
            credit_code: None,
            address: None,
            place: Place::default(),
            liaison: Some(NewContact { name: "王建国".into(), phone: "13000000001".into() }),
        };
        let on = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let id = unit::register(&mut tx, street, facts, &[street], on).await.unwrap();
        tx.commit().await.unwrap();
        (id, Viewer::local(Actor::Liaison { unit: id }))
    }
}

/// A category of the standard tree.
pub fn category(code: &str) -> CategoryId {
    CategoryId::new(Uuid::new_v5(&Uuid::NAMESPACE_OID, code.as_bytes()))
}

/// What most needs of the stories have in common: 10 sessions against fraud, wanted in March.
pub fn need_facts(title: &str) -> NeedFacts {
    NeedFacts {
        category: category("safety.anti_fraud"),
        title: title.into(),
        title_en: None,
        description: None,
        target_groups: TargetGroups::from_iter([TargetGroup::Everyone]),
        urgency: Urgency::Normal,
        source: Source::Visit,
        measure: Measure::Sessions,
        quantity: 10,
        terms: Terms::default(),
        starts_at: monday() + TimeDelta::days(7),
        ends_at: monday() + TimeDelta::days(28),
        contact: Some(NewContact { name: "张桂兰".into(), phone: "13000000003".into() }),
    }
}

/// What most services of the stories have in common: talks against fraud, for everyone, at any time.
pub fn service_facts(title: &str, coverage: AreaId) -> ServiceFacts {
    ServiceFacts {
        category: category("safety.anti_fraud"),
        mode: Mode::Expertise,
        title: title.into(),
        title_en: None,
        description: None,
        target_groups: TargetGroups::from_iter([TargetGroup::Everyone]),
        eligibility: None,
        coverage: vec![coverage],
        lead_time_days: 0,
    }
}

/// Capacity for the whole year of the stories.
pub fn year(total: i64) -> NewCapacity {
    let starts_at = monday() - TimeDelta::days(60);
    NewCapacity { starts_at, ends_at: starts_at + TimeDelta::days(365), measure: Measure::Sessions, total }
}

impl Hub {
    /// Adds a draft need of a community.
    pub async fn draft_need(&self, area: AreaId, facts: NeedFacts) -> NeedId {
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        let id = need::add(&mut tx, area, None, facts).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Adds a draft service of a unit with capacity for the year.
    pub async fn draft_service(&self, unit: UnitId, facts: ServiceFacts, total: i64) -> ServiceId {
        let mut tx = self.store.begin(&administrator()).await.unwrap();
        let id = service::add(&mut tx, unit, facts, &[year(total)], &[]).await.unwrap();
        tx.commit().await.unwrap();
        id
    }
}
