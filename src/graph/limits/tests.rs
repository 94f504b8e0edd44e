use super::*;
use async_graphql::value;
use std::fmt::Write as _;
use std::time::Instant;

fn refused(query: &str, variables: async_graphql::Value) -> Option<String> {
    let variables = Variables::from_value(variables.into_const().expect("a constant"));
    let error = Limits::default().read(Lang::En, query, &variables).err()?;
    let extensions = error.extensions.expect("a code");
    let told = if extensions.get("limit").is_some() { "limit" } else { "code" };
    let text = extensions.get(told).expect("a text").to_string();
    Some(text.trim_matches('"').to_owned())
}
