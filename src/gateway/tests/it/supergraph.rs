//! A small supergraph: some of the hub's own fields, and the same few of each partner.

use std::fmt::Write as _;

const HEAD: &str = r#"
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
{ query: Query mutation: Mutation subscription: Subscription }
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
"#;

/// The supergraph of the hub and partners, by their names and addresses.
pub fn of(partners: &[(&str, &str)]) -> String {
    let graph = |name: &str| name.to_uppercase();
    let mut graphs = "HUB @join__graph(name: \"hub\", url: \"http://hub.invalid/graphql\")\n".to_owned();
    let (mut query, mut mutation, mut unit, mut events) =
        (String::new(), String::new(), String::new(), String::new());
    let (mut on_query, mut on_mutation, mut on_unit) = (String::new(), String::new(), String::new());
    for (name, url) in partners {
        let own = graph(name);
        writeln!(graphs, "{own} @join__graph(name: \"{name}\", url: \"{url}\")").unwrap();
        write!(on_query, " @join__type(graph: {own})").unwrap();
        write!(on_mutation, " @join__type(graph: {own})").unwrap();
        write!(on_unit, " @join__type(graph: {own}, key: \"id\")").unwrap();
        writeln!(query, "{name}_hello: String @join__field(graph: {own})").unwrap();
        writeln!(query, "{name}_featured(id: ID!): PartnerUnit @join__field(graph: {own})").unwrap();
        writeln!(mutation, "{name}_reserve: Int @join__field(graph: {own})").unwrap();
        writeln!(unit, "{name}_events: [{name}_Event!] @join__field(graph: {own})").unwrap();
        writeln!(events, "type {name}_Event @join__type(graph: {own}) {{ title: String! }}").unwrap();
    }
    format!(
        "{HEAD}
enum join__Graph {{ {graphs} }}
type Query @join__type(graph: HUB){on_query} {{
  unit(id: ID!): PartnerUnit @join__field(graph: HUB)
  units(first: Int): PartnerUnitConnection! @join__field(graph: HUB)
  need(id: ID!): Need @join__field(graph: HUB)
  viewer: Viewer! @join__field(graph: HUB)
  {query}
}}
type Mutation @join__type(graph: HUB){on_mutation} {{
  registerUnit(input: RegisterUnitInput!): RegisterUnitPayload! @join__field(graph: HUB)
  {mutation}
}}
type Subscription @join__type(graph: HUB) {{
  needChanged(areaId: ID, unitId: ID, after: String): NeedEvent!
}}
type NeedEvent @join__type(graph: HUB) {{ need: Need }}
type Need @join__type(graph: HUB, key: \"id\") {{ id: ID! title: String! askingUnit: PartnerUnit }}
type Viewer @join__type(graph: HUB) {{ role: String! }}
type PartnerUnitConnection @join__type(graph: HUB) {{ nodes: [PartnerUnit!]! totalCount: Int! }}
type RegisterUnitPayload @join__type(graph: HUB) {{ unit: PartnerUnit errors: [RegisterUnitError!]! }}
type RegisterUnitError @join__type(graph: HUB) {{ message: String! }}
scalar NaiveDate @join__type(graph: HUB)
enum UnitKind @join__type(graph: HUB) {{ STATE_ENTERPRISE @join__enumValue(graph: HUB) }}
input UnitFactsInput @join__type(graph: HUB) {{ kind: UnitKind! name: String! }}
input RegisterUnitInput @join__type(graph: HUB) {{ areaIds: [ID!]! checkedInOn: NaiveDate! facts: UnitFactsInput! streetId: ID! }}
type PartnerUnit @join__type(graph: HUB, key: \"id\"){on_unit} {{
  id: ID!
  name: String! @join__field(graph: HUB)
  {unit}
}}
{events}"
    )
}
