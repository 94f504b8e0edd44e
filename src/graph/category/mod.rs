//! Categories in the graph.

use super::error::id;
use super::need::{Need, NeedFilter, NeedOrder};
use super::page::{Connection, Node, PageArgs, maybe, one};
use super::service::{Service, ServiceFilter, ServiceOrder};
use crate::domain::category;
use crate::domain::id::Id as _;
use crate::store::category::Categories;
use crate::store::need::NeedsOf;
use crate::store::service::ServicesOf;
use async_graphql::{Context, Error, ID, InputObject, Object};

/// What needs and services are filed under (类别): a tree.
pub struct Category(category::Category);

impl From<category::Category> for Category {
    fn from(row: category::Category) -> Self {
        Self(row)
    }
}

impl Node for Category {
    type Row = category::Category;
    type List = Categories;
}

/// What needs and services are filed under (类别): a tree.
#[Object]
impl Category {
    /// The global id, the same on every hub.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The code: the codes of the wider categories and its own, joined by dots.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The Chinese name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The English name.
    async fn name_en(&self) -> &str {
        &self.0.name_en
    }

    /// Words that people use when they mean it.
    async fn synonyms(&self) -> Vec<&str> {
        self.0.synonyms.split_whitespace().collect()
    }

    /// The wider category; null for a root.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Category>, Error> {
        maybe(ctx, self.0.parent_id).await
    }

    /// The narrower categories directly inside it, by code.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Category>, Error> {
        let listing = Categories { inside: true, ..Categories::default() };
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// The needs filed under this very category, as far as you may see them. For the narrower ones too ask `needs` with a
    /// filter.
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<NeedFilter>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<NeedOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Need>, Error> {
        let listing = filter.unwrap_or_default().list(ctx, NeedsOf::Category, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }

    /// The services filed under this very category. With those of narrower ones: `services(filter: { category: … })`.
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones: those listed and paused unless told.")] filter: Option<ServiceFilter>,
        #[graphql(desc = "The order: the newest first unless told.")] order_by: Option<ServiceOrder>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Service>, Error> {
        let listing = filter.unwrap_or_default().list(ctx, ServicesOf::Category, order_by)?;
        Connection::of(ctx, self.0.id.uuid(), listing, PageArgs::new(first, after, last, before)).await
    }
}

/// Which categories to list; what is left out lets all through.
#[derive(InputObject, Default)]
pub struct CategoryFilter {
    /// Only the roots of the tree.
    roots: Option<bool>,
    /// Only the one with this code.
    code: Option<String>,
}

/// Categories, to be read.
#[derive(Default)]
pub struct CategoryQuery;

#[Object]
impl CategoryQuery {
    /// The category with this id.
    async fn category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<Category>, Error> {
        one(ctx, self::id(ctx, "id", &id)?).await
    }

    /// Categories, by code.
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<CategoryFilter>,
        #[graphql(desc = "So many from the beginning: 20 unless told, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end: 100 at most.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Category>, Error> {
        let filter = filter.unwrap_or_default();
        let listing =
            Categories { inside: false, roots: filter.roots.unwrap_or_default(), code: filter.code };
        Connection::root(ctx, listing, PageArgs::new(first, after, last, before)).await
    }
}
