//! The trail is appended to and nothing else: the database itself refuses all else, each in its own words.

use super::super::conn::Tx;
use super::super::error::Result;
use super::super::sql::Sql;

/// In SQLite's words.
const SQLITE: [&str; 2] = [
    "CREATE TRIGGER IF NOT EXISTS event_is_not_changed BEFORE UPDATE ON event WHEN OLD.hash IS NOT NULL
     BEGIN SELECT RAISE(ABORT, 'the trail is appended to, never changed'); END",
    "CREATE TRIGGER IF NOT EXISTS event_is_not_removed BEFORE DELETE ON event
     BEGIN SELECT RAISE(ABORT, 'the trail is appended to, never shortened'); END",
];

/// In PostgreSQL's words.
const POSTGRES: [&str; 4] = [
    "CREATE OR REPLACE FUNCTION event_is_kept() RETURNS trigger LANGUAGE plpgsql AS
     'BEGIN RAISE EXCEPTION ''the trail is appended to, never changed or shortened''; END'",
    "CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
     FOR EACH ROW WHEN (OLD.hash IS NOT NULL) EXECUTE FUNCTION event_is_kept()",
    "CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_is_kept()",
    "CREATE TRIGGER event_is_not_emptied BEFORE TRUNCATE ON event
     FOR EACH STATEMENT EXECUTE FUNCTION event_is_kept()",
];

/// Makes the database refuse to change or remove events. Whoever runs the database can take the triggers away; then
/// [`verify`](super::verify) finds what was done.
///
/// # Errors
/// Where the database fails.
pub async fn guard(tx: &mut Tx) -> Result<()> {
    let statements: &[&'static str] = if tx.is_postgres() {
        let there =
            "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST('event' AS regclass) AND NOT tgisinternal";
        let found: Vec<(String,)> = tx.all(Sql::new(there, Vec::new())).await?;
        if found.is_empty() { &POSTGRES } else { &[] }
    } else {
        &SQLITE
    };
    for statement in statements {
        tx.execute(Sql::new(statement, Vec::new())).await?;
    }
    Ok(())
}
