//! What must hold, whatever happens: nobody's edit is lost, nothing is done that nobody asked for, and
//! what overlaps is a conflict.
//!
//! For each side the oracle keeps the paths at which its people said something that the other side has
//! not got yet. The engine may write a path only to carry such an edit over, and must not touch what
//! waits on the side that it writes to, unless somebody decided so.

use std::collections::{BTreeMap, BTreeSet};

use super::atoms::{Atoms, differing, overlap};

/// A path of a type.
pub type Place = (String, String);

/// What is known of both sides' edits.
#[derive(Default)]
pub struct Oracle {
    /// Edits of the studio that the platform has not got.
    local: BTreeSet<Place>,
    /// Edits of the platform that the studio has not got.
    remote: BTreeSet<Place>,
    /// What both sides last said alike.
    agreed: BTreeMap<Place, String>,
    /// Places that somebody decided about without it being known what came of it.
    open_ended: BTreeSet<Place>,
    /// Types of which a write was sent whose answer did not arrive.
    doubted: BTreeSet<String>,
    /// Types of which that write was a creation, or one to the studio: what is edited before it is settled
    /// is a conflict like any other, of somebody with the engine.
    open_to_conflict: BTreeSet<String>,
    /// Types whose rows a run that the platform may overrule in was about to write when it died.
    promised: BTreeSet<String>,
    /// What did not hold.
    pub broken: Vec<String>,
}

/// What a run is allowed.
#[expect(clippy::struct_excessive_bools, reason = "none excludes another")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Consent {
    pub delete: bool,
    pub data_loss: bool,
    /// The studio may overrule what the platform has.
    pub source_wins: bool,
    /// The platform may overrule what the studio has.
    pub target_wins: bool,
    /// Nothing may be sent at all.
    pub dry: bool,
}

/// Which side is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Studio,
    Platform,
}

impl Oracle {
    /// Somebody edited a type on a side; says where.
    pub fn edited(
        &mut self,
        side: Side,
        key: &str,
        (before, after): (&Atoms, &Atoms),
    ) -> Vec<Place> {
        let list = match side {
            Side::Studio => &mut self.local,
            Side::Platform => &mut self.remote,
        };
        let paths = differing(before, after);
        let places: Vec<Place> = paths.into_iter().map(|path| (key.to_owned(), path)).collect();
        for place in &places {
            // Whoever takes an edit back leaves nothing to be carried over.
            if self.agreed.get(place) == after.get(&place.1) {
                list.remove(place);
            } else {
                list.insert(place.clone());
            }
        }
        places
    }

    /// Edits of the studio that wait now.
    pub fn waiting(&self, side: Side) -> BTreeSet<Place> {
        match side {
            Side::Studio => self.local.clone(),
            Side::Platform => self.remote.clone(),
        }
    }

    /// Takes what both sides say alike for agreed.
    pub fn compare(&mut self, key: &str, local: &Atoms, remote: &Atoms) {
        let is_alike =
            |place: &Place| place.0 == key && local.get(&place.1) == remote.get(&place.1);
        self.local.retain(|place| !is_alike(place));
        self.remote.retain(|place| !is_alike(place));
        self.agreed.retain(|place, _| !is_alike(place));
        for (path, value) in local.iter().filter(|(path, value)| remote.get(*path) == Some(value)) {
            self.agreed.insert((key.to_owned(), path.clone()), value.clone());
        }
    }

    /// The engine changed a side. `asked` are the edits that waited when it began; the other side says
    /// what it says by now.
    pub fn written(
        &mut self,
        side: Side,
        key: &str,
        (before, after, other): (&Atoms, &Atoms, &Atoms),
        asked: &BTreeSet<Place>,
        consent: Consent,
    ) {
        let (from, onto, overruled) = match side {
            Side::Platform => (&self.local, &self.remote, consent.source_wins),
            Side::Studio => {
                // Whoever finishes what a run died over acts on what that run was allowed.
                let overruled = consent.target_wins || self.promised.remove(key);
                (&self.remote, &self.local, overruled)
            }
        };
        let mut broken = Vec::new();
        let on = |list: &BTreeSet<Place>, path: &str| {
            list.iter().any(|(own, other)| own == key && overlap(other, path))
        };
        let changed = differing(before, after);
        for path in &changed {
            let values = (before.get(path), after.get(path));
            // Whoever decides that a type or a property is there, or is not, decides about all of it.
            let whole = [Some(String::new()), property_of(path)].into_iter().flatten();
            let whole = whole.into_iter().find(|whole| changed.contains(whole));
            let decided = whole.as_ref().unwrap_or(path);
            let is_open = on(&self.open_ended, decided);
            let is_asked = on(asked, path)
                || on(from, path)
                || (overruled && on(from, decided) && on(onto, decided))
                // What was created in doubt and edited since is a conflict, which may be overruled.
                || (overruled && self.doubted.contains(key) && on(onto, path));
            // What a creation in doubt turns out to lack is added to it: nobody is known to have removed
            // it since.
            let is_completed = self.doubted.contains(key) && !before.contains_key(path);
            if is_completed && side == Side::Platform {
                continue;
            }
            if !is_asked && !is_open {
                broken.push(format!("{side:?} {key}{path} got {values:?}, which nobody asked for"));
            }
            if on(onto, path) && !overruled && !is_open {
                broken.push(format!("{side:?} {key}{path} lost somebody's edit: {values:?}"));
            }
            if side == Side::Platform
                && property_of(path).as_ref() == Some(path)
                && !after.contains_key(path)
                && after.contains_key("")
                && !consent.data_loss
            {
                broken.push(format!("{key}{path} was removed without consent"));
            }
            if path.is_empty() && after.is_empty() && !consent.delete {
                broken.push(format!("{side:?} {key} was deleted without consent"));
            }
        }
        // Whoever edited since the engine looked has something to be carried over again.
        let since = changed.iter().filter(|path| other.get(*path) != after.get(*path));
        let since: Vec<Place> = since.map(|path| (key.to_owned(), path.clone())).collect();
        match side {
            Side::Platform => self.local.extend(since),
            Side::Studio => self.remote.extend(since),
        }
        if consent.dry && before != after {
            broken.push(format!("{side:?} {key} was written by a run that was to look only"));
        }
        self.broken.append(&mut broken);
        // What was overruled does not wait any more.
        let onto = match side {
            Side::Platform => &mut self.remote,
            Side::Studio => &mut self.local,
        };
        onto.retain(|(own, path)| own != key || !changed.contains(path));
    }

    /// A write of a type was sent, and its answer did not arrive.
    pub fn doubt(&mut self, key: &str) {
        self.doubted.insert(key.to_owned());
    }

    /// A request that writes a type was sent, and its answer did not arrive.
    pub fn doubt_request(&mut self, method: &str, key: &str) {
        match method {
            "POST" => self.open_to_conflict(key),
            _ => self.doubt(key),
        }
    }

    /// A creation of a type was sent whose answer did not arrive, or its row was being written.
    pub fn open_to_conflict(&mut self, key: &str) {
        self.doubt(key);
        self.open_to_conflict.insert(key.to_owned());
    }

    /// A run that the platform may overrule in died while the row of a type was being written.
    pub fn promise(&mut self, key: &str) {
        self.promised.insert(key.to_owned());
    }

    /// Whether an edit of a side waits at exactly this place.
    pub fn waits(&self, side: Side, key: &str, path: &str) -> bool {
        self.waiting(side).contains(&(key.to_owned(), path.to_owned()))
    }

    /// Whether it was ever left open what became of a write of a type.
    pub fn is_doubted(&self, key: &str) -> bool {
        self.doubted.contains(key)
    }

    /// Somebody decides conflicts at these places; until it is known what came of it, both sides may
    /// win.
    pub fn deciding(&mut self, places: impl IntoIterator<Item = Place>) {
        self.open_ended.extend(places);
    }

    /// Everything came to rest: a type is the same on both sides but for its conflict, which is of a kind
    /// and has these paths; `None` where there is no conflict.
    pub fn at_rest(
        &mut self,
        key: &str,
        local: &Atoms,
        remote: &Atoms,
        conflict: Option<(&str, &[String])>,
    ) {
        let (kind, paths) = conflict.unwrap_or_default();
        // Where an update was settled, what has moved since was moved by somebody.
        let is_doubt = self.open_to_conflict.contains(key)
            || (self.doubted.contains(key) && kind == "in_doubt");
        let mut broken = Vec::new();
        let on = |list: &BTreeSet<Place>, path: &str| {
            list.iter().any(|(own, other)| own == key && overlap(other, path))
        };
        for path in differing(local, remote) {
            let is_told = paths.iter().any(|told| overlap(told, &path));
            if !is_told && !on(&self.open_ended, &path) {
                let values = (local.get(&path), remote.get(&path));
                broken.push(format!("{key}{path} came to rest as {values:?} without a conflict"));
            }
        }
        let is_order = |path: &str| path.ends_with("Order");
        for path in paths.iter().filter(|path| !is_order(path)) {
            let is_overlap = on(&self.local, path) && on(&self.remote, path);
            if !is_overlap && !is_doubt && !on(&self.open_ended, path) {
                broken.push(format!("{key}{path} is a conflict of nobody with nobody"));
            }
        }
        self.broken.append(&mut broken);
    }
}

/// The property that a path is in, or is.
fn property_of(path: &str) -> Option<String> {
    let key = path.strip_prefix("/properties/")?.split('/').next()?;
    Some(format!("/properties/{key}"))
}
