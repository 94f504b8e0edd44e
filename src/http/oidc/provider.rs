use super::Settings;
use crate::store::subject::Subject;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJwsSigningAlgorithm as Algorithm,
    CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError,
    TokenResponse as _,
};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use ureq::Agent;

/// How tokens may be signed: by the provider's own key, never by a secret that is shared, never not at all.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];
/// How long an answer of the provider may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer of the provider, in bytes.
const LONGEST: u64 = 1 << 20;
/// After how long what the provider says of itself is read again in any case.
const STALE: TimeDelta = TimeDelta::hours(12);

/// A provider that cannot be used as it is set up.
#[derive(Debug, thiserror::Error)]
#[error("oidc.{0}: {1}")]
pub struct BadProvider(&'static str, String);

/// Why somebody was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The provider cannot be reached, or says nothing that makes sense.
    #[error("the provider does not answer as it should: {0}")]
    Unreachable(String),
    /// What came back does not prove who somebody is.
    #[error("no proof: {0}")]
    Unproven(String),
}

/// A person on their way to the provider.
pub struct Leaving {
    /// Where the browser goes.
    pub url: String,
    /// What has to come back with it.
    pub state: String,
    /// What has to stand in the token.
    pub nonce: String,
    /// What proves that whoever comes back is the one who left.
    pub verifier: String,
}

/// The provider, and what is known of it.
pub struct Oidc {
    settings: Settings,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    agent: Agent,
    known: Mutex<Known>,
}

/// What the provider said of itself, its keys among it, and when it was last asked.
#[derive(Default)]
struct Known {
    metadata: Option<(CoreProviderMetadata, DateTime<Utc>)>,
    asked_at: Option<DateTime<Utc>>,
}

impl Oidc {
    /// A provider as it is set up. It is asked when somebody signs in.
    ///
    /// # Errors
    /// Where an address is none, or not encrypted and not on the machine itself.
    pub fn new(settings: Settings) -> Result<Self, BadProvider> {
        let bad = |field: &'static str| {
            move |error: openidconnect::url::ParseError| BadProvider(field, error.to_string())
        };
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(bad("issuer"))?;
        let redirect = RedirectUrl::new(settings.redirect_url.clone()).map_err(bad("redirect_url"))?;
        let encrypted = issuer.url().scheme() == "https";
        for (field, url) in [("issuer", issuer.url()), ("redirect_url", redirect.url())] {
            let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
            if url.scheme() != "https" && !(url.scheme() == "http" && local) {
                return Err(BadProvider(field, "https is needed outside the machine itself".into()));
            }
        }
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .https_only(encrypted)
            .build()
            .into();
        Ok(Self { settings, issuer, redirect, agent, known: Mutex::default() })
    }

    /// Where people go once they are signed in.
    #[must_use]
    pub fn home(&self) -> &str {
        &self.settings.home
    }

    /// The provider's name, as it writes it itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Sends somebody to the provider.
    pub(super) async fn leave(&self, now: DateTime<Utc>) -> Result<Leaving, Error> {
        let metadata = self.metadata(now, false).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = CoreClient::from_provider_metadata(metadata, self.client_id(), self.client_secret())
            .set_redirect_uri(self.redirect.clone());
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("openid".into()))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Leaving {
            url: url.to_string(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// Finds out who came back with a code.
    pub(super) async fn arrive(
        &self,
        code: String,
        verifier: String,
        nonce: String,
        now: DateTime<Utc>,
    ) -> Result<Subject, Error> {
        let metadata = self.metadata(now, false).await?;
        let client =
            CoreClient::from_provider_metadata(metadata.clone(), self.client_id(), self.client_secret())
                .set_redirect_uri(self.redirect.clone());
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| Error::Unreachable(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&self.http())
            .await
            .map_err(|error| Error::Unproven(format!("the code was not taken: {error:?}")))?;
        let token = tokens.id_token().ok_or_else(|| Error::Unproven("no ID token".into()))?;
        let nonce = Nonce::new(nonce);
        let subject = match self.check(metadata, token, &nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let metadata = self.metadata(now, true).await?;
                self.check(metadata, token, &nonce, now)
            }
            checked => checked,
        };
        let subject = subject.map_err(|error| Error::Unproven(error.to_string()))?;
        Ok(Subject { issuer: self.settings.issuer.clone(), subject })
    }

    /// Checks a token: signature, algorithm, issuer, audience, times and nonce. Keys come from the provider alone.
    fn check(
        &self,
        metadata: CoreProviderMetadata,
        token: &CoreIdToken,
        nonce: &Nonce,
        now: DateTime<Utc>,
    ) -> Result<String, ClaimsVerificationError> {
        let client = CoreClient::from_provider_metadata(metadata, self.client_id(), self.client_secret());
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || now);
        Ok(token.claims(&verifier, nonce)?.subject().to_string())
    }

    fn client_id(&self) -> ClientId {
        ClientId::new(self.settings.client_id.clone())
    }

    fn client_secret(&self) -> Option<ClientSecret> {
        self.settings.client_secret.as_ref().map(|secret| ClientSecret::new(secret.text().to_owned()))
    }

    /// What the provider says of itself. It is asked one at a time and once in a while, however many keys come up that
    /// nobody has heard of, and whether it answers or not.
    async fn metadata(&self, now: DateTime<Utc>, newer: bool) -> Result<CoreProviderMetadata, Error> {
        let mut known = self.known.lock().await;
        let patience = TimeDelta::seconds(self.settings.refetch_seconds);
        let may_ask = known.asked_at.is_none_or(|asked| now - asked >= patience);
        if let Some((metadata, at)) = &known.metadata
            && (!may_ask || (!newer && now - *at < STALE))
        {
            return Ok(metadata.clone());
        }
        if !may_ask {
            return Err(Error::Unreachable("it did not a moment ago".into()));
        }
        known.asked_at = Some(now);
        metrics::counter!("gongjian_oidc_fetches_total").increment(1);
        match CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http()).await {
            Ok(metadata) => {
                known.metadata = Some((metadata.clone(), now));
                Ok(metadata)
            }
            Err(error) => match &known.metadata {
                Some((metadata, _)) => Ok(metadata.clone()),
                None => Err(Error::Unreachable(format!("{error:?}"))),
            },
        }
    }

    /// Asks the provider: no redirects, a limit to time and size.
    fn http(
        &self,
    ) -> impl Fn(HttpRequest) -> futures_util::future::BoxFuture<'static, Result<HttpResponse, Failed>> + use<>
    {
        let agent = self.agent.clone();
        move |request| {
            let agent = agent.clone();
            let ask = move || {
                let (parts, mut body) = agent.run(request)?.into_parts();
                let body = body.with_config().limit(LONGEST).read_to_vec()?;
                Ok(HttpResponse::from_parts(parts, body))
            };
            Box::pin(async move { spawn_blocking(ask).await.map_err(|_| Failed::Ended)? })
        }
    }
}

/// A request to the provider that came to nothing.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Http(#[from] ureq::Error),
    #[error("the work was ended")]
    Ended,
}
