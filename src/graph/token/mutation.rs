use super::ApiToken;
use crate::domain::id::{Id as _, TokenId};
use crate::domain::refusal::Code;
use crate::domain::viewer::{Role, Scope};
use crate::graph::account::actor;
use crate::graph::mutation::{Mutation, mutate, parse, payload, step};
use crate::graph::told_once::Told;
use crate::store::conn::Tx;
use crate::store::error::Result as Done;
use crate::store::token::{self, NewToken};
use async_graphql::{Context, Error, ID, InputObject, Object};
use uuid::Uuid;

/// For how many hours a replaced secret works on where nobody says otherwise.
const OVERLAP_HOURS: i64 = 24;

payload! {
    /// What became of a change to a token.
    TokenPayload, token: ApiToken
}

payload! {
    /// What became of a token, and its secret.
    TokenSecretPayload, token: ApiToken,
    /// The secret, shown this once: it goes into the header `Authorization: Bearer …`. Null where the mutation was refused
    /// or repeated.
    secret
}

/// A token to be made.
#[derive(InputObject, Debug)]
pub struct CreateTokenInput {
    /// What it is for, at most 120 characters.
    name: String,
    /// The part that its bearer is to play.
    role: Role,
    /// The street of a coordinator, the community of community staff.
    area_id: Option<ID>,
    /// The unit of a liaison.
    unit_id: Option<ID>,
    /// What it may be used for: nothing that whoever makes it may not do.
    scopes: Vec<Scope>,
    /// For how many days it works: 1 to 3,660, and no longer than the token that makes it.
    days: i64,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
    #[graphql(skip)]
    told: Told,
}

impl Mutation for CreateTokenInput {
    const NAME: &'static str = "CreateToken";
    const CODES: &'static [Code] = &[Code::BadInput];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let new = NewToken {
            name: self.name.clone(),
            actor: actor(self.role, self.area_id.as_ref(), self.unit_id.as_ref())?,
            scopes: self.scopes.clone(),
            days: self.days,
        };
        let (id, secret) = token::create(tx, new).await?;
        self.told.tell(secret);
        Ok(id.uuid())
    }
}

/// A token that is to have a new secret.
#[derive(InputObject, Debug)]
pub struct RotateTokenInput {
    /// The token.
    id: ID,
    /// For how many hours the secret before works on: 0 to 720, 24 unless told.
    overlap_hours: Option<i64>,
    /// For how many days from now on the token works; left out, as long as before. Not for its bearer.
    days: Option<i64>,
    /// A key of your own choice, by which a repeated request has the effect of one.
    idempotency_key: Option<String>,
    #[graphql(skip)]
    told: Told,
}

impl Mutation for RotateTokenInput {
    const NAME: &'static str = "RotateToken";
    const CODES: &'static [Code] = &[Code::IllegalTransition];

    fn key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn work(&self, tx: &mut Tx) -> Done<Uuid> {
        let id: TokenId = parse("id", &self.id)?;
        let hours = self.overlap_hours.unwrap_or(OVERLAP_HOURS);
        self.told.tell(token::rotate(tx, id, hours, self.days).await?);
        Ok(id.uuid())
    }
}

step! {
    /// A token that is to stop working.
    RevokeTokenInput = "RevokeToken" {
        /// The token.
        id: TokenId,
    }
    |_input, tx, id| token::revoke(tx, id)
}

/// Tokens, to be made, rotated and revoked.
#[derive(Default)]
pub struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes a token for a portal or another program. For the coordinator of the street, as far as its liaisons and staff
    /// go, and for the administrator; with a token or in a session that carries the scope `IDENTITY`.
    async fn create_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For whom, for what and for how long.")] input: CreateTokenInput,
    ) -> Result<TokenSecretPayload<CreateTokenInput>, Error> {
        let told = input.told.clone();
        let answer = mutate(ctx, input).await?;
        let secret = told.for_answer(&answer);
        Ok(TokenSecretPayload(answer, secret))
    }

    /// Gives a token a new secret; the one before works on for a while. For its bearer and for whoever may make it.
    async fn rotate_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token, and how long both secrets work.")] input: RotateTokenInput,
    ) -> Result<TokenSecretPayload<RotateTokenInput>, Error> {
        let told = input.told.clone();
        let answer = mutate(ctx, input).await?;
        let secret = told.for_answer(&answer);
        Ok(TokenSecretPayload(answer, secret))
    }

    /// Makes a token stop working at once. For its bearer and for whoever may make it.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token.")] input: RevokeTokenInput,
    ) -> Result<TokenPayload<RevokeTokenInput>, Error> {
        Ok(TokenPayload(mutate(ctx, input).await?))
    }
}
