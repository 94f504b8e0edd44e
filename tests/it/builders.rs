//! A small street to tell stories about: 朝阳街道 with two communities, and a second street beside it.

use crate::hub::{Hub, administrator};
use chrono::NaiveDate;
use gongjian_hub::domain::area::AreaKind;
use gongjian_hub::domain::id::{AreaId, UnitId};
use gongjian_hub::domain::unit::UnitKind;
use gongjian_hub::domain::viewer::{Actor, Viewer};
use gongjian_hub::store::area::{self, CodedArea, NewArea};
use gongjian_hub::store::contact::NewContact;
use gongjian_hub::store::unit::{self, UnitFacts};

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
            let new = NewArea { parent, kind: AreaKind::Community, name: name.into(), name_en: None };
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
            liaison: Some(NewContact { name: "王建国".into(), phone: "13000000001".into() }),
        };
        let on = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let id = unit::register(&mut tx, street, facts, &[street], on).await.unwrap();
        tx.commit().await.unwrap();
        (id, Viewer::local(Actor::Liaison { unit: id }))
    }
}
