//! What is live: for whoever serves it, and as what the next version is worked out from.

use super::Federation;
use super::compose::{Graph, Part};
use crate::domain::id::{AreaId, PublicationId, SubgraphId, UnitId};
use crate::domain::subgraph::Member;
use crate::domain::viewer::{Actor, Viewer};
use crate::store::Store;
use crate::store::conn::Conn;
use crate::store::error::{Error, Result};
use crate::store::subgraph::{self, Composed};
use std::collections::HashMap;
use std::sync::Arc;

/// How often the hub tries to bring its own part up to date while others change the graph.
const TRIES: usize = 5;

/// The graph of all that is live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// Its version.
    pub number: i64,
    /// What a gateway works by.
    pub sdl: String,
    /// What clients see.
    pub api_sdl: String,
    /// Whose subgraphs are part of it beside the hub's own, by name.
    pub partners: Vec<Partner>,
}

/// A partner whose subgraph is live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// The subgraph.
    pub id: SubgraphId,
    /// Its name in the graph of all.
    pub name: String,
    /// Where it is asked.
    pub url: String,
    /// The unit whose it is.
    pub unit_id: UnitId,
    /// The unit's street.
    pub street_id: AreaId,
}

/// The version that is live; `None` before the first. Cheap enough to ask often.
///
/// # Errors
/// Where the database fails.
pub async fn live_number(store: &Store) -> Result<Option<i64>> {
    subgraph::live_number(&mut store.read().await?).await
}

/// The graph of all that is live; `None` before the first.
///
/// # Errors
/// Where the database fails.
pub async fn live(store: &Store) -> Result<Option<Live>> {
    let mut conn = store.read().await?;
    let Some(live) = subgraph::live(&mut conn).await? else { return Ok(None) };
    let mut texts = subgraph::texts(&mut conn, &[&live.sdl_hash, &live.api_hash]).await?;
    let members = subgraph::members(&mut conn, live.id).await?;
    let partner = |member: Member| Partner {
        id: member.subgraph_id,
        name: member.name,
        url: member.url,
        unit_id: member.unit_id,
        street_id: member.street_id,
    };
    Ok(Some(Live {
        number: live.number,
        sdl: taken(&mut texts, &live.sdl_hash)?,
        api_sdl: taken(&mut texts, &live.api_hash)?,
        partners: members.into_iter().map(partner).collect(),
    }))
}

fn taken(texts: &mut HashMap<String, String>, hash: &str) -> Result<String> {
    texts.remove(hash).ok_or_else(|| Error::Corrupt(format!("the schema {hash} is referred to and missing")))
}

/// A version with the parts that it is made of.
#[derive(Debug)]
pub(super) struct Base {
    /// Its number; 0 for none.
    pub(super) number: i64,
    /// The hash of the hub's own part; empty for none.
    pub(super) hub_hash: String,
    /// What clients see of it.
    pub(super) api: Option<String>,
    /// The others' parts.
    pub(super) members: Vec<(Member, Part)>,
}

impl Base {
    /// The version of a number, or the live one; for the latter, an empty one where there is none yet.
    pub(super) async fn read(conn: &mut Conn, number: Option<i64>) -> Result<Option<Self>> {
        let found = match number {
            Some(number) => subgraph::by_number(conn, number).await?,
            None => subgraph::live(conn).await?,
        };
        let Some(version) = found else {
            let none = Self { number: 0, hub_hash: String::new(), api: None, members: Vec::new() };
            return Ok(number.is_none().then_some(none));
        };
        let members = subgraph::members(conn, version.id).await?;
        let hashes = members.iter().map(|member| member.sdl_hash.as_str());
        let hashes: Vec<&str> = hashes.chain([version.api_hash.as_str()]).collect();
        let mut texts = subgraph::texts(conn, &hashes).await?;
        let api = taken(&mut texts, &version.api_hash)?;
        let part = |member: Member| {
            let sdl = texts.get(&member.sdl_hash).cloned().unwrap_or_default();
            let part = Part { name: member.name.clone(), url: member.url.clone(), sdl };
            (member, part)
        };
        Ok(Some(Self {
            number: version.number,
            hub_hash: version.hub_hash,
            api: Some(api),
            members: members.into_iter().map(part).collect(),
        }))
    }

    /// The parts but that of one subgraph.
    pub(super) fn without(&self, id: SubgraphId) -> (Vec<Part>, Vec<PublicationId>) {
        let rest = self.members.iter().filter(|(member, _)| member.subgraph_id != id);
        rest.map(|(member, part)| (part.clone(), member.publication_id)).unzip()
    }
}

impl Federation {
    /// The live graph with the hub's own part as it is now: the first one where there is none, another where the hub's
    /// own schema has changed. Where the others' parts do not fit any more, what was live stays live.
    ///
    /// # Errors
    /// Where the database fails, or the hub's own part does not compose with itself.
    pub async fn adopt(&self, store: &Store) -> Result<Live> {
        let mut tries = 1;
        loop {
            match self.try_adopt(store).await {
                Err(error) if error.is_transient() && tries < TRIES => tries += 1,
                Err(error) => return Err(error),
                Ok(()) => break,
            }
        }
        live(store).await?.ok_or_else(|| Error::Corrupt("no graph is live".into()))
    }

    /// As [`Federation::adopt`], but only where a graph is live already: a hub that nobody joins composes nothing.
    ///
    /// # Errors
    /// As [`Federation::adopt`].
    pub async fn keep_up(&self, store: &Store) -> Result<()> {
        if live_number(store).await?.is_some() {
            self.adopt(store).await?;
        }
        Ok(())
    }

    async fn try_adopt(&self, store: &Store) -> Result<()> {
        let base = Base::read(&mut store.read().await?, None).await?;
        let Some(base) = base.filter(|base| base.hub_hash != self.0.own.hash) else { return Ok(()) };
        let (parts, members) =
            base.members.iter().map(|(member, part)| (part.clone(), member.publication_id)).unzip();
        match self.compose(parts).await {
            Ok(graph) => {
                let composed = self.composed(base.number, &graph, members);
                let mut tx = store.begin(&Viewer::local(Actor::Administrator)).await?;
                subgraph::adopt(&mut tx, &composed).await?;
                tx.commit().await
            }
            Err(problems) if base.number > 0 => {
                tracing::error!(
                    ?problems,
                    "partners do not compose with this hub; the last graph stays live"
                );
                Ok(())
            }
            Err(problems) => {
                Err(Error::Corrupt(format!("the hub's own part does not compose: {problems:?}")))
            }
        }
    }

    pub(super) fn composed(&self, base: i64, graph: &Arc<Graph>, members: Vec<PublicationId>) -> Composed {
        Composed {
            base,
            sdl: graph.sdl.clone(),
            api: graph.api.clone(),
            hub: self.0.own.sdl.clone(),
            members,
        }
    }
}
