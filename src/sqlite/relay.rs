//! Runs that go on, for the other processes.

use async_trait::async_trait;
use rusqlite::OptionalExtension as _;

use super::fault::Fault;
use super::session::Session;
use super::store::SqliteStore;
use crate::port::{Beat, Relay, StoreError, Told};

#[async_trait]
impl Relay for SqliteStore {
    async fn beat(&self, beat: Beat) -> Result<(), StoreError> {
        self.write_ahead(move |session| tell(session, &beat)).await
    }

    async fn cancelled_by(&self, run_id: &str) -> Result<Option<String>, StoreError> {
        let run_id = run_id.to_owned();
        self.read(move |session| {
            let sql = "SELECT cancelled_by FROM {prefix}sync_run_signals WHERE run_id = ?1";
            let asked = session.prepare(sql)?.query_row([run_id], |row| row.get(0)).optional()?;
            Ok(asked.flatten())
        })
        .await
    }

    async fn ask_to_cancel(&self, job_id: &str, by: &str, at: i64) -> Result<bool, StoreError> {
        let (job_id, by) = (job_id.to_owned(), by.to_owned());
        self.write(move |session| {
            let asked = session
                .prepare(
                    "INSERT INTO {prefix}sync_run_signals (run_id, told_at, cancelled_by)
                     SELECT id, ?2, ?3 FROM {prefix}sync_transactions
                     WHERE job_id = ?1 AND completed_at IS NULL
                     ON CONFLICT (run_id) DO UPDATE SET cancelled_by = excluded.cancelled_by",
                )?
                .execute((job_id, at, by))?;
            Ok(asked > 0)
        })
        .await
    }

    async fn told(&self, run_id: &str, entries: u32) -> Result<Option<Told>, StoreError> {
        let run_id = run_id.to_owned();
        self.read(move |session| told(session, &run_id, entries)).await
    }
}

fn tell(session: Session<'_>, beat: &Beat) -> Result<(), Fault> {
    // A run that has ended is told of by its end.
    let known = session
        .prepare(
            "INSERT INTO {prefix}sync_run_signals (run_id, progress, told_at)
             SELECT id, ?2, ?3 FROM {prefix}sync_transactions
             WHERE id = ?1 AND completed_at IS NULL
             ON CONFLICT (run_id) DO UPDATE SET progress = excluded.progress,
               told_at = excluded.told_at",
        )?
        .execute((&beat.run_id, beat.progress, beat.at))?;
    if known == 0 {
        return Ok(());
    }
    let mut statement =
        session.prepare("INSERT INTO {prefix}sync_run_log (run_id, entry) VALUES (?1, ?2)")?;
    for entry in &beat.entries {
        statement.execute((&beat.run_id, entry))?;
    }
    Ok(())
}

fn told(session: Session<'_>, run_id: &str, entries: u32) -> Result<Option<Told>, Fault> {
    let found = session
        .prepare("SELECT told_at, progress FROM {prefix}sync_run_signals WHERE run_id = ?1")?
        .query_row([run_id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((at, progress)) = found else { return Ok(None) };
    let mut statement = session.prepare(
        "SELECT entry FROM (SELECT id, entry FROM {prefix}sync_run_log WHERE run_id = ?1
           ORDER BY id DESC LIMIT ?2) ORDER BY id",
    )?;
    let entries = statement.query_map((run_id, entries), |row| row.get(0))?;
    Ok(Some(Told { at, progress, entries: entries.collect::<Result<_, _>>()? }))
}

/// Forgets what a run told, because its end says it all.
pub(super) fn forget(session: Session<'_>, run_id: &str) -> Result<(), Fault> {
    for table in ["sync_run_signals", "sync_run_log"] {
        session
            .prepare(&format!("DELETE FROM {{prefix}}{table} WHERE run_id = ?1"))?
            .execute([run_id])?;
    }
    Ok(())
}
