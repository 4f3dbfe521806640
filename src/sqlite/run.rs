//! Runs, when they begin and when they end.

use rusqlite::{OptionalExtension as _, Row, named_params};

use super::fault::Fault;
use super::session::Session;
use crate::port::{RunEnd, RunRow, Scope};

const COLUMNS: &str = "id, job_id, provider, actor, options, job, started_at, completed_at, status, \
                       plan_digest, total_types, successful_types, failed_types, transaction_state";

/// Records that a run begins.
pub(super) fn begin(session: Session<'_>, run: &RunRow) -> Result<(), Fault> {
    session
        .prepare(
            "INSERT INTO {prefix}sync_transactions
               (id, job_id, provider, actor, options, job, started_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            &run.run_id,
            &run.job_id,
            &run.provider,
            &run.actor,
            &run.options,
            &run.job,
            run.started_at,
        ))?;
    Ok(())
}

/// Records how a run ended. Every run that did not complete can be resumed.
pub(super) fn finish(session: Session<'_>, end: &RunEnd) -> Result<(), Fault> {
    let [total, succeeded, failed] =
        end.counts.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    let known = session
        .prepare(
            "UPDATE {prefix}sync_transactions
             SET status = :status, plan_digest = :digest, total_types = :total,
               successful_types = :succeeded, failed_types = :failed, transaction_state = :result,
               can_resume = (:status <> 'completed'), completed_at = :at
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":status": end.status,
            ":digest": end.plan_digest,
            ":total": total,
            ":succeeded": succeeded,
            ":failed": failed,
            ":result": end.result,
            ":at": end.completed_at,
            ":id": end.run_id,
        })?;
    if known == 1 {
        Ok(())
    } else {
        Err(Fault::Failed(format!("run {} was never begun", end.run_id)))
    }
}

/// The latest run of a job.
pub(super) fn latest(
    session: Session<'_>,
    job_id: &str,
) -> Result<Option<(RunRow, Option<RunEnd>)>, Fault> {
    Ok(session
        .prepare(&format!(
            "SELECT {COLUMNS} FROM {{prefix}}sync_transactions
             WHERE job_id = ?1 ORDER BY started_at DESC, rowid DESC LIMIT 1"
        ))?
        .query_row([job_id], |row| Ok((run_row(row)?, run_end(row)?)))
        .optional()?)
}

/// The latest ended run that had an operation in a scope.
pub(super) fn last_in(session: Session<'_>, scope: &Scope) -> Result<Option<RunEnd>, Fault> {
    let found = session
        .prepare(&format!(
            "SELECT {COLUMNS} FROM {{prefix}}sync_transactions t
             WHERE completed_at IS NOT NULL AND EXISTS
               (SELECT 1 FROM {{prefix}}sync_operations o
                WHERE o.run_id = t.id AND o.website_id = ?1 AND o.target = ?2)
             ORDER BY completed_at DESC, rowid DESC LIMIT 1"
        ))?
        .query_row((&scope.website_id, &scope.target), run_end)
        .optional()?;
    Ok(found.flatten())
}

fn run_row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        run_id: row.get("id")?,
        job_id: row.get("job_id")?,
        provider: row.get("provider")?,
        actor: row.get("actor")?,
        options: row.get("options")?,
        job: row.get("job")?,
        started_at: row.get("started_at")?,
    })
}

fn run_end(row: &Row<'_>) -> rusqlite::Result<Option<RunEnd>> {
    let Some(completed_at) = row.get("completed_at")? else { return Ok(None) };
    let count = |column: &str| row.get(column).map(i64::unsigned_abs);
    Ok(Some(RunEnd {
        run_id: row.get("id")?,
        status: row.get("status")?,
        plan_digest: row.get("plan_digest")?,
        counts: [count("total_types")?, count("successful_types")?, count("failed_types")?],
        result: row.get("transaction_state")?,
        completed_at,
    }))
}
