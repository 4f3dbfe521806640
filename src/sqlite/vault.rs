//! Sealed secrets, as bytes that mean nothing here.

use async_trait::async_trait;

use super::SqliteStore;
use super::fault::Fault;
use super::session::Session;
use crate::port::{Sealed, StoreError, Vault};

#[async_trait]
impl Vault for SqliteStore {
    async fn sealed(&self) -> Result<Vec<Sealed>, StoreError> {
        self.read(all).await
    }

    async fn put_sealed(&self, sealed: Sealed, at: i64) -> Result<(), StoreError> {
        self.write(move |session| put(session, &sealed, at)).await
    }

    async fn remove_sealed(&self, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        let delete = "DELETE FROM {prefix}credentials WHERE name = ?1";
        self.write(move |session| Ok(session.prepare(delete)?.execute([name])? > 0)).await
    }

    async fn replace_sealed(
        &self,
        before: Vec<Sealed>,
        after: Vec<Sealed>,
        at: i64,
    ) -> Result<bool, StoreError> {
        self.write(move |session| {
            if all(session)? != before {
                return Ok(false);
            }
            for sealed in &after {
                put(session, sealed, at)?;
            }
            Ok(true)
        })
        .await
    }
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
