//! The history of types: what was recorded, what it comes from, and what differs.

use serde_json::value::RawValue;

use crate::canonical::{Path, content_hash, parse};
use crate::error::{ErrorCode, SyncError, quoted};
use crate::model::Finding;
use crate::port::{Document, VersionFilter, VersionLinks, VersionRow};
use crate::version::{ChangeKind, Graph, Identity, diff, version_hash};

use super::failure::store_failure;
use super::record_version::content_of;
use super::report::{
    Version, VersionChange, VersionDiff, VersionFields, VersionInfo, VersionNode, VersionTree,
};
use super::{Engine, TypeRef};

/// What of a history is asked for.
pub type VersionQuery = VersionFilter;

impl Engine {
    /// The versions of a type, newest first.
    ///
    /// # Errors
    ///
    /// `TYPE_NOT_FOUND` and `AMBIGUOUS_TYPE`, and when a database cannot be read.
    pub async fn version_history(
        &self,
        wanted: &TypeRef,
        query: &VersionQuery,
    ) -> Result<Vec<Version>, SyncError> {
        let documents = self.documents_of(wanted).await?;
        let rows = self.ports.store.history(documents, query.clone()).await;
        Ok(rows.map_err(store_failure)?.into_iter().map(shown).collect())
    }

    /// A version by its hash; `None` when there is none.
    ///
    /// # Errors
    ///
    /// When the state cannot be read.
    pub async fn version(&self, hash: &str) -> Result<Option<Version>, SyncError> {
        Ok(self.ports.store.version(hash).await.map_err(store_failure)?.map(shown))
    }

    /// The whole history of a type as a graph.
    ///
    /// # Errors
    ///
    /// As [`Engine::version_history`].
    pub async fn version_tree(&self, wanted: &TypeRef) -> Result<VersionTree, SyncError> {
        let documents = self.documents_of(wanted).await?;
        let latest = match documents.first() {
            Some(document) => self.ports.store.head(document).await.map_err(store_failure)?,
            None => None,
        };
        let website_id =
            documents.first().map_or_else(String::new, |document| document.website_id.clone());
        let links = self.ports.store.links(documents).await.map_err(store_failure)?;
        let type_key =
            latest.as_ref().map_or_else(|| wanted.name.clone(), |it| it.type_key.clone());
        Ok(tree(links, type_key, website_id, latest.map(|head| head.hash)))
    }

    /// A version and all its ancestors, newest first.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` when there is no such version, and when the state cannot be read.
    pub async fn lineage(&self, hash: &str) -> Result<Vec<VersionInfo>, SyncError> {
        let row = self.version_named("hash", hash).await?;
        let (versions, graph) = self.graph_of(&row.document).await?;
        let at = graph.position(hash).unwrap_or_default();
        let lineage = graph.lineage(at).into_iter();
        Ok(lineage.filter_map(|at| versions.get(at).map(info)).collect())
    }

    /// The nearest version that two come from; of several the newest, and `None` when they have
    /// nothing in common. A version counts as its own ancestor.
    ///
    /// # Errors
    ///
    /// As [`Engine::lineage`].
    pub async fn common_ancestor(&self, a: &str, b: &str) -> Result<Option<Version>, SyncError> {
        let row = self.version_named("hashA", a).await?;
        self.version_named("hashB", b).await?;
        let (versions, graph) = self.graph_of(&row.document).await?;
        let (Some(at), Some(other)) = (graph.position(a), graph.position(b)) else {
            return Ok(None);
        };
        let nearest = graph.common_ancestors(at, other).into_iter().next();
        match nearest.and_then(|at| versions.get(at)) {
            Some(found) => self.version(&found.hash).await,
            None => Ok(None),
        }
    }

    /// What differs between two versions, property by property.
    ///
    /// # Errors
    ///
    /// As [`Engine::lineage`]; `STORE_FAILED` for a version that is not what its hash says.
    pub async fn diff_versions(&self, a: &str, b: &str) -> Result<VersionDiff, SyncError> {
        let from = self.version_named("hashA", a).await?;
        let to = self.version_named("hashB", b).await?;
        for row in [&from, &to] {
            if let Err(reason) = intact(row) {
                let message = format!("version {} cannot be compared: {reason}", row.hash);
                let error = SyncError::new(ErrorCode::StoreFailed, message).of(&row.type_key);
                return Err(error.next_step("compare with another version, or record a new one"));
            }
        }
        let found = diff(content_of(&from).as_ref(), content_of(&to).as_ref());
        let is_same = from.content_hash == to.content_hash && from.columns == to.columns;
        let mut fields =
            VersionFields { unchanged: found.unchanged.clone(), ..VersionFields::default() };
        for change in &found.changes {
            let (names, name) = match field_of(&change.path) {
                Some((name, true)) if change.kind == ChangeKind::Added => (&mut fields.added, name),
                Some((name, true)) if change.kind == ChangeKind::Removed => {
                    (&mut fields.removed, name)
                }
                Some((name, _)) => (&mut fields.modified, name),
                None => continue,
            };
            if names.last() != Some(&name) {
                names.push(name);
            }
        }
        Ok(VersionDiff {
            type_key: to.type_key.clone(),
            level: (!is_same).then(|| found.level().word()),
            changes: found
                .changes
                .into_iter()
                .map(|change| VersionChange {
                    path: change.path,
                    kind: change.kind.word(),
                    before: change.before,
                    after: change.after,
                    level: change.level.word(),
                })
                .collect(),
            fields,
            from: info(&from),
            to: info(&to),
        })
    }

    async fn documents_of(&self, wanted: &TypeRef) -> Result<Vec<Document>, SyncError> {
        let locals = self.locals().await?;
        let document = self.named_type(&locals, wanted).await?.document();
        self.ports.store.succession(&document).await.map_err(store_failure)
    }

    pub(super) async fn version_named(
        &self,
        argument: &str,
        hash: &str,
    ) -> Result<VersionRow, SyncError> {
        let found = self.ports.store.version(hash).await.map_err(store_failure)?;
        found.ok_or_else(|| {
            let message =
                format!("{argument} is {}, and should be the hash of a version", quoted(hash));
            SyncError::new(ErrorCode::InvalidArgument, message)
        })
    }

    async fn graph_of(&self, document: &Document) -> Result<(Vec<VersionRow>, Graph), SyncError> {
        let documents = self.ports.store.succession(document).await.map_err(store_failure)?;
        let links = self.ports.store.links(documents).await.map_err(store_failure)?;
        let graph = graph(&links);
        Ok((links.versions, graph))
    }
}

fn graph(links: &VersionLinks) -> Graph {
    Graph::new(links.versions.iter().map(|row| (row.hash.clone(), row.parents.clone())))
}

fn tree(
    links: VersionLinks,
    type_key: String,
    website_id: String,
    head: Option<String>,
) -> VersionTree {
    let graph = graph(&links);
    let VersionLinks { versions, pruned } = links;
    let named = |positions: &[usize]| -> Vec<String> {
        positions.iter().filter_map(|at| Some(versions.get(*at)?.hash.clone())).collect()
    };
    let remedy =
        "the state was changed by another program; do not rely on this part of the history";
    let mut findings: Vec<Finding> = Vec::new();
    for cycle in graph.cycles() {
        let message = format!("versions are their own ancestors: {}", named(cycle).join(", "));
        findings.push(Finding::error("VERSION_CYCLE", message, remedy).of(&type_key));
    }
    for (at, parent) in graph.missing().iter().filter(|(_, parent)| !pruned.contains(parent)) {
        let child = named(&[*at]).join("");
        let message = format!("the parent {parent} of version {child} is missing");
        findings.push(Finding::warning("VERSION_PARENT_MISSING", message, remedy).of(&type_key));
    }
    findings.extend(versions.iter().filter_map(|row| Some(damage(row, &named_right(row).err()?))));
    let nodes = graph.order().iter().filter_map(|at| {
        let children = named(graph.children(*at));
        Some(VersionNode { info: info(versions.get(*at)?), children })
    });
    VersionTree {
        head,
        roots: named(&graph.roots()),
        heads: named(&graph.heads()),
        versions: nodes.collect(),
        findings,
        type_key,
        website_id,
    }
}

/// The field that a path is in, and whether it is the field itself.
fn field_of(path: &Path) -> Option<(String, bool)> {
    let mut segments = path.segments();
    segments.next().filter(|first| first == "fields")?;
    let name = segments.next()?.into_owned();
    Some((name, segments.next().is_none()))
}

/// A version as it is answered. Its content is shown only if it is what its hash says.
pub(super) fn shown(row: VersionRow) -> Version {
    let damaged = intact(&row).err();
    let findings = damaged.iter().map(|reason| damage(&row, reason)).collect();
    let info = info(&row);
    let text = row.snapshot.filter(|_| damaged.is_none());
    let snapshot = text.and_then(|text| RawValue::from_string(text.into_string()).ok());
    Version { info, snapshot, findings }
}

fn info(row: &VersionRow) -> VersionInfo {
    VersionInfo {
        hash: row.hash.clone(),
        type_key: row.type_key.clone(),
        website_id: row.document.website_id.clone(),
        content_hash: row.content_hash.map(|hash| hash.to_string()),
        parents: row.parents.clone(),
        source: row.source.word(),
        author: row.author.clone(),
        message: row.message.clone(),
        created_at: row.created_at,
        semver: row.semver.clone(),
        change_type: row.change.word(),
        imported: row.imported,
    }
}

/// Whether a version is what its hash says; if not, why.
pub(super) fn intact(row: &VersionRow) -> Result<(), String> {
    named_right(row)?;
    let Some(text) = row.snapshot.as_deref() else { return Ok(()) };
    let found = parse(text).map_err(|error| format!("its content is no JSON: {error}"))?;
    let found = content_hash(found);
    if row.content_hash == Some(found) {
        Ok(())
    } else {
        Err(format!("its content has the hash {found}"))
    }
}

/// Whether a version is named after what it says of itself, its content not looked at.
fn named_right(row: &VersionRow) -> Result<(), String> {
    let found = if row.imported {
        let Some(content) = row.content_hash else {
            return Err("its content is no JSON".to_owned());
        };
        content
    } else {
        let identity = Identity {
            website_id: &row.document.website_id,
            kind: row.document.entity.kind,
            local_id: &row.document.entity.id,
            columns: &row.columns,
        };
        version_hash(&identity, row.content_hash, &row.parents)
    };
    if found.to_string() == row.hash {
        Ok(())
    } else {
        Err(format!("what it holds and comes from has the hash {found}"))
    }
}

fn damage(row: &VersionRow, reason: &str) -> Finding {
    let (code, origin) = if row.imported {
        ("IMPORTED_HASH_MISMATCH", "was imported, but is not what its hash says")
    } else {
        ("VERSION_DAMAGED", "is not what its hash says")
    };
    Finding::warning(
        code,
        format!("version {} {origin}: {reason}", row.hash),
        "do not rely on what this version holds; record a new one from the type as it is now",
    )
    .of(&row.type_key)
}
