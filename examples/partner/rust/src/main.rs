//! The graph of a partner unit that joins the hub's: the events of a library on its unit's page.

use async_graphql::{ComplexObject, EmptyMutation, EmptySubscription, ID, Object, Schema, SimpleObject};
use async_graphql_axum::GraphQL;
use axum::{Router, routing::post_service};

/// A unit of the hub's, with what the library knows of it.
#[derive(SimpleObject)]
#[graphql(complex)]
struct PartnerUnit {
    id: ID,
}
#[ComplexObject]
impl PartnerUnit {
    /// Events that anybody may come to.
    #[graphql(name = "library_events")]
    async fn events(&self) -> Option<Vec<Event>> {
        let own = std::env::var("UNIT").is_ok_and(|unit| unit == self.id.as_str());
        own.then(|| vec![Event { title: "夜读 Reading night", seats_left: 12 }])
    }
}
/// An event.
#[derive(SimpleObject)]
#[graphql(name = "Library_Event")]
struct Event {
    title: &'static str,
    seats_left: i32,
}
struct Query;
#[Object]
impl Query {
    /// Seats that are free now.
    #[graphql(name = "library_freeSeats")]
    async fn free_seats(&self) -> Option<i32> {
        Some(41)
    }
    #[graphql(entity)]
    async fn unit(&self, id: ID) -> PartnerUnit {
        PartnerUnit { id }
    }
}
#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let port = std::env::var("PORT").unwrap_or("4001".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}/graphql", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/graphql", post_service(GraphQL::new(schema)))).await
}
