//! Which addresses may be called. Names are looked up at every connection, and a connection is made to an address that was
//! looked at.

use super::Trouble;
use gongjian_hub::federation::address::{Endpoint, Reach};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Which addresses may be called.
#[derive(Clone)]
pub enum Guard {
    /// Any: the supergraph is the operator's own.
    Open,
    /// Those in the hub's reach.
    Reach(Reach),
}

impl Guard {
    /// The address of a partner, and what looks its name up.
    pub(super) fn admit(&self, address: &str) -> Result<(Url, Option<Lookup>), Trouble> {
        match self {
            Self::Open => Ok((Url::parse(address).map_err(|_| Trouble::Forbidden)?, None)),
            Self::Reach(reach) => {
                let endpoint = reach.parse(address).map_err(|_| Trouble::Forbidden)?;
                Ok((endpoint.url.clone(), Some(Lookup { reach: reach.clone(), endpoint })))
            }
        }
    }
}

/// Looks the name of one partner up.
pub(super) struct Lookup {
    reach: Reach,
    endpoint: Endpoint,
}

impl Resolve for Lookup {
    fn resolve(&self, _: Name) -> Resolving {
        let (reach, endpoint) = (self.reach.clone(), self.endpoint.clone());
        Box::pin(async move {
            let found = reach.resolve(&endpoint).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
