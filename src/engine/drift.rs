//! Drift: what moved on the platform by itself is taken for no change, or overruled. Neither writes to
//! a side: both move the base.

use std::collections::{BTreeMap, HashMap};

use tokio_util::sync::CancellationToken;

use crate::audit::Event;
use crate::canonical::{Canonical, Path, write};
use crate::drift::{accept, overrule};
use crate::error::{ErrorCode, SyncError};
use crate::merge::Base;
use crate::model::{Finding, Json};
use crate::port::{Entity, Lease, Record, Scope};

use super::actor::Action;
use super::decide::uphold;
use super::detect::{Keep, Search};
use super::examine::{Examined, Status};
use super::failure::store_failure;
use super::listing::Freshness;
use super::outcome::idle_record;
use super::presence::stale_finding;
use super::references::References;
use super::report::AcceptedDrift;
use super::resolve::DETECT_AGAIN;
use super::type_ref::NamedType;
use super::{Engine, Platform, ProviderRequest, Purpose, TypeRef, holder};

/// What is said about the drift of a type.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ruling<'r> {
    /// What moved at a path, and below it, is no change.
    Accept(&'r Path),
    /// The studio's side holds all the same.
    Overrule,
}

/// What a ruling came to.
pub(super) struct Ruled {
    /// Key of the type.
    pub type_key: String,
    /// The website that owns it.
    pub website_id: String,
    /// The target.
    pub target: String,
    /// Where the platform had moved and counts as having moved no more.
    pub paths: Vec<Path>,
    /// The studio's side, nested for people.
    pub local: Canonical,
}

impl Engine {
    /// Agrees that what moved on the platform at a path of a type, and below it, is no change. Each side
    /// keeps what it has, until a value changes again. Writes to neither side.
    ///
    /// # Errors
    ///
    /// As for a [`TypeRef`]; `INVALID_ARGUMENT` when nothing moved there, or when the type is gone on one
    /// side; `STALE_READ`; and when a side cannot be read or the state cannot be written.
    pub async fn accept_drift(
        &self,
        provider: &ProviderRequest,
        wanted: &TypeRef,
        path: &Path,
    ) -> Result<AcceptedDrift, SyncError> {
        self.permit(Action::AcceptDrift).await?;
        let ruled = self.rule(provider, std::slice::from_ref(wanted), Ruling::Accept(path)).await?;
        let one = ruled.into_iter().next().ok_or_else(|| {
            SyncError::new(ErrorCode::Internal, "there is no answer about the type")
        })?;
        let Ruled { type_key, website_id, target, paths, .. } = one?;
        Ok(AcceptedDrift { type_key, website_id, target, paths })
    }

    /// Decides about the drift of types, each by itself. One answer per type, in their order.
    ///
    /// # Errors
    ///
    /// When a side cannot be read, or no platform is configured.
    pub(super) async fn rule(
        &self,
        provider: &ProviderRequest,
        wanted: &[TypeRef],
        ruling: Ruling<'_>,
    ) -> Result<Vec<Result<Ruled, SyncError>>, SyncError> {
        let locals = self.locals().await?;
        let platform = self.connect(provider, Purpose::Look).await?;
        let mut answers = Vec::new();
        let mut by_website: BTreeMap<String, Vec<(usize, NamedType)>> = BTreeMap::new();
        for (at, one) in wanted.iter().enumerate() {
            match self.named_type(&locals, one).await {
                Ok(named) => {
                    by_website.entry(named.website_id.clone()).or_default().push((at, named));
                }
                Err(error) => answers.push((at, Err(error))),
            }
        }
        for (website_id, types) in by_website {
            let scope = Scope { website_id, target: platform.target.clone() };
            let now = self.ports.clock.now();
            let lease = self
                .ports
                .store
                .acquire(&scope, holder::ACCEPT_DRIFT, now)
                .await
                .map_err(store_failure)?;
            let ruled = self.rule_leased(&lease, &platform, types, ruling).await;
            let released = self.ports.store.release(lease).await.map_err(store_failure);
            answers.extend(ruled?);
            released?;
        }
        answers.sort_by_key(|(at, _)| *at);
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    }

    async fn rule_leased(
        &self,
        lease: &Lease,
        platform: &Platform,
        types: Vec<(usize, NamedType)>,
        ruling: Ruling<'_>,
    ) -> Result<Vec<(usize, Result<Ruled, SyncError>)>, SyncError> {
        // What is finished later would write over what is ruled, and bring its own base along.
        self.settle_scope(platform, lease, &mut Vec::new()).await?;
        // Whoever held the scope until now may have written to the studio, and so may that.
        let locals = self.locals().await?;
        let cancel = CancellationToken::new();
        let search = Search {
            platform,
            websites: vec![lease.scope.website_id.clone()],
            freshness: Freshness::Now,
            everything: false,
            keep: Keep::Changes,
            leases: &[],
            tolerate_absence: false,
            cancel: &cancel,
        };
        let mut moved: HashMap<Entity, Examined> = HashMap::new();
        let mut stale = HashMap::new();
        let mut references = References::default();
        for scoped in self.search(&locals, &search).await?.scopes {
            stale.extend(scoped.stale.into_iter().map(|one| (one.id, one.key)));
            moved.extend(scoped.examined.into_iter().map(|one| (one.subject.entity.clone(), one)));
            references = scoped.references;
        }
        let (mut answers, mut records) = (Vec::new(), Vec::new());
        for (at, named) in types {
            let one = match stale.get(&named.entity.id) {
                Some(key) => Err(stale_read(key)),
                None => moved.remove(&named.entity).ok_or_else(|| unmoved(&named.key, ruling)),
            };
            let ruled = one.and_then(|one| self.ruled(one, lease, (platform, &references), ruling));
            answers.push((
                at,
                ruled.map(|(record, ruled)| {
                    let note = self.ruling_noted(&ruled, ruling);
                    records.extend(record.map(|record| Record { note: Some(note), ..record }));
                    ruled
                }),
            ));
        }
        self.ports.store.record(lease, records).await.map_err(store_failure)?;
        Ok(answers)
    }

    /// What the audit tells of a ruling, which leaves no other trace.
    fn ruling_noted(&self, ruled: &Ruled, ruling: Ruling<'_>) -> Event {
        let (action, outcome) = match ruling {
            Ruling::Accept(_) => ("drift.accept", "accepted"),
            Ruling::Overrule => ("drift.overrule", "source_wins"),
        };
        let paths = ruled.paths.iter().map(|path| Json::str(path.to_string()));
        Event {
            at: self.ports.clock.now(),
            action: action.to_owned(),
            outcome: outcome.to_owned(),
            website_id: Some(ruled.website_id.clone()),
            target: Some(ruled.target.clone()),
            type_key: Some(ruled.type_key.clone()),
            detail: vec![("paths", write(&Json::Array(paths.collect())))],
            ..Event::default()
        }
    }

    /// What a ruling about one type comes to, and what is to be recorded of it.
    fn ruled(
        &self,
        one: Examined,
        lease: &Lease,
        (platform, references): (&Platform, &References),
        ruling: Ruling<'_>,
    ) -> Result<(Option<Record>, Ruled), SyncError> {
        let key = one.key.clone();
        let refused = |code, message| SyncError::new(code, message).of(&key);
        if let Some(finding) = one.subject.findings.iter().find(|finding| finding.blocks()) {
            let error = refused(ErrorCode::ValidationFailed, finding.message.clone());
            return Err(error.next_step(finding.remedy.clone()));
        }
        let shape = platform.dialect.capabilities().shape;
        let Scope { website_id, target } = lease.scope.clone();
        let local = Canonical::of(&one.local.nested());
        let type_key = key.clone();
        let is_overruled = matches!(ruling, Ruling::Overrule);
        let is_upheld = is_overruled && one.subject.remote.is_none();
        if is_upheld && one.subject.detail.as_ref().is_some_and(|detail| detail.row.agreed) {
            // Gone there, and to be made again.
            let state = one.subject.detail.clone().map(|mut state| {
                state.row.settled = false;
                state.row.agreed = false;
                state.base = uphold(&one, &shape).unwrap_or_default().to_json();
                state
            });
            let record = Record { state, ..Record::default() };
            let paths = vec![Path::root()];
            return Ok((Some(record), Ruled { type_key, website_id, target, paths, local }));
        }
        if is_overruled && !is_upheld && matches!(one.status, Status::Conflict(_)) {
            return Err(overtaken(&one));
        }
        if one.subject.local.is_none() || one.subject.remote.is_none() {
            let message = format!("{key} is gone on one side, which is no drift of a value");
            let error = refused(ErrorCode::InvalidArgument, message);
            return Err(error.next_step("decide its conflict, or deploy"));
        }
        let Some(base) = &one.base else {
            let message = format!("{key} was never agreed on with {target}");
            let error = refused(ErrorCode::InvalidArgument, message);
            return Err(error.next_step("deploy first, or decide the conflict"));
        };
        if let Ruling::Accept(path) = ruling
            && let Some(open) = one.merge.overlaps().find(|atom| meets(&atom.path, path))
        {
            let message = format!("the studio changed {key} at {}, too", open.path);
            let error = refused(ErrorCode::Conflict, message);
            return Err(error.next_step("decide the conflict"));
        }
        let ruled = match ruling {
            Ruling::Accept(path) => accept(base, path, &one.local, &one.remote, &shape),
            Ruling::Overrule => overrule(base, &one.local, &one.remote, &shape),
        };
        let paths = settled_paths(base, &ruled, &one);
        if paths.is_empty() {
            return Err(unmoved(&key, ruling));
        }
        let after = Examined { base: Some(ruled), ..one }.judged_again(&shape);
        let now = self.ports.clock.now();
        let record = idle_record(&after, &lease.scope, references, &*platform.dialect, now);
        Ok((record, Ruled { type_key, website_id, target, paths, local }))
    }
}

/// Whether one path lies in the other.
fn meets(one: &Path, other: &Path) -> bool {
    one == other || one.is_below(other) || other.is_below(one)
}

/// Where the base moved.
fn settled_paths(before: &Base, after: &Base, one: &Examined) -> Vec<Path> {
    let (was, now) = ((before.local(), before.remote()), (after.local(), after.remote()));
    let moved = one.merge.movements.iter().map(|atom| &atom.path);
    let is_settled = |at: &&Path| was.0.get(at) != now.0.get(at) || was.1.get(at) != now.1.get(at);
    moved.filter(is_settled).cloned().collect()
}

/// A conflict that came up while it was asked for.
fn overtaken(one: &Examined) -> SyncError {
    let paths: Vec<&str> = one.merge.overlaps().map(|atom| atom.path.as_str()).collect();
    let place = match &paths[..] {
        [] | [""] => String::new(),
        paths => format!(" at {}", paths.join(", ")),
    };
    let message = format!("{} came into conflict{place} meanwhile", one.key);
    let error = SyncError::new(ErrorCode::InvalidArgument, message).of(&one.key);
    error.next_step(DETECT_AGAIN)
}

fn unmoved(key: &str, ruling: Ruling<'_>) -> SyncError {
    let message = match ruling {
        Ruling::Accept(path) if *path == Path::root() => {
            format!("nothing of {key} moved on the platform")
        }
        Ruling::Accept(path) => format!("nothing of {key} moved on the platform at {path}"),
        Ruling::Overrule => {
            format!("no conflict of {key} is open, and nothing of it moved on the platform")
        }
    };
    SyncError::new(ErrorCode::InvalidArgument, message)
        .of(key)
        .next_step("detect the changes, which say where something moved")
}

fn stale_read(key: &str) -> SyncError {
    let Finding { message, remedy, .. } = stale_finding(key);
    SyncError::new(ErrorCode::StaleRead, message).of(key).next_step(remedy)
}
