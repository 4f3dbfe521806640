//! Types that nested fields make.

use crate::model::{Category, ContentType};
use crate::port::Held;

use super::super::paths::CONTENT_TYPE;
use super::choose::{Rules, choose, key_of, part_id};
use super::need::{Need, need};

/// The types that a type's object fields need beside it: one for each property whose type, chosen
/// or held, is the component made for it.
pub(in super::super) fn parts(
    rules: Rules<'_>,
    local: &ContentType,
    held: &Held,
) -> Vec<ContentType> {
    let nested = local.fields.iter().filter(|field| need(field) == Need::Fields);
    let made = nested.filter_map(|field| {
        let id = part_id(local, field);
        let chosen = choose(rules, local, field, &key_of(field, held), held);
        let reference = chosen.platform.content_type?;
        (reference.strip_prefix(CONTENT_TYPE) == Some(&id)).then(|| ContentType {
            id,
            website_id: local.website_id.clone(),
            name: format!("{} {}", local.name, field.label.as_ref().unwrap_or(&field.name)),
            category: Some(Category::Component),
            fields: field.fields.clone(),
            ..ContentType::default()
        })
    });
    made.collect()
}
