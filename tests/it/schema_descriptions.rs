use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{FieldDefinition, InputValueDefinition, TypeKind, TypeSystemDefinition};
use gongjian_hub::cli::printed;

fn input(path: &str, input: &InputValueDefinition) -> (String, bool) {
    (format!("{path}({})", input.name.node), is_told(input.description.as_ref()))
}

fn field(path: &str, field: &FieldDefinition) -> Vec<(String, bool)> {
    let path = format!("{path}.{}", field.name.node);
    let arguments = field.arguments.iter().map(|argument| input(&path, &argument.node));
    arguments.chain([(path.clone(), is_told(field.description.as_ref()))]).collect()
}

fn is_told(description: Option<&Positioned<String>>) -> bool {
    description.is_some_and(|text| !text.node.trim().is_empty())
}

#[test]
fn everything_in_the_schema_is_described() {
    let document = parse_schema(printed()).unwrap();
    let mut found: Vec<(String, bool)> = Vec::new();
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node.as_str();
        found.push((name.to_owned(), is_told(definition.node.description.as_ref())));
        match &definition.node.kind {
            TypeKind::Object(object) => {
                found.extend(object.fields.iter().flat_map(|one| field(name, &one.node)));
            }
            TypeKind::Interface(interface) => {
                found.extend(interface.fields.iter().flat_map(|one| field(name, &one.node)));
            }
            TypeKind::InputObject(object) => {
                found.extend(object.fields.iter().map(|one| input(name, &one.node)));
            }
            TypeKind::Enum(values) => found.extend(values.values.iter().map(|value| {
                (format!("{name}.{}", value.node.value.node), is_told(value.node.description.as_ref()))
            })),
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    // What the federation's own specification lays down: the framework writes it, without a word.
    let specified = |path: &str| path.starts_with('_') || path.starts_with("Query._");
    let silent: Vec<&String> =
        found.iter().filter(|(path, told)| !told && !specified(path)).map(|(path, _)| path).collect();
    assert!(found.len() > 100, "the schema was read");
    assert!(silent.is_empty(), "without a description: {silent:#?}");
}
