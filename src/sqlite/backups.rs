//! What was on a platform before a run changed it.

use async_trait::async_trait;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, named_params, params_from_iter};

use super::column::{Remote, entity, verb};
use super::fault::Fault;
use super::packed::Packed;
use super::session::Session;
use super::store::SqliteStore;
use super::{journal, run};
use crate::port::{
    Backup, BackupFilter, Backups, Change, Intent, KeptBefore, KnownRun, Lease, OperationState,
    RowBounds, RunEnd, RunLink, Scope, StoreError,
};

/// More runs than one deployment is ever carried on in.
const LONGEST_CHAIN: usize = 1_000;

#[async_trait]
impl Backups for SqliteStore {
    async fn link_run(
        &self,
        run_id: &str,
        others: Vec<(String, RunLink)>,
    ) -> Result<(), StoreError> {
        let run_id = run_id.to_owned();
        self.write(move |session| link(session, &run_id, &others)).await
    }

    async fn undone_by(
        &self,
        run_id: &str,
    ) -> Result<Vec<(String, RunLink, Option<RunEnd>)>, StoreError> {
        let run_id = run_id.to_owned();
        self.read(move |session| undone_by(session, &run_id)).await
    }

    async fn runs_of(&self, job_id: &str) -> Result<Vec<KnownRun>, StoreError> {
        let job_id = job_id.to_owned();
        self.read(move |session| runs_of(session, &job_id)).await
    }

    async fn carried_on(&self, run_id: &str) -> Result<Option<KnownRun>, StoreError> {
        let run_id = run_id.to_owned();
        self.read(move |session| carried_on(session, &run_id)).await
    }

    async fn changes_of(&self, run_id: &str) -> Result<Vec<Change>, StoreError> {
        let run_id = run_id.to_owned();
        self.read(move |session| changes_of(session, &run_id)).await
    }

    async fn backups(&self, filter: BackupFilter) -> Result<(Vec<Backup>, u64), StoreError> {
        self.read(move |session| list(session, &filter)).await
    }

    async fn prune_backups(&self, lease: &Lease, bounds: RowBounds) -> Result<(), StoreError> {
        self.write_under(lease, move |session, lease| prune(session, &lease.scope, bounds)).await
    }
}

/// Keeps the definition that an intent changes or deletes, with what was agreed on until then.
pub(super) fn keep(
    session: Session<'_>,
    lease: &Lease,
    (id, intent): (i64, &Intent),
    definition: &str,
) -> Result<(), Fault> {
    let Scope { website_id, target } = &lease.scope;
    let remote_id = Remote(intent.remote_id.clone());
    // By the identity: the state may know the document by the id of a row that is gone.
    let agreed: Option<(String, String, String)> = session
        .prepare(
            "SELECT base, bindings, origin
             FROM {prefix}sync_state s JOIN {prefix}sync_bases b ON b.state_id = s.id
             WHERE target = ?2 AND remote_id = ?3 AND website_id = ?1",
        )?
        .query_row((website_id, target, &remote_id), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    session
        .prepare(
            "INSERT INTO {prefix}sync_backups
               (operation_id, run_id, website_id, target, kind, local_id, type_key, remote_id,
                operation, definition, base, bindings, origin, size, taken_at)
             VALUES (:id, :run, :website, :target, :kind, :local, :type_key, :remote, :verb,
                :definition, :base, :bindings, :origin, :size, :at)",
        )?
        .execute(named_params! {
            ":id": id,
            ":run": intent.run_id,
            ":website": website_id,
            ":target": target,
            ":kind": intent.entity.kind,
            ":local": intent.entity.id,
            ":type_key": intent.type_key,
            ":remote": remote_id,
            ":verb": intent.verb.as_str(),
            ":definition": Packed(definition),
            ":base": agreed.as_ref().map(|(base, ..)| Packed(base.as_str())),
            ":bindings": agreed.as_ref().map(|(_, bindings, _)| Packed(bindings.as_str())),
            ":origin": agreed.as_ref().map(|(.., origin)| origin),
            ":size": i64::try_from(definition.len()).unwrap_or(i64::MAX),
            ":at": intent.sent_at,
        })?;
    Ok(())
}

fn link(session: Session<'_>, run_id: &str, others: &[(String, RunLink)]) -> Result<(), Fault> {
    let mut statement = session.prepare(
        "INSERT INTO {prefix}sync_run_links (run_id, other_id, link) VALUES (?1, ?2, ?3)",
    )?;
    for (other, link) in others {
        statement.execute((run_id, other, word(*link)))?;
    }
    Ok(())
}

fn word(link: RunLink) -> &'static str {
    match link {
        RunLink::Undoes => "undoes",
        RunLink::UndoesFailed => "undoes_failed",
        RunLink::Continues => "continues",
    }
}

fn undone_by(
    session: Session<'_>,
    run_id: &str,
) -> Result<Vec<(String, RunLink, Option<RunEnd>)>, Fault> {
    let mut statement = session.prepare(&format!(
        "SELECT {}, l.link FROM {{prefix}}sync_run_links l
         JOIN {{prefix}}sync_transactions t ON t.id = l.run_id
         WHERE l.other_id = ?1 AND l.link <> 'continues' ORDER BY t.started_at, t.rowid",
        run::COLUMNS
    ))?;
    let mut rows = statement.query([run_id])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        let link: String = row.get("link")?;
        let all = link == word(RunLink::Undoes);
        let link = if all { RunLink::Undoes } else { RunLink::UndoesFailed };
        runs.push((row.get("id")?, link, run::run_end(row)?));
    }
    Ok(runs)
}

fn runs_of(session: Session<'_>, job_id: &str) -> Result<Vec<KnownRun>, Fault> {
    let latest = session
        .prepare(&format!(
            "SELECT {} FROM {{prefix}}sync_transactions t WHERE job_id = ?1
             ORDER BY EXISTS (SELECT 1 FROM {{prefix}}sync_operations o
                 WHERE o.run_id = t.id AND o.attempt > 0)
               OR EXISTS (SELECT 1 FROM {{prefix}}sync_rows r WHERE r.run_id = t.id) DESC,
               rowid DESC LIMIT 1",
            run::COLUMNS
        ))?
        .query_row([job_id], |row| Ok((run::run_row(row)?, run::run_end(row)?)))
        .optional()?;
    let mut runs: Vec<KnownRun> = latest.into_iter().collect();
    if let Some((latest, _)) = runs.first_mut() {
        latest.scopes = run::scopes_of(session, &latest.run_id)?;
    }
    while let Some((last, _)) = runs.last().filter(|_| runs.len() < LONGEST_CHAIN) {
        let Some(before) = carried_on(session, &last.run_id)? else { break };
        runs.push(before);
    }
    Ok(runs)
}

fn carried_on(session: Session<'_>, run_id: &str) -> Result<Option<KnownRun>, Fault> {
    let before = session
        .prepare(&format!(
            "SELECT {} FROM {{prefix}}sync_run_links l
             JOIN {{prefix}}sync_transactions t ON t.id = l.other_id
             WHERE l.run_id = ?1 AND l.link = 'continues'",
            run::COLUMNS
        ))?
        .query_row([run_id], |row| Ok((run::run_row(row)?, run::run_end(row)?)))
        .optional()?;
    let Some((mut before, end)) = before else { return Ok(None) };
    before.scopes = run::scopes_of(session, &before.run_id)?;
    Ok(Some((before, end)))
}

fn changes_of(session: Session<'_>, run_id: &str) -> Result<Vec<Change>, Fault> {
    let mut statement = session.prepare(
        "SELECT o.website_id, o.target, o.kind, o.local_id, o.type_key, o.remote_id, o.operation,
           o.state, o.atoms, o.response, b.definition, b.base, b.bindings, b.origin
         FROM {prefix}sync_operations o LEFT JOIN {prefix}sync_backups b ON b.operation_id = o.id
         WHERE o.run_id = ?1 AND o.attempt > 0 AND o.state IN ('applied', 'undecided')
         ORDER BY o.id",
    )?;
    let mut rows = statement.query([run_id])?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        changes.push(change(row)?);
    }
    Ok(changes)
}

fn change(row: &Row<'_>) -> Result<Change, Fault> {
    let word = |column: &str| -> Result<String, Fault> { Ok(row.get(column)?) };
    let packed = |column: &str| -> Result<Option<String>, Fault> {
        Ok(row.get::<_, Option<Packed<String>>>(column)?.map(|Packed(text)| text))
    };
    let Remote(remote_id) = row.get("remote_id")?;
    let kept = packed("definition")?.map(|definition| {
        Ok::<_, Fault>(KeptBefore {
            definition: definition.into_boxed_str(),
            base: packed("base")?,
            bindings: packed("bindings")?,
            origin: row.get("origin")?,
        })
    });
    Ok(Change {
        scope: Scope { website_id: row.get("website_id")?, target: row.get("target")? },
        entity: entity(&word("kind")?, row.get("local_id")?)?,
        type_key: row.get("type_key")?,
        remote_id,
        verb: verb(&word("operation")?)?,
        state: match &*word("state")? {
            "applied" => OperationState::Applied,
            _ => OperationState::Undecided,
        },
        atoms: journal::atoms_from_json(&word("atoms")?)
            .ok_or_else(|| Fault::Failed("a journal entry cannot be read".to_owned()))?,
        response: row.get("response")?,
        kept: kept.transpose()?,
    })
}

fn list(session: Session<'_>, filter: &BackupFilter) -> Result<(Vec<Backup>, u64), Fault> {
    let (mut terms, mut values) = (vec!["1"], Vec::<Value>::new());
    if let Some(job_id) = &filter.job_id {
        terms.push("t.job_id = ?");
        values.push(job_id.clone().into());
    }
    if let Some((website_id, entity)) = &filter.document {
        terms.push("b.website_id = ? AND b.kind = ? AND b.local_id = ?");
        values.extend([website_id, entity.kind, &entity.id].map(|one: &str| one.to_owned().into()));
    }
    let filtered = format!(
        "FROM {{prefix}}sync_backups b LEFT JOIN {{prefix}}sync_transactions t ON t.id = b.run_id
         WHERE {}",
        terms.join(" AND ")
    );
    let total: i64 = session
        .prepare(&format!("SELECT count(*) {filtered}"))?
        .query_row(params_from_iter(&values), |row| row.get(0))?;
    values.push(i64::from(filter.limit).into());
    values.push(i64::from(filter.offset).into());
    let mut statement = session.prepare(&format!(
        "SELECT b.id, t.job_id, b.run_id, b.website_id, b.target, b.kind, b.local_id, b.type_key,
           b.remote_id, b.operation, b.size, typeof(b.definition) = 'blob' AS compressed, b.taken_at
         {filtered} ORDER BY b.id DESC LIMIT ? OFFSET ?"
    ))?;
    let mut rows = statement.query(params_from_iter(&values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(backup(row)?);
    }
    Ok((found, total.unsigned_abs()))
}

fn backup(row: &Row<'_>) -> Result<Backup, Fault> {
    let (kind, operation): (String, String) = (row.get("kind")?, row.get("operation")?);
    Ok(Backup {
        id: row.get("id")?,
        job_id: row.get("job_id")?,
        run_id: row.get("run_id")?,
        scope: Scope { website_id: row.get("website_id")?, target: row.get("target")? },
        entity: entity(&kind, row.get("local_id")?)?,
        type_key: row.get("type_key")?,
        remote_id: row.get::<_, Option<Remote>>("remote_id")?.map(|Remote(id)| id),
        verb: verb(&operation)?,
        size: row.get::<_, Option<i64>>("size")?.unwrap_or_default().unsigned_abs(),
        is_compressed: row.get("compressed")?,
        taken_at: row.get("taken_at")?,
    })
}

/// The latest of each document is what would be put back next; a request that is open, and a run that
/// did not end, may still have to be settled by what they kept.
fn prune(session: Session<'_>, scope: &Scope, bounds: RowBounds) -> Result<(), Fault> {
    session
        .prepare(
            "DELETE FROM {prefix}sync_backups WHERE id IN (
               SELECT id FROM (
                 SELECT id, run_id, operation_id, taken_at, row_number() OVER (
                   PARTITION BY kind, local_id ORDER BY id DESC) AS place
                 FROM {prefix}sync_backups WHERE website_id = :website AND target = :target) b
               WHERE place > 1 AND (place > :count OR taken_at < :since)
                 AND run_id IS NOT (
                   SELECT run_id FROM {prefix}sync_backups
                   WHERE website_id = :website AND target = :target ORDER BY id DESC LIMIT 1)
                 AND NOT EXISTS (SELECT 1 FROM {prefix}sync_operations o
                   WHERE o.id = b.operation_id AND o.state = 'started')
                 AND NOT EXISTS (SELECT 1 FROM {prefix}sync_transactions t
                   WHERE t.id = b.run_id AND t.completed_at IS NULL))",
        )?
        .execute(named_params! {
            ":website": scope.website_id,
            ":target": scope.target,
            ":count": bounds.count,
            ":since": bounds.since,
        })?;
    Ok(())
}
