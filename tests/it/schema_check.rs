use async_graphql::parser::parse_schema;
use gongjian_hub::cli::printed;
use gongjian_hub::domain::text::Lang;
use gongjian_hub::federation::breaking;

const OLD: &str = "
    schema { query: Query mutation: Mutation }
    interface Node { id: ID! }
    type Query { a(x: Int, y: [Int!] = [1], z: Int!): String! b: [Thing!]! c: Thing gone: Int }
    type Mutation { a: Int }
    type Thing implements Node { id: ID! kind: Kind }
    type Lost { a: Int }
    union Any = Thing | Query
    enum Kind { ONE TWO }
    scalar Time
    input In { a: Int b: Int! c: [Int] }
    directive @cost(of: Int) on FIELD
";

const NEW: &str = "
    schema { query: Query }
    interface Node { id: ID! }
    type Query { a(x: Int!, y: [Int!]!, w: Int!, v: Int! = 3): String b: [Thing]! c: Thing! }
    type Thing { id: ID! kind: Kind more: Int }
    union Any = Thing
    enum Kind { ONE THREE }
    input Time { a: Int }
    input In { a: Int! b: Int c: [Int!] d: Int! e: Int }
";

#[test]
fn every_kind_of_breaking_change_is_named() {
    let (old, new) = (parse_schema(OLD).unwrap(), parse_schema(NEW).unwrap());
    let told: Vec<String> = breaking(&old, &new)
        .iter()
        .map(|one| format!("{}: {} | {}", one.path, one.message(Lang::Zh), one.message(Lang::En)))
        .collect();
    insta::assert_json_snapshot!("breaking_changes", told);
}

#[test]
fn what_only_grows_breaks_nothing() {
    let old = "type Query { a(x: Int!, y: Int = 1): Int b: [Int] } input In { a: Int! } enum E { A }";
    let new = "type Query { a(x: Int, y: Int, z: Int): Int! b: [Int!]! c: Int } input In { a: Int b: Int! = 1 } enum E { A B } type T { a: Int }";
    let (old, new) = (parse_schema(old).unwrap(), parse_schema(new).unwrap());
    assert_eq!(breaking(&old, &new), []);
    let own = parse_schema(printed()).unwrap();
    assert_eq!(breaking(&own, &own), []);
}
