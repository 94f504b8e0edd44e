//! Who reaches which element of the schema, declared here once for every field of every type. A field without a rule is
//! answered to nobody, so whoever adds one decides here who gets it.
//!
//! Rules let in or turn away; they never widen. Which rows somebody sees is said in [`crate::store::scope`], and which
//! change they may make to a row, by the store that makes it.

use super::Asked;
use super::error::denied;
use super::loaders::Loaders;
use crate::domain::event::EventKind;
use crate::domain::text::Lang;
use crate::domain::viewer::{Role, Scope, Viewer};
use async_graphql::dataloader::DataLoader;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{PathSegment, QueryPathSegment, ServerError, ServerResult, Value, async_trait};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Who reaches an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Everybody who may read: the public directory, and what the hub says of the caller.
    Everybody,
    /// Everybody who may read, each those rows alone that `store::scope` lets them see.
    Rows,
    /// Whoever sees the object that it belongs to.
    Parent,
    /// As [`Rule::Parent`]; masked but for the few that `store::contact` names, each read of whom is kept in the trail.
    Masked,
    /// Whoever plays one of these parts and may write; the store decides on the row.
    Change(&'static [Role]),
    /// Coordinators and administrators who may manage accounts and tokens; the store decides on the row.
    Identity,
    /// Whoever is signed in, for what is their own; the store decides on the row.
    Own,
}

const COORDINATORS: &[Role] = &[Role::Coordinator, Role::Administrator];
const SUPPLIERS: &[Role] = &[Role::Liaison, Role::Coordinator, Role::Administrator];
const ACTORS: &[Role] = &[Role::Liaison, Role::Staff, Role::Coordinator, Role::Administrator];

/// The endings of types that are made for many others alike.
const FAMILIES: [(&str, &str); 4] =
    [("Payload", "*Payload"), ("Error", "*Error"), ("Connection", "*Connection"), ("Edge", "*Edge")];

/// The rules: a type, a rule, the fields that it holds for.
const RULES: &[(&str, Rule, &[&str])] = &[
    (
        "Query",
        Rule::Everybody,
        &[
            "alliance",
            "alliances",
            "area",
            "areas",
            "categories",
            "category",
            "unit",
            "units",
            "viewer",
            "_service",
        ],
    ),
    (
        "Query",
        Rule::Rows,
        &[
            "_entities",
            "accounts",
            "auditHead",
            "flow",
            "match",
            "matches",
            "matching",
            "matchingRun",
            "matchingRuns",
            "need",
            "needs",
            "node",
            "nodes",
            "offerWorth",
            "service",
            "services",
            "subgraph",
            "subgraphs",
            "supergraph",
            "supergraphs",
            "tokens",
        ],
    ),
    ("Subscription", Rule::Rows, &["matchChanged", "matchingRunChanged", "needChanged"]),
    (
        "Mutation",
        Rule::Change(COORDINATORS),
        &[
            "addArea",
            "applyMatching",
            "applyMatchingRun",
            "approveSubgraph",
            "cancelMatching",
            "checkInUnit",
            "createAlliance",
            "declineSubgraph",
            "forbidMatch",
            "joinAlliance",
            "leaveAlliance",
            "liftDirective",
            "mergeNeed",
            "openNeed",
            "pinMatch",
            "registerUnit",
            "returnNeed",
            "reviewService",
            "rollbackSupergraph",
            "setAreaPlace",
            "setMatchingSettings",
            "startMatching",
            "verifyNeed",
        ],
    ),
    (
        "Mutation",
        Rule::Change(SUPPLIERS),
        &[
            "addCapacity",
            "addUnitCapacity",
            "checkSubgraph",
            "createService",
            "deliverMatch",
            "eraseUnitLiaison",
            "listService",
            "pauseService",
            "publishSubgraph",
            "recordFulfilment",
            "registerSubgraph",
            "removeCapacity",
            "removeUnitCapacity",
            "resumeService",
            "retireService",
            "scheduleMatch",
            "setAvailability",
            "updateCapacity",
            "updateService",
            "updateUnit",
            "updateUnitCapacity",
            "withdrawSubgraph",
        ],
    ),
    (
        "Mutation",
        Rule::Change(ACTORS),
        &[
            "acceptMatch",
            "cancelMatch",
            "closeNeed",
            "confirmMatch",
            "createNeed",
            "declineMatch",
            "eraseNeedContact",
            "failMatch",
            "proposeMatch",
            "rateMatch",
            "reopenNeed",
            "reportNoShow",
            "submitNeed",
            "updateNeed",
            "withdrawNeed",
        ],
    ),
    (
        "Mutation",
        Rule::Identity,
        &[
            "addAccount",
            "createToken",
            "disableAccount",
            "enableAccount",
            "grantRole",
            "resetPassword",
            "revokeGrant",
        ],
    ),
    ("Mutation", Rule::Own, &["actAs", "changePassword", "endSession", "revokeToken", "rotateToken"]),
    ("Account", Rule::Parent, &["id", "login", "name", "passwordExpiresAt", "disabledAt", "createdAt"]),
    ("Account", Rule::Rows, &["grants", "sessions"]),
    ("Alliance", Rule::Parent, &["createdAt", "id", "members", "name", "nameEn", "purpose", "street"]),
    (
        "ApiToken",
        Rule::Parent,
        &[
            "id",
            "name",
            "prefix",
            "role",
            "street",
            "community",
            "unit",
            "scopes",
            "createdAt",
            "expiresAt",
            "usedAt",
            "previousUntil",
            "revokedAt",
        ],
    ),
    (
        "Area",
        Rule::Parent,
        &[
            "children",
            "code",
            "id",
            "kind",
            "matchingSettings",
            "name",
            "nameEn",
            "parent",
            "place",
            "street",
            "units",
        ],
    ),
    ("Area", Rule::Rows, &["directives", "needs", "services"]),
    (
        "Availability",
        Rule::Parent,
        &["endsOn", "festival", "id", "minutes", "rrule", "startTime", "startsOn"],
    ),
    ("AwaitedNeeds", Rule::Parent, &["category", "needCount", "quantity", "startsAt"]),
    ("Candidate", Rule::Parent, &["firstStartsAt", "quantity", "reasons", "score"]),
    ("Candidate", Rule::Rows, &["need", "service"]),
    ("Candidates", Rule::Parent, &["excluded", "nodes", "totalCount"]),
    (
        "Capacity",
        Rule::Parent,
        &["committed", "endsAt", "held", "id", "left", "measure", "startsAt", "total"],
    ),
    ("CapacityLeft", Rule::Parent, &["capacity", "keptBack", "left"]),
    ("CapacityLeft", Rule::Rows, &["service"]),
    ("Category", Rule::Parent, &["children", "code", "id", "name", "nameEn", "parent", "synonyms"]),
    ("Category", Rule::Rows, &["needs", "services"]),
    ("CheckIn", Rule::Parent, &["area", "checkedInOn"]),
    ("CommunityShare", Rule::Parent, &["area", "share"]),
    ("Contact", Rule::Masked, &["masked", "name", "phone"]),
    ("Directive", Rule::Parent, &["createdAt", "id", "kind", "liftedAt", "quantity", "reason"]),
    ("Directive", Rule::Rows, &["need", "service"]),
    ("AuditHead", Rule::Parent, &["hash", "seq", "text"]),
    (
        "Event",
        Rule::Parent,
        &["at", "changes", "from", "id", "kind", "quantities", "reason", "role", "sentence", "standIn", "to"],
    ),
    ("EventChange", Rule::Parent, &["after", "before", "field", "label"]),
    ("EventStandIn", Rule::Parent, &["reason", "side"]),
    ("EventQuantities", Rule::Parent, &["claimed", "delivered", "quantity", "released"]),
    ("Exclusion", Rule::Parent, &["constraint", "count", "label"]),
    ("FairnessStep", Rule::Parent, &["cost", "fairness", "shares"]),
    ("Flow", Rule::Parent, &["down", "up"]),
    ("FlowLink", Rule::Parent, &["count", "people", "quantities", "source", "target"]),
    ("FlowNode", Rule::Parent, &["id", "kind", "name", "nameEn"]),
    (
        "Fulfilment",
        Rule::Parent,
        &["createdAt", "deliveredOn", "evidence", "id", "peopleReached", "quantity"],
    ),
    ("Fulfilment", Rule::Rows, &["match"]),
    ("Grant", Rule::Parent, &["id", "role", "street", "community", "unit", "createdAt"]),
    (
        "Match",
        Rule::Parent,
        &[
            "acceptedAt",
            "askingConfirmedAt",
            "askingUnit",
            "capacity",
            "createdAt",
            "delivered",
            "endsAt",
            "id",
            "initiator",
            "left",
            "offeringConfirmedAt",
            "possibleActions",
            "quantity",
            "reason",
            "reasons",
            "released",
            "respondBy",
            "score",
            "standIn",
            "startsAt",
            "state",
            "unit",
        ],
    ),
    ("Match", Rule::Rows, &["fulfilments", "history", "need", "rating", "service"]),
    ("MatchEvent", Rule::Parent, &["at", "cursor", "from", "kind", "to"]),
    ("MatchEvent", Rule::Rows, &["match"]),
    ("MatchReason", Rule::Parent, &["part", "points", "text"]),
    ("MatchStandIn", Rule::Parent, &["reason", "side"]),
    (
        "Matching",
        Rule::Parent,
        &[
            "advice",
            "capacities",
            "comparison",
            "cost",
            "dial",
            "fairness",
            "fingerprint",
            "foresight",
            "keptCount",
            "matches",
            "moveGain",
            "moves",
            "needCount",
            "partlyServedCount",
            "provenCost",
            "served",
            "servedCount",
            "settings",
            "total",
            "unmet",
            "unmetCount",
            "unmetQuantities",
            "unplacedPins",
        ],
    ),
    (
        "MatchingAsk",
        Rule::Parent,
        &["category", "effect", "endsAt", "measure", "price", "quantity", "startsAt", "text"],
    ),
    ("MatchingComparison", Rule::Parent, &["after", "before", "gains", "losses", "moves"]),
    (
        "MatchingEffect",
        Rule::Parent,
        &["gain", "gainCount", "gains", "lossCount", "losses", "people", "text", "used"],
    ),
    ("MatchingForesight", Rule::Parent, &["cost", "expectedCount"]),
    ("MatchingFairness", Rule::Parent, &["all", "communities", "targetGroups", "worst"]),
    (
        "MatchingRun",
        Rule::Parent,
        &[
            "appliedAt",
            "area",
            "category",
            "cost",
            "createdAt",
            "failure",
            "failureText",
            "fingerprint",
            "finishedAt",
            "id",
            "isSupposed",
            "needCount",
            "partlyServedCount",
            "possibleActions",
            "progress",
            "provenCost",
            "role",
            "servedCount",
            "settings",
            "startedAt",
            "state",
            "total",
        ],
    ),
    ("MatchingRun", Rule::Parent, &["comparison", "foresight", "keptCount", "moveGain", "moves"]),
    ("MatchingRun", Rule::Rows, &["matches", "unmet"]),
    ("MatchingRunChange", Rule::Parent, &["difference", "needTitle", "text"]),
    ("MatchingRunChange", Rule::Rows, &["need"]),
    (
        "MatchingRunComparison",
        Rule::Parent,
        &["after", "before", "gainCount", "gains", "lossCount", "losses", "moveCount", "moves"],
    ),
    (
        "MatchingRunMatch",
        Rule::Parent,
        &[
            "capacity",
            "id",
            "needTitle",
            "nextBest",
            "pinned",
            "quantity",
            "reasons",
            "score",
            "serviceTitle",
        ],
    ),
    ("MatchingRunMatch", Rule::Rows, &["need", "service", "suggested"]),
    ("MatchingRunNextBest", Rule::Parent, &["cost", "score", "serviceTitle", "text"]),
    ("MatchingRunNextBest", Rule::Rows, &["service"]),
    ("MatchingRunUnmet", Rule::Parent, &["id", "needTitle", "quantity", "reason", "text"]),
    ("MatchingRunUnmet", Rule::Rows, &["need"]),
    ("MatchingSettings", Rule::Parent, &["fairness", "foresight", "setAt", "stability", "weights"]),
    ("MatchingTotals", Rule::Parent, &["needCount", "partlyServedCount", "servedCount", "unmetCount"]),
    (
        "Need",
        Rule::Parent,
        &[
            "ageDays",
            "area",
            "askingUnit",
            "candidates",
            "category",
            "claimed",
            "community",
            "contact",
            "createdAt",
            "delivered",
            "description",
            "endsAt",
            "id",
            "left",
            "measure",
            "mostServices",
            "outcome",
            "overdue",
            "possibleActions",
            "quantity",
            "reason",
            "reopened",
            "smallestLot",
            "source",
            "startsAt",
            "state",
            "street",
            "targetGroups",
            "title",
            "titleEn",
            "urgency",
            "verifiedAt",
            "version",
        ],
    ),
    ("Need", Rule::Rows, &["directives", "history", "matches", "mergedInto", "mergedNeeds"]),
    ("NeedChange", Rule::Parent, &["after", "before", "difference", "text"]),
    ("NeedChange", Rule::Rows, &["need"]),
    ("NeedEvent", Rule::Parent, &["at", "cursor", "from", "kind", "to"]),
    ("NeedEvent", Rule::Rows, &["need"]),
    ("Node", Rule::Parent, &["id"]),
    ("NextBestService", Rule::Parent, &["cost", "score", "text"]),
    ("NextBestService", Rule::Rows, &["service"]),
    ("Occurrence", Rule::Parent, &["endsAt", "startsAt"]),
    ("PageInfo", Rule::Parent, &["endCursor", "hasNextPage", "hasPreviousPage", "startCursor"]),
    (
        "PartnerUnit",
        Rule::Parent,
        &[
            "address",
            "alliances",
            "capacities",
            "checkIns",
            "createdAt",
            "creditCode",
            "creditCodeWarning",
            "id",
            "kind",
            "liaison",
            "name",
            "nameEn",
            "place",
            "street",
            "version",
        ],
    ),
    ("PartnerUnit", Rule::Rows, &["history", "matches", "needs", "services"]),
    ("Place", Rule::Parent, &["latitude", "longitude"]),
    (
        "PlannedMatch",
        Rule::Parent,
        &["capacity", "firstStartsAt", "nextBest", "pinned", "quantity", "reasons", "score"],
    ),
    ("PlannedMatch", Rule::Rows, &["need", "service", "suggested"]),
    ("Quantity", Rule::Parent, &["measure", "quantity"]),
    ("Rating", Rule::Parent, &["calledBack", "comment", "createdAt", "id", "satisfied", "solved", "stars"]),
    ("Rating", Rule::Rows, &["match"]),
    ("Sankey", Rule::Parent, &["links", "nodes"]),
    ("ScorePart", Rule::Parent, &["part", "points", "text"]),
    ("ScoreWeight", Rule::Parent, &["part", "points"]),
    (
        "Service",
        Rule::Parent,
        &[
            "availability",
            "candidates",
            "capacities",
            "category",
            "coverage",
            "createdAt",
            "description",
            "eligibility",
            "exhausted",
            "id",
            "leadTimeDays",
            "mode",
            "nextDates",
            "possibleActions",
            "state",
            "targetGroups",
            "title",
            "titleEn",
            "unit",
            "version",
        ],
    ),
    ("Service", Rule::Rows, &["history", "matches"]),
    ("ServingShare", Rule::Parent, &["quantity"]),
    ("ServingShare", Rule::Rows, &["service"]),
    ("Session", Rule::Parent, &["id", "current", "createdAt", "usedAt", "expiresAt"]),
    ("SchemaChange", Rule::Parent, &["path", "text"]),
    (
        "Subgraph",
        Rule::Parent,
        &[
            "createdAt",
            "drift",
            "driftedAt",
            "fieldPrefix",
            "health",
            "id",
            "name",
            "pollFailure",
            "polledAt",
            "state",
            "typePrefix",
            "unit",
            "url",
        ],
    ),
    ("Subgraph", Rule::Rows, &["live", "publications", "waiting"]),
    ("SubgraphCheck", Rule::Parent, &["adds", "breakingChanges", "problems", "reads"]),
    (
        "SubgraphHealth",
        Rule::Parent,
        &[
            "circuit",
            "failures",
            "heardAt",
            "lastFailure",
            "lastFailureAt",
            "p50Millis",
            "p99Millis",
            "requests",
        ],
    ),
    ("SubgraphProblem", Rule::Parent, &["code", "column", "line", "message", "path"]),
    (
        "SubgraphPublication",
        Rule::Parent,
        &[
            "adds",
            "breakingChanges",
            "createdAt",
            "decidedAt",
            "id",
            "number",
            "problems",
            "reads",
            "reason",
            "sdl",
            "state",
            "url",
        ],
    ),
    ("SubgraphPublication", Rule::Rows, &["subgraph"]),
    ("Supergraph", Rule::Parent, &["apiSdl", "cause", "createdAt", "id", "number", "restored", "sdl"]),
    ("Supergraph", Rule::Rows, &["members", "subgraph"]),
    ("SuggestionMove", Rule::Parent, &["gain", "left", "needTitle", "quantity", "serviceTitle", "text"]),
    ("SuggestionMove", Rule::Rows, &["match", "need", "service"]),
    ("TargetGroupShare", Rule::Parent, &["group", "label", "share"]),
    (
        "UnitCapacity",
        Rule::Parent,
        &["committed", "endsAt", "held", "id", "left", "measure", "startsAt", "total"],
    ),
    ("UnmetNeed", Rule::Parent, &["awaited", "constraint", "keptBack", "quantity", "reason", "text"]),
    ("UnmetNeed", Rule::Rows, &["need", "takenBy"]),
    ("UnmetShare", Rule::Parent, &["needCount", "servedCount", "unmet"]),
    ("UnplacedPin", Rule::Parent, &["constraint", "quantity", "text"]),
    ("UnplacedPin", Rule::Rows, &["directive"]),
    ("Viewer", Rule::Parent, &["role", "scopes", "street", "community", "unit"]),
    ("Viewer", Rule::Rows, &["account", "token"]),
    ("_Service", Rule::Parent, &["sdl"]),
    (
        "*Payload",
        Rule::Parent,
        &[
            "account",
            "alliance",
            "area",
            "check",
            "directive",
            "errors",
            "fulfilment",
            "match",
            "matches",
            "need",
            "oneTimePassword",
            "publication",
            "rating",
            "run",
            "secret",
            "service",
            "subgraph",
            "supergraph",
            "token",
            "unit",
        ],
    ),
    ("*Error", Rule::Parent, &["code", "field", "message"]),
    ("*Connection", Rule::Parent, &["edges", "nodes", "pageInfo", "totalCount"]),
    ("*Edge", Rule::Parent, &["cursor", "node"]),
];

static INDEX: LazyLock<HashMap<&str, HashMap<&str, Rule>>> = LazyLock::new(|| {
    let mut index: HashMap<&str, HashMap<&str, Rule>> = HashMap::new();
    for (kind, rule, fields) in RULES {
        index.entry(kind).or_default().extend(fields.iter().map(|field| (*field, *rule)));
    }
    index
});

/// The rule of a field of a type.
#[must_use]
pub fn rule(kind: &str, field: &str) -> Option<Rule> {
    let family = || FAMILIES.iter().find(|(ending, _)| kind.ends_with(ending)).map(|(_, family)| *family);
    let fields = INDEX.get(kind).or_else(|| INDEX.get(family()?))?;
    fields.get(field).copied()
}

/// Every field that has a rule, with the type that it belongs to.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    RULES.iter().flat_map(|(kind, _, fields)| fields.iter().map(|field| (*kind, *field)))
}

impl Rule {
    /// Whether it lets a viewer in.
    #[must_use]
    pub fn admits(self, viewer: &Viewer) -> bool {
        match self {
            Self::Everybody | Self::Rows => viewer.may(Scope::Read),
            Self::Parent | Self::Masked => true,
            Self::Change(roles) => viewer.may(Scope::Write) && roles.contains(&viewer.role()),
            Self::Identity => viewer.may(Scope::Identity) && COORDINATORS.contains(&viewer.role()),
            Self::Own => viewer.principal.is_some() || viewer.role() != Role::Public,
        }
    }
}

/// Turns away whoever a rule does not let in.
pub struct Rules;

impl ExtensionFactory for Rules {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Rules {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let kind = kind_of(&info);
        // The entries of a list come by again, one by one: their list was let through.
        if info.is_for_introspection || kind.starts_with(['_', '[']) || info.name.starts_with("__") {
            return next.run(ctx, info).await;
        }
        match rule(kind, info.name) {
            Some(Rule::Parent | Rule::Masked) => next.run(ctx, info).await,
            Some(rule) if ctx.data_opt::<Asked>().is_some_and(|asked| rule.admits(&asked.viewer)) => {
                next.run(ctx, info).await
            }
            rule => {
                if rule.is_none() {
                    tracing::error!(kind, field = info.name, "a field without a rule");
                }
                Err(turned_away(ctx, &info))
            }
        }
    }
}

/// The type that a field belongs to. Subscriptions come under the name of the part that they are declared in.
fn kind_of<'a>(info: &ResolveInfo<'a>) -> &'a str {
    if info.parent_type.ends_with("Subscription") { "Subscription" } else { info.parent_type }
}

fn turned_away(ctx: &ExtensionContext<'_>, info: &ResolveInfo<'_>) -> ServerError {
    let asked = ctx.data_opt::<Asked>();
    let lang = asked.map_or_else(Lang::default, |asked| asked.lang);
    let role = asked.map_or(Role::Public, |asked| asked.viewer.role());
    if let (Some(asked), Some(loader)) = (asked, ctx.data_opt::<DataLoader<Loaders>>()) {
        loader.loader().store.refused(EventKind::Denied, &asked.viewer, info.name);
    }
    let told = denied(lang, role);
    let mut error = ServerError::new(told.message, None);
    error.extensions = told.extensions;
    let nodes = std::iter::once(info.path_node).chain(info.path_node.parents());
    error.path = nodes
        .map(|node| match node.segment {
            QueryPathSegment::Index(index) => PathSegment::Index(index),
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        })
        .collect();
    error.path.reverse();
    error
}
