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
    Pull,
    Resolve,
    Restore,
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
    pub const ALL: [Self; 7] = [
        Self::Create,
        Self::Update,
        Self::Delete,
        Self::Reference,
        Self::Pull,
        Self::Resolve,
        Self::Restore,
    ];

    /// The calls that say what is meant, that do it, and that say what came of it.
    fn calls(self) -> [(&'static str, &'static str); 3] {
        let push = |verb| [("store", "intend"), ("adapter", verb), ("store", "record")];
        match self {
            Self::Create | Self::Reference => push("create"),
            Self::Update => push("update"),
            Self::Delete => push("delete"),
            Self::Pull => [("store", "intend_row"), ("studio", "write"), ("store", "record")],
            Self::Resolve => [("store", "intend_row"), ("studio", "write"), ("store", "decide")],
            // What is restored is a version already, and what it replaces becomes one before.
            Self::Restore => {
                [("store", "add_versions"), ("studio", "write"), ("store", "add_versions")]
            }
        }
    }

    /// Whether it writes to the studio.
    fn is_at_home(self) -> bool {
        matches!(self, Self::Pull | Self::Resolve | Self::Restore)
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
    const WRITES: [&str; 15] = [
        "acquire",
        "begin_run",
        "plan",
        "intend",
        "close",
        "record",
        "decide",
        "intend_row",
        "close_row",
        "prune_rows",
        "add_versions",
        "add_beside",
        "note_rows",
        "finish_run",
        "release",
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
