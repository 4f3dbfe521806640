//! What a rollback does to the studio's rows, told before it does, as far as it can be known then: what
//! somebody edits meanwhile stays, and so does what the platform does not take back.

use crate::canonical::Path;
use crate::error::SyncError;
use crate::model::Finding;
use crate::port::TypeRow;

use super::Undone;
use super::follow::stays;
use super::returns::Returns;
use super::run::RollbackSearch;
use crate::engine::Engine;
use crate::engine::detect::root_id;
use crate::engine::examine::Examined;
use crate::engine::home::{Home, takes};
use crate::engine::locals::Locals;
use crate::engine::plan::Policy;

const KEEP: &str = "roll back without preserveData false to leave it as it is";

impl Engine {
    /// What becomes of the studio's rows.
    pub(super) async fn foretell(
        &self,
        locals: &Locals,
        (undone, returns): (&Undone, &[Returns]),
        search: &RollbackSearch<'_>,
        policy: Policy,
    ) -> Result<Vec<Finding>, SyncError> {
        if returns.is_empty() {
            return Ok(Vec::new());
        }
        let (detection, items) = self.find_rows(locals, undone, returns, search).await?;
        let mut findings = Vec::new();
        for scoped in &detection.scopes {
            let home = Home {
                engine: self,
                platform: search.platform,
                scope: &scoped.scope,
                references: &scoped.references,
                targets: locals.target_index(),
                locals,
                run_id: "",
                actor: &self.actor.id,
            };
            let own = returns.iter().filter(|one| one.website_id == scoped.scope.website_id);
            for one in own {
                let found = scoped.examined.iter().find(|it| it.subject.remote_id == one.remote_id);
                // Its row may have been made anew under another id.
                let id = &found.map_or(&one.entity, |found| &found.subject.entity).id;
                let row = locals.row(root_id(id)).map(|(row, _)| row);
                let count = items.get(id).copied().unwrap_or_default();
                findings.extend(one.foretold(&home, (row, found), (policy, count)));
            }
        }
        Ok(findings)
    }
}

impl Returns {
    fn foretold(
        &self,
        home: &Home<'_>,
        (row, found): (Option<&TypeRow>, Option<&Examined>),
        (policy, count): (Policy, u64),
    ) -> Vec<Finding> {
        let told = |code, what: &str, remedy: &str| {
            let message = format!("the studio's row of {} {what}", self.type_key);
            Finding::warning(code, message, remedy).of(&*self.type_key)
        };
        let (Some(row), Some(found), false) = (row, found, self.is_row_gone) else {
            let is_missing = self.is_row_gone && row.is_none();
            return Vec::from_iter(is_missing.then(|| told("ROW_RETURNS", "is made again", KEEP)));
        };
        if let Some(made) = &self.made {
            let why = stays(row, made, policy).map(|(_, why)| why.to_owned());
            let in_use = || (count > 0).then(|| format!("{count} content items are of it"));
            return vec![match why.or_else(in_use) {
                Some(why) => told("DELETE_REFUSED", &format!("stays: {why}"), "nothing to do"),
                None => told("DELETION", "is deleted, because the deployment made it", KEEP),
            }];
        }
        let Some((now, _)) = self.regardless().going_back(home, found, row) else {
            return Vec::new();
        };
        let taken = takes(&now, policy, count, &home.platform.dialect.capabilities().shape);
        let mut findings = Vec::new();
        let mut add = |paths: Vec<&Path>, code, what: &str, remedy: &str| {
            let paths: Vec<&str> = paths.into_iter().map(Path::as_str).collect();
            if !paths.is_empty() {
                findings.push(told(code, &format!("{what}: {}", paths.join(", ")), remedy));
            }
        };
        let ships = taken.ships.iter().map(|atom| &atom.path).collect();
        add(ships, "ROW_RETURNS", "goes back at", KEEP);
        let remedy = "roll back with allowDataLoss to accept it";
        let what = "loses content, and waits for consent";
        add(taken.withheld.iter().collect(), "DATA_LOSS_REFUSED", what, remedy);
        findings
    }
}
