//! Where things are.

use super::AreaPayload;
use crate::domain::id::Id as _;
use crate::domain::place;
use crate::domain::refusal::Code;
use crate::graph::mutation::{Mutation, mutate, parse};
use crate::store::area::set_place;
use crate::store::conn::Tx;
use crate::store::error::Result as Done;
use async_graphql::{Context, Error, ID, InputObject, Object, SimpleObject};
use uuid::Uuid;

/// Where something is (WGS 84).
#[derive(SimpleObject)]
pub struct Place {
    /// Degrees north of the equator, times a million: a whole number.
    latitude: i64,
    /// Degrees east of Greenwich, times a million: a whole number.
    longitude: i64,
}

impl Place {
    /// The place, where it is known.
    #[must_use]
    pub fn of(place: place::Place) -> Option<Self> {
        place.known().map(|(latitude, longitude)| Self { latitude, longitude })
    }
}

/// Where something is (WGS 84).
#[derive(InputObject, Debug)]
pub struct PlaceInput {
    /// Degrees north of the equator, times a million: a whole number from -90,000,000 to 90,000,000.
    latitude: i64,
    /// Degrees east of Greenwich, times a million: a whole number from -180,000,000 to 180,000,000.
    longitude: i64,
}

impl PlaceInput {
    /// The place that an optional input means.
    ///
    /// # Errors
    /// [`Code::BadNumber`] where there is no such point.
    pub fn read(field: &str, given: Option<&Self>) -> Done<place::Place> {
        let Some(given) = given else { return Ok(place::Place::default()) };
        Ok(place::Place::new(field, given.latitude, given.longitude)?)
    }
}

/// An area, and where its middle is.
#[derive(InputObject, Debug)]
pub struct SetAreaPlaceInput {
    /// The area.
    id: ID,
    /// Where its middle is; left out, nobody knows.
    place: Option<PlaceInput>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
}

impl Mutation for SetAreaPlaceInput {
    const NAME: &'static str = "SetAreaPlace";
    const CODES: &'static [Code] = &[];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let place = PlaceInput::read("place", self.place.as_ref())?;
        Ok(set_place(tx, parse("id", &self.id)?, place).await?.uuid())
    }
}

/// Where areas are, to be told.
#[derive(Default)]
pub struct AreaPlaceMutation;

#[Object]
impl AreaPlaceMutation {
    /// Says where the middle of an area is. For the street's coordinator, above the streets for the administrator.
    async fn set_area_place(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which area, and where it is.")] input: SetAreaPlaceInput,
    ) -> Result<AreaPayload<SetAreaPlaceInput>, Error> {
        Ok(AreaPayload(mutate(ctx, input).await?))
    }
}
