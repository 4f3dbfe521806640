//! The table. Its order is the order in which a write is judged.

use super::super::Version::{self, Preview3, V1};
use super::Breaks::{Contract, State};
use super::Enforced::{Check, Gate, Handler, Token};
use super::{Breaks, Enforced, Rule, change, create, property, reference};

const BOTH: &[Version] = &[Preview3, V1];
const ONLY_V1: &[Version] = &[V1];

const fn rule(
    name: &'static str,
    source: &'static str,
    statuses: &'static [u16],
    versions: &'static [Version],
    breach: Breaks,
    enforced: Enforced,
) -> Rule {
    Rule { name, source, statuses, versions, breach, enforced }
}

/// Every rule of the fake.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    // Before the body is looked at.
    rule("token-request", "§1 body A and body B", &[400, 415], BOTH, Contract, Token),
    rule("token-credentials", "§1 errors", &[400], BOTH, State, Token),
    rule("token-present", "§1, API calls carry a bearer token", &[401], BOTH, Contract, Token),
    rule("token-valid", "§1 lifetime: 300 s", &[401], BOTH, State, Token),
    rule("preview3-retired", "§0.1", &[404, 410], &[Preview3], State, Handler),
    rule("path-unknown", "§2, §6 new resources", &[404, 501], BOTH, Contract, Gate),
    rule("method-unknown", "§0.2, §2 PUT", &[405], BOTH, Contract, Gate),
    rule("query-documented", "§2 query", &[400], BOTH, Contract, Gate),
    rule("header-documented", "§2 request headers", &[400], BOTH, Contract, Gate),
    rule("media-type", "§0.2, §2 body", &[415], BOTH, Contract, Gate),
    // What the schemas say.
    rule("read-only-member", "§3 readOnly", &[400], BOTH, Contract, Gate),
    rule("unknown-member", "§2 general rules, §6 PATCH body", &[400], BOTH, Contract, Gate),
    rule("key-shape", "§3 key", &[400], BOTH, Contract, Gate),
    rule("create-needs-display-name", "§6 create", &[400], ONLY_V1, Contract, Gate),
    rule("no-nested-arrays", "§3 type", &[400], BOTH, Contract, Gate),
    rule("body-schema", "§3", &[400], BOTH, Contract, Gate),
    // Whether the resource may be touched.
    rule("not-found", "§2 responses", &[404], BOTH, State, Handler),
    rule("system-type", "§4 system types, read-only", &[400, 409], BOTH, State, Check(change::system_type)),
    rule("stale-tag", "§2 If-Match", &[412], BOTH, State, Check(change::stale_tag)),
    rule("stale-date", "§2 If-Unmodified-Since", &[412], BOTH, State, Check(change::stale_date)),
    rule("delete-in-use", "§4 delete in use", &[400, 409], BOTH, State, Check(change::delete_in_use)),
    // Creation and identity.
    rule("create-needs-key", "§3, server-side rules", &[400], BOTH, Contract, Check(create::needs_key)),
    rule("create-needs-base-type", "§3 baseType", &[400], BOTH, Contract, Check(create::needs_base_type)),
    rule("base-type-known", "§3 baseType", &[400], BOTH, Contract, Check(create::base_type_known)),
    rule("key-immutable", "§3 key, §4 not forceable", &[400], BOTH, Contract, Check(change::key_immutable)),
    rule("base-type-immutable", "§3 baseType, §4 not forceable", &[400], BOTH, Contract, Check(change::base_type_immutable)),
    rule("duplicate-key", "§2, §6 status codes", &[409], BOTH, State, Check(create::duplicate_key)),
    rule("key-in-other-case", "§4 key case", &[409], BOTH, State, Check(create::key_in_other_case)),
    rule("behaviors-need-component", "§3 compositionBehaviors", &[400], BOTH, Contract, Check(create::behaviors_need_component)),
    // Properties one by one.
    rule("property-needs-type", "§6 create", &[400], BOTH, Contract, Check(property::needs_type)),
    rule("property-name", "§3 properties", &[400], BOTH, Contract, Check(property::name)),
    rule("text-constraints", "§3, constraint fits type", &[400], BOTH, Contract, Check(property::text_constraints)),
    rule("range-constraints", "§3 minimum, maximum", &[400], BOTH, Contract, Check(property::range_constraints)),
    rule("range-value", "§3 minimum, maximum", &[400], BOTH, Contract, Check(property::range_value)),
    rule("enum-value", "§3 enum", &[400], BOTH, Contract, Check(property::enum_value)),
    rule("items-with-array", "§3 items, minItems, maxItems", &[400], BOTH, Contract, Check(property::items_with_array)),
    rule("reference-either-or", "§3 allowedTypes", &[400], BOTH, Contract, Check(property::reference_either_or)),
    rule("indexing-of-reference", "§3 indexingType", &[400], BOTH, Contract, Check(property::indexing_of_reference)),
    rule("unknown-group", "§3 group, §4 order", &[400], BOTH, State, Check(reference::unknown_group)),
    rule("unknown-type", "§4 order, cycles", &[400], BOTH, State, Check(reference::unknown_type)),
    // Changes.
    rule("breaking-change", "§4 breaking changes", &[400], BOTH, State, Check(change::breaking)),
    rule("merged-resource", "§7 rule 3", &[400], BOTH, Contract, Handler),
    // Property groups.
    rule("group-reserved", "§4 read-only", &[400], BOTH, State, Handler),
    rule("group-exists", "§6 status codes", &[409], BOTH, State, Handler),
    // The fake's own answers, judged by the gate; the client cannot break these.
    rule("answer-status", "§7 rule 4", &[], BOTH, Contract, Gate),
    rule("answer-header", "§7 rule 3", &[], BOTH, Contract, Gate),
    rule("answer-body", "§7 rule 3", &[], BOTH, Contract, Gate),
];
