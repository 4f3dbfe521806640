//! The options of a select as an enumeration.

use std::collections::BTreeSet;

use crate::canonical::{Canonical, parse};
use crate::model::{Choice, FieldKind, Json};

use super::super::limits;
use super::super::paths::{DISPLAY_NAME, ENUM, ENUM_ORDER};
use super::attribute::Attribute;
use super::field::Sheet;
use super::loss;
use super::need::{Need, need};

/// Writes the options, where each value of the property is one of them.
pub(super) fn project(sheet: &mut Sheet<'_>) {
    let options = &sheet.field.options;
    if options.is_empty() {
        return;
    }
    let is_select =
        matches!(need(sheet.field), Need::One(FieldKind::Select) | Need::Many(FieldKind::Select));
    let is_enumeration = is_select && sheet.fits(Attribute::Enum);
    if !is_enumeration {
        let values = options.iter().map(|option| loss::raw(&option.value));
        let values: Vec<Canonical> = values.collect();
        let all = Json::Array(values.iter().map(Canonical::value).collect());
        sheet.lose_here("options", Canonical::of(&all));
        return;
    }
    let list = sheet.at.child(ENUM);
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for option in options {
        let Some(identity) = identity(sheet, option) else {
            sheet.findings.push(limits::invalid_text(&sheet.field.name).at(list.as_str()));
            continue;
        };
        if !seen.insert(identity.clone()) {
            let finding = limits::duplicate_option(&sheet.field.name, &identity);
            sheet.findings.push(finding.at(list.child(&identity).as_str()));
            continue;
        }
        let at = list.child(&identity);
        sheet.view.set(at.clone(), Canonical::bool(true));
        sheet.view.set(at.child(DISPLAY_NAME), Canonical::str(&option.label));
        if let Some(text) = option.description.as_deref().filter(|text| !text.is_empty()) {
            let reason = format!("options of the platform have none (option {identity})");
            sheet.lose("options.description", Canonical::str(text), reason);
        }
        order.push(Json::str(identity));
    }
    sheet.view.set(sheet.at.child(ENUM_ORDER), Canonical::of(&Json::Array(order)));
}

/// The value of an option as the identity of an element: its text, or the text of what is none;
/// nothing for a text that is no Unicode.
fn identity(sheet: &mut Sheet<'_>, option: &Choice) -> Option<String> {
    let is_number = matches!(sheet.platform.element(), "integer" | "float");
    match parse(&option.value).ok()? {
        Json::String(text) => text.as_str().map(str::to_owned),
        Json::Number(_) if is_number => Some(option.value.to_string()),
        _ => {
            sheet.lose_here("options", loss::raw(&option.value));
            Some(option.value.to_string())
        }
    }
}
