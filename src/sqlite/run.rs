//! Runs, when they begin and when they end.

use rusqlite::{OptionalExtension as _, Row, named_params};

use super::audit::{self, Subject};
use super::column::{entity, verb};
use super::fault::Fault;
use super::relay;
use super::session::Session;
use crate::port::{OperationState, RunEnd, RunRow, RunStep, Scope};

/// The columns of a run and of its end.
pub(super) const COLUMNS: &str = "id, job_id, provider, actor, options, job, started_at, completed_at, status, \
                       plan_digest, total_types, successful_types, failed_types, transaction_state";

/// Records that a run begins.
pub(super) fn begin(session: Session<'_>, run: &RunRow) -> Result<(), Fault> {
    let author = &session.pen()?.author;
    session
        .prepare(
            "INSERT INTO {prefix}sync_transactions
               (id, job_id, provider, actor, options, job, started_at, role)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, iif(?4 = ?8, ?9, NULL))",
        )?
        .execute((
            &run.run_id,
            &run.job_id,
            &run.provider,
            &run.actor,
            &run.options,
            &run.job,
            run.started_at,
            &author.id,
            author.role,
        ))?;
    let mut statement = session.prepare(
        "INSERT INTO {prefix}sync_run_scopes (run_id, website_id, target) VALUES (?1, ?2, ?3)",
    )?;
    for scope in &run.scopes {
        statement.execute((&run.run_id, &scope.website_id, &scope.target))?;
    }
    audit::cover(session, Subject::Begun(&run.run_id), run.started_at)
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
        relay::forget(session, &end.run_id)?;
        audit::cover(session, Subject::Ended(&end.run_id), end.completed_at)
    } else {
        Err(Fault::Failed(format!("run {} was never begun", end.run_id)))
    }
}

/// The latest run of a job, but for one.
pub(super) fn latest(
    session: Session<'_>,
    job_id: &str,
    besides: Option<&str>,
) -> Result<Option<(RunRow, Option<RunEnd>)>, Fault> {
    let found = session
        .prepare(&format!(
            "SELECT {COLUMNS} FROM {{prefix}}sync_transactions
             WHERE job_id = ?1 AND id IS NOT ?2 ORDER BY rowid DESC LIMIT 1"
        ))?
        .query_row((job_id, besides), |row| Ok((run_row(row)?, run_end(row)?)))
        .optional()?;
    let Some((mut run, end)) = found else { return Ok(None) };
    run.scopes = scopes_of(session, &run.run_id)?;
    Ok(Some((run, end)))
}

/// Runs of a scope that never ended, oldest first.
pub(super) fn unfinished(session: Session<'_>, scope: &Scope) -> Result<Vec<RunRow>, Fault> {
    let mut statement = session.prepare(&format!(
        "SELECT {COLUMNS} FROM {{prefix}}sync_transactions t
         WHERE completed_at IS NULL AND EXISTS
           (SELECT 1 FROM {{prefix}}sync_run_scopes s
            WHERE s.run_id = t.id AND s.website_id = ?1 AND s.target = ?2)
         ORDER BY rowid"
    ))?;
    let found = statement.query_map((&scope.website_id, &scope.target), run_row)?;
    let mut runs = found.collect::<Result<Vec<_>, _>>()?;
    for run in &mut runs {
        run.scopes = scopes_of(session, &run.run_id)?;
    }
    Ok(runs)
}

/// Scopes in which something never ended: a run, a request, or a write to the studio.
pub(super) fn unsettled(session: Session<'_>) -> Result<Vec<Scope>, Fault> {
    let mut statement = session.prepare(
        "SELECT s.website_id, s.target FROM {prefix}sync_transactions t
         JOIN {prefix}sync_run_scopes s ON s.run_id = t.id WHERE t.completed_at IS NULL
         UNION SELECT website_id, target FROM {prefix}sync_operations WHERE state = 'started'
         UNION SELECT website_id, target FROM {prefix}sync_rows WHERE state = 'started'
         ORDER BY 1, 2",
    )?;
    Ok(statement.query_map((), scope)?.collect::<Result<_, _>>()?)
}

/// What became of the operations that a run planned.
pub(super) fn steps(session: Session<'_>, run_id: &str) -> Result<Vec<RunStep>, Fault> {
    let mut statement = session.prepare(
        // Beside max(), SQLite takes a bare column from the row that holds it.
        "SELECT p.website_id, p.type_key, p.operation, count(a.id), a.state, max(a.id), p.kind, p.local_id
         FROM {prefix}sync_operations p
         LEFT JOIN {prefix}sync_operations a ON a.run_id = p.run_id AND a.website_id = p.website_id
           AND a.target = p.target AND a.sequence = p.sequence AND a.attempt > 0
         WHERE p.run_id = ?1 AND p.attempt = 0 GROUP BY p.id ORDER BY p.id",
    )?;
    let mut rows = statement.query([run_id])?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let (operation, state): (String, Option<String>) = (row.get(2)?, row.get(4)?);
        let kind: String = row.get(6)?;
        steps.push(RunStep {
            website_id: row.get(0)?,
            entity: entity(&kind, row.get(7)?)?,
            type_key: row.get(1)?,
            verb: verb(&operation)?,
            attempts: row.get(3)?,
            state: match state.as_deref() {
                Some("applied") => Some(OperationState::Applied),
                Some("failed") => Some(OperationState::Failed),
                Some("undecided") => Some(OperationState::Undecided),
                _ => None,
            },
        });
    }
    Ok(steps)
}

/// What a run holds.
pub(super) fn scopes_of(session: Session<'_>, run_id: &str) -> Result<Vec<Scope>, Fault> {
    let mut statement = session.prepare(
        "SELECT website_id, target FROM {prefix}sync_run_scopes
         WHERE run_id = ?1 ORDER BY website_id, target",
    )?;
    Ok(statement.query_map([run_id], scope)?.collect::<Result<_, _>>()?)
}

fn scope(row: &Row<'_>) -> rusqlite::Result<Scope> {
    Ok(Scope { website_id: row.get(0)?, target: row.get(1)? })
}

/// The latest ended run that had an operation in a scope.
pub(super) fn last_in(session: Session<'_>, scope: &Scope) -> Result<Option<RunEnd>, Fault> {
    let found = session
        .prepare(&format!(
            "SELECT {COLUMNS} FROM {{prefix}}sync_transactions t
             WHERE completed_at IS NOT NULL AND EXISTS
               (SELECT 1 FROM {{prefix}}sync_operations o
                WHERE o.run_id = t.id AND o.website_id = ?1 AND o.target = ?2)
             ORDER BY rowid DESC LIMIT 1"
        ))?
        .query_row((&scope.website_id, &scope.target), run_end)
        .optional()?;
    Ok(found.flatten())
}

/// A run as it began, without what it holds.
pub(super) fn run_row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        run_id: row.get("id")?,
        job_id: row.get("job_id")?,
        provider: row.get("provider")?,
        actor: row.get("actor")?,
        options: row.get("options")?,
        job: row.get("job")?,
        started_at: row.get("started_at")?,
        scopes: Vec::new(),
    })
}

/// How a run ended, if it did.
pub(super) fn run_end(row: &Row<'_>) -> rusqlite::Result<Option<RunEnd>> {
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
