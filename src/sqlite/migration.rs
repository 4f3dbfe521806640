//! Bringing the tables of the state up to date.

use super::fault::Fault;
use super::session::Session;
use crate::digest::Digest;

/// One numbered step. Steps are only ever added: a released one never changes, and its checksum
/// proves it.
struct Migration {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "state", sql: include_str!("migrations/0001_state.sql") },
    Migration { number: 2, name: "history", sql: include_str!("migrations/0002_history.sql") },
    Migration { number: 3, name: "conflicts", sql: include_str!("migrations/0003_conflicts.sql") },
    Migration { number: 4, name: "versions", sql: include_str!("migrations/0004_versions.sql") },
    Migration { number: 5, name: "rows", sql: include_str!("migrations/0005_rows.sql") },
    Migration {
        number: 6,
        name: "row history",
        sql: include_str!("migrations/0006_row_history.sql"),
    },
    Migration {
        number: 7,
        name: "run scopes",
        sql: include_str!("migrations/0007_run_scopes.sql"),
    },
    Migration { number: 8, name: "audit", sql: include_str!("migrations/0008_audit.sql") },
    Migration { number: 9, name: "rollback", sql: include_str!("migrations/0009_rollback.sql") },
    Migration {
        number: 10,
        name: "run signals",
        sql: include_str!("migrations/0010_run_signals.sql"),
    },
    Migration {
        number: 11,
        name: "credentials",
        sql: include_str!("migrations/0011_credentials.sql"),
    },
];

const TABLE: &str = "CREATE TABLE {prefix}sync_migrations (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  release TEXT NOT NULL
)";

/// What a database holds of the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// No table at all.
    Empty,
    /// Tables of somebody else, and none of ours.
    Foreign,
    /// Ours, with this many migrations missing.
    Ours {
        /// How many are to be applied.
        missing: usize,
    },
    /// Ours, and not to be touched.
    Incompatible(String),
}

impl Migration {
    /// Of the template, whatever the prefix, and however a checkout ends its lines.
    fn checksum(&self) -> String {
        Digest::of(self.sql.replace('\r', "")).to_string()
    }
}

/// Looks, without writing.
pub(super) fn inspect(session: Session<'_>) -> Result<Condition, Fault> {
    let table = format!("{}sync_migrations", session.prefix);
    let (tables, ours): (i64, Option<bool>) = session
        .connection
        .prepare_cached("SELECT count(*), max(name = ?1) FROM sqlite_schema WHERE type = 'table'")?
        .query_row([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if ours != Some(true) {
        return Ok(if tables == 0 { Condition::Empty } else { Condition::Foreign });
    }
    let applied: Vec<(i64, String, String)> = session
        .prepare("SELECT number, checksum, release FROM {prefix}sync_migrations ORDER BY number")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (at, (number, checksum, release)) in applied.iter().enumerate() {
        match MIGRATIONS.get(at) {
            Some(known) if known.number == *number && known.checksum() == *checksum => {}
            Some(known) if known.number == *number => {
                return Ok(Condition::Incompatible(format!(
                    "migration {number}, applied by release {release}, is not the one of this \
                     release"
                )));
            }
            _ => {
                return Ok(Condition::Incompatible(format!(
                    "migration {number}, applied by release {release}, is not known to this release"
                )));
            }
        }
    }
    Ok(Condition::Ours { missing: MIGRATIONS.len() - applied.len() })
}

/// Applies what is missing. Runs inside the caller's write transaction, so all or nothing.
pub(super) fn apply(session: Session<'_>, condition: &Condition) -> Result<(), Fault> {
    let missing = match condition {
        Condition::Ours { missing } => *missing,
        Condition::Empty | Condition::Foreign => {
            session.connection.execute_batch(&session.sql(TABLE))?;
            MIGRATIONS.len()
        }
        Condition::Incompatible(_) => return Ok(()),
    };
    for migration in MIGRATIONS.iter().skip(MIGRATIONS.len() - missing) {
        session.connection.execute_batch(&session.sql(migration.sql))?;
        session.prepare("INSERT INTO {prefix}sync_migrations VALUES (?1, ?2, ?3, ?4)")?.execute(
            (migration.number, migration.name, migration.checksum(), env!("CARGO_PKG_VERSION")),
        )?;
    }
    Ok(())
}
