//! Who may import whom. Rooms are the folders and files right below `src`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What each room may import beside itself.
const MAY: [(&str, &[&str]); 11] = [
    ("clock", &[]),
    ("domain", &[]),
    ("matching", &["domain"]),
    // The store reads what the matching looks at into the matching's own shapes.
    ("store", &["domain", "clock", "matching"]),
    ("graph", &["domain", "matching", "store", "federation"]),
    ("exchange", &["domain", "store"]),
    ("federation", &["domain", "store"]),
    // Beside the graph: who is asking (domain) and what tokens and tables say about it (store).
    ("http", &["domain", "store", "graph", "federation", "exchange"]),
    // Settings are declared where their concern lives, and gathered here.
    ("config", &["domain", "matching", "store", "graph", "http", "federation"]),
    ("app", &["clock", "config", "domain", "matching", "store", "graph", "federation", "exchange", "http"]),
    (
        "cli",
        &["app", "clock", "config", "domain", "matching", "store", "graph", "federation", "exchange", "http"],
    ),
];

/// What only some rooms may use, and which.
const ONLY: [(&str, &[&str]); 5] = [
    ("axum::", &["http", "app"]),
    ("sqlx::", &["store", "domain"]),
    ("sql!(", &["store"]),
    ("clap::", &["cli"]),
    ("anyhow::", &["cli"]),
];

struct Source {
    room: String,
    path: PathBuf,
    text: String,
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.join("Cargo.toml").exists() {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file of the hub's own package (the gateway below it is another) but the two that only name the rooms.
fn all() -> Vec<Source> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&base, &mut found);
    let read = |path: PathBuf| {
        let own = path.strip_prefix(&base).unwrap().to_owned();
        let room = own.iter().next()?.to_str()?.trim_end_matches(".rs").to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        (!matches!(room.as_str(), "lib" | "main")).then_some(Source { room, path: own, text })
    };
    found.into_iter().filter_map(read).collect()
}

/// The rooms that a line names: `crate::store::…`, and `crate::{store::…, domain::…}`.
fn named(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let word =
        |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    code.split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(list) => list.split(',').map(|part| word(part.trim())).collect(),
            None => vec![word(rest)],
        })
        .collect()
}

#[test]
fn no_room_imports_from_one_above_it() {
    let may: BTreeMap<&str, &[&str]> = MAY.into_iter().collect();
    let mut wrong = Vec::new();
    let sources = all();
    for source in &sources {
        let Some(allowed) = may.get(source.room.as_str()) else {
            wrong.push(format!("{}: no rule for this room", source.path.display()));
            continue;
        };
        for (at, line) in source.text.lines().enumerate() {
            for room in named(line).iter().filter(|room| may.contains_key(room.as_str())) {
                if *room != source.room && !allowed.contains(&room.as_str()) {
                    wrong.push(format!("{}:{}: {line}", source.path.display(), at + 1));
                }
            }
        }
    }
    assert!(sources.len() > 50, "the sources were read");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sql_the_server_and_the_command_line_keep_to_their_rooms() {
    let sources = all();
    let mut wrong = Vec::new();
    for source in &sources {
        for (part, rooms) in ONLY {
            let uses =
                source.text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(part));
            if uses && !rooms.contains(&source.room.as_str()) {
                wrong.push(format!("{} uses {part}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
