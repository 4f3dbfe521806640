//! The rest of an earlier deployment, as JavaScript asks for it.

use super::options::{named_provider, run_request};
use crate::argument::{Argument, parse_argument};
use crate::compose::EngineOptions;
use crate::engine::{Repeat, RunRequest};
use crate::error::SyncError;

const MODES: [(&str, Repeat); 3] =
    [("continue", Repeat::Continue), ("failed", Repeat::Failed), ("all", Repeat::All)];

/// Which deployment, and what of it.
pub(super) struct Resume {
    pub(super) id: String,
    repeat: Repeat,
    /// The provider, where it is not the engine's own.
    provider: Option<String>,
}

impl Resume {
    /// Reads an id and options.
    pub(super) fn read(
        id: &str,
        options: &str,
        provider: Option<String>,
    ) -> Result<Self, SyncError> {
        let (id_json, json) = (parse_argument("id", id)?, parse_argument("options", options)?);
        let named = Argument::new("id", &id_json);
        let id = named.text()?.filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| named.expected("the id of a deployment"))?.to_owned();
        let options = Argument::new("options", &json);
        options.refuse_misspelt(&["mode", "provider"])?;
        let mode = options.member("mode")?;
        let repeat = mode.one_of(&MODES)?.unwrap_or(Repeat::Continue);
        if let Some(provider) = &provider {
            named_provider(provider)?;
        }
        Ok(Self { id, repeat, provider })
    }

    /// The run of a stored job.
    pub(super) fn request(
        self,
        job: String,
        stored_provider: &str,
        defaults: &EngineOptions,
    ) -> Result<RunRequest, SyncError> {
        let own = defaults.settings().default_provider;
        let stored = (own != stored_provider).then(|| format!("{stored_provider:?}"));
        let provider = self.provider.or(stored);
        let mut request = run_request(job, provider.as_deref(), Some(self.id.clone()), defaults)?;
        request.job_id = self.id;
        request.repeat = self.repeat;
        Ok(request)
    }
}
