//! The studio follows: without `preserveData`, what a deployment sent or brought home is undone in the
//! studio's rows, too.
//!
//! By the same merge, atom by atom: what the studio has as the deployment left it goes back; what was
//! edited since stays. A row goes back through the machinery that brings documents home, so it is
//! journalled, compared and set, and recorded as a version.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::{ErrorCode, SyncError};
use crate::port::{Lease, RemoteId, RowWrite, TypeRow};

use super::Undone;
use super::returns::Returns;
use super::run::RollbackSearch;
use crate::engine::complete::stops_the_run;
use crate::engine::detect::{Detection, Keep, Scoped, Search, root_id};
use crate::engine::examine::Examined;
use crate::engine::failure::studio_failure;
use crate::engine::home::{Arrival, Home, homeward, name_taken, takes};
use crate::engine::listing::Freshness;
use crate::engine::locals::Locals;
use crate::engine::outcome::{blank, outcome_error};
use crate::engine::plan::Policy;
use crate::engine::report::{LogLevel, Outcome};
use crate::engine::run::{Run, Tally};
use crate::engine::{Engine, Platform};

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

/// The studio's rows, with what was done to them on the way.
struct Rows {
    locals: Arc<Locals>,
    /// As they were written.
    written: BTreeMap<String, TypeRow>,
    /// Ids of those that were deleted.
    deleted: BTreeSet<String>,
    /// Names came or went, and what may be called how is to be read anew.
    is_renamed: bool,
}

impl Rows {
    async fn read(engine: &Engine) -> Result<Self, SyncError> {
        let locals = engine.locals().await?;
        let (written, deleted) = (BTreeMap::new(), BTreeSet::new());
        Ok(Self { locals, written, deleted, is_renamed: false })
    }

    fn row(&self, id: &str) -> Option<&TypeRow> {
        if self.deleted.contains(id) {
            return None;
        }
        self.written.get(id).or_else(|| self.locals.row(id).map(|(row, _)| row))
    }
}

impl Run<'_> {
    /// Has the studio's rows follow what was undone.
    pub(super) async fn follow(
        &self,
        tally: &mut Tally,
        (search, leases): (&RollbackSearch<'_>, &[Lease]),
        (undone, returns): (&Undone, Vec<Returns>),
        policy: Policy,
    ) -> Result<(), SyncError> {
        let platform = search.platform;
        if returns.is_empty() || leases.is_empty() {
            return Ok(());
        }
        self.narrator.log(LogLevel::Info, "Restoring the studio's types...", None, None);
        for gone in returns.iter().filter(|one| one.is_row_gone) {
            match self.engine.make_again(gone).await {
                Ok(true) => tally.outcomes.push(gone.made_again("success")),
                Ok(false) => {}
                Err(error) if stops_the_run(&error) => return Err(error),
                Err(error) => {
                    let error = Some(outcome_error(&error));
                    tally.outcomes.push(Outcome { error, ..gone.made_again("failed") });
                }
            }
        }
        let mut rows = Rows::read(self.engine).await?;
        let (detection, items) =
            self.engine.find_rows(&rows.locals, undone, &returns, search).await?;
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
                match self.go_back(&way, &mut rows, found, one).await {
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
        rows: &mut Rows,
        found: &Examined,
        returns: &Returns,
    ) -> Result<Option<Outcome>, SyncError> {
        let shape = way.platform.dialect.capabilities().shape;
        let id = &found.subject.entity.id;
        let count = way.items.get(id).copied().unwrap_or_default();
        let mut taken_name = None;
        for _ in 0..ATTEMPTS {
            if rows.is_renamed && returns.made.is_none() {
                *rows = Rows::read(self.engine).await?;
            }
            let Some(row) = rows.row(root_id(id)) else { return Ok(None) };
            let home = self.home(way, &rows.locals);
            if let Some(made) = &returns.made {
                let outcome = self.unmake(way, &home, (found, row), made).await?;
                if outcome.status == "success" {
                    rows.deleted.insert(root_id(id).to_owned());
                    rows.is_renamed = true;
                }
                return Ok(Some(outcome));
            }
            let Some((now, atoms)) = returns.going_back(&home, found, row) else {
                return Ok(None);
            };
            let taken = takes(&now, way.policy, count, &shape);
            let withheld = taken.withheld.iter().map(ToString::to_string).collect();
            if taken.ships.is_empty() {
                return Ok((!taken.withheld.is_empty())
                    .then(|| Outcome { withheld, ..told(found, "skipped") }));
            }
            let (view, mut base) = homeward(&now, &taken.ships, &shape);
            for atom in atoms.iter().filter(|atom| atom.follows) {
                if taken.ships.iter().any(|ship| ship.path == atom.path) {
                    base.set(&atom.path, atom.agreed(&now.remote));
                }
            }
            let draft = home.draft(&now, &view, base, row)?;
            match home.bring(way.lease, &now, &draft, None).await? {
                Arrival::Home => {
                    if let Some(RowWrite::Update { seen, row }) = draft.write {
                        rows.is_renamed |= seen.name != row.name;
                        rows.written.insert(row.id.clone(), *row);
                    }
                    return Ok(Some(Outcome { withheld, ..told(found, "success") }));
                }
                arrival => {
                    taken_name = (arrival == Arrival::Taken).then_some(draft.after.name);
                    *rows = Rows::read(self.engine).await?;
                }
            }
        }
        Err(match taken_name {
            Some(name) => name_taken(&name),
            None => {
                SyncError::new(ErrorCode::Conflict, "others keep changing the type in the studio")
                    .of(&found.key)
            }
        })
    }

    /// Deletes a row that the deployment made, if nobody has worked on it since.
    async fn unmake(
        &self,
        way: &Way<'_>,
        home: &Home<'_>,
        (found, row): (&Examined, &TypeRow),
        made: &TypeRow,
    ) -> Result<Outcome, SyncError> {
        let told = Outcome { operation: "delete".to_owned(), ..told(found, "skipped") };
        let refused = |code: ErrorCode, message: &str| {
            let error = SyncError::new(code, message);
            Ok(Outcome { error: Some(outcome_error(&error)), ..told.clone() })
        };
        if let Some((code, message)) = stays(row, made, way.policy) {
            return refused(code, message);
        }
        match home.remove(way.lease, found, row, None).await? {
            Arrival::Home => Ok(Outcome { status: "success".to_owned(), ..told }),
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

impl Engine {
    /// The documents whose rows go back, as both sides have them, and their content items.
    pub(super) async fn find_rows(
        &self,
        locals: &Locals,
        undone: &Undone,
        returns: &[Returns],
        search: &RollbackSearch<'_>,
    ) -> Result<(Detection, BTreeMap<String, u64>), SyncError> {
        let RollbackSearch { platform, leases, cancel, options } = *search;
        let ids: BTreeSet<RemoteId> = returns.iter().map(|one| one.remote_id.clone()).collect();
        let look = Search {
            platform,
            websites: undone.websites(),
            freshness: Freshness::Now,
            everything: false,
            keep: Keep::These(&ids),
            leases,
            tolerate_absence: options.allow_delete,
            cancel,
        };
        let detection = self.search(locals, &look).await?;
        // Of what is the same on both sides, too: going back may lose content all the same.
        let found = detection.scopes.iter().flat_map(|scoped| &scoped.examined);
        let ids = found.map(|one| one.subject.entity.id.clone()).collect();
        let items = self.ports.studio.content_items(ids).await.map_err(studio_failure)?;
        Ok((detection, items))
    }
}

/// Why a row that the deployment made is not deleted again, if that can be told from the row.
pub(super) fn stays(
    row: &TypeRow,
    made: &TypeRow,
    policy: Policy,
) -> Option<(ErrorCode, &'static str)> {
    let touched = |row: &TypeRow| TypeRow { updated_at: None, ..row.clone() };
    if touched(row) != touched(made) {
        let message = "made in the studio by the deployment, and edited since";
        return Some((ErrorCode::Conflict, message));
    }
    let message =
        "made in the studio by the deployment, and left there; roll back with allowDelete";
    (!policy.consent.delete).then_some((ErrorCode::DeleteRefused, message))
}

/// The outcome of a row.
fn told(found: &Examined, status: &str) -> Outcome {
    Outcome { direction: PULL.to_owned(), ..blank(found, "update", status) }
}
