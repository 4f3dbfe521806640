//! Which conflicts a caller means, and what is to become of each. Of a type without one, what only the
//! platform moved can be overruled in the same way.

use std::collections::BTreeSet;

use crate::canonical::{Canonical, Path, parse};
use crate::error::{ErrorCode, SyncError};
use crate::model::Json;
use crate::port::{ConflictFilter, StoredConflict};

use super::actor::Action;
use super::conflicts::{id_of, shown};
use super::drift::{Ruled, Ruling};
use super::failure::store_failure;
use super::outcome::outcome_error;
use super::report::{ConflictField, Resolution};
use super::resolve::{RECORDED_FIRST, outdated};
use super::{Engine, Platform, ProviderRequest, Purpose, Strategy, TypeRef, Values, Verdict};

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

/// What is chosen for a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// How.
    pub strategy: Strategy,
    /// Values by path, for what is decided by hand.
    pub values: Values,
}

/// What a caller wants to become of one conflict. What cannot be made sense of concerns this conflict
/// alone, so it is kept until its turn comes.
#[derive(Debug)]
pub struct Wish {
    /// Which.
    pub conflict: Result<ConflictRef, SyncError>,
    /// How it is decided; `None` leaves it open.
    pub choice: Result<Option<Choice>, SyncError>,
}

impl Engine {
    /// The open conflicts that a caller names, whole, in their order; `None` for what is none, of which
    /// [`Engine::carry_out`] says why.
    ///
    /// # Errors
    ///
    /// When the studio or the state cannot be read, or no platform is configured.
    pub async fn open_conflicts(
        &self,
        provider: &ProviderRequest,
        conflicts: Vec<Result<ConflictRef, SyncError>>,
    ) -> Result<Vec<Option<Canonical>>, SyncError> {
        let (_, found) = self.find(provider, conflicts).await?;
        found.iter().map(|one| one.as_ref().ok().map(shown).transpose()).collect()
    }

    /// Decides conflicts as a caller wishes, each by itself: one that cannot be decided stays open and
    /// says why. Returns one resolution per wish, in their order.
    ///
    /// # Errors
    ///
    /// As [`Engine::resolve`].
    pub async fn carry_out(
        &self,
        provider: &ProviderRequest,
        by: &str,
        wishes: Vec<Wish>,
    ) -> Result<Vec<Resolution>, SyncError> {
        self.permit(Action::Resolve).await?;
        self.permit_signature(by).await?;
        let (conflicts, choices): (Vec<_>, Vec<_>) =
            wishes.into_iter().map(|wish| (wish.conflict, wish.choice)).unzip();
        let (platform, found) = self.find(provider, conflicts).await?;
        let mut resolutions = Vec::new();
        let (mut verdicts, mut decided) = (Vec::new(), Vec::new());
        let mut places = Vec::new();
        let mut overruled = Vec::new();
        let mut known = BTreeSet::new();
        for (at, (found, choice)) in found.into_iter().zip(choices).enumerate() {
            let strategy = match &choice {
                Ok(Some(choice)) => choice.strategy,
                _ => Strategy::Manual,
            };
            let answer = match (found, choice) {
                (Err(Missing { of: Some(wanted), .. }), Ok(Some(choice)))
                    if choice.strategy == Strategy::SourceWins =>
                {
                    overruled.push((at, *wanted));
                    continue;
                }
                (Err(Missing { error, .. }), _) => open("", "", strategy, &error),
                (Ok(one), choice) => {
                    let id = id_of(&one);
                    match choice {
                        _ if !known.insert(id.clone()) => {
                            open(&id, &one.type_key, strategy, &twice(&id))
                        }
                        Err(error) => open(&id, &one.type_key, strategy, &error),
                        Ok(None) => left_open(&one, &id),
                        Ok(Some(Choice { strategy, values })) => {
                            let by = by.to_owned();
                            verdicts.push(Verdict { conflict: id, strategy, values, by });
                            decided.push(Ok(one));
                            places.push(at);
                            continue;
                        }
                    }
                }
            };
            resolutions.push((at, answer));
        }
        if !verdicts.is_empty() {
            let decided = self.resolve_found(&platform, verdicts, decided).await?;
            resolutions.extend(places.into_iter().zip(decided));
        }
        resolutions.extend(self.overrule(provider, overruled).await);
        resolutions.sort_by_key(|(at, _)| *at);
        Ok(resolutions.into_iter().map(|(_, resolution)| resolution).collect())
    }

    /// Has the studio's side hold where only the platform moved. What moves there is no conflict, so there
    /// is nothing to be recorded as decided.
    async fn overrule(
        &self,
        provider: &ProviderRequest,
        overruled: Vec<(usize, TypeRef)>,
    ) -> Vec<(usize, Resolution)> {
        if overruled.is_empty() {
            return Vec::new();
        }
        let (places, types): (Vec<usize>, Vec<TypeRef>) = overruled.into_iter().unzip();
        let strategy = Strategy::SourceWins;
        let permitted = self.permit(Action::OverruleMovement).await;
        let ruled = match permitted {
            Ok(()) => self.rule(provider, &types, Ruling::Overrule).await,
            Err(error) => Err(error),
        };
        let ruled = match ruled {
            Ok(ruled) => ruled,
            // What was decided beside it is decided, and has to be told.
            Err(error) => {
                let places = places.into_iter();
                return places.map(|at| (at, open("", "", strategy, &error))).collect();
            }
        };
        let resolution = |ruled: Result<Ruled, SyncError>| match ruled {
            Ok(Ruled { type_key, local, .. }) => Resolution {
                conflict_id: String::new(),
                type_key,
                success: true,
                strategy: strategy.as_str(),
                merged: Some(local),
                remaining: Vec::new(),
                requires_manual: false,
                error: None,
            },
            Err(error) => open("", "", strategy, &error),
        };
        places.into_iter().zip(ruled.into_iter().map(resolution)).collect()
    }

    /// The open conflict of each name, or why there is none; and the platform that is meant.
    async fn find(
        &self,
        provider: &ProviderRequest,
        conflicts: Vec<Result<ConflictRef, SyncError>>,
    ) -> Result<(Platform, Vec<Result<StoredConflict, Missing>>), SyncError> {
        let platform = self.connect(provider, Purpose::Look).await?;
        let target = &platform.target;
        let mut pinned = Vec::with_capacity(conflicts.len());
        for conflict in conflicts {
            pinned.push(match conflict {
                Ok(ConflictRef::Id { id, digest }) => Ok((id, digest)),
                Ok(ConflictRef::Type(wanted)) => match self.open_of(&wanted, target).await {
                    Ok(Some(id)) => Ok((id, None)),
                    Ok(None) => Err(Missing {
                        error: none_open(&wanted, target),
                        of: Some(Box::new(wanted)),
                    }),
                    Err(error) => Err(Missing::from(error)),
                },
                Err(error) => Err(Missing::from(error)),
            });
        }
        let ids: Vec<&str> = pinned.iter().flatten().map(|(id, _)| &**id).collect();
        let mut found = self.look_up(&ids).await?.into_iter();
        let mut conflicts = Vec::with_capacity(pinned.len());
        for pin in pinned {
            let one = match pin {
                Ok((id, digest)) => found.next().map(|one| {
                    let one = one.map_err(Missing::from)?;
                    let is_as_seen = digest.is_none_or(|seen| seen == one.digest.to_string());
                    let outdated = || Missing::from(outdated(&id, "its digest is another"));
                    is_as_seen.then_some(one).ok_or_else(outdated)
                }),
                Err(error) => Some(Err(error)),
            };
            conflicts.extend(one);
        }
        Ok((platform, conflicts))
    }

    /// The id of the conflict that is open between a type and a target.
    async fn open_of(&self, wanted: &TypeRef, target: &str) -> Result<Option<String>, SyncError> {
        let named = self.named_type(&*self.locals().await?, wanted).await?;
        let filter = ConflictFilter {
            documents: vec![(named.website_id, named.entity)],
            open: Some(true),
            ..ConflictFilter::default()
        };
        let (open, _) = self.ports.store.conflicts(filter).await.map_err(store_failure)?;
        Ok(open.iter().find(|one| one.scope.target == target).map(id_of))
    }
}

/// Why there is no open conflict.
struct Missing {
    error: SyncError,
    /// The type that has none.
    of: Option<Box<TypeRef>>,
}

impl From<SyncError> for Missing {
    fn from(error: SyncError) -> Self {
        Self { error, of: None }
    }
}

fn none_open(wanted: &TypeRef, target: &str) -> SyncError {
    let message = format!("no recorded conflict of {} with {target} is open", wanted.name);
    SyncError::new(ErrorCode::InvalidArgument, message).of(&wanted.name).next_step(RECORDED_FIRST)
}

/// A conflict that stays open because nothing can be decided.
fn open(id: &str, type_key: &str, strategy: Strategy, error: &SyncError) -> Resolution {
    Resolution {
        conflict_id: id.to_owned(),
        type_key: type_key.to_owned(),
        success: false,
        strategy: strategy.as_str(),
        merged: None,
        remaining: Vec::new(),
        requires_manual: true,
        error: Some(outcome_error(error)),
    }
}

/// A conflict that stays open because the caller wants it so.
fn left_open(one: &StoredConflict, id: &str) -> Resolution {
    Resolution {
        conflict_id: id.to_owned(),
        type_key: one.type_key.clone(),
        success: false,
        strategy: Strategy::Manual.as_str(),
        merged: None,
        remaining: recorded_fields(one),
        requires_manual: true,
        error: None,
    }
}

/// The overlaps as they were recorded. What is no overlap was shown to nobody as one.
fn recorded_fields(one: &StoredConflict) -> Vec<ConflictField> {
    let Ok(details) = parse(&one.details) else { return Vec::new() };
    let field = |field: &Json<'_>| {
        let side = |name: &str| field.get(name).map(Canonical::of);
        Some(ConflictField {
            path: Path::parse(field.get("path")?.as_str()?)?,
            ancestor: side("ancestor"),
            local: side("local"),
            remote: side("remote"),
            suggestion: side("suggestion"),
        })
    };
    let fields = details.get("fields").and_then(Json::elements).unwrap_or_default();
    fields.iter().filter_map(field).collect()
}

fn twice(id: &str) -> SyncError {
    let message = format!("the conflict {id} is given twice");
    SyncError::new(ErrorCode::InvalidArgument, message).next_step("decide each conflict once")
}
