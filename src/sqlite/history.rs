//! What states and the history are asked for.
//!
//! Every question is put together of the filters that it names and no others, because a condition
//! such as `?1 IS NULL OR website_id = ?1` keeps SQLite from using an index.

use async_trait::async_trait;
use rusqlite::{Row, ToSql, params_from_iter};

use super::column::{Bytes, Remote, entity};
use super::fault::Fault;
use super::session::Session;
use super::store::SqliteStore;
use crate::port::{
    Alarms, Entity, FailureGroup, History, HistoryEntry, HistoryFilter, HistoryPage, KnownType,
    LastAttempt, Scope, StateFilter, StoreError, SyncStateRow, Tally, TallyOfDay,
};

/// A question to the history: what is selected, and what comes after the conditions.
type Question = (&'static str, &'static str);

const COUNT: Question = ("SELECT count(*) FROM {prefix}sync_history", "");

/// The latest first; of the same millisecond, what was recorded last.
const PAGE: Question = (
    "SELECT id, website_id, target, kind, local_id, type_key, version_hash, target_platform,
       sync_direction, sync_status, operation, pushed_data, response_data, error_code, error_message,
       retry_count, sync_metadata, actor, run_id, deployment_id, started_at, completed_at, created_at,
       imported, role
     FROM {prefix}sync_history",
    "ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
);

const TALLY: Question = (
    "SELECT target_platform, operation, sync_status, count(*), sum(retry_count),
       count(completed_at - started_at), sum(max(completed_at - started_at, 0)), max(created_at)
     FROM {prefix}sync_history",
    "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
);

/// Days of 86,400,000 milliseconds; those before the epoch are rounded down as well.
const DAYS: Question = (
    "SELECT created_at / 86400000 - (created_at % 86400000 < 0) AS day, sync_status, count(*)
     FROM {prefix}sync_history",
    "GROUP BY day, sync_status ORDER BY 1, 2",
);

const FAILURES: Question = (
    "SELECT error_code, type_key, count(*), min(created_at), max(created_at), max(id)
     FROM {prefix}sync_history",
    "GROUP BY 1, 2 ORDER BY 1, 2",
);

/// No parameters.
const NOTHING: [i64; 0] = [];

#[async_trait]
impl History for SqliteStore {
    async fn known_types(&self, name: &str) -> Result<Vec<KnownType>, StoreError> {
        let name = name.to_owned();
        self.read(move |session| known_types(session, &name)).await
    }

    async fn sync_states(&self, filter: StateFilter) -> Result<Vec<SyncStateRow>, StoreError> {
        self.read(move |session| sync_states(session, &filter)).await
    }

    async fn last_attempts(
        &self,
        documents: Vec<(String, String)>,
        platform: Option<String>,
    ) -> Result<Vec<LastAttempt>, StoreError> {
        self.read(move |session| last_attempts(session, documents, platform.as_deref())).await
    }

    async fn deleted_since(
        &self,
        scope: &Scope,
        since: i64,
        now: i64,
    ) -> Result<Vec<String>, StoreError> {
        let scope = scope.clone();
        self.read(move |session| {
            let mut deleted = session.prepare(
                "SELECT type_key FROM {prefix}sync_history h
                 WHERE created_at >= ?1 AND website_id = ?3 AND target = ?4 AND operation = 'delete'
                   AND sync_direction = 'PUSH' AND sync_status = 'SUCCESS'
                   AND (created_at <= ?2 OR NOT EXISTS
                     (SELECT 1 FROM {prefix}sync_transactions t
                      WHERE t.started_at < ?1 AND t.rowid >
                        (SELECT rowid FROM {prefix}sync_transactions WHERE id = h.run_id)))",
            )?;
            let keys = deleted
                .query_map((since, now, scope.website_id, scope.target), |row| row.get(0))?;
            Ok(keys.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn attempts(
        &self,
        filter: HistoryFilter,
        limit: u32,
        offset: u32,
    ) -> Result<HistoryPage, StoreError> {
        self.read(move |session| {
            let mut conditions = Conditions::of(&filter);
            let total = conditions.number(session, COUNT)?;
            conditions.values.push(Box::new(limit));
            conditions.values.push(Box::new(offset));
            let entries = conditions.rows(session, PAGE, entry)?;
            Ok(HistoryPage { entries, total })
        })
        .await
    }

    async fn attempts_by_id(&self, ids: Vec<i64>) -> Result<Vec<HistoryEntry>, StoreError> {
        self.read(move |session| {
            let mut statement = session.prepare(&format!("{} WHERE id = ?1", PAGE.0))?;
            let mut entries = Vec::new();
            for id in ids {
                for found in statement.query_map([id], entry)? {
                    entries.push(found?);
                }
            }
            Ok(entries)
        })
        .await
    }

    async fn tally(&self, filter: HistoryFilter) -> Result<Vec<Tally>, StoreError> {
        self.read(move |session| Conditions::of(&filter).rows(session, TALLY, tally)).await
    }

    async fn tally_of_days(&self, filter: HistoryFilter) -> Result<Vec<TallyOfDay>, StoreError> {
        self.read(move |session| {
            let mut conditions = Conditions::of(&filter);
            conditions.add("created_at IS NOT NULL", NOTHING);
            conditions.rows(session, DAYS, |row| {
                Ok(TallyOfDay { day: row.get(0)?, status: row.get(1)?, count: count(row, 2)? })
            })
        })
        .await
    }

    async fn failures(&self, filter: HistoryFilter) -> Result<Vec<FailureGroup>, StoreError> {
        self.read(move |session| {
            Conditions::of(&filter).rows(session, FAILURES, |row| {
                Ok(FailureGroup {
                    code: row.get(0)?,
                    type_key: row.get(1)?,
                    count: count(row, 2)?,
                    first: row.get(3)?,
                    latest: row.get(4)?,
                    latest_id: row.get(5)?,
                })
            })
        })
        .await
    }

    async fn alarms(&self, filter: HistoryFilter) -> Result<Alarms, StoreError> {
        self.read(move |session| {
            let number = |question, condition| {
                let mut conditions = Conditions::default();
                conditions.documents(&filter.documents);
                for platform in &filter.platforms {
                    conditions.platform_of_target(platform);
                }
                conditions.add(condition, NOTHING);
                conditions.number(session, question)
            };
            let (conflicts, sent, written) = (
                ("SELECT count(*) FROM {prefix}sync_state", ""),
                ("SELECT count(*) FROM {prefix}sync_operations", ""),
                ("SELECT count(*) FROM {prefix}sync_rows", ""),
            );
            let is_open = "state = 'started'";
            Ok(Alarms {
                conflicts: number(conflicts, "conflict_status = 'detected'")?,
                unfinished: number(sent, is_open)? + number(written, is_open)?,
            })
        })
        .await
    }
}

/// The conditions of a question, and what stands for their parameters.
#[derive(Default)]
struct Conditions {
    sql: Vec<String>,
    values: Vec<Box<dyn ToSql>>,
}

impl Conditions {
    fn of(filter: &HistoryFilter) -> Self {
        let mut conditions = Self::default();
        conditions.documents(&filter.documents);
        // What leaves little is looked up. A plus keeps SQLite, which does not know how much a value
        // leaves, from preferring the index of a platform that nearly everything is on.
        let is_narrow = !filter.documents.is_empty() || filter.deployment_id.is_some();
        let is_residual = is_narrow || filter.status.is_some();
        for platform in &filter.platforms {
            let column = if is_residual { "+target_platform = ?" } else { "target_platform = ?" };
            conditions.add(column, [platform.clone()]);
        }
        if let Some(status) = &filter.status {
            let column = if is_narrow { "+sync_status = ?" } else { "sync_status = ?" };
            conditions.add(column, [status.clone()]);
        }
        if let Some(deployment_id) = &filter.deployment_id {
            conditions.add("deployment_id = ?", [deployment_id.clone()]);
        }
        if let Some(from) = filter.from {
            conditions.add("created_at >= ?", [from]);
        }
        if let Some(to) = filter.to {
            conditions.add("created_at <= ?", [to]);
        }
        conditions
    }

    /// One is asked for by name in most cases, and then comes from the index in its order.
    fn documents(&mut self, documents: &[(String, String)]) {
        match documents {
            [] => {}
            [(website_id, local_id)] => {
                let values = [website_id.clone(), local_id.clone()];
                self.add("website_id = ? AND local_id = ?", values);
            }
            several => {
                let rows = vec!["(?, ?)"; several.len()].join(", ");
                let values = several.iter().flat_map(|(a, b)| [a.clone(), b.clone()]);
                self.add(&format!("(website_id, local_id) IN (VALUES {rows})"), values);
            }
        }
    }

    /// A target begins with its platform.
    fn platform_of_target(&mut self, platform: &str) {
        // The character after a colon is a semicolon.
        let bounds = [format!("{platform}:"), format!("{platform};")];
        self.add("target >= ? AND target < ?", bounds);
    }

    fn add<T: ToSql + 'static>(&mut self, sql: &str, values: impl IntoIterator<Item = T>) {
        self.sql.push(sql.to_owned());
        self.values.extend(values.into_iter().map(|value| Box::new(value) as Box<dyn ToSql>));
    }

    fn sql(&self, (from, rest): Question) -> String {
        let conditions = match &self.sql[..] {
            [] => String::new(),
            some => format!("WHERE {}", some.join(" AND ")),
        };
        format!("{from} {conditions} {rest}")
    }

    fn rows<T>(
        &self,
        session: Session<'_>,
        question: Question,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Fault> {
        let mut statement = session.prepare(&self.sql(question))?;
        let values = params_from_iter(self.values.iter());
        Ok(statement.query_map(values, read)?.collect::<Result<_, _>>()?)
    }

    /// The one number that is the answer.
    fn number(&self, session: Session<'_>, question: Question) -> Result<u64, Fault> {
        let mut rows = self.rows(session, question, |row| count(row, 0))?;
        Ok(rows.pop().unwrap_or_default())
    }

    /// How SQLite goes about it, a line per table and step.
    fn explained(&self, session: Session<'_>, question: Question) -> Result<String, Fault> {
        let mut statement =
            session.prepare(&format!("EXPLAIN QUERY PLAN {}", self.sql(question)))?;
        let lines = statement
            .query_map(params_from_iter(self.values.iter()), |row| row.get(3))?
            .collect::<Result<Vec<String>, _>>()?;
        Ok(lines.join("; "))
    }
}

impl SqliteStore {
    /// How SQLite answers the questions to the history under a filter: counting, a page, and adding
    /// up by kind, by day and by failure. For tests, which see that no filter reads the whole table.
    ///
    /// # Errors
    ///
    /// When the state cannot be read.
    #[doc(hidden)]
    pub async fn history_plans(&self, filter: HistoryFilter) -> Result<Vec<String>, StoreError> {
        self.read(move |session| {
            let mut conditions = Conditions::of(&filter);
            let mut plans = Vec::new();
            for question in [COUNT, TALLY, DAYS, FAILURES] {
                plans.push(conditions.explained(session, question)?);
            }
            conditions.values.extend([Box::new(1) as Box<dyn ToSql>, Box::new(0)]);
            plans.insert(1, conditions.explained(session, PAGE)?);
            Ok(plans)
        })
        .await
    }
}

/// States first, then what history and versions know besides.
fn known_types(session: Session<'_>, name: &str) -> Result<Vec<KnownType>, Fault> {
    let mut statement = session.prepare(
        "SELECT website_id, kind, local_id, type_key, target, 1 FROM {prefix}sync_state
         WHERE type_key = ?1
         UNION SELECT website_id, kind, local_id, type_key, target, 1 FROM {prefix}sync_state
         WHERE local_id = ?1
         UNION SELECT website_id, kind, local_id, type_key, NULL, NOT imported
         FROM {prefix}version_heads WHERE type_key = ?1 AND successor IS NULL
         UNION SELECT website_id, kind, local_id, type_key, NULL, NOT imported
         FROM {prefix}version_heads WHERE local_id = ?1
         UNION SELECT website_id, kind, local_id, type_key, NULL, 0 FROM {prefix}sync_history
         WHERE type_key = ?1
         UNION SELECT website_id, kind, local_id, type_key, NULL, 0 FROM {prefix}sync_history
         WHERE local_id = ?1
         UNION SELECT website_id, kind, local_id, type_key, NULL, 0
         FROM {prefix}content_type_versions WHERE type_key = ?1
         ORDER BY 1, 3, 5, 6",
    )?;
    let mut rows = statement.query([name])?;
    let mut known = Vec::new();
    while let Some(row) = rows.next()? {
        known.push(KnownType {
            website_id: row.get(0)?,
            entity: entity_of(row, 1)?,
            type_key: row.get(3)?,
            target: row.get(4)?,
            is_current: row.get(5)?,
        });
    }
    Ok(known)
}

fn sync_states(session: Session<'_>, filter: &StateFilter) -> Result<Vec<SyncStateRow>, Fault> {
    let conditions = state_conditions(filter);
    let mut statement = session.prepare(&conditions.sql((
        "SELECT website_id, target, kind, local_id, type_key, remote_id, sync_status,
           conflict_status, row_digest, local_hash, remote_hash, last_synced_hash, last_sync_at,
           last_checked_at, local_changed_at, remote_changed_at, sync_mode,
           (SELECT h.sync_status FROM {prefix}sync_history h
            WHERE h.website_id = s.website_id AND h.local_id = s.local_id AND h.target = s.target
            ORDER BY h.created_at DESC, h.id DESC LIMIT 1) IS 'FAILED'
         FROM {prefix}sync_state s LEFT JOIN {prefix}sync_checks USING (website_id, target)",
        "ORDER BY website_id, type_key, target",
    )))?;
    let mut rows = statement.query(params_from_iter(conditions.values.iter()))?;
    let mut states = Vec::new();
    while let Some(row) = rows.next()? {
        states.push(SyncStateRow {
            website_id: row.get(0)?,
            target: row.get(1)?,
            entity: entity_of(row, 2)?,
            type_key: row.get(4)?,
            remote_id: row.get::<_, Option<Remote>>(5)?.map(|Remote(id)| id),
            status: row.get(6)?,
            conflict_status: row.get(7)?,
            row_digest: row.get::<_, Option<Bytes>>(8)?.map(|Bytes(digest)| digest),
            local_hash: row.get(9)?,
            remote_hash: row.get(10)?,
            last_synced_hash: row.get(11)?,
            last_sync_at: row.get(12)?,
            last_checked_at: row.get(13)?,
            local_changed_at: row.get(14)?,
            remote_changed_at: row.get(15)?,
            mode: row.get(16)?,
            last_attempt_failed: row.get(17)?,
        });
    }
    Ok(states)
}

/// An imported attempt names no target, and never reached a platform.
fn last_attempts(
    session: Session<'_>,
    documents: Vec<(String, String)>,
    whither: Option<&str>,
) -> Result<Vec<LastAttempt>, Fault> {
    let mut attempts = Vec::new();
    for document in documents {
        let mut conditions = Conditions::default();
        conditions.documents(&[document]);
        match whither {
            Some(target) if target.contains(':') => {
                conditions.add("target = ?", [target.to_owned()]);
            }
            Some(platform) => conditions.platform_of_target(platform),
            None => conditions.add("target <> ''", NOTHING),
        }
        let mut statement = session.prepare(&conditions.sql((
            "SELECT website_id, kind, local_id, target, type_key, sync_status, error_message,
               coalesce(created_at, 0)
             FROM {prefix}sync_history",
            "ORDER BY created_at DESC, id DESC LIMIT 1",
        )))?;
        let mut rows = statement.query(params_from_iter(conditions.values.iter()))?;
        while let Some(row) = rows.next()? {
            attempts.push(LastAttempt {
                website_id: row.get(0)?,
                entity: entity_of(row, 1)?,
                target: row.get(3)?,
                type_key: row.get(4)?,
                status: row.get(5)?,
                error: row.get(6)?,
                at: row.get(7)?,
            });
        }
    }
    Ok(attempts)
}

fn state_conditions(filter: &StateFilter) -> Conditions {
    let mut conditions = Conditions::default();
    if let Some(website_id) = &filter.website_id {
        conditions.add("website_id = ?", [website_id.clone()]);
    }
    if let Some(local_id) = &filter.local_id {
        conditions.add("local_id = ?", [local_id.clone()]);
    }
    if let Some(platform) = &filter.platform {
        conditions.platform_of_target(platform);
    }
    conditions
}

/// The document whose kind stands in one column and whose id in the next.
fn entity_of(row: &Row<'_>, column: usize) -> Result<Entity, Fault> {
    let kind = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    entity(kind, row.get(column + 1)?)
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, Option<i64>>(column)?.unwrap_or_default().unsigned_abs())
}

fn tally(row: &Row<'_>) -> rusqlite::Result<Tally> {
    Ok(Tally {
        platform: row.get(0)?,
        operation: row.get(1)?,
        status: row.get(2)?,
        count: count(row, 3)?,
        retries: count(row, 4)?,
        timed: count(row, 5)?,
        duration: count(row, 6)?,
        latest: row.get(7)?,
    })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<HistoryEntry> {
    Ok(HistoryEntry {
        id: row.get(0)?,
        website_id: row.get(1)?,
        target: row.get(2)?,
        kind: row.get(3)?,
        local_id: row.get(4)?,
        type_key: row.get(5)?,
        version_hash: row.get(6)?,
        platform: row.get(7)?,
        direction: row.get(8)?,
        status: row.get(9)?,
        operation: row.get(10)?,
        pushed: row.get(11)?,
        response: row.get(12)?,
        code: row.get(13)?,
        error: row.get(14)?,
        retries: row.get(15)?,
        metadata: row.get(16)?,
        actor: row.get(17)?,
        run_id: row.get(18)?,
        deployment_id: row.get(19)?,
        started_at: row.get(20)?,
        completed_at: row.get(21)?,
        created_at: row.get(22)?,
        imported: row.get(23)?,
        role: row.get(24)?,
    })
}
