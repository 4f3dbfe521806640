//! What the tests of whole runs have in common.

use catalyst_sync::engine::{PlanReport, Query, RunOptions};
use serde_json::{Value, json};

use super::fake::{Kind, Version};
use super::world::World;

/// A definition as the user interface writes it, its fields given as `[id, name, type]` or as
/// objects.
pub fn definition(name: &str, fields: &[Value]) -> Value {
    let fields: Vec<Value> = fields
        .iter()
        .map(|field| match field.as_array().map(Vec::as_slice) {
            Some([id, name, kind]) => json!({ "id": id, "name": name, "type": kind }),
            _ => field.clone(),
        })
        .collect();
    json!({ "name": name, "fields": fields })
}

/// A definition with one text.
pub fn simple(name: &str) -> Value {
    definition(name, &[json!(["f1", "title", "text"])])
}

/// A definition with a text and a relationship to other types.
pub fn referring(name: &str, targets: &[&str]) -> Value {
    let mut made = simple(name);
    made["relationships"] = targets
        .iter()
        .enumerate()
        .map(|(n, target)| {
            json!({ "id": format!("r{n}"), "name": format!("rel{n}"), "type": "manyToOne",
                    "targetContentTypeId": target })
        })
        .collect();
    made
}

/// Types of somebody else, `M0000` and on: with a thousand of them a listing has a second page.
pub fn foreign_types(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| {
            let key = format!("M{n:04}");
            json!({ "displayName": key, "key": key, "baseType": "_component" })
        })
        .collect()
}

/// What was written to the platform since the log was cleared: `PATCH BlogPost`, sorted.
pub fn writes(world: &World) -> Vec<String> {
    let mut writes = writes_in_order(world);
    writes.sort();
    writes
}

/// What was written to the platform since the log was cleared, as it came.
pub fn writes_in_order(world: &World) -> Vec<String> {
    let requests = world.fake.control().requests().into_iter();
    requests
        .filter(|one| matches!(one.kind, Kind::Post | Kind::Patch | Kind::Delete))
        .map(|one| format!("{} {}", one.method, one.key.unwrap_or_default()))
        .collect()
}

/// The bodies that were sent with one method about one type.
pub fn bodies(world: &World, method: &str, key: &str) -> Vec<Value> {
    let requests = world.fake.control().requests().into_iter();
    requests
        .filter(|one| one.method == method && one.key.as_deref() == Some(key))
        .map(|one| serde_json::from_str(&one.body).unwrap())
        .collect()
}

/// Codes of all findings about the types of a plan, each once, with its type.
pub fn codes(plan: &PlanReport) -> Vec<String> {
    let named = |finding: &catalyst_sync::model::Finding| {
        format!("{} {}", finding.type_key.as_deref().unwrap_or("-"), finding.code)
    };
    let mut codes: Vec<String> = plan.findings.iter().map(named).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// Plans a deployment of everything.
pub async fn plan(world: &World, options: &RunOptions) -> PlanReport {
    world.engine().plan(&Query::default(), options).await.unwrap()
}

/// Consents to deletions.
pub fn allow_delete() -> RunOptions {
    RunOptions { allow_delete: true, ..RunOptions::default() }
}

/// Consents to the loss of content.
pub fn allow_data_loss() -> RunOptions {
    RunOptions { allow_data_loss: true, ..RunOptions::default() }
}

impl World {
    /// Lets so much time pass that no read can lag behind our own writes any more.
    pub fn let_time_pass(&self) {
        let state = rusqlite::Connection::open(self.state_path()).unwrap();
        state.execute("UPDATE sync_bases SET last_write_at = last_write_at - 3600000", []).unwrap();
    }

    /// Deletes the file that holds the state.
    pub fn delete_state(&self) {
        for end in ["", "-wal", "-shm"] {
            let path = format!("{}{end}", self.state_path());
            if std::path::Path::new(&path).exists() {
                std::fs::remove_file(path).unwrap();
            }
        }
    }

    /// Where the state is.
    pub fn state_path(&self) -> String {
        format!("{}.catalyst-sync", self.studio.path().display())
    }

    /// Adds a content type of any website.
    pub fn add_to(&self, website: &str, id: &str, name: &str, fields: &Value) {
        self.sql(
            "INSERT INTO ContentType (id, websiteId, name, fields, createdAt, updatedAt) \
             VALUES (?1, ?2, ?3, ?4, 1, 1)",
            &[id, website, name, &fields.to_string()],
        );
    }

    /// Adds a website.
    pub fn website(&self, id: &str) {
        self.sql(
            "INSERT INTO Website (id, name, category, updatedAt) VALUES (?1, ?1, 'blog', 1)",
            &[id],
        );
    }

    /// Removes the row of a content type.
    pub fn drop_row(&self, id: &str) {
        self.sql("DELETE FROM ContentType WHERE id = ?1", &[id]);
    }

    /// Renames a content type as the studio does: its row and its definition.
    pub fn rename(&self, id: &str, fields: &Value) {
        let name = fields["name"].as_str().unwrap();
        self.sql(
            "UPDATE ContentType SET name = ?2, fields = ?3 WHERE id = ?1",
            &[id, name, &fields.to_string()],
        );
    }

    /// What the platform holds of a type, in v1's words.
    pub fn stored(&self, key: &str) -> Value {
        self.fake.control().content_type(Version::V1, key).unwrap_or(Value::Null)
    }
}
