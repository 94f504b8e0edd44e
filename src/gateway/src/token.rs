//! Who asks, as partner units are told: a token that the hub signs for one partner and a minute, never the caller's own.
//!
//! What a partner learns: the caller's part, the street and the unit that they act for, and a name that is the same each
//! time, good for nothing else, and another one at every partner. The public has no name.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use gongjian_hub::domain::text::TextEnum as _;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::store::Store;
use gongjian_hub::store::error::Result;
use gongjian_hub::store::signing_key::{self, Keys, SigningKey};
use hive_router::ArcSwap;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// For how many seconds a token is good.
const SECONDS: i64 = 60;
/// What an Ed25519 seed begins with where it is written as PKCS #8 (RFC 8410).
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// Signs tokens.
pub struct Signer {
    issuer: String,
    keys: ArcSwap<Ready>,
}

struct Ready {
    header: Header,
    key: EncodingKey,
    salt: [u8; 32],
    published: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    role: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    iat: i64,
    exp: i64,
}

impl Signer {
    /// A signer with the keys of the database; `issuer` is what partners know the hub by.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn new(store: &Store, issuer: String) -> Result<Self> {
        Ok(Self { issuer, keys: ArcSwap::from_pointee(Ready::from(&signing_key::current(store).await?)) })
    }

    /// Looks for new keys.
    ///
    /// # Errors
    /// Where the database fails; the keys from before are used on.
    pub async fn refresh(&self, store: &Store) -> Result<()> {
        self.keys.store(Ready::from(&signing_key::current(store).await?).into());
        Ok(())
    }

    /// The keys by which tokens are known, as a JSON Web Key Set.
    #[must_use]
    pub fn published(&self) -> String {
        self.keys.load().published.clone()
    }

    /// The value of the header `Authorization` with which a partner is asked on behalf of somebody.
    #[must_use]
    pub fn token(&self, partner: &str, viewer: &Viewer) -> String {
        let keys = self.keys.load();
        let now = gongjian_hub::clock::Clock::system().now().timestamp();
        let claims = Claims {
            iss: &self.issuer,
            aud: partner,
            sub: viewer.pseudonym().map(|own| keys.name(partner, own.as_bytes())),
            role: viewer.role().as_str(),
            street: viewer.street().map(|street| street.to_string()),
            unit: viewer.unit().map(|unit| unit.to_string()),
            iat: now,
            exp: now + SECONDS,
        };
        let token = jsonwebtoken::encode(&keys.header, &claims, &keys.key).unwrap_or_default();
        format!("Bearer {token}")
    }
}

impl Ready {
    /// The name by which a partner knows somebody.
    fn name(&self, partner: &str, own: &[u8]) -> String {
        let mut hash = Sha256::new();
        hash.update(self.salt);
        hash.update(own);
        hash.update(partner);
        BASE64_URL_SAFE_NO_PAD.encode(&hash.finalize()[..16])
    }
}

impl From<&Keys> for Ready {
    fn from(keys: &Keys) -> Self {
        let published = keys.published.iter().filter_map(public).collect();
        let published = serde_json::to_string(&JwkSet { keys: published }).unwrap_or_default();
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(id(&keys.signing));
        Self { header, key: private(&keys.signing), salt: keys.salt.bytes(), published }
    }
}

fn id(key: &SigningKey) -> String {
    format!("gongjian-{}", key.number)
}

fn private(key: &SigningKey) -> EncodingKey {
    EncodingKey::from_ed_der(&[&PKCS8[..], &key.seed.bytes()].concat())
}

fn public(key: &SigningKey) -> Option<Jwk> {
    let mut public = Jwk::from_encoding_key(&private(key), Algorithm::EdDSA).ok()?;
    public.common.key_id = Some(id(key));
    Some(public)
}
