//! Relay connections over any list of the store.

use super::error::{lang, refused, told, told_shared};
use super::limits::Limits;
use super::limits::annotation::cost;
use super::loader;
use super::loaders::{ById, CountOf, PageOf, PartsOf};
use crate::domain::check;
use crate::domain::id::Id;
use crate::domain::refusal::{Code, Refusal};
use crate::store::entity::Entity;
use crate::store::error::Error as StoreError;
use crate::store::page::{Cursor, Listing, Slice, Window};
use crate::store::part::Part;
use async_graphql::connection::PageInfo;
use async_graphql::{Context, Error, Object, ObjectType, TypeName};
use std::borrow::Cow;
use std::sync::Arc;
use uuid::Uuid;

/// Rows that a page has where nobody says how many.
pub const DEFAULT_ROWS: i32 = 20;
/// Rows that a page has at most, unless a hub says otherwise.
pub const MAX_ROWS: i32 = 100;

/// Rows that a page has at most in this hub.
#[must_use]
pub fn max_rows(ctx: &Context<'_>) -> i32 {
    ctx.data_opt::<Limits>().map_or(MAX_ROWS, |limits| limits.page_rows.max(1))
}

/// An object of the graph that stands for a row of the store.
pub trait Node: ObjectType + From<Self::Row> + 'static {
    /// The row.
    type Row: Entity;
    /// Its lists.
    type List: Listing<Row = Self::Row>;
}

/// Loads the object with an id, as far as the viewer may see it.
///
/// # Errors
/// Where the store fails.
pub async fn one<N: Node>(ctx: &Context<'_>, id: <N::Row as Entity>::Id) -> Result<Option<N>, Error> {
    let row = loader(ctx)?.load_one(ById::<N::Row>(id)).await.map_err(told_shared(ctx))?;
    Ok(row.map(N::from))
}

/// Loads the object that an optional id names.
///
/// # Errors
/// Where the store fails.
pub async fn maybe<N: Node>(
    ctx: &Context<'_>,
    id: Option<<N::Row as Entity>::Id>,
) -> Result<Option<N>, Error> {
    match id {
        Some(id) => one(ctx, id).await,
        None => Ok(None),
    }
}

/// Loads an object of the public directory that another row refers to, so that it is always there.
///
/// # Errors
/// Where the store fails.
pub async fn known<N: Node>(ctx: &Context<'_>, id: <N::Row as Entity>::Id) -> Result<N, Error> {
    let missing = || told(ctx, &StoreError::Corrupt(format!("{id} is referred to and missing")));
    one(ctx, id).await?.ok_or_else(missing)
}

/// Loads the few rows that belong to a parent.
///
/// # Errors
/// Where the store fails.
pub async fn parts<P: Part>(ctx: &Context<'_>, parent: impl Id) -> Result<Vec<P>, Error> {
    let found = loader(ctx)?.load_one(PartsOf::new(parent)).await.map_err(told_shared(ctx))?;
    Ok(found.unwrap_or_default())
}

/// The four arguments by which a part of a list is asked for.
#[derive(Debug, Clone, Default)]
pub struct PageArgs {
    /// So many from the beginning, or from `after` on.
    pub first: Option<i32>,
    /// The cursor after which to begin.
    pub after: Option<String>,
    /// So many from the end, or up to `before`.
    pub last: Option<i32>,
    /// The cursor before which to end.
    pub before: Option<String>,
}

impl PageArgs {
    /// The arguments in Relay's order.
    #[must_use]
    pub fn new(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Self {
        Self { first, after, last, before }
    }

    fn window(self, most: i32) -> Result<Window, Refusal> {
        let backwards = self.last.is_some() || self.before.is_some();
        if backwards && (self.first.is_some() || self.after.is_some()) {
            return Err(Refusal::new(
                Code::BadInput,
                "first/after 与 last/before 不能同时使用。",
                "Use either first and after, or last and before.",
            ));
        }
        let (rows, name) = if backwards { (self.last, "last") } else { (self.first, "first") };
        let limit = check::number(name, rows.unwrap_or(DEFAULT_ROWS.min(most)).into(), 1, most.into())?;
        let from = self.after.or(self.before);
        Ok(Window { limit, from: from.map(|cursor| Cursor::decode(&cursor)).transpose()?, backwards })
    }
}

/// One page of a list.
pub struct Connection<N: Node> {
    slice: Slice<N::Row>,
    count: CountOf<N::List>,
}

impl<N: Node> Connection<N> {
    /// Loads a page of a list that belongs to nothing.
    ///
    /// # Errors
    /// Where the arguments are out of range or the store fails.
    pub async fn root(ctx: &Context<'_>, list: N::List, page: PageArgs) -> Result<Self, Error> {
        Self::of(ctx, Uuid::nil(), list, page).await
    }

    /// Loads a page of a list that belongs to a parent, batched with the same list of its siblings.
    ///
    /// # Errors
    /// Where the arguments are out of range or the store fails.
    pub async fn of(ctx: &Context<'_>, parent: Uuid, list: N::List, page: PageArgs) -> Result<Self, Error> {
        let window = page.window(max_rows(ctx)).map_err(|refusal| refused(lang(ctx), &refusal))?;
        let list = Arc::new((list, window));
        let key = PageOf { parent, list: list.clone() };
        let slice = loader(ctx)?.load_one(key).await.map_err(told_shared(ctx))?.unwrap_or_default();
        Ok(Self { slice, count: CountOf { parent, list } })
    }

    /// The first row of the page: of a list that has one row at most, the row.
    #[must_use]
    pub fn into_first(self) -> Option<N> {
        self.slice.rows.into_iter().next().map(|(_, row)| N::from(row))
    }
}

impl<N: Node> TypeName for Connection<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::type_name()).into()
    }
}

/// One page of a list, with the cursors to go on from.
#[Object(name_type)]
impl<N: Node> Connection<N> {
    /// The rows with their cursors.
    async fn edges(&self) -> Vec<Edge<N>> {
        self.slice
            .rows
            .iter()
            .map(|(cursor, row)| Edge { cursor: cursor.encode(), row: row.clone() })
            .collect()
    }

    /// The rows without their cursors.
    async fn nodes(&self) -> Vec<N> {
        self.slice.rows.iter().map(|(_, row)| N::from(row.clone())).collect()
    }

    /// Whether there is more, and where to go on.
    async fn page_info(&self) -> PageInfo {
        let cursor = |row: Option<&(Cursor, N::Row)>| row.map(|(cursor, _)| cursor.encode());
        PageInfo {
            has_previous_page: self.slice.has_previous,
            has_next_page: self.slice.has_next,
            start_cursor: cursor(self.slice.rows.first()),
            end_cursor: cursor(self.slice.rows.last()),
        }
    }

    /// How many rows the whole list has, as far as you may see them.
    #[graphql(directive = cost::apply("10".into()))]
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64, Error> {
        let count = loader(ctx)?.load_one(self.count.clone()).await.map_err(told_shared(ctx))?;
        Ok(count.unwrap_or_default())
    }
}

/// One row of a page.
pub struct Edge<N: Node> {
    cursor: String,
    row: N::Row,
}

impl<N: Node> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", N::type_name()).into()
    }
}

/// One row of a page with its cursor.
#[Object(name_type)]
impl<N: Node> Edge<N> {
    /// The place of the row in the list.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The row.
    async fn node(&self) -> N {
        N::from(self.row.clone())
    }
}
