//! Categories: a small tree that comes with the hub.

use super::conn::{Conn, Tx};
use super::entity::{Coded, Entity};
use super::error::{Error, Result};
use super::page::{Key, KeyKind, Listing, Order};
use super::sql::{Sql, sql};
use crate::domain::category::Category;
use crate::domain::id::{CategoryId, Id};
use crate::domain::viewer::Viewer;
use serde::Deserialize;
use uuid::Uuid;

/// The standard tree: `code,name,name_en,synonyms`, parents before their children.
const STANDARD: &str = include_str!("categories.csv");

impl Entity for Category {
    type Id = CategoryId;
    const TABLE: &'static str = "category";
    const ALIAS: &'static str = "c";

    fn scope(_: &mut Sql, _: &Viewer) {}

    fn id(&self) -> CategoryId {
        self.id
    }
}

impl Coded for Category {
    fn code(&self) -> Option<&str> {
        Some(&self.code)
    }
}

/// Which categories a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Categories {
    /// Only those directly inside the parent, for many parents at once.
    pub inside: bool,
    /// Only the roots.
    pub roots: bool,
    /// Only the one with this code.
    pub code: Option<String>,
}

impl Listing for Categories {
    type Row = Category;

    fn filter(&self, sql: &mut Sql) {
        if self.roots {
            sql.push(" AND c.parent_id IS NULL");
        }
        if let Some(code) = &self.code {
            sql.push(" AND c.code = ").bind(code.as_str());
        }
    }

    fn parent(&self) -> Option<&'static str> {
        self.inside.then_some("c.parent_id")
    }

    fn order(&self) -> Order {
        Order { name: "code", column: "c.code", kind: KeyKind::Text, descending: false }
    }

    fn key(&self, row: &Category) -> Key {
        Key::Text(row.code.clone())
    }
}

/// Appends the ids of a category and of everything below it, as a sub-select.
pub fn below(sql: &mut Sql, category: CategoryId) {
    sql.push("(SELECT below.category_id FROM category_tree AS below WHERE below.ancestor_id = ")
        .bind(category)
        .push(")");
}

/// The whole tree, by code.
///
/// # Errors
/// Where the database fails.
pub async fn all(conn: &mut Conn) -> Result<Vec<Category>> {
    conn.all(sql!("SELECT * FROM category ORDER BY code")).await
}

/// The id of a standard category: it follows from the code, so it is the same on every hub.
#[must_use]
pub fn id_of(code: &str) -> CategoryId {
    CategoryId::new(Uuid::new_v5(&Uuid::NAMESPACE_OID, code.as_bytes()))
}

#[derive(Deserialize)]
struct Line {
    code: String,
    name: String,
    name_en: String,
    synonyms: String,
}

/// The standard tree, parents before their children.
///
/// # Errors
/// Where the hub's own file cannot be read.
pub fn standard() -> Result<Vec<Category>> {
    let read = |line: std::result::Result<Line, csv::Error>| {
        let line = line.map_err(|error| Error::Corrupt(format!("categories.csv: {error}")))?;
        Ok(Category {
            id: id_of(&line.code),
            parent_id: line.code.rsplit_once('.').map(|(parent, _)| id_of(parent)),
            code: line.code,
            name: line.name,
            name_en: line.name_en,
            synonyms: line.synonyms,
        })
    };
    csv::Reader::from_reader(STANDARD.as_bytes()).deserialize().map(read).collect()
}

/// Brings the standard tree into the database; what is there already is brought up to date.
///
/// # Errors
/// Where the database fails.
pub async fn seed(tx: &mut Tx) -> Result<()> {
    let (mut rows, mut tree) = (Vec::new(), Vec::new());
    for category in standard()? {
        let code = category.code.as_str();
        let ancestors = code.match_indices('.').map(|(at, _)| &code[..at]);
        let upwards = ancestors.chain([code]).collect::<Vec<_>>().into_iter().rev();
        for (distance, ancestor) in (0_i64..).zip(upwards) {
            tree.push(vec![id_of(ancestor).into(), category.id.into(), distance.into()]);
        }
        rows.push(vec![
            category.id.into(),
            category.parent_id.into(),
            category.code.into(),
            category.name.into(),
            category.name_en.into(),
            category.synonyms.into(),
        ]);
    }
    let mut sql = Sql::default();
    sql.push("INSERT INTO category (id, parent_id, code, name, name_en, synonyms) VALUES ").rows(rows).push(
        " ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, synonyms = excluded.synonyms",
    );
    tx.execute(sql).await?;
    let mut sql = Sql::default();
    sql.push("INSERT INTO category_tree (ancestor_id, category_id, distance) VALUES ")
        .rows(tree)
        .push(" ON CONFLICT DO NOTHING");
    tx.execute(sql).await?;
    Ok(())
}
