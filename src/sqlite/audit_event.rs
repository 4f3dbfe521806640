//! What entries of the audit tell.

use rusqlite::{OptionalExtension as _, Row};

use super::audit::{Subject, append};
use super::fault::Fault;
use super::session::Session;
use crate::canonical::{parse, write};
use crate::digest::Digest;
use crate::model::Json;
use crate::port::chain::Event;
use crate::port::{Decision, Entity, Scope, VersionRow, VersionSource};

/// What an entry tells of a row.
pub(super) fn of_row(
    session: Session<'_>,
    subject: Subject<'_>,
    row: &Json<'_>,
    at: i64,
) -> Result<Event, Fault> {
    let text = |name: &str| row.get(name).and_then(Json::as_str).map(str::to_owned);
    let word = |name: &str| text(name).unwrap_or_default();
    let event = Event {
        at,
        website_id: text("website_id"),
        target: text("target").filter(|target| !target.is_empty()),
        type_key: text("type_key"),
        run_id: text("run_id"),
        ..Event::default()
    };
    Ok(match subject {
        Subject::History(_) => Event {
            action: format!("{}.{}", word("sync_direction").to_lowercase(), word("operation")),
            outcome: word("sync_status"),
            code: text("error_code"),
            deployment_id: text("deployment_id"),
            ..event
        },
        Subject::Operation(_) => Event {
            action: format!("request.{}", word("operation")),
            outcome: word("state"),
            deployment_id: session
                .prepare("SELECT job_id FROM {prefix}sync_transactions WHERE id = ?1")?
                .query_row([&event.run_id], |row| row.get(0))
                .optional()?,
            ..event
        },
        Subject::Begun(id) | Subject::Ended(id) => {
            let is_begun = matches!(subject, Subject::Begun(_));
            let scopes = scopes(session, id)?;
            Event {
                action: if is_begun { "run.begin" } else { "run.end" }.to_owned(),
                outcome: if is_begun { "running".to_owned() } else { word("status") },
                code: text("transaction_state").and_then(|result| failure(&result)),
                deployment_id: text("job_id"),
                run_id: Some(id.to_owned()),
                plan_digest: text("plan_digest"),
                target: scopes.first().map(|scope| scope.target.clone()),
                website_id: match &scopes[..] {
                    [scope] => Some(scope.website_id.clone()),
                    _ => None,
                },
                detail: match &scopes[..] {
                    [] | [_] => Vec::new(),
                    several => vec![("websites", websites(several))],
                },
                ..event
            }
        }
    })
}

fn scopes(session: Session<'_>, run_id: &str) -> Result<Vec<Scope>, Fault> {
    let mut statement = session.prepare(
        "SELECT website_id, target FROM {prefix}sync_run_scopes
         WHERE run_id = ?1 ORDER BY website_id, target",
    )?;
    let scope = |row: &Row<'_>| Ok(Scope { website_id: row.get(0)?, target: row.get(1)? });
    Ok(statement.query_map([run_id], scope)?.collect::<Result<_, _>>()?)
}

/// A list as canonical JSON.
fn websites(scopes: &[Scope]) -> String {
    let ids = scopes.iter().map(|scope| Json::str(scope.website_id.clone()));
    write(&Json::Array(ids.collect()))
}

/// The code of the error that a run ended with.
fn failure(result: &str) -> Option<String> {
    let job = parse(result).ok()?;
    Some(job.get("errorInfo")?.get("code")?.as_str()?.to_owned())
}

/// A decision about a conflict, which may leave no other row behind.
pub(super) fn decided(
    session: Session<'_>,
    scope: &Scope,
    entity: &Entity,
    digest: Option<Digest>,
    decision: &Decision,
) -> Result<(), Fault> {
    let mut detail = vec![("document", entity.id.clone())];
    detail.extend(decision.by.clone().map(|by| ("resolvedBy", by)));
    detail.extend(digest.map(|digest| ("conflict", digest.to_string())));
    let type_key = session
        .prepare(
            "SELECT type_key FROM {prefix}conflict_log
             WHERE website_id = ?1 AND target = ?2 AND kind = ?3 AND local_id = ?4
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row((&scope.website_id, &scope.target, entity.kind, &entity.id), |row| row.get(0))
        .optional()?;
    let event = Event {
        at: decision.at,
        action: "conflict.decide".to_owned(),
        outcome: decision.resolution.clone(),
        website_id: Some(scope.website_id.clone()),
        target: Some(scope.target.clone()),
        type_key,
        detail,
        ..Event::default()
    };
    append(session, &event, None)
}

/// A version that somebody recorded. What a run merely saw is no act of anybody.
pub(super) fn recorded(session: Session<'_>, row: &VersionRow) -> Result<(), Fault> {
    if row.source == VersionSource::Sync {
        return Ok(());
    }
    let mut detail = vec![("source", row.source.word().to_owned()), ("version", row.hash.clone())];
    detail.extend(row.author.clone().map(|author| ("author", author)));
    let event = Event {
        at: row.created_at.unwrap_or_default(),
        action: "version.record".to_owned(),
        outcome: row.change.word().to_owned(),
        website_id: Some(row.document.website_id.clone()),
        type_key: Some(row.type_key.clone()),
        detail,
        ..Event::default()
    };
    append(session, &event, None)
}
