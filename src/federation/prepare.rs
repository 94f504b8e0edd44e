//! What takes too long to be worked out inside a transaction: asking an endpoint, checking, composing. Each is worked out
//! from a version; the store then makes it live only if that version still is.

use super::address::Endpoint;
use super::compose::{Graph, Part};
use super::hub::ROOTS;
use super::live::Base;
use super::ownership::ADDABLE;
use super::{Federation, breaking_texts, fetch};
use crate::domain::id::{PublicationId, SubgraphId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::subgraph::{
    Findings, Namespace, Problem, Publication, SchemaChange, Subgraph, SubgraphProblemCode,
    SubgraphPublicationState, SubgraphState,
};
use crate::domain::text::Lang;
use crate::domain::viewer::{Scope, Viewer};
use crate::store::Store;
use crate::store::entity::get;
use crate::store::error::{Error, Result, at};
use crate::store::subgraph::{self, Composed, looks_after};
use std::sync::Arc;

/// How many changes or problems a refusal names.
const NAMED: usize = 5;

/// A schema as somebody submits it.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Where it would be asked; left out, where it is registered.
    pub url: Option<String>,
    /// The schema; left out, the endpoint is asked for it.
    pub sdl: Option<String>,
}

/// A schema that was checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Where it would be asked.
    pub url: String,
    /// The schema.
    pub sdl: String,
    /// What was found.
    pub found: Findings,
}

/// Another version, not live yet.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The version; `None` where nothing has to be made live, or nothing can be.
    pub composed: Option<Composed>,
    /// What stands against it.
    pub problems: Vec<Problem>,
    /// What it would break for those who ask the live graph.
    pub breaking: Vec<SchemaChange>,
}

impl Prepared {
    const NOTHING: Self = Self { composed: None, problems: Vec::new(), breaking: Vec::new() };

    /// The version, if it is sound, and nothing breaks or that is accepted.
    ///
    /// # Errors
    /// [`Code::BadSchema`], [`Code::BreakingChange`].
    pub fn require(&self, accept_breaking: bool) -> std::result::Result<(), Refusal> {
        if let Some(first) = self.problems.first() {
            let (zh, en) = (first.message(Lang::Zh), first.message(Lang::En));
            let told = Refusal::new(
                Code::BadSchema,
                format!("与现在的总图不能组合：{zh}"),
                format!("It does not fit the live graph: {en}"),
            );
            return Err(told.at("id"));
        }
        if self.breaking.is_empty() || accept_breaking {
            return Ok(());
        }
        let named = |lang: Lang| {
            let changes = self.breaking.iter().take(NAMED);
            let changes: Vec<String> =
                changes.map(|change| format!("{} {}", change.path, change.message(lang))).collect();
            changes.join(lang.pick("；", "; "))
        };
        let count = self.breaking.len();
        Err(Refusal::new(
            Code::BreakingChange,
            format!("有{count}处破坏兼容的改动：{}。确认无人使用后，可带 acceptBreaking: true 批准。", named(Lang::Zh)),
            format!("{count} changes would break clients: {}. Once nobody uses these, approve with acceptBreaking: true.", named(Lang::En)),
        )
        .at("acceptBreaking"))
    }
}

impl Federation {
    /// Checks a schema for a subgraph; nothing is written. For those who look after the subgraph.
    ///
    /// # Errors
    /// A refusal where the subgraph is unknown or its endpoint must not or cannot be asked; denied to all others.
    pub async fn check(
        &self,
        store: &Store,
        viewer: &Viewer,
        id: SubgraphId,
        schema: &Schema,
    ) -> Result<Checked> {
        let mut conn = store.read().await?;
        let subgraph: Subgraph = get(&mut conn, viewer, id).await.map_err(|error| at("id", error))?;
        drop(conn);
        require(viewer, looks_after(viewer, &subgraph))?;
        let url = schema.url.as_deref().unwrap_or(&subgraph.url);
        let endpoint = self.endpoint(url)?;
        let sdl = match &schema.sdl {
            Some(sdl) => sdl.clone(),
            None => self.fetch(&endpoint).await?,
        };
        let url = endpoint.url.to_string();
        let found = self.findings(store, &subgraph, &url, &sdl).await?;
        Ok(Checked { url, sdl, found })
    }

    /// Looks at an address.
    ///
    /// # Errors
    /// [`Code::Unreachable`] where it must not be asked.
    pub fn endpoint(&self, url: &str) -> Result<Endpoint> {
        Ok(self.0.reach.parse(url).map_err(Refusal::from)?)
    }

    /// What an endpoint tells as its schema.
    async fn fetch(&self, endpoint: &Endpoint) -> Result<String> {
        let told = fetch::sdl(&self.0.reach, &self.0.settings, endpoint).await;
        Ok(told.map_err(Refusal::from)?)
    }

    async fn findings(&self, store: &Store, subgraph: &Subgraph, url: &str, sdl: &str) -> Result<Findings> {
        let own = Namespace::new(&subgraph.name)?;
        let judged = self.judge(sdl, &own).await?;
        let mut found = Findings {
            problems: judged.problems,
            adds: judged.adds,
            reads: judged.reads,
            ..Findings::default()
        };
        if !found.problems.is_empty() {
            return Ok(found);
        }
        let base = self.base(store).await?;
        let (mut parts, _) = base.without(subgraph.id);
        parts.push(Part { name: subgraph.name.clone(), url: url.to_owned(), sdl: sdl.to_owned() });
        match self.compose(parts).await {
            Ok(graph) => (found.breaking, found.problems) = self.compare(&base, &graph).await?,
            Err(problems) => found.problems = problems,
        }
        Ok(found)
    }

    /// What is live.
    async fn base(&self, store: &Store) -> Result<Base> {
        let base = Base::read(&mut store.read().await?, None).await?;
        base.ok_or_else(|| Error::Corrupt("no version".into()))
    }

    /// What another graph breaks for those who ask the live one; and what of it would be the hub's, which is nobody
    /// else's to change.
    async fn compare(&self, base: &Base, graph: &Arc<Graph>) -> Result<(Vec<SchemaChange>, Vec<Problem>)> {
        let before = base.api.clone().unwrap_or_else(|| self.0.own.sdl.clone());
        let mut changes = breaking_texts(before, graph.api.clone()).await?;
        // Where nothing is live, clients see the hub's own part, but for its directives.
        changes.retain(|change| base.api.is_some() || !change.path.starts_with('@'));
        let is_current = base.api.is_none() || base.hub_hash == self.0.own.hash;
        let (hubs, others): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| is_current && is_hubs(&change.path));
        let problem = |change: SchemaChange| {
            Problem::new(
                SubgraphProblemCode::RedefinesHub,
                change.path,
                format!("组合后会改变枢纽自己的定义（{}），这不允许。请与枢纽的定义保持一致。", change.zh),
                format!(
                    "Composed, this would change what is the hub's own ({}). Keep to how the hub has it.",
                    change.en
                ),
            )
        };
        Ok((others, hubs.into_iter().map(problem).collect()))
    }

    /// Works out the version in which a publication that waits is live. For the street's coordinator.
    ///
    /// # Errors
    /// A refusal where it is unknown; denied to all others.
    pub async fn approval(&self, store: &Store, viewer: &Viewer, id: PublicationId) -> Result<Prepared> {
        let mut conn = store.read().await?;
        let publication: Publication = get(&mut conn, viewer, id).await.map_err(|error| at("id", error))?;
        let subgraph: Subgraph = get(&mut conn, viewer, publication.subgraph_id).await?;
        require(viewer, viewer.coordinates(Some(subgraph.street_id)))?;
        if publication.state != SubgraphPublicationState::Waiting {
            return Ok(Prepared::NOTHING);
        }
        let texts = subgraph::texts(&mut conn, &[&publication.sdl_hash]).await?;
        drop(conn);
        let base = self.base(store).await?;
        let (mut parts, mut members) = base.without(subgraph.id);
        let sdl = texts.into_values().next().unwrap_or_default();
        parts.push(Part { name: subgraph.name, url: publication.url, sdl });
        members.push(id);
        self.version(&base, parts, members).await
    }

    /// Works out the version without a subgraph, where it is live. For those who look after it.
    ///
    /// # Errors
    /// A refusal where it is unknown; denied to all others.
    pub async fn withdrawal(&self, store: &Store, viewer: &Viewer, id: SubgraphId) -> Result<Prepared> {
        let mut conn = store.read().await?;
        let subgraph: Subgraph = get(&mut conn, viewer, id).await.map_err(|error| at("id", error))?;
        drop(conn);
        require(viewer, looks_after(viewer, &subgraph))?;
        if subgraph.state != SubgraphState::Live {
            return Ok(Prepared::NOTHING);
        }
        let base = self.base(store).await?;
        let (parts, members) = base.without(id);
        self.version(&base, parts, members).await
    }

    /// Works out another version with the parts of an earlier one, and with the hub's own as it is now.
    ///
    /// # Errors
    /// A refusal where there is no such version; denied to whoever coordinates nothing.
    pub async fn return_to(&self, store: &Store, viewer: &Viewer, number: i64) -> Result<Prepared> {
        require(
            viewer,
            viewer.street().is_some_and(|street| viewer.coordinates(Some(street)))
                || viewer.coordinates(None),
        )?;
        let base = self.base(store).await?;
        let mut conn = store.read().await?;
        let target = Base::read(&mut conn, Some(number)).await?.filter(|target| target.number != base.number);
        drop(conn);
        let Some(target) = target else {
            let told = Refusal::new(
                Code::NotFound,
                format!("没有可以回退到的第{number}版。"),
                format!("There is no version {number} to go back to."),
            );
            return Err(told.at("number").into());
        };
        let (parts, members) =
            target.members.iter().map(|(member, part)| (part.clone(), member.publication_id)).unzip();
        self.version(&base, parts, members).await
    }

    async fn version(&self, base: &Base, parts: Vec<Part>, members: Vec<PublicationId>) -> Result<Prepared> {
        Ok(match self.compose(parts).await {
            Ok(graph) => {
                let (breaking, problems) = self.compare(base, &graph).await?;
                let composed = self.composed(base.number, &graph, members);
                Prepared { composed: Some(composed), problems, breaking }
            }
            Err(problems) => Prepared { composed: None, problems, breaking: Vec::new() },
        })
    }
}

/// Whether a place in a schema, `Type.field(argument)`, is the hub's. Nothing that a partner brings is without an
/// underscore in its name.
fn is_hubs(path: &str) -> bool {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    let (kind, rest) = path.split_at(end);
    let field = rest.strip_prefix('.').and_then(|rest| rest.split('(').next()).unwrap_or_default();
    let is_shared = ROOTS.contains(&kind) || ADDABLE.contains(&kind);
    !(kind.contains('_') || (is_shared && field.contains('_')))
}

fn require(viewer: &Viewer, granted: bool) -> Result<()> {
    if granted && viewer.may(Scope::Write) { Ok(()) } else { Err(Error::Denied(viewer.role())) }
}

#[cfg(test)]
mod tests {
    use super::is_hubs;

    #[test]
    fn a_place_is_the_hubs_or_a_partners() {
        for place in [
            "Need",
            "Need.title",
            "Query.units(first)",
            "NeedState.IN_SERVICE",
            "@cost",
            "schema.query",
            "Node",
        ] {
            assert!(is_hubs(place), "{place}");
        }
        for place in [
            "Library_Event",
            "Library_Event.title",
            "Query.library_events(first)",
            "Need.library_x",
            "Library_X = A",
        ] {
            assert!(!is_hubs(place), "{place}");
        }
    }
}
