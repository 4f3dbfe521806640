//! The dialect and the adapter of Optimizely.

mod adapter;
mod held;
mod keys;
mod laws;
mod limits;
mod mapping;
mod normalize;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use catalyst_sync::canonical::{Canonical, Path, View};
use catalyst_sync::model::{ContentType, Field};
use catalyst_sync::platform::optimizely::Profile;
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Settings};
use catalyst_sync::port::{
    Dialect, Held, Ownership, Projection, RemoteDefinition, RemoteId, Revision,
};

/// The dialect of a profile; which version of the API makes no difference to it.
fn dialect(profile: Profile) -> OptimizelyDialect {
    OptimizelyDialect::new(Settings::new(ApiVersion::V1, profile))
}

/// A type of one field.
fn type_of(field: Field) -> ContentType {
    ContentType {
        id: "row".to_owned(),
        name: "Event".to_owned(),
        fields: vec![field],
        ..ContentType::default()
    }
}

/// Projects a type that is new on the platform.
fn project(profile: Profile, local: &ContentType) -> Projection {
    dialect(profile).project(local, &Held::default())
}

/// The view with every reference bound to a key that is the row id itself.
fn bound(view: &View) -> View {
    View::from_json(&view.to_json().replace("content-type:", "remote:")).unwrap()
}

/// A definition as the platform shows it.
fn remote(key: &str, body: &str) -> RemoteDefinition {
    RemoteDefinition {
        id: RemoteId::of_key(key),
        name: key.to_owned(),
        revision: Revision::default(),
        ownership: Ownership::Open,
        body: body.into(),
    }
}

/// The view of a definition.
fn normalized(body: &str) -> View {
    dialect(Profile::Native).normalize(&remote("Event", body)).unwrap()
}

/// What holds a property of a platform type, last agreed on as a kind.
fn holding(key: &str, platform_type: &str, kind: Option<&str>) -> Held {
    let at = Path::root().child("properties").child(key);
    let mut view = View::new();
    view.set(at.clone(), Canonical::bool(true));
    view.set(at.child("type"), Canonical::parse(platform_type).unwrap());
    Held {
        keys: BTreeMap::new(),
        view,
        kinds: kind.map(|kind| (key.to_owned(), kind.to_owned())).into_iter().collect(),
    }
}

/// The codes of a projection's findings.
fn codes(projection: &Projection) -> BTreeSet<&'static str> {
    projection.findings.iter().map(|finding| finding.code).collect()
}
