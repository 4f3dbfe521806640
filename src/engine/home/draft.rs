//! What a row shall be so that its document says a wanted view.

use std::collections::BTreeSet;

use crate::canonical::{Path, View, parse, write};
use crate::error::{ErrorCode, SyncError};
use crate::merge::{Ancestor, Base, Pair};
use crate::model::studio::{Codec, edit};
use crate::model::{ContentType, Finding, Json};
use crate::port::{Dialect, Held, Reflection, RowWrite, StateDetail, StateRow, TypeRow};

use super::Home;
use crate::engine::changes::describe;
use crate::engine::detect::root_id;
use crate::engine::examine::{Examined, LocalSide, Status, Subject, examine};
use crate::engine::fields::{FieldBinding, write_bindings};
use crate::engine::locals::row_digest;
use crate::engine::parse::{content_hash, parse_row, row_of};

/// How JSON is written and read in a row.
pub(super) const CODEC: Codec =
    Codec { write, parse: |text| parse(text).map_or(Json::Null, Json::into_owned) };

/// A document on its way home.
pub(in crate::engine) struct Draft {
    /// What is written; `None` where the row says it already.
    pub write: Option<RowWrite>,
    /// The document as it is then.
    pub after: Examined,
    /// What the studio cannot say; these atoms stay as they were, and keep their base.
    pub findings: Vec<Finding>,
}

impl Home<'_> {
    /// Drafts what makes a document say a view. `base` is what both sides have agreed on then.
    ///
    /// # Errors
    ///
    /// `VALIDATION_FAILED` when the row has no place for it.
    pub fn draft(
        &self,
        one: &Examined,
        wanted: &View,
        base: Base,
        row: &TypeRow,
    ) -> Result<Draft, SyncError> {
        let Some(side) = &one.subject.local else { return Err(unwritable(one, "a missing row")) };
        let (written, reflection) = self.reflected(one, side, wanted, row)?;
        let bindings = bindings_after(one, side, &reflection);
        let mut base = base;
        for path in refused(one, wanted, &reflection.findings) {
            self.keep(&mut base, one, &path);
        }
        let rows = (Some(row), written);
        self.settle_draft(one, wanted, base, &bindings, reflection.findings, rows)
    }

    /// The row with the edits that make its document say a view.
    pub(super) fn reflected(
        &self,
        one: &Examined,
        side: &LocalSide,
        wanted: &View,
        row: &TypeRow,
    ) -> Result<(TypeRow, Reflection), SyncError> {
        let dialect = &*self.platform.dialect;
        let mut reflection = dialect.reflect(&side.content, &held(one), wanted);
        if self.is_called_so(&reflection.local, &side.content) {
            reflection.local.name.clone_from(&side.content.name);
        }
        let content = if row.id == side.content.id {
            reflection.local.clone()
        } else {
            let mut owner = parse_row(row, self.targets).content;
            replace_part(&mut owner, &reflection.local)
                .ok_or_else(|| unwritable(one, "a field that is gone"))?;
            owner
        };
        let changes = edit(&row_of(row), &content, &reflection.origins, self.targets, CODEC)
            .map_err(|error| unwritable(one, &error.to_string()).caused_by(error))?;
        Ok((row.changed(&changes, self.engine.ports.clock.now()), reflection))
    }

    /// Looks at the document with the row as it shall be. What does not say what it should keeps the
    /// base that it had.
    pub(super) fn settle_draft(
        &self,
        one: &Examined,
        wanted: &View,
        mut base: Base,
        bindings: &[FieldBinding],
        mut findings: Vec<Finding>,
        (seen, row): (Option<&TypeRow>, TypeRow),
    ) -> Result<Draft, SyncError> {
        let detail = StateDetail {
            base: base.to_json(),
            bindings: write_bindings(bindings),
            ..one.subject.detail.clone().unwrap_or_else(|| new_detail(one, self.platform))
        };
        let mut after = self
            .with_row(one, &row, Some(detail))
            .ok_or_else(|| unwritable(one, "a field that is gone"))?;
        if after.status == Status::Failed {
            let first = after.subject.findings.iter().find(|finding| finding.blocks());
            return Err(unwritable(one, &first.map_or_else(String::new, describe)));
        }
        let known = refused(one, wanted, &findings);
        let missed: Vec<Path> =
            self.missed(wanted, &after.local).difference(&known).cloned().collect();
        if !missed.is_empty() {
            for path in &missed {
                self.keep(&mut base, one, path);
                findings.push(not_taken(path));
            }
            after.base = Some(base);
            after = after.judged_again(&self.platform.dialect.capabilities().shape);
        }
        let findings = findings.into_iter().map(|finding| finding.of(&one.key)).collect();
        let write = match seen {
            None => Some(RowWrite::insert(row)),
            Some(seen) => (*seen != row).then(|| RowWrite::update(seen.clone(), row)),
        };
        Ok(Draft { write, after, findings })
    }

    /// The atom is not agreed on: its base stays what it was.
    fn keep(&self, base: &mut Base, one: &Examined, path: &Path) {
        let shape = self.platform.dialect.capabilities().shape;
        match one.base.as_ref().map(|base| base.get(path, &shape)) {
            Some(Ancestor::Known { local, remote }) => {
                base.set(path, Pair { local: local.cloned(), remote: remote.cloned() });
            }
            Some(Ancestor::Unknown) | None => base.forget(path),
        }
    }

    /// Atoms in which a view is not what was wanted, orders aside.
    fn missed(&self, wanted: &View, got: &View) -> BTreeSet<Path> {
        let shape = self.platform.dialect.capabilities().shape;
        let paths = wanted.iter().chain(got.iter()).map(|(path, _)| path);
        let is_missed =
            |path: &&Path| wanted.get(path) != got.get(path) && shape.ordered_list(path).is_none();
        paths.filter(is_missed).cloned().collect()
    }

    /// The document with the studio's side as a row has it; `None` where no field of the row needs it
    /// any more.
    pub fn with_row(
        &self,
        one: &Examined,
        row: &TypeRow,
        detail: Option<StateDetail>,
    ) -> Option<Examined> {
        let dialect = &*self.platform.dialect;
        let parsed = parse_row(row, self.targets);
        let id = &one.subject.entity.id;
        let content =
            if row.id == *id { parsed.content } else { part(dialect, &parsed.content, id)? };
        let is_root = row.id == content.id;
        let subject = Subject {
            entity: one.subject.entity.clone(),
            website_id: one.subject.website_id.clone(),
            remote_id: one.subject.remote_id.clone(),
            origin: one.subject.origin.clone(),
            local: Some(LocalSide {
                content,
                content_hash: if is_root { content_hash(row) } else { None },
                row_digest: row_digest(row),
            }),
            remote: one.subject.remote.clone(),
            detail,
            findings: parsed.findings,
        };
        Some(examine(subject, self.references, dialect))
    }

    /// Whether a new name is that of another type of the website, which rows may refer to by name.
    fn is_called_so(&self, now: &ContentType, before: &ContentType) -> bool {
        let is_new = now.name != before.name;
        is_new && self.locals.is_called(&before.website_id, &before.id, &now.name)
    }
}

/// What the studio's view of a document was projected with.
pub(super) fn held(one: &Examined) -> Held {
    Held {
        keys: one.bindings.iter().map(|own| (own.identity.clone(), own.key.clone())).collect(),
        view: one.base.as_ref().map_or_else(|| one.remote.clone(), Base::remote),
        kinds: one.known.iter().map(|own| (own.key.clone(), own.kind.clone())).collect(),
    }
}

/// Bindings of the fields as they are now. A field whose kind came from the platform is bound with
/// that; one that the studio retyped keeps the kind that was agreed on.
fn bindings_after(one: &Examined, side: &LocalSide, reflection: &Reflection) -> Vec<FieldBinding> {
    let bound = reflection.local.fields.iter().filter_map(|field| {
        let identity = field.identity();
        let key = reflection.keys.get(&identity)?.clone();
        let origin = reflection.origins.get(&identity).unwrap_or(&identity);
        let before = side.content.fields.iter().find(|own| own.identity() == *origin);
        let is_retyped = before.is_none_or(|own| own.kind_word() != field.kind_word());
        let known = one.known.iter().find(|own| own.key == key).filter(|_| !is_retyped);
        let kind = known.map_or_else(|| field.kind_word(), |known| known.kind.clone());
        Some(FieldBinding { identity, name: field.name.clone(), key, kind })
    });
    let bound: Vec<FieldBinding> = bound.collect();
    // A property that the studio removed is still bound, until both sides agree that it is gone.
    let is_gone = |known: &&FieldBinding| bound.iter().all(|own| own.key != known.key);
    let gone: Vec<FieldBinding> = one.known.iter().filter(is_gone).cloned().collect();
    bound.into_iter().chain(gone).collect()
}

/// The atoms that findings are about, and what stands below them.
fn refused(one: &Examined, wanted: &View, findings: &[Finding]) -> BTreeSet<Path> {
    let refused: BTreeSet<Path> =
        findings.iter().filter_map(|one| Path::parse(one.path.as_deref()?)).collect();
    let is_refused = |path: &&Path| {
        std::iter::successors(Some((*path).clone()), Path::parent).any(|at| refused.contains(&at))
    };
    let views = wanted.iter().chain(one.remote.iter()).map(|(path, _)| path);
    views.chain(one.base.iter().flat_map(Base::paths)).filter(is_refused).cloned().collect()
}

fn not_taken(path: &Path) -> Finding {
    Finding::warning(
        "NOT_REPRESENTABLE",
        format!("the studio does not take {path} as it is on the platform"),
        "nothing to do; this difference stays until one of the two sides is changed",
    )
    .at(path.as_str())
}

/// The type that belongs to a field, however deep.
pub(in crate::engine) fn part(
    dialect: &dyn Dialect,
    content: &ContentType,
    id: &str,
) -> Option<ContentType> {
    let own = dialect.parts(content, &Held::default()).into_iter();
    let mut on_the_way = own.filter(|part| is_at_or_below(id, &part.id));
    let part = on_the_way.next()?;
    if part.id == id { Some(part) } else { self::part(dialect, &part, id) }
}

/// Gives the field that a type belongs to the fields of that type.
fn replace_part(owner: &mut ContentType, part: &ContentType) -> Option<()> {
    let mut at = owner.id.clone();
    let mut fields = &mut owner.fields;
    loop {
        let inner = |identity: String| format!("{at}/{identity}");
        let place =
            fields.iter().position(|own| is_at_or_below(&part.id, &inner(own.identity())))?;
        let field = fields.get_mut(place)?;
        at = format!("{at}/{}", field.identity());
        if at == part.id {
            field.fields.clone_from(&part.fields);
            return Some(());
        }
        fields = &mut field.fields;
    }
}

fn is_at_or_below(id: &str, above: &str) -> bool {
    id.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The state of a document that there was none of.
pub(super) fn new_detail(one: &Examined, platform: &crate::engine::Platform) -> StateDetail {
    StateDetail {
        row: StateRow {
            entity: one.subject.entity.clone(),
            type_key: one.key.clone(),
            remote_id: Some(one.subject.remote_id.clone()),
            row_digest: None,
            remote_digest: None,
            dialect: platform.dialect.fingerprint(),
            settled: false,
            refers: one.depends(),
            agreed: true,
            status: "in_sync".to_owned(),
        },
        base: Base::default().to_json(),
        bindings: write_bindings(&one.bindings),
        origin: "adopted".to_owned(),
        revision: one.subject.remote.as_ref().map(|it| it.revision.clone()).unwrap_or_default(),
        last_write: None,
        content_hash: None,
        local_hash: None,
        remote_hash: None,
        last_sync_at: None,
    }
}

pub(super) fn unwritable(one: &Examined, what: &str) -> SyncError {
    let root = root_id(&one.subject.entity.id);
    SyncError::new(
        ErrorCode::ValidationFailed,
        format!("{} cannot be brought home into the row {root}: {what}", one.key),
    )
    .of(&one.key)
    .next_step("change the definition on one of the two sides by hand")
}
