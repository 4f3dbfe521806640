//! Who moved what, in 10,000 types of which each side changed a fifth:
//! `cargo bench --no-default-features --bench merge`.
//!
//! Beside it stands what the same costs where nothing moved, and the reading of the platform's
//! movements apart from noise. Reading, projecting and normalizing are not in it: see `engine`.

use std::hint::black_box;

use catalyst_sync::canonical::{Canonical, Path, View};
use catalyst_sync::drift::drift;
use catalyst_sync::merge::{Base, Merge, Pair, Shape, three_way};
use catalyst_sync::model::{Choice, ContentType, Field, FieldKind};
use catalyst_sync::platform::optimizely::{ApiVersion, OptimizelyDialect, Profile, Settings};
use catalyst_sync::port::{Dialect, Held};
use criterion::{Criterion, criterion_group, criterion_main};

const TYPES: usize = 10_000;

/// One side changes every fifth type.
const CHANGED: usize = 5;

/// What both agreed on, and both sides now.
struct Document {
    base: Base,
    local: View,
    remote: View,
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

fn documents(dialect: &OptimizelyDialect, shape: &Shape) -> Vec<Document> {
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

fn merge_all(documents: &[Document], shape: &Shape) -> Vec<Merge> {
    let merge = |one: &Document| three_way(Some(&one.base), &one.local, &one.remote, shape);
    documents.iter().map(merge).collect()
}

fn merging(criterion: &mut Criterion) {
    let dialect = OptimizelyDialect::new(Settings::new(ApiVersion::V1, Profile::Native));
    let shape = dialect.capabilities().shape;
    let changed = documents(&dialect, &shape);
    let mut group = criterion.benchmark_group("10,000 types");
    group.sample_size(10);
    group.bench_function("a fifth changed on each side, detect and merge", |bench| {
        bench.iter(|| merge_all(black_box(&changed), &shape));
    });
    group.bench_function("a fifth changed on each side, drift", |bench| {
        bench.iter(|| {
            let found = changed.iter().map(|one| drift(&one.base, &one.remote, &shape));
            found.map(|drift| drift.moved.len()).sum::<usize>()
        });
    });
    let unchanged: Vec<Document> = changed
        .into_iter()
        .map(|one| Document { local: one.base.local(), remote: one.base.remote(), base: one.base })
        .collect();
    group.bench_function("nothing changed", |bench| {
        bench.iter(|| merge_all(black_box(&unchanged), &shape));
    });
    group.finish();
}

criterion_group!(benches, merging);
criterion_main!(benches);
