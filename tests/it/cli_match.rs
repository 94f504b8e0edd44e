//! The real binary matches the demo's street: as a report, as JSON, and as it would be.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

const SUPPOSED: &str = r#"
[[service]]
title = "剪纸课"
category = "书画手工"
measure = "sessions"
quantity = 4
from = "2020-01-01"
until = "2029-12-31"
[[without]]
service = "邻里与商户纠纷调解"
[settings]
fairness = 2
"#;

fn gongjian(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongjian"));
    command.args(["--database-url", "sqlite:demo.db"]).args(args).current_dir(folder);
    command.output().unwrap()
}

fn told(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_street_is_matched_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| gongjian(folder.path(), args);
    let demo = told(run(&["--lang", "zh", "demo", "--once"]));
    for part in ["1. 匹配结果", "次优为", "2. 未满足的需求", "3. 下一步征集建议", "4. 公平度"]
    {
        assert!(demo.contains(part), "{part}");
    }
    let json: Value =
        serde_json::from_str(&told(run(&["match", "--area", "430102002", "--json", "--dial"]))).unwrap();
    assert_eq!(json["cost"], json["provenCost"]);
    assert_eq!(json["dial"].as_array().map(Vec::len), Some(5));
    assert!(json["matches"].as_array().is_some_and(|matches| matches.len() > 40));
    assert!(json["asks"][0]["gain"].as_i64() > Some(0));
    assert_eq!(json["foresight"], Value::Null);
    // What was delivered in the past year is expected again, where that is within half a year.
    let ahead = run(&["match", "--area", "430102002", "--json", "--foresight", "60"]);
    let ahead: Value = serde_json::from_str(&told(ahead)).unwrap();
    assert_eq!(ahead["foresight"]["percent"], 60);
    assert_eq!(ahead["cost"], ahead["provenCost"]);
    assert!(ahead["foresight"]["expected"].as_u64() > Some(5));
    std::fs::write(folder.path().join("if.toml"), SUPPOSED).unwrap();
    let supposed =
        told(run(&["--lang", "zh", "match", "--area", "朝阳街街道", "--what-if", "if.toml", "--asks", "0"]));
    for part in ["3. 与现状对照", "“韶光里孩子学剪纸画画”由0变为4场次（需要4）。", "受损"]
    {
        assert!(supposed.contains(part), "{part}: {supposed}");
    }
}

#[test]
fn what_is_not_understood_is_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    told(gongjian(folder.path(), &["demo", "--once"]));
    let bad = [
        ("[[service]]\ntitel = 1", "titel"),
        ("[[without]]\nneed = '没有的需求'", "没有的需求"),
        ("[settings]\nfairness = 9", "fairness"),
        ("[settings]\nforesight = 101", "foresight"),
        ("[[capacity]]\nservice = '守住养老钱反诈讲座'\nleft = -1", "left"),
    ];
    for (text, part) in bad {
        std::fs::write(folder.path().join("if.toml"), text).unwrap();
        let args = ["--lang", "en", "match", "--area", "430102002", "--what-if", "if.toml"];
        let output = gongjian(folder.path(), &args);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains(part), "{error}");
    }
    let nowhere = gongjian(folder.path(), &["--lang", "en", "match", "--area", "nowhere"]);
    assert!(String::from_utf8(nowhere.stderr).unwrap().contains("There is no \"nowhere\""));
}
