//! Cutting the old end of the audit off.

use std::collections::BTreeSet;

use super::audit::{check_end, head, link, save_head};
use super::fault::Fault;
use super::session::Session;
use crate::canonical::parse;
use crate::model::Json;
use crate::port::AuditBounds;
use crate::port::chain::{CUT, Event, Exempt, covered_by, moment_of, run_of};

/// Entries that one cut takes at most, so that a bound that was lowered is reached after a while.
const MOST: u32 = 1024;

/// Cuts off what lies beyond the bounds, and says so at the other end; tells how many entries.
pub(super) fn cut(session: Session<'_>, bounds: AuditBounds, now: i64) -> Result<u64, Fault> {
    let Some(mut head) = head(session)? else { return Ok(0) };
    check_end(&head, session.pen()?.seal.as_deref())?;
    let open = open_runs(session)?;
    let mut taken = Taken { entries: 0, last: None, exempt: head.exempt };
    {
        let mut statement = session.prepare(
            "SELECT sequence, entry, hash FROM {prefix}sync_audit ORDER BY sequence LIMIT ?1",
        )?;
        let mut rows = statement.query([MOST])?;
        while let Some(row) = rows.next()? {
            let (sequence, text): (i64, String) = (row.get(0)?, row.get(1)?);
            let Ok(entry) = parse(&text) else { break };
            let newer = head.sequence.saturating_sub(sequence.unsigned_abs());
            let is_beyond = bounds.count.is_some_and(|count| newer >= u64::from(count))
                || bounds.since.is_some_and(|since| moment_of(&entry).is_some_and(|at| at < since));
            let is_open = run_of(&entry).is_some_and(|run| open.contains(run));
            if newer == 0 || !is_beyond || is_open {
                break;
            }
            taken.take(&entry, sequence, row.get(2)?);
        }
    }
    let Some((sequence, hash)) = taken.last else { return Ok(0) };
    session.prepare("DELETE FROM {prefix}sync_audit WHERE sequence <= ?1")?.execute([sequence])?;
    drop_history(session, taken.exempt)?;
    head.exempt = taken.exempt;
    let mut detail = taken.exempt.detail();
    detail.push(("sequence", sequence.to_string()));
    detail.push(("hash", hash));
    let outcome = format!("{} entries", taken.entries);
    let event = Event { at: now, action: CUT.to_owned(), outcome, detail, ..Event::default() };
    link(session, &mut head, &event, None)?;
    save_head(session, &mut head)?;
    Ok(taken.entries)
}

/// What a cut takes.
struct Taken {
    entries: u64,
    last: Option<(i64, String)>,
    exempt: Exempt,
}

impl Taken {
    fn take(&mut self, entry: &Json<'_>, sequence: i64, hash: String) {
        self.entries += 1;
        self.last = Some((sequence, hash));
        let Some((table, id)) = covered_by(entry).and_then(|row| row.split_once('/')) else {
            return;
        };
        let number = id.parse().unwrap_or_default();
        match table {
            "sync_history" => self.exempt.history = self.exempt.history.max(number),
            "sync_operations" => self.exempt.operations = self.exempt.operations.max(number),
            _ if id.ends_with("/begun") => {
                let started = moment_of(entry).unwrap_or_default();
                self.exempt.started = self.exempt.started.max(started);
            }
            _ => {}
        }
    }
}

fn open_runs(session: Session<'_>) -> Result<BTreeSet<String>, Fault> {
    let mut statement =
        session.prepare("SELECT id FROM {prefix}sync_transactions WHERE completed_at IS NULL")?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Drops the rows whose entries are gone, but for what can still be undone: the definition that was
/// there before is kept.
fn drop_history(session: Session<'_>, exempt: Exempt) -> Result<(), Fault> {
    session
        .prepare(
            "DELETE FROM {prefix}sync_history WHERE id <= ?1 AND NOT EXISTS
               (SELECT 1 FROM {prefix}sync_backups b WHERE b.run_id = {prefix}sync_history.run_id
                AND b.website_id = {prefix}sync_history.website_id AND b.target = {prefix}sync_history.target
                AND b.kind = {prefix}sync_history.kind AND b.local_id = {prefix}sync_history.local_id)",
        )?
        .execute([exempt.history])?;
    Ok(())
}
