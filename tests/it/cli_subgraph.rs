//! The real binary, as a partner's CI calls it: over HTTP, with a token.

use crate::builders::subgraphs::{LIBRARY, linked};
use crate::hub::both;
use gongjian_hub::http::Settings;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

struct Ci<'a> {
    hub: String,
    folder: &'a Path,
}

impl Ci<'_> {
    async fn run(&self, token: &str, lang: &str, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongjian"));
        command.args(["--lang", lang, "subgraph"]).args(args).current_dir(self.folder);
        command.env("GONGJIAN_HUB", &self.hub).env("GONGJIAN_TOKEN", token);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

both!(parallel a_partners_ci_brings_its_graph_in, |hub| {
    let streets = hub.streets().await;
    let (_, liaison) = hub.unit(streets.street, "湖南省图书馆").await;
    let (library, street) = (hub.secret(liaison.actor, 1).await, hub.secret(streets.coordinator.actor, 1).await);
    let folder = tempfile::tempdir().unwrap();
    let ci = Ci { hub: format!("http://{}", hub.listen(Settings::default()).await), folder: folder.path() };
    std::fs::write(folder.path().join("good.graphql"), linked(LIBRARY)).unwrap();
    std::fs::write(folder.path().join("bad.graphql"), linked("type Reading { id: ID! }")).unwrap();

    let unknown = ci.run(&library, "zh", &["check", "library", "--sdl", "good.graphql"]).await;
    assert!(unknown.status.code() == Some(1) && told(&unknown).contains("请先登记"), "{}", told(&unknown));
    let url = ["register", "library", "--url", "https://library.example/graphql"];
    let registered = ci.run(&library, "zh", &url).await;
    assert!(registered.status.success() && told(&registered).contains("Library_"), "{}", told(&registered));

    let bad = ci.run(&library, "en", &["check", "library", "--sdl", "bad.graphql"]).await;
    assert_eq!(bad.status.code(), Some(1));
    assert!(told(&bad).contains("2:") && told(&bad).contains("Library_Reading"), "{}", told(&bad));
    let good = ci.run(&library, "zh", &["check", "library", "--sdl", "good.graphql", "--json"]).await;
    assert!(good.status.success(), "{}", told(&good));
    let found: Value = serde_json::from_slice(&good.stdout).unwrap();
    assert_eq!(found["adds"][1], "Query.library_events");

    let published = ci.run(&library, "zh", &["publish", "library", "--sdl", "good.graphql"]).await;
    assert!(published.status.success() && told(&published).contains("待街道批准"), "{}", told(&published));
    let own = ci.run(&library, "en", &["approve", "library"]).await;
    assert!(own.status.code() == Some(1) && told(&own).contains("FORBIDDEN"), "{}", told(&own));
    let approved = ci.run(&street, "zh", &["approve", "library"]).await;
    assert!(approved.status.success() && told(&approved).contains("已上线"), "{}", told(&approved));
    let none = ci.run(&street, "zh", &["approve", "library"]).await;
    assert!(none.status.code() == Some(1) && told(&none).contains("没有待批准"), "{}", told(&none));

    std::fs::write(folder.path().join("less.graphql"), linked("type Query { library_x: Int }")).unwrap();
    let less = ci.run(&library, "zh", &["check", "library", "--sdl", "less.graphql"]).await;
    assert!(less.status.code() == Some(1) && told(&less).contains("Query.library_events"), "{}", told(&less));
    let less = ci.run(&library, "zh", &["check", "library", "--sdl", "less.graphql", "--allow-breaking"]).await;
    assert!(less.status.success());
    assert!(ci.run(&library, "zh", &["publish", "library", "--sdl", "less.graphql"]).await.status.success());
    let refused = ci.run(&street, "en", &["approve", "library"]).await;
    assert!(refused.status.code() == Some(1) && told(&refused).contains("BREAKING_CHANGE"), "{}", told(&refused));
    assert!(ci.run(&street, "zh", &["approve", "library", "--allow-breaking"]).await.status.success());
    let back = ci.run(&street, "en", &["rollback", "1"]).await;
    assert!(back.status.success() && told(&back).contains("version 3"), "{}", told(&back));
    let list = told(&ci.run(&street, "zh", &["list"]).await);
    for part in ["library", "湖南省图书馆", "已接入", "回退 1", "当前"] {
        assert!(list.contains(part), "{part}: {list}");
    }
    let stranger = ci.run("gjh_nobody", "zh", &["list"]).await;
    assert_eq!(stranger.status.code(), Some(1));
});
