//! Which conflict a caller means: one that a run recorded, or one that only looking has shown so far.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::canonical::Canonical;
use crate::error::{ErrorCode, SyncError};
use crate::port::{ConflictFilter, Entity, Scope, StoredConflict};

use super::changes::conflict_name;
use super::conflicts::{id_of, name_of, shown};
use super::failure::store_failure;
use super::resolve::{DETECT_AGAIN, Unfound, outdated, unknown};
use super::unmet::Unmet;
use super::{Engine, Platform, ProviderRequest, Purpose, TypeRef};

/// A conflict as a caller names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConflictRef {
    /// By its id.
    Id {
        /// The id.
        id: String,
        /// Digest of the three sides that the caller has seen, where it says so.
        digest: Option<String>,
    },
    /// The one that is open between a type and the target of the call.
    Type(TypeRef),
}

/// An open conflict.
pub(super) enum Found {
    /// A run recorded it.
    Recorded(StoredConflict),
    /// Looking shows it, and nothing has recorded it.
    Unmet(Unmet),
}

/// Why there is no open conflict. Several names may have the reason in common.
pub(super) struct Missing {
    pub error: Arc<SyncError>,
    /// The type that has none.
    pub of: Option<Box<TypeRef>>,
}

/// A name on its way to a conflict.
enum Pin {
    Id {
        id: String,
        digest: Option<String>,
    },
    /// No recorded conflict of the type is open.
    Of {
        wanted: TypeRef,
        website_id: String,
        entity: Entity,
    },
}

/// What looking shows, by what stands for scope and document in the ids of conflicts; or why nothing
/// does.
type Unrecorded = Result<HashMap<String, Unmet>, Arc<SyncError>>;

impl From<SyncError> for Missing {
    fn from(error: SyncError) -> Self {
        Self::because(&Arc::new(error))
    }
}

impl Missing {
    fn because(error: &Arc<SyncError>) -> Self {
        Self { error: Arc::clone(error), of: None }
    }
}

impl Found {
    /// The conflict as `api.md` §4 has it.
    pub fn shown(&self) -> Result<Canonical, SyncError> {
        match self {
            Self::Recorded(one) => shown(one),
            Self::Unmet(one) => one.shown(),
        }
    }

    fn digest(&self) -> String {
        match self {
            Self::Recorded(one) => one.digest.to_string(),
            Self::Unmet(one) => one.conflict.digest.clone(),
        }
    }
}

impl Engine {
    /// The open conflict of each name, or why there is none; and the platform that is meant. Both sides
    /// are looked at only for names that no recorded conflict has.
    pub(super) async fn find(
        &self,
        provider: &ProviderRequest,
        conflicts: Vec<Result<ConflictRef, SyncError>>,
    ) -> Result<(Platform, Vec<Result<Found, Missing>>), SyncError> {
        let platform = self.connect(provider, Purpose::Look).await?;
        let mut pins = Vec::with_capacity(conflicts.len());
        for conflict in conflicts {
            pins.push(match conflict {
                Ok(conflict) => self.pin(conflict, &platform.target).await,
                Err(error) => Err(error),
            });
        }
        let ids = pins.iter().flatten().filter_map(|pin| match pin {
            Pin::Id { id, .. } => Some(&**id),
            Pin::Of { .. } => None,
        });
        let ids: Vec<&str> = ids.collect();
        let looked_up = self.look_up(&ids).await?;
        let recorded: HashMap<String, _> =
            ids.iter().map(ToString::to_string).zip(looked_up).collect();
        let is_unmet = |pin: &Pin| match pin {
            Pin::Id { id, .. } => {
                matches!(recorded.get(id), Some(Err(Unfound { may_be_unmet: true, .. })))
            }
            Pin::Of { .. } => true,
        };
        let unrecorded = if pins.iter().flatten().any(is_unmet) {
            let named = |one: Unmet| (conflict_name(&one.scope, &one.entity), one);
            let unmet = self.unmet(&platform).await.map_err(Arc::new);
            unmet.map(|unmet| unmet.into_iter().map(named).collect())
        } else {
            Ok(HashMap::new())
        };
        let found = pins.into_iter().map(|pin| match pin? {
            Pin::Id { id, digest } => {
                let one = match recorded.get(&id) {
                    Some(Ok(one)) => Found::Recorded(one.clone()),
                    Some(Err(unfound)) => unmet_by_id(&id, unfound, &unrecorded)?,
                    None => return Err(Missing::from(unknown(&id))),
                };
                let is_as_seen = digest.is_none_or(|seen| seen == one.digest());
                let outdated = || Missing::from(outdated(&id, "its digest is another"));
                is_as_seen.then_some(one).ok_or_else(outdated)
            }
            Pin::Of { wanted, website_id, entity } => {
                let scope = Scope { website_id, target: platform.target.clone() };
                let unmet = unrecorded.as_ref().map_err(Missing::because)?;
                let one = unmet.get(&conflict_name(&scope, &entity));
                one.cloned().map(Found::Unmet).ok_or_else(|| none_open(wanted, &platform.target))
            }
        });
        let found = found.collect();
        Ok((platform, found))
    }

    /// Finds the conflict that is open between a type and a target, if one is recorded.
    async fn pin(&self, conflict: ConflictRef, target: &str) -> Result<Pin, SyncError> {
        let wanted = match conflict {
            ConflictRef::Id { id, digest } => return Ok(Pin::Id { id, digest }),
            ConflictRef::Type(wanted) => wanted,
        };
        let named = self.named_type(&*self.locals().await?, &wanted).await?;
        let filter = ConflictFilter {
            documents: vec![(named.website_id.clone(), named.entity.clone())],
            open: Some(true),
            ..ConflictFilter::default()
        };
        let (open, _) = self.ports.store.conflicts(filter).await.map_err(store_failure)?;
        Ok(match open.iter().find(|one| one.scope.target == target) {
            Some(one) => Pin::Id { id: id_of(one), digest: None },
            None => Pin::Of { wanted, website_id: named.website_id, entity: named.entity },
        })
    }

    /// Has what only looking has shown recorded, as a run does that meets it, so that it can be decided.
    pub(super) async fn met(
        &self,
        platform: &Platform,
        found: Vec<Result<Found, Missing>>,
    ) -> Result<Vec<Result<StoredConflict, Missing>>, SyncError> {
        let unmet = found.iter().flatten().filter_map(|one| match one {
            Found::Unmet(one) => Some(one),
            Found::Recorded(_) => None,
        });
        let unmet: Vec<&Unmet> = unmet.collect();
        let mut failures = HashMap::new();
        for scope in unmet.iter().map(|one| &one.scope).collect::<BTreeSet<_>>() {
            if let Err(error) = self.meet(platform, scope).await {
                failures.insert(scope.website_id.clone(), Arc::new(error));
            }
        }
        let ids: Vec<&str> = unmet.iter().map(|one| &*one.conflict.id).collect();
        let looked_up = self.look_up(&ids).await?;
        let recorded: HashMap<String, _> =
            ids.iter().map(ToString::to_string).zip(looked_up).collect();
        let met = found.into_iter().map(|one| match one? {
            Found::Recorded(one) => Ok(one),
            Found::Unmet(Unmet { scope, conflict, .. }) => {
                if let Some(error) = failures.get(&scope.website_id) {
                    return Err(Missing::because(error));
                }
                match recorded.get(&conflict.id) {
                    Some(Ok(one)) => Ok(one.clone()),
                    Some(Err(unfound)) => Err(Missing::because(&unfound.error)),
                    None => Err(Missing::from(unknown(&conflict.id))),
                }
            }
        });
        Ok(met.collect())
    }
}

/// What only looking shows under an id.
fn unmet_by_id(id: &str, unfound: &Unfound, unrecorded: &Unrecorded) -> Result<Found, Missing> {
    let missing = || Missing::because(&unfound.error);
    if !unfound.may_be_unmet {
        return Err(missing());
    }
    let unmet = unrecorded.as_ref().map_err(Missing::because)?;
    let one = name_of(id).and_then(|name| unmet.get(name)).filter(|one| one.conflict.id == id);
    one.cloned().map(Found::Unmet).ok_or_else(missing)
}

fn none_open(wanted: TypeRef, target: &str) -> Missing {
    let message = format!("no conflict of {} with {target} is open", wanted.name);
    let error = SyncError::new(ErrorCode::InvalidArgument, message).of(&wanted.name);
    Missing { error: Arc::new(error.next_step(DETECT_AGAIN)), of: Some(Box::new(wanted)) }
}
