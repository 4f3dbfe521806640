//! Drift: what moved on the platform by itself, told with what it means, or taken for no change.

use tokio_util::sync::CancellationToken;

use crate::canonical::{Canonical, Path};
use crate::diff::ChangeKind;
use crate::drift::{Drift, Moved, Severity, accept, drift};
use crate::error::{ErrorCode, SyncError};
use crate::merge::{Shape, renames};
use crate::model::Finding;
use crate::port::{Lease, Scope};

use super::detect::{Detection, Keep, Search};
use super::examine::Examined;
use super::failure::store_failure;
use super::listing::Freshness;
use super::locals::Locals;
use super::outcome::idle_record;
use super::presence::stale_finding;
use super::report::AcceptedDrift;
use super::type_ref::NamedType;
use super::{Engine, Platform, ProviderRequest, Purpose, TypeRef};

/// Who holds a scope while a movement of its platform is taken for none.
const OWNER: &str = "acceptDrift";

/// Longest value that a message repeats.
const SHOWN: usize = 60;

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
        let locals = self.locals().await?;
        let named = self.named_type(&locals, wanted).await?;
        let platform = self.connect(provider, Purpose::Look).await?;
        let scope = Scope { website_id: named.website_id.clone(), target: platform.target.clone() };
        let now = self.ports.clock.now();
        let lease = self.ports.store.acquire(&scope, OWNER, now).await.map_err(store_failure)?;
        let accepted = self.accept_leased(&lease, &locals, &platform, &named, path).await;
        let released = self.ports.store.release(lease).await.map_err(store_failure);
        let paths = accepted?;
        released?;
        let Scope { website_id, target } = scope;
        Ok(AcceptedDrift { type_key: named.key, website_id, target, paths })
    }

    async fn accept_leased(
        &self,
        lease: &Lease,
        locals: &Locals,
        platform: &Platform,
        named: &NamedType,
        path: &Path,
    ) -> Result<Vec<Path>, SyncError> {
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
        let one = moved(self.search(locals, &search).await?, named)?;
        let unmoved = || {
            let at = if *path == Path::root() { String::new() } else { format!(" at {path}") };
            let message = format!("nothing of {} moved on the platform{at}", named.key);
            SyncError::new(ErrorCode::InvalidArgument, message).of(&named.key)
        };
        let one = one.ok_or_else(unmoved)?;
        let shape = platform.dialect.capabilities().shape;
        let base = one.base.as_ref().ok_or_else(|| {
            let message = format!("{} was never agreed on with {}", named.key, platform.target);
            SyncError::new(ErrorCode::InvalidArgument, message)
                .of(&named.key)
                .next_step("deploy first, or decide the conflict")
        })?;
        let accepted = accept(base, path, &one.local, &one.remote, &shape);
        let before: Vec<Path> = one.merge.movements.iter().map(|atom| atom.path.clone()).collect();
        let after = Examined { base: Some(accepted), ..one }.judged_again(&shape);
        let is_open = |at: &Path| after.merge.movements.iter().any(|atom| atom.path == *at);
        let paths: Vec<Path> = before.into_iter().filter(|at| !is_open(at)).collect();
        if paths.is_empty() {
            return Err(unmoved());
        }
        let now = self.ports.clock.now();
        let record = idle_record(&after, &lease.scope, &*platform.dialect, now);
        let records = record.into_iter().collect();
        self.ports.store.record(lease, records).await.map_err(store_failure)?;
        Ok(paths)
    }
}

/// The type among what was found; `None` when nothing of it moved.
fn moved(found: Detection, named: &NamedType) -> Result<Option<Examined>, SyncError> {
    let id = &named.entity.id;
    for scoped in found.scopes {
        if let Some(stale) = scoped.stale.iter().find(|one| one.id == *id) {
            let Finding { message, remedy, .. } = stale_finding(&stale.key);
            let error = SyncError::new(ErrorCode::StaleRead, message);
            return Err(error.of(&stale.key).next_step(remedy));
        }
        let one = scoped.examined.into_iter().find(|one| one.subject.entity == named.entity);
        let Some(one) = one else { continue };
        if let Some(error) = one.subject.findings.iter().find(|finding| finding.blocks()) {
            let refused = SyncError::new(ErrorCode::ValidationFailed, error.message.clone());
            return Err(refused.of(&one.key).next_step(error.remedy.clone()));
        }
        if one.subject.local.is_none() || one.subject.remote.is_none() {
            let message = format!("{} is gone on one side, which is no drift of a value", one.key);
            return Err(SyncError::new(ErrorCode::InvalidArgument, message)
                .of(&one.key)
                .next_step("decide its conflict, or deploy"));
        }
        return Ok(Some(one));
    }
    Ok(None)
}

/// What moved on the platform since both sides last agreed on a document.
pub(super) fn drift_of(one: &Examined, shape: &Shape) -> Drift {
    let moved = one.merge.movements.iter().any(|atom| {
        let was = atom.base.as_ref().and_then(|pair| pair.remote.as_ref());
        was != atom.remote.as_ref()
    });
    match &one.base {
        Some(base) if moved => drift(base, &one.remote, shape),
        _ => Drift::default(),
    }
}

/// What moved on the platform, for people.
pub(super) fn drift_findings(one: &Examined, drift: &Drift) -> Vec<Finding> {
    drift.moved.iter().map(|moved| finding(moved).of(&one.key)).collect()
}

fn finding(moved: &Moved) -> Finding {
    let (value, at) = (describe(moved), moved.path.as_str());
    let finding = match moved.severity {
        Severity::Breaking => Finding::warning(
            "DRIFT_BREAKING",
            format!("the platform {value}: content or code that held before may hold no longer"),
            "bring it home or overrule it, before something relies on it",
        ),
        Severity::Addition => Finding::info(
            "DRIFT_ADDITION",
            format!("the platform {value}: what there was still holds"),
            "bring it home, overrule it, or accept it with acceptDrift",
        ),
        Severity::Text => Finding::info(
            "DRIFT_TEXT",
            format!("the platform {value}: only what people read"),
            "bring it home, overrule it, or accept it with acceptDrift",
        ),
    };
    finding.at(at)
}

fn describe(moved: &Moved) -> String {
    let whole = moved.path == Path::root();
    let name = if whole { "the type".into() } else { moved.path.name() };
    match (moved.kind, &moved.before, &moved.after) {
        (ChangeKind::Removed, ..) => format!("removed {name}"),
        (ChangeKind::Moved, ..) => format!("reordered {name}"),
        (ChangeKind::Modified, Some(before), Some(after)) => {
            format!("changed {name} from {} to {}", shown(before), shown(after))
        }
        (ChangeKind::Modified, ..) => format!("changed {name}"),
        (ChangeKind::Added, _, Some(after)) if after.as_str() != "true" => {
            format!("set {name} to {}", shown(after))
        }
        (ChangeKind::Added, ..) => format!("added {name}"),
    }
}

fn shown(value: &Canonical) -> String {
    let text = value.as_str();
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What looks as if it had been renamed on either side: a suggestion, because taking two properties for
/// one loses content.
pub(super) fn suggested_renames(one: &Examined, shape: &Shape) -> Vec<Finding> {
    let Some(base) = &one.base else { return Vec::new() };
    // Without one that went and one that came there is nothing to compare.
    if !one.merge.movements.iter().any(|atom| shape.is_element(&atom.path)) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let sides = [
        (base.local(), &one.local, "in the studio", "give the new field the id of the old one"),
        (base.remote(), &one.remote, "on the platform", "give both sides the old name again"),
    ];
    for (before, after, side, remedy) in sides {
        // A document that is gone has renamed nothing.
        if before.is_empty() || after.is_empty() || before == *after {
            continue;
        }
        for rename in renames(&before, after, shape) {
            let (from, to) = (rename.from.name(), rename.to.name());
            findings.push(
                Finding::info(
                    "RENAME_SUGGESTED",
                    format!("{to} looks as if {from} had been renamed {side}; they count as two"),
                    format!("if they are one, {remedy}; else nothing"),
                )
                .of(&one.key)
                .at(rename.to.as_str()),
            );
        }
    }
    findings
}
