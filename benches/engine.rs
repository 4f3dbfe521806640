//! The pure steps of one type, and the order of many: `cargo bench --no-default-features`.

use std::hint::black_box;

use catalyst_sync::canonical::{View, column, content_hash_of_row, write};
use catalyst_sync::merge::three_way;
use catalyst_sync::model::ContentType;
use catalyst_sync::model::studio::{Row, content_type};
use catalyst_sync::plan::{Dependency, order};
use catalyst_sync::platform::optimizely::{
    ApiVersion, OptimizelyDialect, Profile, Settings as OptimizelySettings,
};
use catalyst_sync::port::{Dialect, Held};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::json;

/// A definition of about 3 KB as the studio's user interface writes it.
fn definition() -> String {
    let kinds = ["text", "textarea", "richText", "select", "boolean", "date", "number", "image"];
    let fields: Vec<_> = kinds
        .iter()
        .cycle()
        .take(15)
        .enumerate()
        .map(|(at, kind)| {
            json!({
                "id": format!("17550000000{at}_k3j9x0abc"),
                "name": format!("{kind}Field{at}"),
                "label": format!("{kind} {at}"),
                "type": kind,
                "required": at % 3 == 0,
                "helpText": "What an editor should write into it, and what becomes of it.",
                "validation": { "maxLength": 60 + at },
                "options": ["draft", "review", "live"],
                "order": at,
            })
        })
        .collect();
    json!({ "name": "Event", "description": "Public events", "fields": fields }).to_string()
}

fn parsed(definition: &str) -> ContentType {
    let row = Row {
        id: "ct_1",
        website_id: "w1",
        name: "Event",
        fields: column(Some(definition)),
        ..Row::default()
    };
    content_type(&row, write).0
}

fn held(dialect: &OptimizelyDialect, content: &ContentType, view: View) -> Held {
    let keys = content
        .fields
        .iter()
        .map(|field| (field.identity(), dialect.field_keys(field).preferred))
        .collect();
    Held { keys, view, ..Held::default() }
}

fn one_type(criterion: &mut Criterion) {
    let text = definition();
    let settings = OptimizelySettings::new(ApiVersion::V1, Profile::Compatible);
    let dialect = OptimizelyDialect::new(settings);
    let shape = dialect.capabilities().shape;
    let content = parsed(&text);
    let view = dialect.project(&content, &held(&dialect, &content, View::new())).view;
    let held = held(&dialect, &content, view.clone());

    criterion.bench_function("canonicalize and hash", |bench| {
        bench.iter(|| content_hash_of_row("ct_1", black_box(&text)));
    });
    criterion.bench_function("parse a row", |bench| bench.iter(|| parsed(black_box(&text))));
    criterion.bench_function("project", |bench| {
        bench.iter(|| dialect.project(black_box(&content), &held));
    });
    criterion.bench_function("compare three ways", |bench| {
        bench.iter(|| three_way(None, black_box(&view), &view, &shape));
    });
}

fn many_types(criterion: &mut Criterion) {
    // Every type refers to the one before it, and every tenth to one behind it: many small cycles.
    let dependencies: Vec<Dependency> = (1..10_000)
        .map(|from| Dependency { from, to: if from % 10 == 0 { from + 1 } else { from - 1 } })
        .collect();
    criterion.bench_function("order 10,000 operations", |bench| {
        bench.iter(|| order(10_000, black_box(&dependencies)));
    });
}

criterion_group!(benches, one_type, many_types);
criterion_main!(benches);
