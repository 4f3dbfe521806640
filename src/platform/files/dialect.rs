//! What a folder of files can express: everything.

use std::time::Duration;

use super::form::SHAPE;
use super::{name, parse, project, reflect};
use crate::canonical::{View, derive_key};
use crate::model::{ContentType, Field};
use crate::port::{
    Capabilities, CreateMode, Dialect, DialectError, FieldNames, Held, IdentityMode, KeyNames,
    PreconditionMode, Projection, Reflection, RemoteDefinition,
};

/// The dialect of the platform `files`.
#[derive(Debug, Clone, Copy, Default)]
pub struct FilesDialect;

impl Dialect for FilesDialect {
    fn name(&self) -> &'static str {
        "files"
    }

    fn fingerprint(&self) -> String {
        "files/1".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            identity: IdentityMode::Chosen,
            precondition: PreconditionMode::Etag,
            create: CreateMode::Insert,
            read_lag: Duration::ZERO,
            in_flight: Duration::ZERO,
            shape: SHAPE,
        }
    }

    fn type_keys(&self, local: &ContentType) -> KeyNames {
        let preferred = name::preferred(local.key.as_deref(), &local.name);
        KeyNames { preferred, legacy: Vec::new() }
    }

    fn field_keys(&self, field: &Field) -> FieldNames {
        FieldNames { preferred: derive_key(&field.name, "field"), legacy: Vec::new() }
    }

    fn parts(&self, _: &ContentType, _: &Held) -> Vec<ContentType> {
        Vec::new()
    }

    fn project(&self, local: &ContentType, held: &Held) -> Projection {
        project::project(local, held)
    }

    fn normalize(&self, remote: &RemoteDefinition) -> Result<View, DialectError> {
        let key = remote.id.key();
        parse::read(&remote.body, &key)
            .map_err(|problem| DialectError::new(format!("{key}.json: {problem}")))
    }

    fn reflect(&self, local: &ContentType, held: &Held, view: &View) -> Reflection {
        reflect::reflect(local, held, view)
    }
}
