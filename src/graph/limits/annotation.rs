//! How the schema itself says what its fields cost: the two directives of the GraphQL cost specification, printed with the
//! schema, so that clients can reckon with them. What nothing is said about costs one point, and a list ten times what is
//! asked inside it; a page has the rows that `first` or `last` say.

use async_graphql::TypeDirective;

/// What a field costs beside what is asked for inside it, or an argument where it is given: one point for a field and
/// nothing for an argument, unless told.
#[TypeDirective(location = "FieldDefinition", location = "ArgumentDefinition")]
pub fn cost(#[graphql(desc = "Points, a whole number.")] weight: String) {}

/// How many entries of a list are counted: as many as an argument asks for, or those that are assumed.
#[TypeDirective(location = "FieldDefinition", name = "listSize")]
pub fn list_size(
    #[graphql(desc = "Entries where no argument says how many.")] assumed_size: Option<i32>,
    #[graphql(desc = "Arguments that say how many there are: by a number, or by the length of a list.")]
    slicing_arguments: Option<Vec<String>>,
) {
}
