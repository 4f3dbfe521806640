//! The scopes of a run: taken one by one, and given back or handed on together.

use crate::error::SyncError;
use crate::port::{Lease, Scope};

use super::failure::store_failure;
use super::metrics::Underway;
use super::narrate::Narrator;
use super::report::LogLevel;
use super::run::Run;
use super::{Engine, Platform};

/// What a run holds.
#[derive(Default)]
pub(super) struct Scopes {
    /// The scopes of its websites, in their order.
    pub own: Vec<Lease>,
    /// Scopes that the run before it held, and that it has not taken over yet.
    handed: Vec<Lease>,
}

impl Scopes {
    /// Hands everything on to a run that follows without a gap in which somebody else could come.
    pub fn hand_on(&mut self) -> Self {
        let Self { own, mut handed } = std::mem::take(self);
        handed.extend(own);
        Self { own: Vec::new(), handed }
    }

    fn take_over(&mut self, scope: &Scope) -> Option<Lease> {
        let at = self.handed.iter().position(|lease| lease.scope == *scope)?;
        Some(self.handed.swap_remove(at))
    }
}

impl Run<'_> {
    /// Takes every scope of the run. What was taken stays in `scopes` even when one is refused, so
    /// that it is given back.
    pub(super) async fn acquire_all(
        &self,
        websites: &[String],
        platform: &Platform,
        scopes: &mut Scopes,
    ) -> Result<(), SyncError> {
        let store = &self.engine.ports.store;
        for website_id in websites {
            let scope = Scope { website_id: website_id.clone(), target: platform.target.clone() };
            let lease = match scopes.take_over(&scope) {
                // Whoever holds a scope closes what others left in it, so it must be held indeed.
                Some(lease) if store.check(&lease).await.is_ok() => lease,
                lost => {
                    scopes.handed.extend(lost);
                    let now = self.engine.ports.clock.now();
                    let acquired = store.acquire(&scope, &self.request.job_id, now).await;
                    acquired.map_err(store_failure)?
                }
            };
            scopes.own.push(lease);
            self.underway.iter().for_each(Underway::leased);
        }
        Ok(())
    }
}

impl Engine {
    /// Gives everything back.
    pub(super) async fn give_back(&self, scopes: Scopes, narrator: &Narrator) {
        for lease in scopes.own.into_iter().chain(scopes.handed) {
            // A lease that cannot be given back is taken over by the next run: its lock is gone.
            if let Err(error) = self.ports.store.release(lease).await {
                narrator.log(LogLevel::Warning, error.to_string(), None, None);
            }
        }
    }
}
