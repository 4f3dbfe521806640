//! The points at which a process dies: what is under way, where in it, and on which platform.

use crate::support::sim::{Point, When};

/// Where types are deployed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Optimizely,
    Files,
}

/// What is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Create,
    Update,
    Delete,
    /// Two types that refer to each other: the references of one follow in a second request where the
    /// platform wants what is referred to first.
    Reference,
    /// An update of a type whose row was made anew under another id.
    Rebind,
    Pull,
    /// The same of a row that was made anew.
    PullRebound,
    Resolve,
    Restore,
    /// Of an update, with the studio's row.
    Rollback,
    RetainVersions,
    /// Rows of the studio that were replaced.
    RetainRows,
    RetainBackups,
    /// Entries, and rows of the history that they cover.
    RetainAudit,
}

/// Where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    BeforeIntent,
    AfterIntent,
    BeforeSend,
    /// It took effect, and no answer has come.
    AfterSend,
    /// The answer is there, and nothing has come of it.
    AfterAnswer,
    BeforeRecord,
    AfterRecord,
}

impl Target {
    pub const ALL: [Self; 2] = [Self::Optimizely, Self::Files];
}

impl Verb {
    pub const ALL: [Self; 14] = [
        Self::Create,
        Self::Update,
        Self::Delete,
        Self::Reference,
        Self::Rebind,
        Self::Pull,
        Self::PullRebound,
        Self::Resolve,
        Self::Restore,
        Self::Rollback,
        Self::RetainVersions,
        Self::RetainRows,
        Self::RetainBackups,
        Self::RetainAudit,
    ];

    /// The phases that there are of it.
    pub fn phases(self) -> impl Iterator<Item = Phase> {
        Phase::ALL.into_iter().filter(move |phase| self.lacks(*phase).is_none())
    }

    /// Why there is no such phase of it. Every cut is one transaction of the memory, which is there or
    /// not: no intent comes before it, and there is no second side to which anything would be sent.
    pub fn lacks(self, phase: Phase) -> Option<&'static str> {
        match (self.cut(), phase) {
            (None, _) | (_, Phase::BeforeRecord | Phase::AfterRecord) => None,
            (_, Phase::BeforeIntent | Phase::AfterIntent) => Some("nothing is intended"),
            _ => Some("nothing is sent"),
        }
    }

    /// The call that lets go of what is kept no longer.
    pub fn cut(self) -> Option<&'static str> {
        match self {
            Self::RetainVersions => Some("remove_versions"),
            Self::RetainRows => Some("prune_rows"),
            Self::RetainBackups => Some("prune_backups"),
            Self::RetainAudit => Some("cut_audit"),
            _ => None,
        }
    }

    /// The calls that say what is meant, that do it, and that say what came of it.
    fn calls(self) -> [(&'static str, &'static str); 3] {
        if let Some(cut) = self.cut() {
            return [("store", cut); 3];
        }
        let push = |verb| [("store", "intend"), ("adapter", verb), ("store", "record")];
        match self {
            Self::Create | Self::Reference => push("create"),
            Self::Delete => push("delete"),
            Self::Pull | Self::PullRebound => {
                [("store", "intend_row"), ("studio", "write"), ("store", "record")]
            }
            Self::Resolve => [("store", "intend_row"), ("studio", "write"), ("store", "decide")],
            // What is restored is a version already, and what it replaces becomes one before.
            Self::Restore => {
                [("store", "add_versions"), ("studio", "write"), ("store", "add_versions")]
            }
            _ => push("update"),
        }
    }

    /// The row of the type that it is about, once everything is ready.
    pub fn row(self) -> &'static str {
        if matches!(self, Self::Rebind | Self::PullRebound) { "c2" } else { "c1" }
    }

    /// Whether it writes to the studio.
    fn is_at_home(self) -> bool {
        matches!(self, Self::Pull | Self::PullRebound | Self::Resolve | Self::Restore)
    }
}

impl Phase {
    pub const ALL: [Self; 7] = [
        Self::BeforeIntent,
        Self::AfterIntent,
        Self::BeforeSend,
        Self::AfterSend,
        Self::AfterAnswer,
        Self::BeforeRecord,
        Self::AfterRecord,
    ];
}

/// A point that is waited for.
#[derive(Clone, Copy, Debug)]
pub enum Spot {
    At(Point),
    /// Whatever comes.
    Next,
    /// The n-th call that changes something, or asks the platform; counted down.
    Step(usize),
}

impl Spot {
    /// Whether this is it.
    pub fn is(&mut self, point: Point) -> bool {
        match self {
            Self::At(own) => *own == point,
            Self::Next => true,
            Self::Step(left) => {
                if !is_step(point) {
                    return false;
                }
                let is_due = *left == 0;
                *left = left.saturating_sub(1);
                is_due
            }
        }
    }
}

/// Whether something would be changed, or the platform asked, right after this point.
fn is_step(point: Point) -> bool {
    const WRITES: [&str; 18] = [
        "acquire",
        "begin_run",
        "plan",
        "intend",
        "close",
        "record",
        "decide",
        "intend_row",
        "prune_rows",
        "add_versions",
        "add_beside",
        "remove_versions",
        "prune_backups",
        "note_rows",
        "link_run",
        "finish_run",
        "release",
        "cut_audit",
    ];
    point.when == When::Before
        && match point.port {
            "store" => WRITES.contains(&point.call),
            "studio" => point.call == "write",
            "adapter" => true,
            _ => false,
        }
}

/// What a process comes by until it dies there.
pub fn spots(target: Target, verb: Verb, phase: Phase) -> Vec<Spot> {
    let [intent, send, record] = verb.calls();
    let at =
        |(port, call): (&'static str, &'static str), when| Spot::At(Point { port, call, when });
    let (before, after) = (When::Before, When::After);
    if verb.cut().is_some() {
        return vec![at(record, if phase == Phase::BeforeRecord { before } else { after })];
    }
    // Of two types that refer to each other, what concerns the second one: on Optimizely the update
    // that completes the first.
    let (earlier, send) = match (verb, target) {
        (Verb::Reference, Target::Optimizely) => {
            (vec![at(send, after), at(send, after)], ("adapter", "update"))
        }
        // There both are made side by side.
        (Verb::Reference, Target::Files) => {
            let first = match phase {
                Phase::BeforeIntent => vec![at(intent, before)],
                Phase::AfterIntent => vec![at(intent, after)],
                Phase::BeforeSend => vec![at(send, before)],
                Phase::AfterSend | Phase::AfterAnswer => vec![at(send, after)],
                Phase::BeforeRecord | Phase::AfterRecord => Vec::new(),
            };
            (first, send)
        }
        _ => (Vec::new(), send),
    };
    let answer: Vec<Spot> = match (verb.is_at_home(), target) {
        (false, Target::Optimizely) => {
            let wire = ("wire", "request");
            match phase {
                Phase::AfterSend => vec![at(send, before), at(wire, after)],
                _ => vec![at(send, after)],
            }
        }
        // Without a wire there is no answer that could be lost on it.
        _ => match phase {
            Phase::AfterSend => vec![at(send, after)],
            _ => vec![at(send, after), Spot::Next],
        },
    };
    let last = match phase {
        Phase::BeforeIntent => vec![at(intent, before)],
        Phase::AfterIntent => vec![at(intent, after)],
        Phase::BeforeSend => vec![at(send, before)],
        Phase::AfterSend | Phase::AfterAnswer => answer,
        Phase::BeforeRecord => vec![at(send, after), at(record, before)],
        Phase::AfterRecord => vec![at(send, after), at(record, after)],
    };
    earlier.into_iter().chain(last).collect()
}
