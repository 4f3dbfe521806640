//! Sealed secrets, as bytes that mean nothing here.

use async_trait::async_trait;

use super::SqliteStore;
use super::audit::append;
use super::fault::Fault;
use super::session::Session;
use crate::canonical::write;
use crate::model::Json;
use crate::port::chain::Event;
use crate::port::{Author, Sealed, StoreError, Vault};

#[async_trait]
impl Vault for SqliteStore {
    async fn sealed(&self) -> Result<Vec<Sealed>, StoreError> {
        self.read(all).await
    }

    async fn put_sealed(&self, sealed: Sealed, by: Author, at: i64) -> Result<(), StoreError> {
        self.written_for(by)
            .write(move |session| {
                put(session, &sealed, at)?;
                audit(session, "credentials.set", "stored", ("provider", sealed.name), at)
            })
            .await
    }

    async fn remove_sealed(&self, name: &str, by: Author, at: i64) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.written_for(by)
            .write(move |session| {
                let delete = "DELETE FROM {prefix}credentials WHERE name = ?1";
                let is_removed = session.prepare(delete)?.execute([&name])? > 0;
                let outcome = if is_removed { "removed" } else { "none there" };
                audit(session, "credentials.remove", outcome, ("provider", name), at)?;
                Ok(is_removed)
            })
            .await
    }

    async fn replace_sealed(
        &self,
        before: Vec<Sealed>,
        after: Vec<Sealed>,
        by: Author,
        at: i64,
    ) -> Result<bool, StoreError> {
        self.written_for(by)
            .write(move |session| {
                if all(session)? != before {
                    return Ok(false);
                }
                for sealed in &after {
                    put(session, sealed, at)?;
                }
                let names = after.into_iter().map(|sealed| Json::str(sealed.name)).collect();
                let names = ("providers", write(&Json::Array(names)));
                audit(session, "credentials.rotate", "rotated", names, at)?;
                Ok(true)
            })
            .await
    }
}

/// Notes a change together with it.
fn audit(
    session: Session<'_>,
    action: &str,
    outcome: &str,
    detail: (&'static str, String),
    at: i64,
) -> Result<(), Fault> {
    let event = Event {
        at,
        action: action.to_owned(),
        outcome: outcome.to_owned(),
        detail: vec![detail],
        ..Event::default()
    };
    append(session, &event, None)
}

fn all(session: Session<'_>) -> Result<Vec<Sealed>, Fault> {
    let select = "SELECT name, sealed FROM {prefix}credentials ORDER BY name";
    let rows = session
        .prepare(select)?
        .query_map([], |row| Ok(Sealed { name: row.get(0)?, bytes: row.get(1)? }))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn put(session: Session<'_>, sealed: &Sealed, at: i64) -> Result<(), Fault> {
    let upsert = "INSERT INTO {prefix}credentials (name, sealed, updated_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at";
    session.prepare(upsert)?.execute((&sealed.name, &sealed.bytes, at))?;
    Ok(())
}
