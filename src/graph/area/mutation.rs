use super::{Area, PlaceInput};
use crate::domain::area::AreaKind;
use crate::domain::id::Id as _;
use crate::domain::refusal::Code;
use crate::graph::mutation::{Mutation, mutate, parse, payload};
use crate::store::area::{self, NewArea};
use crate::store::conn::Tx;
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

payload! {
    /// What became of a change to an area.
    AreaPayload, area: Area
}

/// An area to be added below a street.
#[derive(InputObject, Debug)]
pub struct AddAreaInput {
    /// The area that it lies in.
    parent_id: ID,
    /// Its level: a community, a compound, a grid or a zone.
    kind: AreaKind,
    /// Its name, at most 120 characters, not yet taken in the same parent.
    name: String,
    /// An English gloss of the name.
    name_en: Option<String>,
    /// Where its middle is.
    place: Option<PlaceInput>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for AddAreaInput {
    const NAME: &'static str = "AddArea";
    const CODES: &'static [Code] = &[Code::BadInput, Code::AlreadyExists];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> crate::store::error::Result<Uuid> {
        let new = NewArea {
            parent: parse("parentId", &self.parent_id)?,
            kind: self.kind,
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            place: PlaceInput::read("place", self.place.as_ref())?,
        };
        Ok(area::add(tx, new).await?.uuid())
    }
}

/// Areas, to be changed.
#[derive(Default)]
pub struct AreaMutation;

#[Object]
impl AreaMutation {
    /// Adds a community, a compound, a grid or a zone below a street. For the street's coordinator.
    async fn add_area(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to add.")] input: AddAreaInput,
    ) -> Result<AreaPayload<AddAreaInput>, Error> {
        Ok(AreaPayload(mutate(ctx, input).await?))
    }
}
