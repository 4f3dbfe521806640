//! Who acts, and what they may do.
//!
//! The server decides who acts, never a job: [`Engine::acting`] makes an engine that acts for
//! somebody, and every verb that writes asks first whether they may.

use crate::error::{ErrorCode, SyncError, quoted};
use crate::port::Author;

use super::audit::Refusal;
use super::{Engine, Ports, RunOptions, RunRequest, UndoMode};

/// Somebody who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// As the server knows them; kept in histories.
    pub id: String,
    /// What they may do.
    pub role: Role,
}

/// Whoever acts when the server names nobody.
impl Default for Actor {
    fn default() -> Self {
        Self { id: "system".to_owned(), role: Role::Admin }
    }
}

/// What somebody may do: each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads and plans.
    Viewer,
    /// Deploys what loses nothing, and decides about conflicts.
    Editor,
    /// Deletes, accepts losses, overrules, forces.
    Admin,
}

impl Role {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

/// What not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Starting a deployment that writes.
    Deploy,
    /// Stopping one.
    Cancel,
    /// Having somebody act with a role above one's own.
    HandUp,
    /// Deleting types.
    Delete,
    /// Losing content.
    LoseContent,
    /// Writing over what conflicts.
    Overrule,
    /// Having the studio's side hold where only the platform moved.
    OverruleMovement,
    /// Letting a deletion on the platform delete the studio's row.
    FollowDeletion,
    /// Signing with another name than one's own.
    SignForOthers,
    /// Sending what does not differ.
    Force,
    /// Settling what interrupted runs left.
    Recover,
    /// Undoing deployments.
    RollBack,
    /// Going past warnings.
    Bypass,
    /// Deciding about conflicts and movements.
    Resolve,
    /// Taking a movement for no change.
    AcceptDrift,
    /// Adding to the history of a type.
    RecordVersion,
    /// Writing an earlier content into the studio.
    RestoreVersion,
    /// Taking conflicts out of the log.
    ForgetConflicts,
    /// Storing credentials, and changing their key.
    ManageCredentials,
}

impl Action {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Cancel => "cancel deployments",
            Self::HandUp => "have somebody act with a higher role",
            Self::Delete => "deploy with allowDelete",
            Self::LoseContent => "deploy with allowDataLoss",
            Self::Overrule => "deploy with conflictStrategy source_wins",
            Self::OverruleMovement => "overrule what only the platform changed",
            Self::FollowDeletion => "let the platform's deletion delete the studio's type",
            Self::SignForOthers => "sign for somebody else",
            Self::Force => "deploy with force",
            Self::Recover => "recover interrupted deployments",
            Self::RollBack => "roll deployments back",
            Self::Bypass => "deploy with bypassValidation",
            Self::Resolve => "decide about conflicts",
            Self::AcceptDrift => "accept drift",
            Self::RecordVersion => "record versions",
            Self::RestoreVersion => "restore versions",
            Self::ForgetConflicts => "take conflicts out of the log",
            Self::ManageCredentials => "manage credentials",
        }
    }

    pub(super) fn role(self) -> Role {
        match self {
            Self::Deploy
            | Self::Cancel
            | Self::Recover
            | Self::Resolve
            | Self::AcceptDrift
            | Self::RecordVersion
            | Self::RestoreVersion => Role::Editor,
            Self::HandUp
            | Self::Delete
            | Self::LoseContent
            | Self::Overrule
            | Self::OverruleMovement
            | Self::FollowDeletion
            | Self::SignForOthers
            | Self::Force
            | Self::RollBack
            | Self::Bypass
            | Self::ForgetConflicts
            | Self::ManageCredentials => Role::Admin,
        }
    }
}

impl RunOptions {
    /// What a run with these options does that fewest may; a rehearsal does nothing.
    pub(super) fn action(&self) -> Option<Action> {
        let overrules = self.conflict_strategy.as_deref() == Some("source_wins");
        let all = [
            (true, Action::Deploy),
            (self.allow_delete, Action::Delete),
            (self.allow_data_loss, Action::LoseContent),
            (overrules, Action::Overrule),
            (self.force, Action::Force),
            (self.undoes_failure().is_some(), Action::RollBack),
            (self.bypass_validation, Action::Bypass),
        ];
        let asked = all.into_iter().filter(|(is_asked, _)| *is_asked && !self.dry_run);
        asked.map(|(_, action)| action).max_by_key(|action| action.role())
    }
}

impl RunRequest {
    /// What it does that fewest may.
    pub(super) fn action(&self) -> Option<Action> {
        let undoes = self.undo.is_some() && !self.options.dry_run;
        if undoes { Some(Action::RollBack) } else { self.options.action() }
    }
}

impl RunOptions {
    /// How much of a run that fails is undone.
    pub(super) fn undoes_failure(&self) -> Option<UndoMode> {
        self.rollback.as_deref().and_then(UndoMode::named)
    }
}

impl Actor {
    /// Lets somebody act in this actor's place.
    ///
    /// # Errors
    ///
    /// `ROLE_REFUSED` for a role above the actor's own: a right is handed down, never up.
    pub fn hand_down(&self, to: Self) -> Result<Self, SyncError> {
        if to.role <= self.role {
            return Ok(to);
        }
        let message = format!(
            "{} acts as {} and cannot make {} act as {}",
            quoted(&self.id),
            self.role.as_str(),
            quoted(&to.id),
            to.role.as_str()
        );
        Err(SyncError::new(ErrorCode::RoleRefused, message)
            .next_step("call `as` on the engine that acts for nobody"))
    }

    /// As the memory keeps it.
    pub(super) fn author(&self) -> Author {
        Author { id: self.id.clone(), role: self.role.as_str() }
    }

    /// Refuses what the actor's role does not allow.
    ///
    /// # Errors
    ///
    /// `ROLE_REFUSED`, with the role that is needed.
    pub fn permit(&self, action: Action) -> Result<(), SyncError> {
        let needed = action.role();
        if self.role >= needed {
            return Ok(());
        }
        let message = format!(
            "{} acts as {} and may not {}",
            quoted(&self.id),
            self.role.as_str(),
            action.words()
        );
        Err(SyncError::new(ErrorCode::RoleRefused, message)
            .next_step(format!("ask somebody with the role {}", needed.as_str())))
    }
}

impl Engine {
    /// The same engine, acting for somebody.
    ///
    /// # Errors
    ///
    /// As [`Actor::hand_down`].
    pub fn acting(&self, actor: Actor) -> Result<Self, SyncError> {
        let actor = self.actor.hand_down(actor)?;
        let store = self.ports.store.written_by(actor.author());
        let ports = Ports { store, ..self.ports.clone() };
        Ok(Self { actor: actor.into(), ports, ..self.clone() })
    }

    /// As [`Actor::permit`], of whom this engine acts for. A refusal is audited.
    pub(super) async fn permit(&self, action: Action) -> Result<(), SyncError> {
        match self.actor.permit(action) {
            Ok(()) => Ok(()),
            Err(error) => Err(self.refused(error, Refusal::of(action)).await),
        }
    }

    /// Refuses another name than that of whom this engine acts for, unless they may sign for others.
    pub(super) async fn permit_signature(&self, name: &str) -> Result<(), SyncError> {
        if name == self.actor.id { Ok(()) } else { self.permit(Action::SignForOthers).await }
    }
}
