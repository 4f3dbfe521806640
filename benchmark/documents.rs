//! 10,000 types with what both sides agreed on, of which each side changed a fifth.

use catalyst_sync::canonical::{Canonical, Path, View};
use catalyst_sync::merge::{Base, Pair, Shape};
use catalyst_sync::model::{Choice, ContentType, Field, FieldKind};
use catalyst_sync::platform::optimizely::OptimizelyDialect;
use catalyst_sync::port::{Dialect, Held};

const TYPES: usize = 10_000;

/// One side changes every fifth type.
const CHANGED: usize = 5;

/// What both agreed on, and both sides now.
pub struct Document {
    pub base: Base,
    pub local: View,
    pub remote: View,
}

fn field(at: usize) -> Field {
    let kinds = [
        FieldKind::Text,
        FieldKind::TextArea,
        FieldKind::RichText,
        FieldKind::Select,
        FieldKind::Boolean,
        FieldKind::Date,
        FieldKind::Number,
        FieldKind::Image,
    ];
    let kind = kinds.into_iter().cycle().nth(at).unwrap_or_default();
    let values =
        if kind == FieldKind::Select { vec!["draft", "review", "live"] } else { Vec::new() };
    let options = values.into_iter().map(|value| Choice {
        value: format!("{value:?}").into(),
        label: value.to_owned(),
        description: None,
    });
    let mut field = Field {
        id: Some(format!("f{at}")),
        name: format!("field{at}"),
        label: Some(format!("Field {at}")),
        help: Some("What an editor should write into it, and what becomes of it.".to_owned()),
        required: at.is_multiple_of(3),
        options: options.collect(),
        kind,
        ..Field::default()
    };
    field.constraints.max_length = Some(120.0);
    field
}

/// The documents, as the views of the dialect.
pub fn documents(dialect: &OptimizelyDialect, shape: &Shape) -> Vec<Document> {
    let title = Path::root().child("properties").child("field0");
    (0..TYPES)
        .map(|nth| {
            let content = ContentType {
                id: format!("row{nth}"),
                name: format!("Type {nth}"),
                fields: (0..12 + nth % 7).map(field).collect(),
                ..ContentType::default()
            };
            let view = dialect.project(&content, &Held::default()).view;
            let mut base = Base::covering(shape);
            for (path, value) in view.iter() {
                let half = Some(value.clone());
                base.set(path, Pair { local: half.clone(), remote: half });
            }
            let (mut local, mut remote) = (view.clone(), view);
            // A fifth of what the studio changed the platform changed as well, half of it alike.
            if nth.is_multiple_of(CHANGED) {
                local.set(title.child("displayName"), Canonical::str("Changed here"));
                local.set(title.child("maxLength"), Canonical::number(60.0));
            }
            if (nth / CHANGED).is_multiple_of(CHANGED) {
                remote.set(title.child("displayName"), Canonical::str("Changed there"));
                remote.set(title.child("required"), Canonical::bool(true));
            }
            Document { base, local, remote }
        })
        .collect()
}
