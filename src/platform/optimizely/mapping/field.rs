//! One field as a property.

use crate::canonical::{Canonical, Draft, Path, View};
use crate::model::{Field, FieldKind, Finding};
use crate::port::Loss;

use super::super::moment::{Edge, to_utc};
use super::super::paths::{self, ALLOWED_TYPES, CONTENT_TYPE, REMOTE};
use super::super::pattern::{EMAIL_PATTERN, foreign_construct};
use super::super::{PropertyType, limits};
use super::attribute::Attribute;
use super::carry::{Carry, is_whole};
use super::choose::Chosen;
use super::need::{Need, need};
use super::{loss, options};

/// Where the atoms, losses and findings of one field go.
pub(super) struct Sheet<'s> {
    /// The field.
    pub(super) field: &'s Field,
    /// What its property is.
    pub(super) platform: &'s PropertyType,
    /// The property's path.
    pub(super) at: Path,
    /// The document.
    pub(super) view: &'s mut Draft,
    /// What is lost of the field.
    pub(super) losses: &'s mut Vec<Loss>,
    /// What the user should know.
    pub(super) findings: &'s mut Vec<Finding>,
}

impl Sheet<'_> {
    /// Sets an atom of the property.
    fn set(&mut self, attribute: &str, value: Canonical) {
        self.view.set(self.at.child(attribute), value);
    }

    /// Names a loss.
    pub(super) fn lose(&mut self, attribute: &str, value: Canonical, reason: impl Into<String>) {
        self.losses.push(loss::loss(attribute, value, reason));
    }

    /// Names the loss of something that other property types could hold.
    pub(super) fn lose_here(&mut self, attribute: &str, value: Canonical) {
        let reason = format!("a property of type {} cannot hold it", self.platform);
        self.lose(attribute, value, reason);
    }

    /// Whether the property can hold an attribute of the field. What is said of single values has
    /// no place on a text that holds a whole list.
    pub(super) fn fits(&self, attribute: Attribute) -> bool {
        let is_value_for_value = match need(self.field) {
            Need::One(_) => !self.platform.is_array(),
            Need::Many(_) => self.platform.is_array(),
            Need::Structure => self.field.kind != FieldKind::Array,
            Need::Fields => true,
        };
        attribute.fits(self.platform) && (is_value_for_value || !attribute.is_of_element())
    }
}

/// Writes a field into the document, and names what of it has no place there.
pub(super) fn project(
    field: &Field,
    key: &str,
    chosen: &Chosen,
    held: &View,
    view: &mut Draft,
    findings: &mut Vec<Finding>,
) -> Vec<Loss> {
    let (platform, at) = (&chosen.platform, paths::property(key));
    let mut losses = Vec::new();
    let mut sheet = Sheet { field, platform, at, view, losses: &mut losses, findings };
    sheet.view.set(sheet.at.clone(), Canonical::bool(true));
    sheet.set(paths::TYPE, platform.to_canonical());

    let label = field.label.as_deref().filter(|label| !label.is_empty());
    sheet.set(paths::DISPLAY_NAME, Canonical::str(label.unwrap_or(&field.name)));
    if let Some(help) = field.help.as_deref().filter(|help| !help.is_empty()) {
        sheet.set(paths::DESCRIPTION, Canonical::str(help));
    }
    if field.required {
        sheet.set(paths::REQUIRED, Canonical::bool(true));
    }
    kind(&mut sheet, chosen.carry);
    counts(&mut sheet);
    pattern(&mut sheet);
    bounds(&mut sheet);
    unsaid(&mut sheet, held);
    options::project(&mut sheet);
    references(&mut sheet);
    nested(&mut sheet);
    losses.extend(loss::of_field(field));
    losses
}

/// The word for the kind, and that of a list's elements, where the property's type says less.
fn kind(sheet: &mut Sheet<'_>, carry: Carry) {
    let field = sheet.field;
    let reason = match carry {
        Carry::Fully => return,
        Carry::Partly(reason) => reason,
        Carry::No => "the platform has no type for it",
    };
    sheet.lose("type", Canonical::str(field.kind.word()), reason);
    if let Some(item) = &field.item {
        sheet.lose_here("itemType", Canonical::str(item.word()));
    }
}

fn counts(sheet: &mut Sheet<'_>) {
    let limits = &sheet.field.constraints;
    for (attribute, value) in [
        (Attribute::MinLength, limits.min_length),
        (Attribute::MaxLength, limits.max_length),
        (Attribute::MinItems, limits.min_items),
        (Attribute::MaxItems, limits.max_items),
    ] {
        let Some(value) = value.map(Canonical::number) else { continue };
        if sheet.fits(attribute) {
            sheet.set(attribute.name(), value);
        } else {
            sheet.lose_here(attribute.name(), value);
        }
    }
}

fn pattern(sheet: &mut Sheet<'_>) {
    let own = sheet.field.constraints.pattern.as_deref().filter(|pattern| !pattern.is_empty());
    match own {
        Some(pattern) if sheet.fits(Attribute::Pattern) => {
            if let Some(why) = foreign_construct(pattern) {
                let finding = limits::pattern_flavour(&sheet.field.name, why);
                sheet.findings.push(finding.at(sheet.at.child("pattern").as_str()));
            }
            sheet.set(Attribute::Pattern.name(), Canonical::str(pattern));
        }
        Some(pattern) => sheet.lose_here("pattern", Canonical::str(pattern)),
        None => {
            let (Need::One(kind) | Need::Many(kind)) = need(sheet.field) else { return };
            let is_unsaid = sheet.field.unsaid_limits().any(|name| name == "pattern");
            if kind == FieldKind::Email && !is_unsaid && sheet.fits(Attribute::Pattern) {
                sheet.set(Attribute::Pattern.name(), Canonical::str(EMAIL_PATTERN));
            }
        }
    }
}

fn bounds(sheet: &mut Sheet<'_>) {
    let limits = &sheet.field.constraints;
    let element = sheet.platform.element();
    let (is_number, is_moment) = (matches!(element, "integer" | "float"), element == "dateTime");
    for (name, attribute, value) in
        [("min", Attribute::Minimum, limits.min), ("max", Attribute::Maximum, limits.max)]
    {
        match value.map(Canonical::number) {
            Some(value) if is_number => sheet.set(attribute.name(), value),
            Some(value) => sheet.lose_here(name, value),
            None => {}
        }
    }
    for (name, attribute, value, edge) in [
        ("minDate", Attribute::Minimum, &limits.min_date, Edge::Start),
        ("maxDate", Attribute::Maximum, &limits.max_date, Edge::End),
    ] {
        let Some(text) = value.as_deref().filter(|text| !text.is_empty()) else { continue };
        match to_utc(text, edge) {
            Some(moment) if is_moment => sheet.set(attribute.name(), Canonical::str(&moment)),
            Some(_) => sheet.lose_here(name, Canonical::str(text)),
            None => sheet.lose(name, Canonical::str(text), "it is no ISO 8601 date"),
        }
    }
    if let Some(precision) = limits.precision {
        let is_expressed = element == "integer" && is_whole(sheet.field);
        if !is_expressed {
            sheet.lose_here("precision", Canonical::number(precision));
        }
    }
}

/// Leaves a limit alone that the studio has in a form that says nothing: the property keeps its own.
fn unsaid(sheet: &mut Sheet<'_>, held: &View) {
    if held.get(&sheet.at.child(paths::TYPE)) != Some(&sheet.platform.to_canonical()) {
        return;
    }
    let element = sheet.platform.element();
    let (is_number, is_moment) = (matches!(element, "integer" | "float"), element == "dateTime");
    for name in sheet.field.unsaid_limits() {
        let attribute = match name {
            "min" if is_number => Attribute::Minimum.name(),
            "max" if is_number => Attribute::Maximum.name(),
            "minDate" if is_moment => Attribute::Minimum.name(),
            "maxDate" if is_moment => Attribute::Maximum.name(),
            "min" | "max" | "minDate" | "maxDate" | "precision" => continue,
            // The others have the same name on both sides.
            same => same,
        };
        if let Some(kept) = held.get(&sheet.at.child(attribute)) {
            sheet.set(attribute, kept.clone());
        }
    }
}

/// What a reference may point at: the types that the studio names, else what the kind says.
fn references(sheet: &mut Sheet<'_>) {
    let field = sheet.field;
    let fits = sheet.fits(Attribute::AllowedTypes);
    let (Need::One(kind) | Need::Many(kind)) = need(field) else {
        if !field.targets.is_empty() {
            sheet.lose_here("targets", loss::texts(&field.targets));
        }
        return;
    };
    let names_types = fits && kind.refers();
    if !field.targets.is_empty() && !names_types {
        sheet.lose_here("targets", loss::texts(&field.targets));
    }
    if !fits {
        return;
    }
    let base_types: &[&str] = match kind {
        FieldKind::Image => &["_image"],
        FieldKind::Media | FieldKind::File => &["_image", "_media", "_video"],
        _ => &[],
    };
    let mut allowed: Vec<String> =
        base_types.iter().map(|base_type| format!("{REMOTE}{base_type}")).collect();
    if names_types {
        allowed.extend(field.targets.iter().map(|id| format!("{CONTENT_TYPE}{id}")));
    }
    for reference in allowed {
        let at = sheet.at.child(ALLOWED_TYPES).child(&reference);
        sheet.view.set(at, Canonical::bool(true));
    }
}

/// Nested fields, which only a type of their own keeps.
fn nested(sheet: &mut Sheet<'_>) {
    let names: Vec<String> = sheet.field.fields.iter().map(|field| field.name.clone()).collect();
    let is_kept = need(sheet.field) == Need::Fields && sheet.platform.name == "component";
    if !names.is_empty() && !is_kept {
        sheet.lose_here("fields", loss::texts(&names));
    }
}
