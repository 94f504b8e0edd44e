use crate::hub::{Hub, administrator, both};
use gongjian_hub::domain::text::Lang;
use gongjian_hub::domain::viewer::Viewer;
use gongjian_hub::exchange::areas;
use serde_json::json;
use std::path::Path;

fn slices() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo/areas")
}

async fn import(hub: &Hub) -> u64 {
    let areas = areas::read(&slices()).unwrap();
    let mut tx = hub.store.begin(&administrator()).await.unwrap();
    let mut rows = 0;
    let changed = areas::import(&mut tx, &areas, |more| rows += more).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(rows, 17);
    changed
}

both!(areas_come_in_once, |hub| {
    assert_eq!((import(hub).await, import(hub).await), (17, 0));
    let query = "{ areas(filter: { code: \"430102002\" }) { totalCount nodes { name kind street { code } parent { code parent { code parent { code parent { code } } } } } } }";
    insta::assert_json_snapshot!("area_imported", hub.data(&Viewer::public(), query, json!({})).await);
});

/// A copy of the slices with one more line in one file.
fn with_line(file: &str, line: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for name in ["provinces.csv", "cities.csv", "areas.csv", "streets.csv"] {
        std::fs::copy(slices().join(name), folder.path().join(name)).unwrap();
    }
    let path = folder.path().join(file);
    let mut text = std::fs::read(&path).unwrap();
    text.extend_from_slice(line);
    std::fs::write(&path, text).unwrap();
    let bad = areas::read(folder.path()).unwrap_err();
    bad.iter().flat_map(|row| [row.message(Lang::Zh), row.message(Lang::En)]).collect()
}

#[test]
fn a_bad_row_is_named_with_its_file_and_line() {
    let told: Vec<Vec<String>> = [
        ("streets.csv", &b"43010203,\"x\",430102,43,4301\n"[..]),
        ("streets.csv", b"430102018,\"\",430102,43,4301\n"),
        ("streets.csv", b"430103001,\"x\",430103,43,4301\n"),
        ("streets.csv", b"430102002,\"x\",430102,43,4301\n"),
        ("streets.csv", "430102019,\"朝阳街街道\",430102,43,4301\n".as_bytes()),
        ("streets.csv", b"430102019\n"),
        ("streets.csv", b"430102019,\"\xff\xfe\",430102,43,4301\n"),
        ("cities.csv", b"4401,\"x\",44\n"),
    ]
    .iter()
    .map(|(file, line)| with_line(file, line))
    .collect();
    insta::assert_json_snapshot!("bad_rows", told);
}

#[test]
fn missing_files_and_columns_are_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("provinces.csv"), "code,title\n43,x\n").unwrap();
    let bad = areas::read(folder.path()).unwrap_err();
    assert_eq!(bad.len(), 4);
    assert_eq!(bad[0].message(Lang::En), "provinces.csv, line 1: the header lacks the column \"name\"");
    assert!(bad[1].message(Lang::Zh).starts_with("cities.csv 第1行：无法读取"));
}
