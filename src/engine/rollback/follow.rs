//! The studio follows: without `preserveData`, what a deployment sent or brought home is undone in the
//! studio's rows, too.
//!
//! By the same merge, atom by atom: what the studio has as the deployment left it goes back; what was
//! edited since stays. A row goes back through the machinery that brings documents home, so it is
//! journalled, compared and set, and recorded as a version.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{ErrorCode, SyncError};
use crate::merge::Merge;
use crate::port::{Lease, RemoteId, TypeRow};

use super::Undone;
use super::returns::{Return, Returns, apart};
use crate::engine::Platform;
use crate::engine::complete::stops_the_run;
use crate::engine::detect::{Keep, Scoped, Search, root_id};
use crate::engine::examine::{Examined, Status};
use crate::engine::home::{Arrival, Home, homeward, takes};
use crate::engine::listing::Freshness;
use crate::engine::locals::Locals;
use crate::engine::outcome::{blank, outcome_error};
use crate::engine::plan::Policy;
use crate::engine::report::{LogLevel, Outcome};
use crate::engine::run::{Run, Tally};

/// How often a row that somebody keeps editing is looked at again.
const ATTEMPTS: u32 = 3;

/// What an outcome says of a row of the studio.
const PULL: &str = "pull";

/// One scope on its way back.
struct Way<'w> {
    platform: &'w Platform,
    lease: &'w Lease,
    scoped: &'w Scoped,
    policy: Policy,
    /// Content items of the types.
    items: &'w BTreeMap<String, u64>,
}

impl Run<'_> {
    /// Has the studio's rows follow what was undone.
    pub(super) async fn follow(
        &self,
        tally: &mut Tally,
        (platform, leases): (&Platform, &[Lease]),
        (undone, returns): (&Undone, Vec<Returns>),
        policy: Policy,
    ) -> Result<(), SyncError> {
        if returns.is_empty() || leases.is_empty() {
            return Ok(());
        }
        self.narrator.log(LogLevel::Info, "Restoring the studio's types...", None, None);
        for gone in returns.iter().filter(|one| one.is_row_gone) {
            tally.outcomes.extend(self.engine.make_again(gone).await?);
        }
        let ids: BTreeSet<RemoteId> = returns.iter().map(|one| one.remote_id.clone()).collect();
        let locals = self.engine.locals().await?;
        let search = Search {
            platform,
            websites: undone.websites(),
            freshness: Freshness::Now,
            everything: false,
            keep: Keep::These(&ids),
            leases,
            tolerate_absence: self.request.options.allow_delete,
            cancel: self.cancel,
        };
        let mut detection = self.engine.search(&locals, &search).await?;
        let shape = platform.dialect.capabilities().shape;
        let items = self.engine.appraise(&mut detection, &shape).await?;
        for (scoped, lease) in detection.scopes.iter().zip(leases) {
            let way = Way { platform, lease, scoped, policy, items: &items };
            let own = returns.iter().filter(|one| one.website_id == scoped.scope.website_id);
            for one in own.filter(|one| !one.is_row_gone) {
                let Some(found) =
                    scoped.examined.iter().find(|it| it.subject.remote_id == one.remote_id)
                else {
                    continue;
                };
                if self.cancel.is_cancelled() {
                    return Err(SyncError::new(ErrorCode::Cancelled, "cancelled by the user"));
                }
                match self.go_back(&way, found, one).await {
                    Ok(outcome) => tally.outcomes.extend(outcome),
                    Err(error) if stops_the_run(&error) => return Err(error),
                    Err(error) => {
                        let error = Some(outcome_error(&error));
                        tally.outcomes.push(Outcome { error, ..told(found, "failed") });
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes one document back in the studio; `None` where there is nothing to take back.
    async fn go_back(
        &self,
        way: &Way<'_>,
        found: &Examined,
        returns: &Returns,
    ) -> Result<Option<Outcome>, SyncError> {
        let shape = way.platform.dialect.capabilities().shape;
        let id = &found.subject.entity.id;
        let count = way.items.get(id).copied().unwrap_or_default();
        for _ in 0..ATTEMPTS {
            let locals = self.engine.locals().await?;
            let Some((row, _)) = locals.row(root_id(id)) else { return Ok(None) };
            let home = self.home(way, &locals);
            if let Some(made) = &returns.made {
                return self.unmake(way, &home, (found, row), made).await;
            }
            let Some(mut now) = home.with_row(found, row, found.subject.detail.clone()) else {
                return Ok(None);
            };
            if now.status == Status::Failed {
                return Ok(None);
            }
            let mut atoms = returns.atoms.clone();
            atoms.extend(returns.rows.as_ref().map_or_else(Vec::new, |(before, after)| {
                let view = |row| {
                    let one = home.with_row(found, row, found.subject.detail.clone());
                    one.map(|one| one.local).unwrap_or_default()
                };
                apart(&view(after), &view(before))
            }));
            let is_left = |atom: &&Return| atom.is_left(&now.local, &now.remote);
            let movements = atoms.iter().filter(is_left).map(Return::movement).collect();
            now.merge = Merge { movements };
            let taken = takes(&now, way.policy, count, &shape);
            let withheld = taken.withheld.iter().map(ToString::to_string).collect();
            if taken.ships.is_empty() {
                return Ok((!taken.withheld.is_empty())
                    .then(|| Outcome { withheld, ..told(found, "skipped") }));
            }
            let (view, base) = homeward(&now, &taken.ships, &shape);
            let draft = home.draft(&now, &view, base, row)?;
            match home.bring(way.lease, &now, &draft, None).await? {
                Arrival::Home => return Ok(Some(Outcome { withheld, ..told(found, "success") })),
                Arrival::Moved | Arrival::Taken | Arrival::InUse(_) => {}
            }
        }
        Err(SyncError::new(ErrorCode::Conflict, "others keep changing the type in the studio")
            .of(&found.key))
    }

    /// Deletes a row that the deployment made, if nobody has worked on it since.
    async fn unmake(
        &self,
        way: &Way<'_>,
        home: &Home<'_>,
        (found, row): (&Examined, &TypeRow),
        made: &TypeRow,
    ) -> Result<Option<Outcome>, SyncError> {
        let told = Outcome { operation: "delete".to_owned(), ..told(found, "skipped") };
        let refused = |code: ErrorCode, message: &str| {
            let error = SyncError::new(code, message);
            Ok(Some(Outcome { error: Some(outcome_error(&error)), ..told.clone() }))
        };
        let touched = |row: &TypeRow| TypeRow { updated_at: None, ..row.clone() };
        if touched(row) != touched(made) {
            let message = "made in the studio by the deployment, and edited since";
            return refused(ErrorCode::Conflict, message);
        }
        if !way.policy.consent.delete {
            return refused(
                ErrorCode::DeleteRefused,
                "made in the studio by the deployment, and left there; roll back with allowDelete",
            );
        }
        match home.remove(way.lease, found, row, None).await? {
            Arrival::Home => Ok(Some(Outcome { status: "success".to_owned(), ..told })),
            Arrival::InUse(items) => refused(
                ErrorCode::DeleteRefused,
                &format!("{items} content items are of it, so it is left in the studio"),
            ),
            Arrival::Moved | Arrival::Taken => {
                refused(ErrorCode::Conflict, "edited in the studio meanwhile")
            }
        }
    }

    fn home<'h>(&'h self, way: &'h Way<'_>, locals: &'h Locals) -> Home<'h> {
        Home {
            engine: self.engine,
            platform: way.platform,
            scope: &way.scoped.scope,
            references: &way.scoped.references,
            targets: locals.target_index(),
            locals,
            run_id: &self.id,
            actor: &self.engine.actor.id,
        }
    }
}

/// The outcome of a row.
fn told(found: &Examined, status: &str) -> Outcome {
    Outcome { direction: PULL.to_owned(), ..blank(found, "update", status) }
}
