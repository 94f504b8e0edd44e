//! Services with just so much capacity, and what the matching says of an area.

use crate::builders::Streets;
use crate::hub::Hub;
use gongjian_hub::domain::id::AreaId;
use gongjian_hub::domain::viewer::Viewer;
use serde_json::{Value, json};

/// All that a preview tells, without ids.
pub const PREVIEW: &str = "query($area: ID!, $category: ID) { matching(areaId: $area, categoryId: $category) {
    total cost provenCost needCount servedCount partlyServedCount unmetCount
    served { measure quantity } unmetQuantities { measure quantity }
    matches { need { title } service { title unit { name } } capacity { total left } quantity pinned firstStartsAt score
        reasons { part points text } nextBest { service { title } score cost text } }
    unmet { need { title } quantity reason constraint takenBy { title } text }
    unplacedPins { directive { reason } quantity constraint text }
    capacities { service { title } capacity { left } left }
} }";

impl Hub {
    /// The preview of an area.
    pub async fn preview(&self, viewer: &Viewer, area: AreaId) -> Value {
        self.data(viewer, PREVIEW, json!({ "area": area.to_string() })).await["matching"].take()
    }

    /// What the preview of a street brings together: need, service and quantity.
    pub async fn planned(&self, streets: &Streets) -> Vec<(String, String, i64)> {
        let preview = self.preview(&streets.coordinator, streets.street).await;
        let title = |thing: &Value| thing["title"].as_str().unwrap().to_owned();
        let matches = preview["matches"].as_array().unwrap().iter();
        matches
            .map(|one| (title(&one["need"]), title(&one["service"]), one["quantity"].as_i64().unwrap()))
            .collect()
    }

    /// The fingerprint of a street's world.
    pub async fn fingerprint(&self, streets: &Streets) -> String {
        let query = "query($area: ID!) { matching(areaId: $area) { fingerprint } }";
        let data =
            self.data(&streets.coordinator, query, json!({ "area": streets.street.to_string() })).await;
        data["matching"]["fingerprint"].as_str().unwrap().to_owned()
    }

    /// The code of the top-level error with which a query is answered.
    pub async fn error_code(&self, viewer: &Viewer, query: &str, variables: Value) -> String {
        let response = self.ask(viewer, query, variables).await;
        response["errors"][0]["extensions"]["code"].as_str().expect("an error").to_owned()
    }
}
