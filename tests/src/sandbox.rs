//! What an instance may have.

use crate::artifact;
use crate::bindings::{Utils, UtilsPre};
use crate::host::{Host, HostImports};
use crate::instance::Instance;
use golden_vectors::Machine;
use std::path::PathBuf;
use std::sync::LazyLock;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store, StoreLimitsBuilder};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

static LOADED: LazyLock<UtilsPre<Host>> = LazyLock::new(|| {
    let component = Component::from_file(&engine(), artifact::path()).expect("it compiles");
    let linked = linker(component.engine()).instantiate_pre(&component);
    UtilsPre::new(linked.expect("its imports are provided")).expect("it has the world's exports")
});

/// A deadline so many epochs ahead that nobody lives to see it; adding it cannot overflow.
const NEVER: u64 = u64::MAX >> 1;

/// A new engine that can interrupt what it runs.
///
/// # Panics
/// If wasmtime does not support the machine.
#[must_use]
pub fn engine() -> Engine {
    Engine::new(Config::new().epoch_interruption(true)).expect("wasmtime supports this machine")
}

/// Everything an instance may import.
///
/// # Panics
/// If the host imports and WASI clash.
#[must_use]
pub fn linker(engine: &Engine) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).expect("WASI is defined once");
    Utils::add_to_linker::<_, HostImports>(&mut linker, |host| host)
        .expect("the host imports are defined once");
    linker
}

/// The component, compiled and linked once per process.
///
/// # Panics
/// If the component cannot be built or is not what `wit/` says.
#[must_use]
pub fn loaded() -> &'static UtilsPre<Host> {
    &LOADED
}

/// A description of what an instance may have.
#[derive(Debug, Clone)]
#[must_use]
pub struct Sandbox {
    directory: Option<PathBuf>,
    memory: usize,
    machine: Machine,
}

impl Sandbox {
    /// No directory, an unknown machine, enough memory and no deadline.
    pub fn new() -> Self {
        Self { directory: None, memory: 256 << 20, machine: Machine::default() }
    }

    /// Opens a directory to the instance, read-only.
    pub fn directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.directory = Some(path.into());
        self
    }

    /// Limits the memory to that many bytes.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Sets what the machine looks like.
    pub fn machine(mut self, machine: Machine) -> Self {
        self.machine = machine;
        self
    }

    /// A store for one instance.
    ///
    /// # Panics
    /// If the directory cannot be opened.
    #[must_use]
    pub fn store(self, engine: &Engine) -> Store<Host> {
        let mut wasi = WasiCtxBuilder::new();
        if let Some(directory) = self.directory {
            wasi.preopened_dir(directory, "/", FsPerms::ReadOnly).expect("the directory opens");
        }
        let host = Host {
            log: Vec::new(),
            port_searches: Vec::new(),
            network: None,
            machine: self.machine,
            limits: StoreLimitsBuilder::new().memory_size(self.memory).build(),
            wasi: wasi.build(),
            table: ResourceTable::new(),
        };
        let mut store = Store::new(engine, host);
        store.limiter(|host| &mut host.limits);
        store.set_epoch_deadline(NEVER);
        store
    }

    /// A new instance of [`loaded`].
    ///
    /// # Panics
    /// If there is not enough memory to start with.
    #[must_use]
    pub fn instantiate(self) -> Instance {
        let mut store = self.store(loaded().engine());
        let exports = loaded().instantiate(&mut store).expect("it starts within the limits");
        Instance { store, exports }
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}
