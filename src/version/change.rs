//! What a change means to whoever uses a type: the one table.

/// How much a change means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Text for people: content and code stay as they are.
    Patch,
    /// An addition, or a rule that was loosened: what was valid stays valid.
    Minor,
    /// Content that exists, or code that uses it, may no longer fit.
    Major,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// How an attribute went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// In any way.
    Any,
    /// It was not there.
    Added,
    /// A field that was not there, and that requires a value.
    AddedRequired,
    /// It is not there any more.
    Removed,
    /// It has another value, of which it cannot be said that it is larger or smaller.
    Changed,
    /// It has a larger value.
    Raised,
    /// It has a smaller value.
    Lowered,
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Which attributes, elements of lists as `*`. Fields in fields are like fields.
    pub pattern: &'static str,
    /// Which changes of them.
    pub when: When,
    /// What they mean.
    pub level: Level,
}

macro_rules! rules {
    ($($pattern:literal $when:ident => $level:ident;)+) => {
        &[$(Rule { pattern: $pattern, when: When::$when, level: Level::$level },)+]
    };
}

/// The table: of the rules for an attribute the first that fits counts.
pub const CHANGES: &[Rule] = rules! {
    // The type itself: one that comes back does no harm to those that never knew it was gone.
    "" Added => Minor;
    "" Removed => Major;
    "/key" Any => Major;
    "/category" Any => Major;
    "/name" Any => Patch;
    "/pluralName" Any => Patch;
    "/description" Any => Patch;
    "/icon" Any => Patch;
    "/displayField" Any => Patch;
    "/settings/*" Any => Patch;
    "/fieldOrder" Any => Patch;

    // Content that exists has no value for a field that requires one.
    "/fields/*" AddedRequired => Major;
    "/fields/*" Added => Minor;
    "/fields/*" Removed => Major;
    "/fields/*/name" Any => Major;
    "/fields/*/kind" Any => Major;
    "/fields/*/item" Any => Major;
    "/fields/*/label" Any => Patch;
    "/fields/*/help" Any => Patch;
    "/fields/*/placeholder" Any => Patch;
    "/fields/*/required" Removed => Minor;
    "/fields/*/required" Any => Major;
    "/fields/*/unique" Removed => Minor;
    "/fields/*/unique" Any => Major;
    "/fields/*/defaultValue" Any => Minor;
    // What the engine does not interpret may be an addition to somebody.
    "/fields/*/extra/*" Any => Minor;
    "/fields/*/fieldOrder" Any => Patch;

    "/fields/*/minLength" Removed => Minor;
    "/fields/*/minLength" Lowered => Minor;
    "/fields/*/minLength" Any => Major;
    "/fields/*/maxLength" Removed => Minor;
    "/fields/*/maxLength" Raised => Minor;
    "/fields/*/maxLength" Any => Major;
    "/fields/*/min" Removed => Minor;
    "/fields/*/min" Lowered => Minor;
    "/fields/*/min" Any => Major;
    "/fields/*/max" Removed => Minor;
    "/fields/*/max" Raised => Minor;
    "/fields/*/max" Any => Major;
    "/fields/*/precision" Removed => Minor;
    "/fields/*/precision" Raised => Minor;
    "/fields/*/precision" Any => Major;
    "/fields/*/minDate" Removed => Minor;
    "/fields/*/minDate" Lowered => Minor;
    "/fields/*/minDate" Any => Major;
    "/fields/*/maxDate" Removed => Minor;
    "/fields/*/maxDate" Raised => Minor;
    "/fields/*/maxDate" Any => Major;
    "/fields/*/minItems" Removed => Minor;
    "/fields/*/minItems" Lowered => Minor;
    "/fields/*/minItems" Any => Major;
    "/fields/*/maxItems" Removed => Minor;
    "/fields/*/maxItems" Raised => Minor;
    "/fields/*/maxItems" Any => Major;
    "/fields/*/pattern" Removed => Minor;
    "/fields/*/pattern" Any => Major;

    "/fields/*/options/*" Added => Minor;
    "/fields/*/options/*" Removed => Major;
    "/fields/*/options/*/label" Any => Patch;
    "/fields/*/options/*/description" Any => Patch;
    "/fields/*/optionOrder" Any => Patch;

    // Without targets every type may be referred to.
    "/fields/*/targets" Added => Major;
    "/fields/*/targets" Removed => Minor;
    "/fields/*/targets/*" Added => Minor;
    "/fields/*/targets/*" Removed => Major;
};

/// What the table says of a change; breaking where it says nothing.
pub(super) fn level_of(pattern: &str, when: When) -> Level {
    let fits = |rule: &&Rule| {
        let covers = match rule.when {
            When::Any => true,
            When::Added => matches!(when, When::Added | When::AddedRequired),
            other => other == when,
        };
        rule.pattern == pattern && covers
    };
    CHANGES.iter().find(fits).map_or(Level::Major, |rule| rule.level)
}
