//! An engine of a [`World`] into whose life somebody looks, and may step.

use std::sync::Arc;

use catalyst_sync::compose::{Surroundings, ports};
use catalyst_sync::engine::{Engine, Ports};

use super::sim::{Onlooker, StoreBug, Tap, TappedStore, TappedStudio};
use super::world::World;

struct AsItIs;

impl StoreBug for AsItIs {}

/// A new engine, of whose every step `tap` is told, and whose writes to the studio `onlooker` makes.
pub fn looked_on(world: &World, tap: &Arc<dyn Tap>, onlooker: Arc<dyn Onlooker>) -> Engine {
    let options = world.engine_options();
    let surroundings =
        Surroundings { clock: Arc::clone(&world.clock), observer: None, carrier: None };
    let Ports { studio, store, platforms, clock } = ports(&options, surroundings).unwrap();
    let tap = || Arc::clone(tap);
    let studio = Arc::new(TappedStudio { inner: studio, tap: tap(), onlooker });
    let store = Arc::new(TappedStore { inner: store, tap: tap(), bug: Arc::new(AsItIs) });
    Engine::new(Ports { studio, store, platforms, clock }, options.settings())
}
