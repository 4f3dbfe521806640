//! Which conflicts a caller means, and what is to become of each. Of a type without one, what only the
//! platform moved can be overruled in the same way.

use std::collections::BTreeSet;

use crate::canonical::{Canonical, Path, parse};
use crate::error::{ErrorCode, SyncError};
use crate::model::Json;
use crate::port::StoredConflict;

use super::actor::Action;
use super::conflict_ref::{ConflictRef, Found, Missing};
use super::conflicts::id_of;
use super::drift::{Ruled, Ruling};
use super::outcome::outcome_error;
use super::report::{ConflictField, Resolution};
use super::{Engine, ProviderRequest, Strategy, TypeRef, Values, Verdict};

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
        found.iter().map(|one| one.as_ref().ok().map(Found::shown).transpose()).collect()
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
        let found = self.met(&platform, found).await?;
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
            let decided = self.resolve_found(&platform, verdicts, decided).await;
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
