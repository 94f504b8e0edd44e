//! The real binary tells whether a trail is whole, and erases a contact.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn gongjian(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongjian"));
    command.args(["--database-url", "sqlite:demo.db"]).args(args).current_dir(folder);
    command.output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn a_trail_is_verified_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| gongjian(folder.path(), args);
    assert!(run(&["demo", "--once"]).status.success());
    let head = told(&run(&["audit", "head"])).trim().to_owned();
    let (last, hash) = head.split_once(':').unwrap();
    assert!(last.parse::<i64>().unwrap() > 100 && hash.len() == 64, "{head}");
    std::fs::write(folder.path().join("heads.txt"), format!("{head}\n\n")).unwrap();
    let whole = run(&["--lang", "zh", "audit", "verify", "--heads", "heads.txt"]);
    assert_eq!(whole.status.code(), Some(0));
    assert!(
        told(&whole).starts_with(&format!("完整：{last}条事件，核对了1个公布的链头")),
        "{}",
        told(&whole)
    );

    let url = format!("sqlite:{}", folder.path().join("demo.db").display());
    let store = gongjian_hub::store::Store::open(&url, gongjian_hub::clock::Clock::system()).await.unwrap();
    let need: Vec<(gongjian_hub::domain::id::NeedId,)> = {
        let sql = gongjian_hub::store::sql::Sql::new(
            "SELECT id FROM need WHERE contact_id IS NOT NULL LIMIT 1",
            vec![],
        );
        store.read().await.unwrap().all(sql).await.unwrap()
    };
    if let Some((need,)) = need.first() {
        assert!(run(&["contact", "erase", &need.to_string()]).status.success());
        assert_eq!(run(&["audit", "verify", "--head", &head]).status.code(), Some(0));
    }
    let mut tx = store
        .begin(&gongjian_hub::domain::viewer::Viewer::local(
            gongjian_hub::domain::viewer::Actor::Administrator,
        ))
        .await
        .unwrap();
    for statement in ["DROP TRIGGER event_is_not_changed", "UPDATE event SET role = 'public' WHERE seq = 42"]
    {
        tx.execute(gongjian_hub::store::sql::Sql::new(statement, Vec::new())).await.unwrap();
    }
    tx.commit().await.unwrap();
    let broken = run(&["--lang", "en", "audit", "verify"]);
    assert_eq!(broken.status.code(), Some(3));
    assert!(
        told(&broken).starts_with("Not whole: event 42: it, or its link to the one before, was changed."),
        "{}",
        told(&broken)
    );
    assert!(
        told(&run(&["--lang", "zh", "audit", "verify"]))
            .starts_with("不完整：第42条有问题：内容或顺序被改动。")
    );
    let json: Value = serde_json::from_str(&told(&run(&["audit", "verify", "--json"]))).unwrap();
    assert_eq!(
        (&json["whole"], &json["fault"]["seq"], &json["sound"]["seq"]),
        (&false.into(), &42.into(), &41.into())
    );
    assert_eq!(json["fault"]["wrong"], "edited");
    assert_eq!(run(&["audit", "verify", "--head", "x"]).status.code(), Some(2));
    std::fs::write(folder.path().join("heads.txt"), "x\n").unwrap();
    assert_eq!(run(&["audit", "verify", "--heads", "heads.txt"]).status.code(), Some(1));
}
